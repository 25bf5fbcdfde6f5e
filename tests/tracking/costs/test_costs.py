"""Costs are spread over their days to the cent, told, listed, taken back and imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.money import Money
from chalicelib.tracking.costs import costs
from chalicelib.tracking.costs.costs import Cost, Target
from tests.tracking import builders as a
from tests.tracking.test_routes import RIVAL, World, world

__all__ = ["world"]

DAY = timedelta(days=1)
SPENT = {"amount": "100.00", "from": "2026-11-01", "to": "2026-11-03"}


def a_cost(**facts: Any) -> Cost:
    known: dict[str, Any] = {
        "id": "cost_20261101_ab",
        "account_id": "acct_1",
        "target": Target(campaign="soldes"),
        "amount": Money.euros("100.00"),
        "first": date(2026, 11, 1),
        "last": date(2026, 11, 3),
        "created_at": a.NOW,
    }
    return Cost(**known | facts)


@given(
    cents=st.integers(1, 10**9),
    days=st.integers(1, 366),
    cuts=st.lists(st.integers(-10, 400), min_size=1, max_size=6),
)
def test_spans_side_by_side_add_up_to_what_was_spent(
    cents: int, days: int, cuts: list[int]
) -> None:
    cost = a_cost(amount=Money.cents(cents))
    cost = replace(cost, last=cost.first + (days - 1) * DAY)
    edges = sorted({-20, *cuts, 420})

    parts = [
        costs.within(cost, cost.first + begin * DAY, cost.first + (end - 1) * DAY)
        for begin, end in zip(edges, edges[1:], strict=False)
    ]

    assert sum(parts, start=Money.zero) == cost.amount
    assert all(each.is_whole_cents for each in parts)


def test_the_days_of_a_span_add_up_to_it() -> None:
    cost = a_cost()
    first, last = date(2026, 10, 30), date(2026, 11, 2)

    days = costs.by_day([cost], first, last)

    assert sorted(days) == ["2026-11-01", "2026-11-02"]
    assert sum(days.values(), start=Money.zero) == costs.total([cost], first, last)


def test_where_nobody_said_a_cost_there_is_none() -> None:
    assert costs.total([], date(2026, 10, 30), date(2026, 11, 2)) is None


def test_what_a_poster_cost_is_told_listed_and_taken_back(world: World) -> None:
    source_id = world.source(campaign="Rentrée")
    path = f"/v1/sources/{source_id}/costs"

    told = world.ask("POST", path, {**SPENT, "note": "Impression"})
    listed = world.ask("GET", path).json["items"]
    gone = world.ask("DELETE", f"{path}/{told.json['id']}")
    again = world.ask("DELETE", f"{path}/{told.json['id']}")

    assert (told.status, told.json["source"], told.json["campaign"]) == (201, source_id, "Rentrée")
    assert (told.json["from"], told.json["to"]) == ("2026-11-01", "2026-11-03")
    assert listed == [told.json]
    assert (gone.status, again.status) == (204, 404)
    assert world.ask("GET", "/v1/costs").json["items"] == []


def test_a_part_of_a_cost_is_in_a_report_of_a_part_of_its_days(world: World) -> None:
    world.ask("POST", "/v1/costs", {**SPENT, "campaign": "soldes", "channel": "display"})

    path = "/v1/reports/calls?from=2026-11-02&to=2026-11-30"
    found = {
        by: world.ask("GET", f"{path}&by={by}").json["items"][0]
        for by in ("campaign", "channel", "keyword", "day")
    }

    assert {by: line["key"] for by, line in found.items()} == {
        "campaign": "soldes",
        "channel": "display",
        "keyword": None,
        "day": "2026-11-02",
    }
    whole = {by: line["cost"]["amount"] for by, line in found.items() if by != "day"}
    assert set(whole.values()) == {"66.67"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": "0"}, "/amount"),
        ({"amount": "-1.00"}, "/amount"),
        ({"amount": "1.005"}, "/amount"),
        ({"amount": "12,50"}, "/amount"),
        ({"amount": 12}, "/amount"),
        ({"currency": "USD"}, "/currency"),
        ({"to": "2026-10-31"}, "/to"),
        ({"to": "2027-11-02"}, "/to"),
        ({"from": "1999-01-01"}, "/from"),
        ({"from": "01/11/2026"}, "/from"),
        ({"campaign": ""}, "/campaign"),
        ({"campaign": "x" * 201}, "/campaign"),
        ({"budget": "1"}, "/budget"),
    ],
)
def test_what_is_no_cost_is_refused_by_its_field(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    heard = world.ask("POST", "/v1/costs", {**SPENT, "campaign": "soldes", **body})

    assert heard.status in (400, 422)
    assert heard.json["errors"][0]["pointer"] == pointer, heard.text


def test_a_file_is_tried_first_then_stored_and_never_twice(world: World) -> None:
    source_id = world.source()
    content = f"source_id,amount,from,to\n{source_id},10,2026-11-01,2026-11-02\n"

    tried = world.ask("POST", "/v1/costs/imports", {"content": content}).json
    before = world.ask("GET", "/v1/costs").json["items"]
    for _ in range(2):
        stored = world.ask("POST", "/v1/costs/imports", {"content": content, "preview": False}).json

    assert (tried["stored"], tried["costs"], tried["total"], before) == (False, 1, "10.00", [])
    assert stored["stored"] is True
    (cost,) = world.ask("GET", f"/v1/sources/{source_id}/costs").json["items"]
    assert (cost["imported"], cost["channel"]) == (True, "outdoor")


def test_a_file_with_a_fault_is_stored_in_no_part(world: World) -> None:
    theirs = world.source(key=RIVAL)
    content = f"source_id,campaign,amount,from\n,ok,1,2026-11-01\n{theirs},,1,2026-11-01\n"

    tried = world.ask("POST", "/v1/costs/imports", {"content": content}).json
    refused = world.ask("POST", "/v1/costs/imports", {"content": content, "preview": False})

    assert [each["column"] for each in tried["faults"]] == ["source_id"]
    assert refused.status == 422
    assert world.ask("GET", "/v1/costs").json["items"] == []


def test_a_rival_reads_and_takes_back_nothing(world: World) -> None:
    source_id = world.source()
    path = f"/v1/sources/{source_id}/costs"
    cost_id = world.ask("POST", path, SPENT).json["id"]
    rivals = world.source(key=RIVAL)

    attacks = [
        world.ask("POST", path, SPENT, key=RIVAL),
        world.ask("GET", path, key=RIVAL),
        world.ask("DELETE", f"{path}/{cost_id}", key=RIVAL),
        world.ask("DELETE", f"/v1/sources/{rivals}/costs/{cost_id}", key=RIVAL),
        world.ask("DELETE", f"/v1/costs/{cost_id}", key=RIVAL),
        world.ask("DELETE", "/v1/costs/cost_20261399_ab", key=RIVAL),
        world.ask("DELETE", "/v1/costs/x", key=RIVAL),
    ]

    assert {each.status for each in attacks} == {404}
    assert world.ask("GET", "/v1/costs", key=RIVAL).json["items"] == []
    assert len(world.ask("GET", path).json["items"]) == 1


def test_lists_go_on_where_they_stopped(world: World) -> None:
    for at in range(3):
        day = f"2026-11-{at + 1:02}"
        world.ask("POST", "/v1/costs", {**SPENT, "from": day, "to": day, "campaign": "c"})

    first = world.ask("GET", "/v1/costs?limit=2").json
    second = world.ask("GET", f"/v1/costs?limit=2&cursor={first['next']}").json

    days = [each["from"] for each in (*first["items"], *second["items"])]
    assert (days, second["next"]) == (["2026-11-03", "2026-11-02", "2026-11-01"], None)
