"""A CSV file of any size as rows, a line at a time: what separates cells, which line names columns.

A quote that is never closed would swallow all that follows: only the line that opened it is given
up, and reading goes on behind it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from chalicelib.campaigns.contacts import charsets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEPARATORS: Final = (";", ",", "\t", "|")
SAMPLE_BYTES: Final = 256 * 1024
_SAMPLE_ROWS: Final = 200
_ROWS_ABOVE: Final = 10  # titles above the names of the columns
_LONGEST_LINE: Final = 1 << 20  # no file may have us hold all of it for want of a line break

# A row: the line it begins on, as editors count; its cells, None if its quotes make no sense.
Row = tuple[int, "list[str] | None"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written."""

    charset: str  # as Python calls it
    separator: str


def recognise(sample: bytes, charset: str | None = None, separator: str | None = None) -> Layout:
    """Tell how a file is written from its beginning; what is known already is not guessed."""
    charset = charset or charsets.recognise(sample, whole=len(sample) < SAMPLE_BYTES)
    text = sample.decode(charset, errors="replace")
    return Layout(charset, separator or separator_of(text))


def separator_of(text: str) -> str:
    """Return what separates cells: what cuts most rows alike, into most of them."""
    said = text[:6].lower()
    if said.startswith("sep=") and said[4:5] in SEPARATORS:
        return said[4]
    return max(SEPARATORS, key=lambda each: _regularity(text, each))


def rows(stream: IO[bytes], layout: Layout) -> Iterator[Row]:
    """Yield the rows that have anything in them."""
    lines = _Lines(stream, layout.charset)
    try:
        yield from _rows(lines, layout)
    finally:
        lines.let_go()


def _rows(lines: _Lines, layout: Layout) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=layout.separator)
    while True:
        began = lines.number + 1
        try:
            cells = next(reader, None)
        except csv.Error:  # a cell of over 131,072 characters: a quote that nobody closed
            yield began, None
            lines.push_back()
            continue
        if cells is None:
            return
        if len(lines.fed) > 1 and not lines.are_a_row(layout.separator):
            yield began, None
            lines.push_back()
            reader = csv.reader(lines, delimiter=layout.separator)
            continue
        lines.fed.clear()
        if any(cells) and not _says_separator(began, cells):
            yield began, cells


def heading(found: Sequence[Row]) -> int:
    """Return which of the first rows names the columns: the first as wide as most are, or wider.

    Titles above them are narrower; rows of a spreadsheet may lack cells that are empty.
    """
    widths = Counter(len(cells) for _, cells in found if cells)
    if not widths:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    first = found[:_ROWS_ABOVE]
    return next((at for at, (_, cells) in enumerate(first) if len(cells or ()) >= usual), 0)


class _Lines:
    """The lines of a file; those that a row is made of are kept until it is known to be one."""

    def __init__(self, stream: IO[bytes], charset: str) -> None:
        errors = charsets.ERRORS if charset == "utf-8-sig" else "replace"
        self._text = io.TextIOWrapper(stream, encoding=charset, errors=errors, newline="")
        self._read = self._text.readline
        self._again: deque[str] = deque()
        self.fed: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.fed.append(line)
        return line

    def let_go(self) -> None:
        """Leave the file open: whoever opened it closes it."""
        if not self._text.closed:
            self._text.detach()

    def are_a_row(self, separator: str) -> bool:
        """Say whether several lines are one row: each quote is closed, and then the cell ends.

        Else the file ended first, or the quote that closed it opens a cell of another row.
        """
        if sum(line.count('"') for line in self.fed) % 2 == 1:
            return False
        try:
            return len(list(csv.reader(self.fed, delimiter=separator, strict=True))) == 1
        except csv.Error:
            return False

    def push_back(self) -> None:
        """Give up the first line of a row only: those behind it are read again."""
        rest = self.fed[1:]
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        self.fed.clear()


def _regularity(text: str, separator: str) -> float:
    """Return how often it cuts a row, and how sure it is to do so: texts are cut by chance."""
    found = Counter(len(cells) for cells in _some_rows(text, separator) if any(cells))
    share = {width: rows / found.total() for width, rows in found.items()}
    return max(((width - 1) * share[width] ** 3 for width in found), default=0)


def _some_rows(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for _ in range(_SAMPLE_ROWS):
            yield next(reader)
    except (StopIteration, csv.Error):
        return


def _says_separator(line: int, cells: Sequence[str]) -> bool:
    """Recognise Excel's own first line: `sep=;`."""
    return line == 1 and cells[0].lower() == "sep=" and not any(cells[1:])
