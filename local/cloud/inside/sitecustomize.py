"""A shim of the local cloud, on the path of its functions: the product's clock can be moved.

The product has one clock (`chalicelib.runtime.wiring.clock`). A demonstration of a week cannot wait
for it, so here it is ahead by as many seconds as the file says that `CADRAN_LOCAL_CLOCK` names.
Where there is no such file it is the machine's. Python runs this module when it starts.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIRING = "chalicelib.runtime.wiring"


def ahead(file: str) -> timedelta:
    """Return by how much the clock is ahead."""
    try:
        with open(file, encoding="ascii") as said:
            return timedelta(seconds=float(said.read() or 0))
    except FileNotFoundError:
        return timedelta(0)


class Mover:
    """Find the product's wiring as everybody does, and have its clock moved once it is loaded."""

    def __init__(self, file: str) -> None:
        self.file = file

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        """Return how to load the wiring; nothing else is ours."""
        spec = PathFinder.find_spec(name, path, target) if name == WIRING else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_move(module: Any) -> None:
            load(module)
            module.clock = self.moved(module.clock)

        spec.loader.exec_module = load_and_move  # type: ignore[method-assign]
        return spec

    def moved(self, clock: Callable[[], datetime]) -> Callable[[], datetime]:
        """Return the clock, ahead; the file is read each time."""
        return lambda: clock() + ahead(self.file)


if "CADRAN_LOCAL_CLOCK" in os.environ:
    sys.meta_path.insert(0, Mover(os.environ["CADRAN_LOCAL_CLOCK"]))
