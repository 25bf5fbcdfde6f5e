"""A list's file as rows, whichever program wrote it: its form is told once, and then kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

from chalicelib.campaigns.contacts import charsets, tables, workbooks
from chalicelib.campaigns.contacts.columns import MOST_COLUMNS
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.campaigns.contacts.tables import Row

MOST_ROWS: Final = 2_000_000
MOST_BYTES: Final = 400_000_000
SAMPLE_ROWS: Final = 200
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XLSX: Final = "xlsx"


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is to be read. `above` are the rows before the first person's."""

    kind: str  # "csv" or "xlsx"
    charset: str = ""
    separator: str = ""
    above: int = 1
    titles: tuple[str, ...] = ()

    @property
    def padded(self) -> bool:
        """Say whether rows may end early, as a spreadsheet's do."""
        return self.kind == _XLSX


@dataclass(frozen=True, slots=True)
class Found:
    """A file's form, and its first rows."""

    form: Form
    rows: tuple[Row, ...]


def look(
    stream: IO[bytes],
    charset: str | None = None,
    separator: str | None = None,
    heading: bool | None = None,
) -> Found:
    """Tell how a file is written, unless it is said. Raises Rejected for what holds no list."""
    sample = stream.read(tables.SAMPLE_BYTES)
    form = _form(sample, charset and charsets.CHARSETS[charset], separator)
    first = tuple(islice(_all_rows(stream, form, SAMPLE_ROWS), SAMPLE_ROWS))
    at = tables.heading(first)
    cells = first[at][1] if first else None
    if not cells:
        raise _refused("there is nothing in it")
    if len(cells) > MOST_COLUMNS:
        raise _refused(f"over {MOST_COLUMNS} columns")
    named = _names_columns(cells) if heading is None else heading
    titles = [cell.strip() for cell in cells] if named else [""] * len(cells)
    above = at + 1 if named else at
    known = tuple(title[:100] or f"column {n}" for n, title in enumerate(titles, start=1))
    form = Form(form.kind, form.charset, form.separator, above, known)
    return Found(form, first[above:])


def rows(stream: IO[bytes], form: Form, skip: int = 0) -> Iterator[Row]:
    """Yield the rows of people, but for the first `skip` of them."""
    return islice(_all_rows(stream, form), form.above + skip, None)


def _all_rows(stream: IO[bytes], form: Form, first: int | None = None) -> Iterator[Row]:
    stream.seek(0)
    if form.kind == _XLSX:
        return workbooks.rows(stream, first)
    return tables.rows(stream, tables.Layout(form.charset, form.separator))


def _form(sample: bytes, charset: str | None, separator: str | None) -> Form:
    if sample.startswith(workbooks.MARK):
        return Form(_XLSX)
    if sample.startswith(_OLD_EXCEL):
        raise _refused("an old Excel file, or one with a password: save it as XLSX or CSV")
    layout = tables.recognise(sample, charset, separator)
    if b"\x00" in sample and not layout.charset.startswith("utf-16"):
        raise _refused("not a text: send CSV or XLSX")
    return Form("csv", layout.charset, layout.separator)


def _names_columns(cells: Sequence[str]) -> bool:
    """Say whether a row names columns: no name of one has as many digits as a number of a phone."""
    return not any(sum(map(str.isdecimal, cell)) >= _DIGITS or "@" in cell for cell in cells)


_DIGITS: Final = 8


def _refused(reason: str) -> Rejected:
    return Rejected("the file cannot be read", faults=(Fault("/file", reason),))
