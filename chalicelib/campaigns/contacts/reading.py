"""Rows of a list as people: numbers in order, fields by name; what is refused of each. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.campaigns.contacts.columns import NUMBER
from chalicelib.campaigns.contacts.contacts import LONGEST_VALUE, MOST_NUMBERS
from chalicelib.campaigns.contacts.numbers import Unusable
from chalicelib.campaigns.contacts.refusals import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chalicelib.campaigns.contacts.numbers import Numbers
    from chalicelib.campaigns.contacts.tables import Row

_SHOWN: Final = 100  # letters of a value that is refused
# What no screen shows, and half characters, which no store keeps.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
)
_BLANKS: Final = re.compile("[\u00a0\u2007\u202f\t\r]+")


class Person(NamedTuple):
    """Somebody on a row."""

    line: int
    numbers: tuple[str, ...]
    fields: Mapping[str, str]


class Reader:
    """Reads rows by a mapping; whatever is not taken is told to `refuse`.

    A row that lacks cells at its end is taken with a remark, unless a spreadsheet left out empty
    ones (`padded`). A row with cells too many is not: what stands where, nobody knows.
    """

    def __init__(
        self,
        titles: Sequence[str],
        mapping: Sequence[str],
        numbers: Numbers,
        refuse: Callable[[Refusal], None],
        *,
        padded: bool = False,
    ) -> None:
        self._titles = tuple(titles)
        self._width = len(mapping)
        self._phones = [at for at, name in enumerate(mapping) if name == NUMBER]
        self._fields = [(name, at) for at, name in enumerate(mapping) if name and name != NUMBER]
        self._numbers = numbers
        self._refuse = refuse
        self._padded = padded

    def read(self, row: Row) -> Person | None:
        """Return who is on a row; None if it is refused. Nearly all rows end in the first lines."""
        line, cells = row
        if cells is None or len(cells) != self._width:
            return self._misshapen(line, cells)
        read = self._numbers.read
        try:
            numbers = tuple([read(cell) for at in self._phones if (cell := cells[at])])
        except Unusable:
            return self._with_care(line, cells)
        fields = {name: cell for name, at in self._fields if (cell := cells[at].strip())}
        text = "".join(fields.values())
        if not numbers or len(text) > LONGEST_VALUE or not text.isprintable():
            return self._with_care(line, cells)
        if len(numbers) > 1:
            numbers = tuple(dict.fromkeys(numbers))
        return Person(line, numbers, fields)

    def _misshapen(self, line: int, cells: list[str] | None) -> Person | None:
        if cells is None:
            self._refuse(Refusal(line, "", Reason.QUOTE))
            return None
        missing = self._width - len(cells)
        if missing < 0 and any(cells[self._width :]):
            found = "".join(cells[self._width :])[:_SHOWN]
            self._refuse(Refusal(line, "", Reason.ROW_LONG, found))
            return None
        remarks = [] if missing <= 0 or self._padded else [Refusal(line, "", Reason.ROW_SHORT)]
        fitted = [*cells[: self._width], *[""] * missing]
        return self._with_care(line, fitted, remarks)

    def _with_care(
        self, line: int, cells: Sequence[str], remarks: Sequence[Refusal] = ()
    ) -> Person | None:
        """Read a row cell by cell; what is wrong refuses it only if no number is left."""
        found = [*remarks]
        numbers = tuple(dict.fromkeys(self._all_numbers(line, cells, found)))
        if not numbers:
            found.sort(key=lambda each: not each.column)  # a cell says more than a row
            why = found[0] if found else Refusal(line, "", Reason.NO_NUMBER)
            self._refuse(why)
            return None
        if len(numbers) > MOST_NUMBERS:
            left = ", ".join(numbers[MOST_NUMBERS:])
            found.append(Refusal(line, NUMBER, Reason.MANY_NUMBERS, left[:_SHOWN]))
        fields = dict(self._cleaned(line, cells, found))
        for each in found:
            self._refuse(Refusal(each.line, each.column, each.reason, each.value, kept=True))
        return Person(line, numbers[:MOST_NUMBERS], fields)

    def _all_numbers(self, line: int, cells: Sequence[str], found: list[Refusal]) -> Iterator[str]:
        for at in self._phones:
            if not cells[at].strip():
                continue
            for each in self._numbers.several(cells[at]):
                if isinstance(each, Reason):
                    title = self._titles[at]
                    found.append(Refusal(line, title, each, cells[at].strip()[:_SHOWN]))
                else:
                    yield each

    def _cleaned(
        self, line: int, cells: Sequence[str], found: list[Refusal]
    ) -> Iterator[tuple[str, str]]:
        for name, at in self._fields:
            text = _BLANKS.sub(" ", _UNSEEN.sub("", cells[at].replace("\r\n", "\n"))).strip()
            if len(text) > LONGEST_VALUE:
                found.append(Refusal(line, self._titles[at], Reason.TOO_LONG, text[:_SHOWN]))
            elif text:
                yield name, text
