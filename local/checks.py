"""Checks that say what was expected, what was found, and count what failed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PATIENCE_SECONDS: Final = 30.0


@dataclass(slots=True)
class Checks:
    """Each check prints a line; `failed` is what the exit status is made of."""

    held: int = 0
    failed: list[str] = field(default_factory=list)

    def that(self, what: str, found: object, expected: object) -> None:
        """Check one figure."""
        if found == expected:
            self.held += 1
            print(f"    ok   {what}: {found}")
        else:
            self.failed.append(what)
            print(f"    FAIL {what}: found {found!r}, expected {expected!r}")


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay out a table for a terminal."""
    lines = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *lines]) for i in range(len(head))]
    rule = "-+-".join("-" * width for width in widths)

    def row(cells: Sequence[str]) -> str:
        return " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))

    return "\n".join(["", title, row(list(head)), rule, *map(row, lines)])


def wait_for(ready: Callable[[], bool], for_what: str) -> None:
    """Look until it is so. Raises TimeoutError, saying what was waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_SECONDS:.0f} s for {for_what}")
        time.sleep(0.2)
