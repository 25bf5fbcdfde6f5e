"""Import a module at its first use, so that a cold start pays only for the path it takes."""

from __future__ import annotations

import importlib.util
import sys
from os import path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

OURS: Final = "chalicelib."
HERE: Final = path.dirname(path.dirname(__file__))


def lazily(name: str) -> ModuleType:
    """Return a module whose code runs when an attribute of it is first read.

    Pydantic models are declared in such modules: a voice webhook never reads them.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = _spec_of(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _spec_of(name: str) -> ModuleSpec | None:
    """Find a module. Of ours it is known where it lies: a search imports every package above it."""
    if name.startswith(OURS):
        place = path.join(HERE, *name.split(".")[1:]) + ".py"
        if path.isfile(place):
            return importlib.util.spec_from_file_location(name, place)
    return importlib.util.find_spec(name)
