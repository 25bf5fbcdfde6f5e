"""Calls as CSV, for spreadsheets: Excel in French opens it with a double click."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.calls.keys import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.calls.call import Call

COLUMNS = (
    "call_id",
    "started_at",
    "ended_at",
    "state",
    "outcome",
    "number",
    "caller",
    "source_id",
    "flow_id",
    "flow_version",
    "seconds",
    "talk_seconds",
    "answered_by",
    "messages",
    "message_seconds",
)

# Without it, Excel reads UTF-8 as the machine's old code page.
BYTE_ORDER_MARK = "\ufeff"

# A cell that begins with one of these may be run as a formula by whoever opens the file
# (OWASP, "CSV injection"); an apostrophe makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

# Numbers of phones begin with a plus, and can do nothing.
NUMBERS = re.compile(r"\+\d{6,15}( \+\d{6,15})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CallsCsv:
    """The document of an export. `separator` is `;` for Excel in French, else `,`."""

    separator: str = ";"

    def header(self) -> bytes:
        """Return what a file begins with: the mark, and the names of the columns."""
        return (BYTE_ORDER_MARK + self._csv([COLUMNS])).encode()

    def lines(self, calls: Iterable[Call]) -> bytes:
        """Return one line a call."""
        return self._csv(map(_cells, calls)).encode()

    def _csv(self, rows: Iterable[Iterable[str]]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator="\r\n").writerows(rows)
        return text.getvalue()


def _cells(call: Call) -> Iterable[str]:
    cells = (
        call.call_id,
        instant(call.started_at),
        instant(call.ended_at) if call.ended_at else None,
        call.state,
        call.final_outcome,
        call.dialled,
        call.caller,
        call.source_id,
        call.flow_id,
        call.flow_version,
        call.seconds,
        call.known_talk_seconds,
        " ".join(call.answered_by),
        len(call.messages),
        sum(message.seconds for message in call.messages),
    )
    return map(_cell, cells)


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    text = str(value)
    if not text.startswith(FORMULA_STARTS) or NUMBERS.fullmatch(text):
        return text
    return f"'{text}"
