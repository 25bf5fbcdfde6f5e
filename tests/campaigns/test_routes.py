"""Campaigns as a shop has them, through the product's own doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.usecases import MOST_LOOKS
from tests.house.shops import NUMBER, a_shop
from tests.world import CONSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

RUNG = "+33612345601"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Open one shop: each test has a list and campaigns of its own."""
    with a_shop() as shop:
        yield shop


def a_list(shop: Shop, *people: dict[str, Any]) -> str:
    made = shop.makes("/v1/contact-lists", {"name": "Clients"})
    told = list(people) or [{"numbers": [RUNG], "fields": {"age": "42"}}]
    shop.makes(f"/v1/contact-lists/{made['id']}/contacts", {"contacts": told})
    list_id: str = made["id"]
    return list_id


def a_body(shop: Shop, **facts: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "name": "Pain du matin",
        "professional": CONSENT["professional"],
        "purpose": "commercial",
        "object": CONSENT["object"],
        "mode": "agentless",
        "flow": {"flow_id": shop.flow_id, "version": 1},
        "shown": NUMBER,
    }
    body = usual | facts
    return body if "list_id" in body else {**body, "list_id": a_list(shop)}


def pointers(heard: Any) -> list[str]:
    return [each["pointer"] for each in heard.json["errors"]]


def test_a_campaign_is_written_down_and_shown_with_what_was_not_said(shop: Shop) -> None:
    hours = {"weekly": {"monday": [["10:00", "12:00"]]}}
    made = shop.ask("POST", "/v1/campaigns", a_body(shop, hours=hours))

    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert made.json["state"] == "draft"
    assert made.json["retries"] == {
        "most": 4,
        "most_a_day": 2,
        "between_seconds": 60,
        "rounds": 1,
        "rest_days": 30,
        "rules": {},
    }
    assert made.json["hours"] == hours
    assert made.headers["Location"] == f"/v1/campaigns/{made.json['id']}"
    assert shop.gets(made.headers["Location"]) == made.json


def test_the_same_key_makes_one_campaign(shop: Shop) -> None:
    body = a_body(shop, name="Once")

    one = shop.ask("POST", "/v1/campaigns", body, idempotency_key="once")
    again = shop.ask("POST", "/v1/campaigns", body, idempotency_key="once")

    assert one.json == again.json
    listed = shop.gets("/v1/campaigns?limit=200")["items"]
    assert [each["name"] for each in listed].count("Once") == 1


def test_all_that_is_wrong_is_told_at_once(shop: Shop) -> None:
    body = a_body(
        shop,
        list_id="list_0",
        shown="+33162010002",
        object="nos offres",
        queue="ventes",
        flow={"flow_id": shop.flow_id, "version": 7},
        country="BE",
    )

    heard = shop.ask("POST", "/v1/campaigns", body)

    assert (heard.status, heard.json["code"]) == (422, "no-campaign")
    fields = "/object /country /list_id /queue /queue /flow /shown"
    assert pointers(heard) == fields.split()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"purpose": "fun"}, "/purpose"),
        ({"mode": "manual"}, "/mode"),
        ({"priority": 11}, "/priority"),
        ({"begins": "tomorrow"}, "/begins"),
        ({"ends": "9999-12-31"}, "/ends"),
        ({"retries": {"rules": {"busy": {"first_minutes": -1, "most": 1}}}}, "/retries/rules/busy"),
        ({"retries": {"rules": {"lost": {"first_minutes": 1, "most": 1}}}}, "/retries/rules/lost"),
        ({"state": "running"}, "/state"),
    ],
)
def test_what_has_not_the_documented_shape_is_refused(
    shop: Shop, facts: dict[str, Any], field: str
) -> None:
    heard = shop.ask("POST", "/v1/campaigns", a_body(shop, list_id="list_0", **facts))

    assert heard.status == 400
    assert pointers(heard)[0].startswith(field)


def test_hours_that_are_none_are_refused_by_their_place(shop: Shop) -> None:
    body = a_body(shop, hours={"weekly": {"monday": [["25:00", "12:00"]]}})

    heard = shop.ask("POST", "/v1/campaigns", body)

    assert heard.status == 422
    assert pointers(heard) == ["/hours/weekly/monday/0/0"]


def test_a_change_is_of_what_was_seen_and_leaves_the_rest(shop: Shop) -> None:
    made = shop.makes("/v1/campaigns", a_body(shop, call_back=NUMBER, most=5))
    path = f"/v1/campaigns/{made['id']}"

    changed = shop.ask("PATCH", path, {"name": "Soir", "call_back": None}, if_match='"1"')
    stale = shop.ask("PATCH", path, {"name": "Late"}, if_match='"1"')
    wrong = shop.ask("PATCH", path, {"ratio": 2}, if_match='"2"')
    blind = shop.ask("PATCH", path, {"name": "Blind"})

    expected = {**made, "name": "Soir", "call_back": None, "version": 2}
    assert {**changed.json, "updated_at": made["updated_at"]} == expected
    assert (stale.status, wrong.status, blind.status) == (412, 422, 428)
    assert pointers(wrong) == ["/ratio"]
    assert shop.gets(path) == changed.json


def test_an_archived_campaign_is_read_and_copied_and_not_changed(shop: Shop) -> None:
    made = shop.makes("/v1/campaigns", a_body(shop, ends="2026-12-24"))
    path = f"/v1/campaigns/{made['id']}"

    for _ in range(2):
        assert shop.ask("DELETE", path).status == 204
    changed = shop.ask("PATCH", path, {"name": "Late"}, if_match='"2"')
    copy = shop.makes(f"{path}/copy", {"priority": 3})

    assert (changed.status, changed.json["code"]) == (409, "campaign-archived")
    assert shop.gets(path)["state"] == "archived"
    assert (copy["state"], copy["name"], copy["priority"]) == ("draft", "Pain du matin (copie)", 3)
    assert (copy["ends"], copy["list_id"]) == (None, made["list_id"])
    shown = [each["id"] for each in shop.gets("/v1/campaigns?limit=200")["items"]]
    assert (made["id"] in shown, copy["id"] in shown) == (False, True)
    put_away = shop.gets("/v1/campaigns?archived=true&limit=200")["items"]
    assert made["id"] in [each["id"] for each in put_away]


def test_a_dry_run_says_who_could_be_rung_and_why_not_the_others(shop: Shop) -> None:
    agreed, withdrew, silent = "+33612345611", "+33612345612", "+33612345613"
    for number in (agreed, withdrew):
        both = {**CONSENT, "number": number, "covers": ["phone", "automaton"]}
        shop.makes("/v1/consents", both)
    shop.makes("/v1/consents/withdrawals", {"number": withdrew, "means": "letter"})
    people = [{"numbers": [each]} for each in (agreed, withdrew, silent)]
    made = shop.makes("/v1/campaigns", a_body(shop, list_id=a_list(shop, *people)))
    path = f"/v1/campaigns/{made['id']}/dry-run"

    now = shop.gets(path)
    sunday = shop.gets(f"{path}?at=2026-11-29T11:00:00Z")

    assert (now["contacts"], now["now"], now["later"], now["never"]) == (3, 1, {}, 2)
    by_code = {each["code"]: each for each in now["reasons"]}
    assert by_code["consent.revoked"]["contacts"] == 1
    assert by_code["consent.missing"]["words"]["fr"].startswith("La personne n'a pas consenti")
    assert len(now["items"]) == 2
    assert (sunday["now"], sunday["later"]) == (0, {"2026-11-30": 1})
    assert sunday["first"] == "2026-11-30T09:00:00Z"
    assert {each["code"] for each in sunday["reasons"]} >= {"day.weekend", "consent.missing"}


def test_pages_of_a_dry_run_add_up_to_the_list_or_the_segment(shop: Shop) -> None:
    people = [
        {"numbers": [f"+336123457{at:02}"], "fields": {"age": str(20 + at)}} for at in range(7)
    ]
    body = a_body(shop, list_id=a_list(shop, *people), purpose="service", segment="age >= 22")
    path = f"/v1/campaigns/{shop.makes('/v1/campaigns', body)['id']}/dry-run?limit=2"

    pages = [shop.gets(path)]
    while pages[-1]["next"]:
        pages.append(shop.gets(f"{path}&cursor={pages[-1]['next']}"))

    assert sum(each["contacts"] for each in pages) == 5
    assert sum(each["now"] for each in pages) == 5
    assert all(each["contacts"] <= 2 for each in pages)


def test_a_rare_segment_costs_a_page_few_looks_and_nobody_is_lost(shop: Shop) -> None:
    people = [{"numbers": [f"+336123458{at:02}"], "fields": {"age": str(at)}} for at in range(60)]
    body = a_body(shop, list_id=a_list(shop, *people), purpose="service", segment="age >= 59")
    path = f"/v1/campaigns/{shop.makes('/v1/campaigns', body)['id']}/dry-run?limit=1"

    pages = [shop.gets(path)]
    while pages[-1]["next"]:
        pages.append(shop.gets(f"{path}&cursor={pages[-1]['next']}"))

    assert sum(each["contacts"] for each in pages) == 1
    assert 2 < len(pages) <= 60 // MOST_LOOKS + 2


def test_nothing_is_tried_in_the_past_nor_without_its_list(shop: Shop) -> None:
    made = shop.makes("/v1/campaigns", a_body(shop))
    path = f"/v1/campaigns/{made['id']}/dry-run"

    past = shop.ask("GET", f"{path}?at=2026-11-01T11:00:00Z")
    far = shop.ask("GET", f"{path}?at=9999-12-31T23:59:59Z")
    shop.ask("DELETE", f"/v1/contact-lists/{made['list_id']}")
    without = shop.ask("GET", path)

    assert (past.status, pointers(past)) == (422, ["/at"])
    assert (far.status, pointers(far)) == (422, ["/at"])
    assert (without.status, pointers(without)) == (422, ["/list_id"])


def test_a_campaign_is_started_paused_resumed_and_stopped(shop: Shop) -> None:
    made = shop.makes("/v1/campaigns", a_body(shop, name="Steered"))
    path = f"/v1/campaigns/{made['id']}"

    heard = {
        move: shop.ask("POST", f"{path}/{move}") for move in ("start", "pause", "resume", "stop")
    }
    again = shop.ask("POST", f"{path}/stop")

    assert {move: (each.status, each.json["state"]) for move, each in heard.items()} == {
        "start": (200, "running"),
        "pause": (200, "paused"),
        "resume": (200, "running"),
        "stop": (200, "stopped"),
    }
    assert again.json == shop.gets(path) == heard["stop"].json
    assert again.json["started_at"] is not None
    refused = shop.ask("POST", f"{path}/start")
    assert (refused.status, refused.json["code"]) == (409, "campaign-state")


def test_before_people_are_rung_all_is_checked_once_more(shop: Shop) -> None:
    gone = a_list(shop)
    made = shop.makes("/v1/campaigns", a_body(shop, name="Rotten", list_id=gone))
    assert shop.ask("DELETE", f"/v1/contact-lists/{gone}").status == 204

    refused = shop.ask("POST", f"/v1/campaigns/{made['id']}/start")

    assert (refused.status, refused.json["code"]) == (422, "no-campaign")
    assert pointers(refused) == ["/list_id"]
    assert shop.gets(f"/v1/campaigns/{made['id']}")["state"] == "draft"


def test_what_runs_is_not_changed_nor_put_away(shop: Shop) -> None:
    made = shop.makes("/v1/campaigns", a_body(shop, name="Busy"))
    path = f"/v1/campaigns/{made['id']}"
    running = shop.ask("POST", f"{path}/start")

    changed = shop.ask("PATCH", path, {"priority": 3}, if_match=running.headers["ETag"])
    archived = shop.ask("DELETE", path)

    assert (changed.status, changed.json["code"]) == (409, "campaign-running")
    assert (archived.status, archived.json["code"]) == (409, "campaign-state")
    shop.ask("POST", f"{path}/stop")


def test_a_campaign_whose_calls_agents_take_is_started_before_they_are_there(shop: Shop) -> None:
    shop.makes("/v1/queues", {"name": "agents"})
    body = a_body(shop, name="Agents", mode="progressive", queue="agents", flow=None)
    made = shop.makes("/v1/campaigns", body)

    started = shop.makes(f"/v1/campaigns/{made['id']}/start")

    assert started["state"] == "running"
    assert shop.gets(f"/v1/campaigns/{made['id']}/agents")["items"] == []
