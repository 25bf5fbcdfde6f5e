"""The first sheet of an Excel workbook (XLSX) as rows, streamed. Pure: of a file that is given.

Of the format (ECMA-376) this reads what a list of people has: texts, numbers, days, yes and no.
The libraries that read it hold a million rows in memory, or are slower
(docs/decisions/0030-lists-are-read-by-hand.md). A document type, which no workbook has, is refused:
that is how XML is made to grow.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final
from xml.parsers import expat

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.campaigns.contacts.tables import Row

MARK: Final = b"PK\x03\x04"
_CHUNK: Final = 1 << 16
_MOST_TEXT: Final = 96 * 1024 * 1024  # of texts that cells share: they are held in memory
_MOST_COLUMNS: Final = 16_384
_MOST_TEXTS: Final = 6_000_000
# Of a cell's text, which has 32,767 letters at most: the parser hands it over in pieces.
_MOST_PIECES: Final = 1_000
_LONGEST_PIECE: Final = 40_000
# Built-in formats of days and times (ECMA-376, 18.8.30); others by their letters.
_DAYS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# What garbage in a part raises: a name that is missing, a number that is none.
_WRONG: Final = (KeyError, ValueError, IndexError, NotImplementedError, OverflowError)
_LITERALS: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
# UTC for want of a zone: what a sheet says has none.
_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_EPOCH_1904: Final = datetime(1904, 1, 1, tzinfo=UTC)
_LAST_DAY: Final = 2_958_465  # 31 December 9999


def rows(stream: IO[bytes], first: int | None = None) -> Iterator[Row]:
    """Yield the rows of the first sheet that have anything in them. Raises Rejected for no file.

    For those who look at the `first` ones alone, no more texts are read than these need.
    """
    try:
        with zipfile.ZipFile(stream) as opened:
            yield from islice(_Sheet(opened).rows(first), first)
    except (zipfile.BadZipFile, zlib.error, EOFError, *_WRONG) as error:
        raise _refused("not a workbook that can be read: save it again, or as CSV") from error
    except RuntimeError as error:  # what zipfile says of a password
        raise _refused("protected by a password: save it without") from error


class _Texts:
    """The texts that cells share: one string of bytes and where each begins."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > _MOST_TEXT or len(self._ends) > _MOST_TEXTS:
            raise _refused("too many texts for a workbook: save it as CSV")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self._ends) - 1:
            raise _refused("a cell names a text that is not there")
        return self._bytes[self._ends[at] : self._ends[at + 1]].decode()


class _Sheet:
    """A workbook, and how the cells of its first sheet are to be understood."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._opened = opened
        self._days: set[str] = set()  # the styles that show a number as a day
        self._epoch = _EPOCH
        self._texts = _Texts()

    def rows(self, first: int | None) -> Iterator[Row]:
        """Yield its rows."""
        path = self._first_sheet()
        names = set(self._opened.namelist())
        if "xl/styles.xml" in names:
            self._read_styles()
        if "xl/sharedStrings.xml" in names:
            self._read_texts(None if first is None else self._texts_of(path, first))
        reader = _Cells(self._value)
        for _ in self._parse(path, reader.start, reader.end, reader.text):
            while reader.done:
                yield reader.done.popleft()

    def _first_sheet(self) -> str:
        """Find the first sheet that is not hidden."""
        found: list[str] = []
        targets: dict[str, str] = {}

        def book(name: str, given: dict[str, str]) -> None:
            name = _local(name)
            if name == "sheet" and given.get("state", "visible") == "visible":
                found.extend(value for key, value in given.items() if _local(key) == "id")
            elif name == "workbookPr" and given.get("date1904") in ("1", "true"):
                self._epoch = _EPOCH_1904

        def relation(name: str, given: dict[str, str]) -> None:
            if _local(name) == "Relationship":
                targets[given["Id"]] = given["Target"]

        self._run("xl/workbook.xml", book)
        self._run("xl/_rels/workbook.xml.rels", relation)
        target = next((targets[each] for each in found if each in targets), None)
        if target is None:
            raise _refused("a workbook without a sheet")
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _read_styles(self) -> None:
        """Note which styles show a number as a day."""
        own: set[int] = set()
        inside: list[str] = []
        formats: list[int] = []

        def start(name: str, given: dict[str, str]) -> None:
            name = _local(name)
            if name == "numFmt" and _shows_day(given.get("formatCode", "")):
                own.add(int(given["numFmtId"]))
            elif name in ("cellXfs", "cellStyleXfs"):
                inside[:] = [name]
            elif name == "xf" and inside == ["cellXfs"]:
                formats.append(int(given.get("numFmtId", "0")))

        self._run("xl/styles.xml", start)
        self._days = {str(at) for at, each in enumerate(formats) if each in _DAYS or each in own}

    def _texts_of(self, path: str, first: int) -> int:
        """Count the texts that the first rows need: Excel writes them in the order of their use."""
        needed = [0]

        def value(kind: str, _style: str, text: str) -> str:
            if kind == "s" and text.isdecimal():
                needed[0] = max(needed[0], int(text) + 1)
            return text

        reader = _Cells(value)
        for _ in self._parse(path, reader.start, reader.end, reader.text):
            if len(reader.done) >= first:
                break
        return needed[0]

    def _read_texts(self, most: int | None) -> None:
        """Read the texts that cells share; how one is pronounced (`rPh`) is no part of it."""
        parts: list[str] = []
        inside: list[str] = []

        def start(name: str, _given: dict[str, str]) -> None:
            inside.append(_local(name))

        def end(_name: str) -> None:
            if inside.pop() == "si":
                self._texts.add("".join(parts))
                parts.clear()

        def text(data: str) -> None:
            if inside[-1] == "t" and "rPh" not in inside:
                _keep(parts, data)

        for _ in self._parse("xl/sharedStrings.xml", start, end, text):
            if most is not None and len(self._texts) >= most:
                return

    def _run(self, path: str, start: Callable[[str, dict[str, str]], None]) -> None:
        for _ in self._parse(path, start, lambda _: None, None):
            pass

    def _value(self, kind: str, style: str, text: str) -> str:
        """Return what a cell holds as a text: kind, style and value are those of the file."""
        if kind == "s":
            return self._texts[int(text)] if text.isdecimal() else ""
        if kind == "b":
            return "true" if text == "1" else "false"
        if kind not in ("", "n"):  # a text of its own, what a formula came to, an error
            return "" if kind == "e" else text
        return self._day(text) if style in self._days else _number(text)

    def _day(self, text: str) -> str:
        try:
            days = float(text)
        except ValueError:
            return text
        if not 0 <= days <= _LAST_DAY:
            return text
        moment = self._epoch + timedelta(seconds=round(days * 86_400))
        if days < 1:
            return moment.strftime("%H:%M")
        whole = days == int(days)
        return moment.date().isoformat() if whole else moment.strftime("%Y-%m-%d %H:%M")

    def _parse(
        self,
        path: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], None] | None,
    ) -> Iterator[None]:
        """Run a part of the workbook through the handlers, and yield after each chunk of it."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            with self._opened.open(path) as part:
                while data := part.read(_CHUNK):
                    parser.Parse(data, False)
                    yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _refused(f"a workbook with a fault in {path}: {error}") from error
        yield


class _Cells:
    """What the parser tells of a sheet, as rows.

    Called some millions of times: names are compared as the file spells them, with its prefix.
    """

    def __init__(self, value: Callable[[str, str, str], str]) -> None:
        self.done: deque[Row] = deque()
        self._value = value
        self._cells: list[str] = []
        self._number = 0
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._column = 0
        self._keep = False
        self._columns: dict[str, int] = {}
        self._cell = self._row = ""
        self._written: tuple[str, ...] = ()

    def start(self, name: str, given: dict[str, str]) -> None:
        """Begin an element."""
        if name == self._cell:
            self._kind, self._style = given.get("t", ""), given.get("s", "")
            named = given.get("r", "").rstrip("0123456789")
            if named:
                self._column = self._columns.get(named) or self._learn(named)
            else:
                self._column += 1
            self._parts = []
        elif name in self._written:
            self._keep = True
        elif name == self._row:
            self._number = int(given.get("r") or self._number + 1)
            self._cells, self._column = [], 0
        elif not self._cell:  # the first of all: `worksheet`
            prefix = name[: -len(_local(name))]
            self._cell, self._row = f"{prefix}c", f"{prefix}row"
            self._written = (f"{prefix}v", f"{prefix}t")

    def text(self, data: str) -> None:
        """Take a piece of what is written."""
        if self._keep:
            _keep(self._parts, data)

    def end(self, name: str) -> None:
        """End an element."""
        if name in self._written:
            self._keep = False
        elif name == self._cell:
            if self._parts:
                self._put(self._value(self._kind, self._style, "".join(self._parts)))
        elif name == self._row and any(self._cells):
            self.done.append((self._number, self._cells))

    def _put(self, value: str) -> None:
        cells, missing = self._cells, self._column - 1 - len(self._cells)
        if missing > 0:
            cells += [""] * missing
        if missing >= 0:
            cells.append(value)

    def _learn(self, named: str) -> int:
        """Read a column's letters: A is 1, AA is 27."""
        column = 0
        for letter in named.upper():
            column = column * 26 + ord(letter) - 64
        if not 0 < column <= _MOST_COLUMNS:
            raise _refused(f"a cell in a column that no sheet has: {named[:10]}")
        self._columns[named] = column
        return column


def _number(text: str) -> str:
    """Write a number as people do: `612345678.0`, which Excel may keep, is 612345678."""
    try:
        value: Any = float(text)
    except ValueError:
        return text
    if value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return text if "E" not in text.upper() else repr(value)


def _shows_day(code: str) -> bool:
    """Say whether a format has letters of days or hours outside its quotes."""
    return any(letter in _LITERALS.sub("", code).lower() for letter in "ymdh")


def _keep(parts: list[str], data: str) -> None:
    if len(parts) >= _MOST_PIECES or len(data) > _LONGEST_PIECE:
        raise _refused("a cell with more letters than any can have")
    parts.append(data)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise _refused("a workbook with a document type, which none has")


def _refused(reason: str) -> Rejected:
    return Rejected("the file cannot be read", faults=(Fault("/file", reason),))
