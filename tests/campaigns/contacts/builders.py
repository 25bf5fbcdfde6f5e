"""Files of people, and people of lists."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.contacts import files
from chalicelib.campaigns.contacts.contacts import Contact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.campaigns.contacts.pieces import Contacts

DATA: Final = Path(__file__).parent / "data"
NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
ACCOUNT: Final = "acct_1"
LIST: Final = "list_1"

_SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    '2006/main"><sheetData>{}</sheetData></worksheet>'
)
_BOOK = '<workbook xmlns:r="r"><sheets><sheet name="1" r:id="rId1"/></sheets></workbook>'
_RELATION = '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
_PARTS = {
    "xl/workbook.xml": _BOOK,
    "xl/_rels/workbook.xml.rels": f"<Relationships>{_RELATION}</Relationships>",
}


def a_csv(text: str, charset: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(charset))


def a_workbook(cells: str, **parts: str) -> io.BytesIO:
    """Return a workbook whose sheet has these rows, as XML; `parts` replace others."""
    written = {**_PARTS, "xl/worksheets/sheet1.xml": _SHEET.format(cells), **parts}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in written.items():
            opened.writestr(name, text)
    out.seek(0)
    return out


def people(stream: io.BytesIO, **said: Any) -> list[list[str] | None]:
    """Return the cells of a file's rows of people."""
    found = files.look(stream, **said)
    return [cells for _, cells in files.rows(stream, found.form)]


def hashed(number: str) -> str:
    return f"hash{number[1:]}"


def a_contact(
    number: str = "+33612345678",
    *others: str,
    fields: Mapping[str, str] | None = None,
    **known: Any,
) -> Contact:
    numbers: Sequence[str] = (number, *others)
    facts: dict[str, Any] = {
        "id": hashed(number),
        "others": tuple(map(hashed, others)),
        "account_id": ACCOUNT,
        "list_id": LIST,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Contact(**{**facts, **known}, numbers=tuple(numbers), fields=fields or {})


def keep(store: Contacts, people: Iterable[Contact]) -> None:
    """Put people in place of whatever is known of them."""
    wanted = list(people)
    older = [store.known(each.account_id, each.list_id, [each.id]).get(each.id) for each in wanted]
    assert not store.swap(zip(older, wanted, strict=True))
