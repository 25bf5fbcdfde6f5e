"""What changed between two documents of a flow: in a glance, and line by line. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.flow import sketch
from chalicelib.kernel.reading import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.published import Document

_CONTEXT: Final = 3  # lines shown around a change
# Comparing lines takes time by the square of their number: longer parts are told as replaced.
_MOST_LINES: Final = 4_000


@dataclass(frozen=True, slots=True)
class Retargeted:
    """An exit that leads elsewhere now; None where there was, or is, no such exit."""

    node: str
    exit: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different in the second of two documents. `others` are pointers outside the nodes."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    exits: tuple[Retargeted, ...]
    others: tuple[str, ...]


def compare(before: Document, after: Document) -> Changes:
    """Return what changed. Either document may have faults."""
    old, new = _object(before.get("nodes")), _object(after.get("nodes"))
    kept = [name for name in new if name in old]
    return Changes(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in kept if old[name] != new[name]),
        exits=tuple(_retargeted(before, after, kept)),
        others=tuple(_others(before, after)),
    )


def _retargeted(before: Document, after: Document, kept: list[str]) -> Iterator[Retargeted]:
    first, second = sketch(before), sketch(after)
    for name in kept:
        old = {way.name: way.target for way in first.exits(name)}
        new = {way.name: way.target for way in second.exits(name)}
        for exit in dict.fromkeys((*old, *new)):
            if old.get(exit) != new.get(exit):
                yield Retargeted(name, exit, old.get(exit), new.get(exit))


def _others(before: Document, after: Document) -> Iterator[str]:
    """Find what changed beside the nodes: a field, or the named parts of one."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if name == "nodes" or old == new:
            continue
        if not isinstance(old, dict) or not isinstance(new, dict):
            yield f"/{escape(name)}"
            continue
        parts = dict.fromkeys((*old, *new))
        yield from (f"/{escape(name)}/{escape(p)}" for p in parts if old.get(p) != new.get(p))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def unified(before: str, after: str, names: tuple[str, str]) -> str:
    """Return how one text becomes another, as `diff -u` tells it; "" where they are the same."""
    old, new = before.splitlines(), after.splitlines()
    lines = _hunks(old, new) if old != new else []
    if not lines:
        return ""
    return "\n".join((f"--- {names[0]}", f"+++ {names[1]}", *lines, ""))


def _hunks(old: list[str], new: list[str]) -> list[str]:
    """Compare what is between the lines that both begin and end with."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    first, last = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if len(old) + len(new) > 2 * _MOST_LINES:
        whole = (*(f"-{line}" for line in old), *(f"+{line}" for line in new))
        return [f"@@ -{first + 1},{len(old)} +{first + 1},{len(new)} @@", *whole]
    told = list(difflib.unified_diff(old, new, n=_CONTEXT, lineterm=""))[2:]
    return [_moved(line, first) if line.startswith("@@") else line for line in told]


def _alike(old: list[str], new: list[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _moved(header: str, by: int) -> str:
    """Count the lines of a hunk from the beginning of the whole text."""
    _, old, new, _ = header.split(" ")
    return f"@@ {_shifted(old, by)} {_shifted(new, by)} @@"


def _shifted(span: str, by: int) -> str:
    start, comma, length = span[1:].partition(",")
    return f"{span[0]}{int(start) + by}{comma}{length}"
