"""What a spreadsheet gets."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from chalicelib.calls.documents import COLUMNS, CallsCsv
from tests.calls import builders as a
from tests.fakes import CallLogInMemory


def cells(separator: str = ";", **facts: Any) -> dict[str, str]:
    log = CallLogInMemory()
    a.log_call(log, a.received(**facts), *a.forwarded_call()[1:], a.message_left(9))
    document = CallsCsv(separator)

    text = (document.header() + document.lines([log.load("acc_1", "CA1")])).decode("utf-8-sig")

    (row,) = csv.DictReader(io.StringIO(text), delimiter=separator)
    return row


@pytest.mark.parametrize("separator", [";", ","])
def test_a_call_is_a_line(separator: str) -> None:
    assert cells(separator) == {
        "call_id": "CA1",
        "started_at": "2026-11-23T11:00:00.000Z",
        "ended_at": "2026-11-23T11:01:35.000Z",
        "state": "ended",
        "outcome": "answered",
        "number": a.DIALLED,
        "caller": a.CALLER,
        "source_id": "src_1",
        "flow_id": "flow_1",
        "flow_version": "1",
        "seconds": "95",
        "talk_seconds": "80",
        "answered_by": a.DESK,
        "messages": "1",
        "message_seconds": "17",
    }


def test_a_file_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    header = CallsCsv().header()

    assert header.startswith(b"\xef\xbb\xbf")
    assert header.decode("utf-8-sig") == ";".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_formula_is_only_text(start: str) -> None:
    source = cells(source_id=f'{start}HYPERLINK("http://x";"y")')["source_id"]

    assert source.startswith(f"'{start}")


def test_a_number_that_is_a_formula_is_only_text() -> None:
    assert cells(caller="+33162012345+1")["caller"] == "'+33162012345+1"


def test_separators_and_quotes_stay_in_their_cell() -> None:
    assert cells(source_id='a;b,"c"\r\nd')["source_id"] == 'a;b,"c"\r\nd'
