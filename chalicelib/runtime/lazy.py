"""Import a module at its first use, so that a cold start pays only for the path it takes."""

from __future__ import annotations

import importlib.util
import sys
from os import path
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

OURS: Final = "chalicelib."
HERE: Final = path.dirname(path.dirname(__file__))
_LOADING: Final = RLock()
# Of modules that are none of ours. Kept here: what a module has already hides what it is to define.
_FOUND: Final[dict[str, ModuleSpec]] = {}


class _Later(ModuleType):
    """A module that is neither looked for nor loaded until an attribute of it is read.

    The standard library's `LazyLoader` looks for each at once: a hundred of them take milliseconds.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "__path__" or not _load(self):  # no package is put off
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(self, name)


def lazily(name: str) -> ModuleType:
    """Return a module whose code runs when an attribute of it is first read.

    Pydantic models are declared in such modules: a voice webhook never reads them. Of ours, that
    there is none shows at the first use only; a test of the house looks for each.
    """
    if name in sys.modules:
        return sys.modules[name]
    if not name.startswith(OURS):
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise ModuleNotFoundError(name)
        _FOUND[name] = spec
    return sys.modules.setdefault(name, _Later(name))


def _load(module: _Later) -> bool:
    """Run a module's code; False if it is running, and asks for what it has not defined yet."""
    with _LOADING:
        if type(module) is not _Later:
            return True  # another thread was first
        if module.__spec__ is not None:
            return False
        spec = _FOUND.get(module.__name__) or _spec_of_ours(module.__name__)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(module.__name__)
        module.__spec__, module.__loader__, module.__package__ = spec, spec.loader, spec.parent
        module.__file__ = spec.origin
        try:
            spec.loader.exec_module(module)
        except BaseException:
            module.__spec__ = None  # whoever reads it next is told the same
            raise
        object.__setattr__(module, "__class__", ModuleType)
        return True


def _spec_of_ours(name: str) -> ModuleSpec | None:
    """Find a module where it lies: a search would import every package above it."""
    place = path.join(HERE, *name.split(".")[1:]) + ".py"
    return importlib.util.spec_from_file_location(name, place) if path.isfile(place) else None
