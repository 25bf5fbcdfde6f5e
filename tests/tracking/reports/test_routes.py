"""Reports of calls from outside, on the table of the stack."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import duckdb
import pytest

from chalicelib.calls.call import Outcome
from chalicelib.kernel.money import Money
from chalicelib.runtime import reports_wiring, tracking_wiring
from chalicelib.runtime.media import PARQUET
from chalicelib.tracking.costs.costs import Cost, Target
from chalicelib.tracking.reports import documents
from chalicelib.tracking.store import TrackingRow
from tests.tracking import builders as a
from tests.tracking.journeys.builders import LANDING, a_journey
from tests.tracking.test_routes import RIVAL, World, world

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["world"]

DAYS = "from=2026-11-01&to=2026-11-30"
DAY = timedelta(days=1)


def a_call(call_id: str, landing: dict[str, Any] | None = None, **facts: Any) -> None:
    """Have a call counted that one of the visits with this landing made."""
    account_id = facts.get("account_id", "acct_1")
    if landing is not None:
        brought = {"landing": {**LANDING, **landing}, "visit_id": None, "shared_id": "a-source"}
        tracking_wiring.journeys().keep(a_journey(call_id, account_id=account_id, **brought))
    known = {"source_id": None, "caller_hash": f"hash-{call_id}", **facts}
    reports_wiring.count_call(a.a_call(call_id=call_id, **known))


def a_cost(first: date, euros: str, days: int = 1, **target: str) -> None:
    cost = Cost(
        id=f"cost_{first:%Y%m%d}_ab",
        account_id="acct_1",
        target=Target(**target),
        amount=Money.euros(euros),
        first=first,
        last=first + (days - 1) * DAY,
        created_at=a.NOW,
    )
    reports_wiring.costs().put([cost])


def test_calls_are_reported_by_campaign_with_what_they_cost(world: World) -> None:
    a_call("CA1", {"campaign": "soldes"})
    a_call("CA2", {"campaign": "soldes"}, outcome=Outcome.MISSED, talk_seconds=0)
    a_call("CA3", {"campaign": "marque"}, caller_hash="hash-CA1")
    a_cost(a.TODAY, "10.01", campaign="soldes", channel="paid-search")

    report = world.ask("GET", f"/v1/reports/calls?by=campaign&{DAYS}").json

    soldes, marque = report["items"]
    assert [(each["key"], each["calls"]) for each in (soldes, marque)] == [
        ("soldes", 2),
        ("marque", 1),
    ]
    assert (soldes["answered"], soldes["missed"], soldes["qualified"]) == (1, 1, 1)
    assert soldes["cost"] == {"amount": "10.01", "currency": "EUR"}
    assert (soldes["cost_per_call"]["amount"], soldes["cost_per_lead"]["amount"]) == (
        "5.01",
        "10.01",
    )
    assert (marque["cost"], marque["cost_per_call"]) == (None, None)
    total = report["total"]
    assert (total["calls"], total["unique_callers"], total["new_callers"]) == (3, 2, 2)
    assert total["cost_per_call"]["amount"] == "3.34"


def test_what_a_campaign_cost_stands_beside_its_calls_whatever_the_capitals(world: World) -> None:
    for at, campaign in enumerate(("noel", "noel", "NOEL", "marque", "Marque")):
        a_call(f"CA{at}", {"campaign": campaign})
    for at, campaign in enumerate(("Noel", "noël", "Marque", "Soldes", "soldes"), start=1):
        a_cost(date(2026, 11, at), "10.00", campaign=campaign)

    lines = world.ask("GET", f"/v1/reports/calls?by=campaign&{DAYS}").json["items"]

    spent = {each["key"]: each["cost"] and each["cost"]["amount"] for each in lines}
    assert spent == {
        "noel": "10.00",
        "NOEL": None,
        "noël": "10.00",
        "marque": None,
        "Marque": "10.00",
        "Soldes": "20.00",
    }


def test_a_source_is_called_by_its_name_and_money_without_calls_is_seen(world: World) -> None:
    source_id = world.source(name="Radio")
    a_call("CA1", source_id=source_id)
    a_cost(a.TODAY, "5.00", source="bing")

    lines = world.ask("GET", f"/v1/reports/calls?by=source&{DAYS}").json["items"]

    assert [(each["key"], each["label"], each["calls"]) for each in lines] == [
        (source_id, "Radio", 1),
        ("bing", "bing", 0),
    ]
    assert lines[1]["cost"]["amount"] == "5.00"


def test_two_periods_are_compared_line_by_line(world: World) -> None:
    for at, day in enumerate((-7, -7, 0)):
        a_call(f"CA{at}", {"campaign": "soldes"}, started_at=a.NOW + day * DAY)
    a_call("CA_gone", {"campaign": "gone"}, started_at=a.NOW - 7 * DAY)

    path = "/v1/reports/calls?by=campaign&from=2026-11-22&to=2026-11-22"
    report = world.ask("GET", f"{path}&compare_from=2026-11-15&compare_to=2026-11-15").json

    soldes, gone = report["items"]
    assert soldes["compared"]["before"]["calls"] == 2
    assert soldes["compared"]["change"]["calls"] == {"difference": -1, "percent": -50.0}
    assert (gone["key"], gone["calls"], gone["compared"]["before"]["calls"]) == ("gone", 0, 1)
    assert report["total"]["compared"]["change"]["calls"]["difference"] == -2
    assert (report["compare_from"], report["compare_to"]) == ("2026-11-15", "2026-11-15")


def test_days_are_compared_in_order(world: World) -> None:
    a_call("CA1", started_at=a.NOW)
    a_call("CA2", started_at=a.NOW - 7 * DAY)

    path = "/v1/reports/calls?by=day&from=2026-11-21&to=2026-11-22"
    report = world.ask("GET", f"{path}&compare_from=2026-11-14&compare_to=2026-11-15").json

    assert [(each["key"], each["calls"]) for each in report["items"]] == [
        ("2026-11-21", 0),
        ("2026-11-22", 1),
    ]
    assert [each["compared"]["before"]["calls"] for each in report["items"]] == [0, 1]


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("Europe/Paris", "2026-11-23", "00"),
        ("Indian/Reunion", "2026-11-23", "03"),
        ("America/Martinique", "2026-11-22", "19"),
        ("Pacific/Marquesas", "2026-11-22", "13"),
    ],
)
def test_hours_and_days_are_those_of_a_place(world: World, zone: str, day: str, hour: str) -> None:
    a_call("CA1", started_at=datetime(2026, 11, 22, 23, 10, tzinfo=UTC))

    found = {}
    for by in ("day", "hour"):
        report = world.ask("GET", f"/v1/reports/calls?by={by}&{DAYS}&zone={zone}").json
        assert report["total"]["calls"] == 1
        found[by] = [each["key"] for each in report["items"] if each["calls"]]

    assert found == {"day": [day], "hour": [hour]}


def test_nobody_tells_how_many_different_people_ring_on_mondays(world: World) -> None:
    a_call("CA1")

    report = world.ask("GET", f"/v1/reports/calls?by=weekday&{DAYS}").json

    assert [each["key"] for each in report["items"]] == list("1234567")
    (sunday,) = (each for each in report["items"] if each["calls"])
    assert (sunday["key"], sunday["unique_callers"], sunday["cost"]) == ("7", None, None)
    assert report["total"]["unique_callers"] == 1


def test_a_spreadsheet_gets_lines_and_a_total_that_run_nothing(world: World) -> None:
    a_call("CA1", {"campaign": "=HYPERLINK(1)"})

    heard = world.ask("GET", f"/v1/reports/calls?by=campaign&{DAYS}", accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(heard.text.removeprefix("\ufeff")), delimiter=";"))

    assert heard.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["campaign"] for row in rows] == ["'=HYPERLINK(1)", "(total)"]
    assert {row["calls"] for row in rows} == {"1"}
    assert rows[1]["unique_callers"] == "1"


def test_a_spreadsheet_of_two_periods_has_both_and_the_change(world: World) -> None:
    a_call("CA1")
    path = "/v1/reports/calls?by=number&from=2026-11-22&to=2026-11-22&format=csv&separator=,"

    heard = world.ask("GET", f"{path}&compare_from=2026-11-15&compare_to=2026-11-15")

    rows = list(csv.DictReader(io.StringIO(heard.text.removeprefix("\ufeff"))))
    assert (rows[0]["number"], rows[0]["calls"], rows[0]["calls_before"]) == (a.NUMBER, "1", "0")
    assert rows[0]["calls_percent"] == ""


def test_a_week_is_drawn(world: World) -> None:
    a_call("CA1")

    heard = world.ask("GET", f"/v1/reports/calls?by=heat&{DAYS}&format=svg")

    picture = ElementTree.fromstring(heard.text)
    titles = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert heard.headers["Content-Type"] == "image/svg+xml"
    assert len(titles) == 1 + 7 * 24
    assert "dim. 13 h : 1" in titles


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("from=2026-11-22&to=2026-11-21", 422, "/to"),
        ("from=2025-01-01&to=2026-01-02", 422, "/to"),
        (f"{DAYS}&by=page&compare_from=2025-01-01&compare_to=2026-01-02", 422, "/compare_to"),
        ("from=1999-01-01&to=1999-01-02", 400, "/from"),
        (f"{DAYS}&by=mood", 400, "/by"),
        (f"{DAYS}&zone=Europe/Atlantis", 400, "/zone"),
        (f"{DAYS}&zone=Europe", 400, "/zone"),
        (f"{DAYS}&zone=../../etc/passwd", 400, "/zone"),
        (f"{DAYS}&zone=Asia/Kathmandu&by=hour", 422, "/zone"),
        (f"{DAYS}&zone=Indian/Reunion&by=channel", 422, "/zone"),
        (f"{DAYS}&compare_from=2026-10-01", 422, "/compare_to"),
        (f"{DAYS}&compare_from=2026-10-02&compare_to=2026-10-01", 422, "/compare_to"),
        (f"{DAYS}&by=day&format=svg", 422, "/by"),
        (f"{DAYS}&format=pdf", 400, "/format"),
        (f"{DAYS}&format=parquet", 422, "/format"),
        (f"{DAYS}&limit=0", 400, "/limit"),
    ],
)
def test_what_cannot_be_reported_is_named(
    world: World, query: str, status: int, pointer: str
) -> None:
    heard = world.ask("GET", f"/v1/reports/calls?{query}")

    assert (heard.status, heard.json["errors"][0]["pointer"]) == (status, pointer), heard.text


def test_lines_beyond_the_limit_are_counted_in_the_total(world: World) -> None:
    for at in range(3):
        a_call(f"CA{at}", {"campaign": f"c{at}"})

    report = world.ask("GET", f"/v1/reports/calls?by=campaign&{DAYS}&limit=2").json

    assert (len(report["items"]), report["left_out"], report["total"]["calls"]) == (2, 1, 3)


@pytest.mark.parametrize("by", ["source", "campaign", "keyword", "page", "number", "channel"])
def test_a_year_is_compared_with_the_one_before(world: World, by: str) -> None:
    for at, days in enumerate((0, 30, 300, 366, 500)):
        a_call(f"CA{at}", {}, started_at=a.NOW - days * DAY, caller_hash="ann")

    path = f"/v1/reports/calls?by={by}&from=2025-11-22&to=2026-11-22"
    report = world.ask("GET", f"{path}&compare_from=2024-11-22&compare_to=2025-11-21").json

    total = report["total"]
    assert (total["calls"], total["unique_callers"], total["new_callers"]) == (3, 1, 0)
    before = total["compared"]["before"]
    assert (before["calls"], before["unique_callers"], before["new_callers"]) == (2, 1, 1)
    (line,) = report["items"]
    assert line["compared"]["change"]["calls"]["difference"] == 1


def test_a_program_gets_a_table_with_its_total(world: World, tmp_path: Path) -> None:
    a_call("CA1", {"campaign": "été"})
    a_call("CA2", {"campaign": ""}, caller_hash="hash-CA1", outcome=Outcome.MISSED)
    a_cost(a.TODAY, "10.01", campaign="été")

    heard = world.ask("GET", f"/v1/reports/calls?by=campaign&{DAYS}", accept=PARQUET)

    assert heard.headers["Content-Type"] == PARQUET
    rows = table(heard.content, tmp_path, "campaign, label, is_total, calls, missed, cost_micros")
    assert rows == [
        (None, "(none)", False, 1, 1, None),
        ("été", "été", False, 1, 0, 10_010_000),
        (None, "(total)", True, 2, 1, 10_010_000),
    ]
    assert table(heard.content, tmp_path, "unique_callers, new_callers")[2] == (1, 1)


def test_a_table_of_two_periods_has_both_and_the_change(world: World, tmp_path: Path) -> None:
    a_call("CA1")
    a_call("CA2", started_at=a.NOW - 7 * DAY)
    path = "/v1/reports/calls?by=day&from=2026-11-22&to=2026-11-22&format=parquet"

    heard = world.ask(
        "GET", f"{path}&compare_from=2026-11-14&compare_to=2026-11-15", accept=PARQUET
    )

    names = "day, calls, calls_before, calls_percent, value_micros_before, cost_micros_before"
    assert table(heard.content, tmp_path, names) == [
        ("2026-11-22", 1, 0, None, 0, None),
        (None, 1, 1, 0.0, 0, None),
    ]


def test_a_document_that_nobody_can_be_sent_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call("CA1")
    monkeypatch.setattr(documents, "LARGEST", 100)

    for accept in ("text/csv", PARQUET):
        heard = world.ask("GET", f"/v1/reports/calls?{DAYS}", accept=accept)

        assert (heard.status, heard.json["errors"][0]["pointer"]) == (422, "/to")


def table(content: bytes, folder: Path, names: str) -> list[tuple[Any, ...]]:
    """Read a Parquet file with DuckDB."""
    file = folder / "report.parquet"
    file.write_bytes(content)
    with duckdb.connect() as database:
        return database.execute(f"SELECT {names} FROM read_parquet(?)", [str(file)]).fetchall()


def test_a_rival_sees_nothing(world: World) -> None:
    a_call("CA1", {"campaign": "soldes"})
    a_cost(a.TODAY, "5.00", campaign="soldes")

    for by in ("channel", "source", "campaign", "keyword", "page", "number"):
        report = world.ask("GET", f"/v1/reports/calls?by={by}&{DAYS}", key=RIVAL).json
        assert (report["items"], report["total"]["calls"]) == ([], 0)
        assert report["total"]["cost"] is None


def test_what_is_kept_of_a_call_names_no_visit(world: World) -> None:
    a_call("CA1", {"campaign": "soldes"})
    journey = tracking_wiring.journeys().journey("acct_1", "CA1")
    assert len(journey.candidates) > 1

    rows = TrackingRow._get_connection().scan()["Items"]

    kept = [str(row) for row in rows if row["sk"]["S"] in ("tally", "seen")]
    assert len(kept) == 2
    assert not any(name in row for row in kept for name in ("vis_", "lea_"))
