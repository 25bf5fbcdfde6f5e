"""How fast a list of a million people is imported, and how much memory that takes at its most.

Everything but the table is real: the file is read from the disk as Windows-1252 with quotes and
line breaks in cells, two numbers a person, some of them unusable or there twice; rows are counted,
read, hashed, merged and handed over in pieces, with a checkpoint after each.
*Baseline:* `csv.DictReader`, libphonenumber for each number (read, checked, written as E.164), and
the account's keyed hash of it.
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from benchmarks.figures import Figure, report
from chalicelib.campaigns.contacts import columns, files, importing
from chalicelib.campaigns.contacts.imports import Import, begun
from chalicelib.campaigns.contacts.numbers import Numbers
from chalicelib.kernel import privacy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from chalicelib.campaigns.contacts.contacts import Contact

ROWS: Final = 1_000_000
ROWS_OF_EXCEL: Final = 200_000
ROWS_OF_BASELINE: Final = 50_000
AT_LEAST: Final = 2.0  # times as fast as the baseline
MEGABYTES: Final = 256
NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
TITLES: Final = ("Nom", "Prénom", "Téléphone", "Portable", "E-mail", "Ville", "Âge", "Note")


class Nowhere:
    """The ports `Contacts`, `Imports` and `Files`: people are counted, and forgotten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.people = 0
        self.saved: Import | None = None

    def known(self, *_: object) -> dict[str, Contact]:
        return {}

    def erased(self, _account_id: str, _ids: Collection[str]) -> set[str]:
        return set()

    def swap(self, changes: Iterable[object]) -> set[str]:
        self.people += sum(1 for _ in changes)
        return set()

    def put(self, _key: str, _data: bytes) -> None:
        return

    def drop(self, _contacts: object) -> None:
        return

    def save(self, known: Import, *_: object, **__: object) -> bool:
        self.saved = known
        return False

    @contextmanager
    def fetch(self, *_: object) -> Iterator[IO[bytes]]:
        with self._path.open("rb") as stream:
            yield stream

    def join(self, _key: str, parts: Iterable[str], _heading: bytes) -> None:
        list(parts)


def figures() -> Iterator[Figure]:
    """Write files, import them, and look at the memory."""
    with tempfile.TemporaryDirectory(prefix="cadran-import-") as folder:
        path = Path(folder) / "people"
        _write(path, ROWS_OF_BASELINE)
        naive = ROWS_OF_BASELINE / _timed(lambda: _naively(path))
        _write(path, ROWS)
        ours = ROWS / _timed(lambda: _import(path, ROWS))
        yield Figure("campaign_import", ours, "rows/s CPU", baseline=naive, at_least=AT_LEAST)
        yield Figure("campaign_import_memory", _peak(), "MB", at_most=MEGABYTES)
        _write_excel(path, ROWS_OF_EXCEL)
        excel = ROWS_OF_EXCEL / _timed(lambda: _import(path, ROWS_OF_EXCEL))
        yield Figure("campaign_import_excel", excel, "rows/s CPU")
        yield Figure("campaign_import_excel_memory", _peak(), "MB", at_most=MEGABYTES)


def _import(path: Path, rows: int) -> None:
    with path.open("rb") as stream:
        found = files.look(stream)
    cells = [each for _, each in found.rows if each]
    seem = columns.recognise(found.form.titles, cells, Numbers())
    new = Import(
        import_id="imp_1",
        account_id="acct_1",
        list_id="list_1",
        name="people",
        country="FR",
        requested_at=NOON,
    )
    mapping = columns.check([each.target for each in seem], len(seem))
    nowhere = Nowhere(path)
    desk = importing.Desk(
        imports=nowhere,  # type: ignore[arg-type]
        files=nowhere,
        contacts=nowhere,
        queue=nowhere,  # type: ignore[arg-type]
        hashing=_hashing,
        listed=lambda *_: True,
        clock=lambda: NOON,
        seconds_left=lambda: 900.0,
        lease="worker",
        pause=lambda _: None,
    )
    importing.go_on(begun(new, found.form, mapping, "", NOON), desk)
    done = nowhere.saved
    if done is None or done.counts.rows != rows or nowhere.people != done.counts.created:
        raise AssertionError(f"not all of {rows} rows were imported: {done}")


def _hashing(account_id: str) -> Callable[[str], str]:
    return privacy.hasher(privacy.account_key(b"pepper", account_id))


def _naively(path: Path) -> None:
    import phonenumbers

    key = privacy.account_key(b"pepper", "acct_1")
    with path.open(encoding="cp1252", newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            for name in ("Téléphone", "Portable"):
                try:
                    number = phonenumbers.parse(row[name], "FR")
                except phonenumbers.NumberParseException:
                    continue
                if phonenumbers.is_valid_number(number):
                    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                    privacy.caller_hash(key, e164)


def _people(rows: int) -> Iterator[tuple[str, ...]]:
    """Make people: one in fifty is there twice, one in a hundred has no number that is rung."""
    for at in range(rows):
        who = at - at % 50 if at % 50 == 1 else at
        fixed = f"01 62 {who // 10_000 % 100:02} {who // 100 % 100:02} {who % 100:02}"
        mobile = f"06{who * 7_919 % 100_000_000:08}"
        phones = ("112", "") if at % 100 == 99 else (fixed, mobile)
        note = "dit « oui »;\nrappeler" if at % 20 == 0 else ""
        mail = f"zoe.lefevre{who}@exemple.fr"
        yield (f"Lefèvre {who}", "Zoé", *phones, mail, "Saint-Étienne", str(at % 90), note)


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(TITLES)
        writer.writerows(_people(rows))


def _write_excel(path: Path, rows: int) -> None:
    """Write a workbook as Excel does, with its texts apart: none is there twice."""
    sheet = '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets>'
    relation = '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("xl/workbook.xml", f'<workbook xmlns:r="r">{sheet}</workbook>')
        book.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relation}</Relationships>")
        with book.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b"<worksheet><sheetData>")
            for number in range(rows + 1):
                part.write(f"<row>{''.join(_cells(number * len(TITLES)))}</row>".encode())
            part.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w") as part:
            part.write(b"<sst>")
            for cells in chain([TITLES], _people(rows)):
                part.write("".join(f"<si><t>{text}</t></si>" for text in cells).encode())
            part.write(b"</sst>")


def _cells(first: int) -> Iterator[str]:
    for at in range(len(TITLES)):
        yield f'<c t="s"><v>{first + at}</v></c>'


def _timed(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _peak() -> float:
    """Return the most memory that this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(report(figures()))
