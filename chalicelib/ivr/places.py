"""Where in a text the parts of a document are written: what an editor needs of a fault. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from json import JSONDecoder
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.reading import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.kernel.errors import Fault

_STRINGS: Final = JSONDecoder()
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_SCALAR: Final = re.compile(r"[^\s,\]}]*")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text, counted from 1 as editors do."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it was sent: `text` is kept where its author may want it back.

    `spots` tells by JSON pointer where its parts begin, from `root` down.
    """

    document: dict[str, Any]
    spots: Mapping[str, Spot] = field(default_factory=dict)
    root: str = ""
    text: str | None = None

    def located(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Return faults with the line and column of what each is about."""
        return tuple(self._located(fault) for fault in faults)

    def _located(self, fault: Fault) -> Fault:
        pointer = self.root + fault.pointer
        while pointer and pointer not in self.spots:  # what is missing is told where it should be
            pointer = pointer.rpartition("/")[0]
        spot = self.spots.get(pointer)
        return fault if spot is None else replace(fault, line=spot.line, column=spot.column)


class JsonPlaces:
    """Where each value of a JSON text begins, and which names stand twice in an object.

    The text is JSON already: what reads it has judged it.
    """

    def __init__(self, text: str) -> None:
        self._text, self._starts = text, [0]
        self._starts += [match.end() for match in re.finditer("\n", text)]
        self.spots: dict[str, Spot] = {}
        self.repeated: list[tuple[str, Spot]] = []
        self._value("", self._skip(0))

    def _value(self, pointer: str, at: int) -> int:
        """Note where a value begins, and return where it ends."""
        self.spots.setdefault(pointer, self._spot(at))
        first = self._text[at : at + 1]
        if first == "{":
            return self._object(pointer, at + 1)
        if first == "[":
            return self._list(pointer, at + 1)
        if first == '"':
            return self._string(at)[1]
        return _end(_SCALAR, self._text, at)

    def _object(self, pointer: str, at: int) -> int:
        names: set[str] = set()
        while (at := self._skip(at)) < len(self._text) and self._text[at] != "}":
            name, end = self._string(at)
            inner, spot = f"{pointer}/{escape(name)}", self._spot(at)
            if name in names:
                self.repeated.append((inner, spot))
            names.add(name)
            self.spots[inner] = spot
            at = self._after(self._value(inner, self._skip(self._skip(end) + 1)))
        return at + 1

    def _list(self, pointer: str, at: int) -> int:
        count = 0
        while (at := self._skip(at)) < len(self._text) and self._text[at] != "]":
            at = self._after(self._value(f"{pointer}/{count}", at))
            count += 1
        return at + 1

    def _string(self, at: int) -> tuple[str, int]:
        text, end = _STRINGS.raw_decode(self._text, at)
        return str(text), end

    def _after(self, at: int) -> int:
        at = self._skip(at)
        return at + 1 if self._text[at : at + 1] == "," else at

    def _skip(self, at: int) -> int:
        return _end(_BLANKS, self._text, at)

    def _spot(self, at: int) -> Spot:
        line = bisect_right(self._starts, at)
        return Spot(line, at - self._starts[line - 1] + 1)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
