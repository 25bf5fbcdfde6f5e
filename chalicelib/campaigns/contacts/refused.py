"""What was refused of a list, as a file that its owner can mend and send again. Pure.

In front of each row stand its line, whether it was kept, the column and the reason.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.contacts.refusals import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.campaigns.contacts.refusals import Refusal

# Without it, Excel reads UTF-8 as the machine's old code page.
_BYTE_ORDER_MARK: Final = "\ufeff"
# A sheet that meets these again leaves them out: `columns.NAMES`.
COLUMNS: Final = {
    "fr": ("cadran_ligne", "cadran_prise", "cadran_colonne", "cadran_motif"),
    "en": ("cadran_line", "cadran_kept", "cadran_column", "cadran_reason"),
}
_YES_NO: Final = {"fr": ("non", "oui"), "en": ("no", "yes")}
# What a spreadsheet would run (OWASP, "CSV injection"); an apostrophe makes it text.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST: Final = 1_000


def heading(titles: Sequence[str], language: str) -> bytes:
    """Return what a file begins with."""
    names = COLUMNS.get(language, COLUMNS["en"])
    return (_BYTE_ORDER_MARK + _csv([[*names, *map(_safe, titles)]])).encode()


def lines(refused: Iterable[tuple[Refusal, Sequence[str]]], language: str, width: int) -> bytes:
    """Return refused rows as lines, each with its cells as they were."""
    return _csv(_rows(refused, language, width)).encode("utf-8", "replace")


def _rows(
    refused: Iterable[tuple[Refusal, Sequence[str]]], language: str, width: int
) -> Iterator[Iterable[str]]:
    yes_no = _YES_NO.get(language, _YES_NO["en"])
    for each, cells in refused:
        why = words(each.reason, language)
        told = f"{why} ({each.value})" if each.value else why
        known = (str(each.line), yes_no[each.kept], each.column, told)
        yield map(_safe, (*known, *(cell[:_LONGEST] for cell in cells[: width + 1])))


def _safe(cell: str) -> str:
    text = cell.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()
