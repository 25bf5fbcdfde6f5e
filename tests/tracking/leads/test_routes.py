"""Leads as a shop has them: calls come by themselves, forms are sent, owners say what is what."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from chalicelib.calls.call import Outcome
from chalicelib.runtime import leads_wiring, wiring
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.journeys import Journey
from chalicelib.tracking.leads.comparing import ModelName
from chalicelib.tracking.leads.projecting import take_call
from chalicelib.tracking.leads.qualifying import Quality
from tests.house.carrier import CALL, a_forwarded_call
from tests.house.shops import a_shop
from tests.tracking import builders as a

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.house.shops import Shop

ACCOUNT = "acct_shop"
PAGE = (Path(__file__).parents[3] / "docs" / "leads.md").read_text(encoding="utf-8")
FORM, RULES = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


def calls(shop: Shop, call_id: str = "CA1", **facts: Any) -> Any:
    """Have a call end, and be put to its lead."""
    call = a.a_call(call_id=call_id, account_id=ACCOUNT, started_at=shop.clock.now, **facts)
    journey = Journey(
        call_id=call_id,
        account_id=ACCOUNT,
        rang_at=call.started_at,
        dialled=call.dialled,
        caller_hash=call.caller_hash,
        role=Role.STATIC,
        source_id=call.source_id,
    )
    noted = take_call(call, journey, leads_wiring.desk())
    assert noted is not None
    return shop.gets(f"/v1/leads/{noted.lead.id}")


def hashed(number: str) -> str:
    return wiring.Callers().caller_hash(ACCOUNT, number)


def test_a_call_to_a_source_is_a_lead_once_however_often_it_is_shown(shop: Shop) -> None:
    a_forwarded_call()
    for _ in range(2):
        shop.project()
        shop.track()

    (lead,) = shop.gets("/v1/leads")["items"]
    (call,) = lead["interactions"]
    assert (call["id"], call["qualified"], lead["version"]) == (CALL, True, 1)
    assert lead["touches"][0]["channel"] == "radio"


def test_what_an_agent_says_reaches_the_lead(shop: Shop) -> None:
    a_forwarded_call()
    shop.project()
    shop.track()

    heard = shop.ask("PUT", f"/v1/calls/{CALL}/quality", {"qualified": False})
    assert heard.status == 200, heard.text
    assert shop.project_again() == 1

    (lead,) = shop.gets("/v1/leads")["items"]
    assert lead["qualified"] is False


def test_the_form_of_the_page_joins_the_call_of_the_same_number(shop: Shop) -> None:
    called = calls(shop, caller_hash=hashed("+33639981234"))

    lead = shop.makes("/v1/leads", FORM)

    assert lead["id"] == called["id"]
    assert [each["kind"] for each in lead["interactions"]] == ["call", "form"]
    assert (lead["name"], lead["value"]["amount"]) == ("Jeanne Martin", "120.00")
    assert shop.makes("/v1/leads", FORM)["version"] == lead["version"]


def test_the_rules_of_the_page_judge_calls(shop: Shop) -> None:
    heard = shop.ask("PUT", "/v1/leads/rules", RULES, if_match='"0"')
    assert heard.status == 200, heard.text

    lead = calls(shop, outcome=Outcome.VOICEMAIL, talk_seconds=0)

    (call,) = lead["interactions"]
    assert (call["qualified"], call["value"]["amount"]) == (True, "20.00")
    assert call["facts"]["rule"] == "Message laissé"
    assert shop.gets("/v1/leads/rules")["rules"][1]["words"] == ["devis", "tarif"]


def test_a_rule_of_a_source_that_is_none_of_the_accounts_is_refused(shop: Shop) -> None:
    rules = [
        {"name": name, "qualified": True, "source_id": source_id}
        for name, source_id in (("Radio", shop.source_id), ("Rien", "src_nope"), ("Long", "x" * 99))
    ]

    heard = shop.ask("PUT", "/v1/leads/rules", {"rules": rules}, if_match='"0"')

    pointers = [each["pointer"] for each in heard.json["errors"]]
    assert (heard.status, pointers) == (422, ["/rules/1/source_id", "/rules/2/source_id"])
    assert shop.gets("/v1/leads/rules")["rules"] == []
    kept = shop.ask("PUT", "/v1/leads/rules", {"rules": rules[:1]}, if_match='"0"')
    assert kept.status == 200, kept.text


def test_what_an_agent_says_of_a_call_stands_against_the_rules(shop: Shop) -> None:
    desk = leads_wiring.desk()
    lead = calls(shop, talk_seconds=600)
    assert lead["qualified"] is True

    said = leads_wiring.leads().keep(
        ACCOUNT, "CA1", Quality(qualified=False), shop.clock.now, said=True
    )
    again = calls(shop, talk_seconds=600)

    assert said.qualified is False
    assert again["qualified"] is False
    assert desk.qualities.quality(ACCOUNT, "CA1") == said
    assert desk.qualities.quality("acct_rival", "CA1") is None


def test_what_an_agent_said_is_taken_back_and_the_rules_decide_again(shop: Shop) -> None:
    a_forwarded_call()
    shop.project()
    shop.track()
    path = f"/v1/calls/{CALL}/quality"

    for said in ({"qualified": False}, {"qualified": None}, {"qualified": None}):
        heard = shop.ask("PUT", path, said)
        assert heard.status == 200, heard.text
        shop.track()

    assert heard.json == {"qualified": None, "value": {"amount": "0.00", "currency": "EUR"}}
    (lead,) = shop.gets("/v1/leads")["items"]
    assert lead["qualified"] is True


def test_a_call_that_is_worth_nothing_has_no_value(shop: Shop) -> None:
    a_forwarded_call()
    for qualified in (False, None):
        body = {"qualified": qualified, "value": "50.00"}
        heard = shop.ask("PUT", f"/v1/calls/{CALL}/quality", body)

        assert heard.status == 422, heard.text
        assert [each["pointer"] for each in heard.json["errors"]] == ["/value"]


def test_rules_that_were_read_can_be_put_back(shop: Shop) -> None:
    kept = shop.ask("PUT", "/v1/leads/rules", RULES, if_match='"0"').json
    known = {name: kept[name] for name in ("rules", "most_cart")}

    again = shop.ask("PUT", "/v1/leads/rules", known, if_match='"1"')

    assert again.status == 200, again.text
    assert {**again.json, "version": 1} == kept
    dollars = {"rules": [], "most_cart": {"amount": "5.00", "currency": "USD"}}
    refused = shop.ask("PUT", "/v1/leads/rules", dollars, if_match='"2"')
    assert [each["pointer"] for each in refused.json["errors"]] == ["/most_cart"]


def test_a_call_that_nobody_made_cannot_be_judged(shop: Shop) -> None:
    assert shop.ask("PUT", "/v1/calls/CA9/quality", {"qualified": True}).status == 404


def test_two_people_of_one_number_are_told_apart_and_joined_again(shop: Shop) -> None:
    caller = hashed("+33639981234")
    calls(shop, "CA1", caller_hash=caller)
    lead = calls(shop, "CA2", caller_hash=caller)

    path = f"/v1/leads/{lead['id']}"
    parted = shop.ask("POST", f"{path}/split", {"interactions": ["CA2"]}, if_match='"2"').json
    assert [each["id"] for each in parted["new"]["interactions"]] == ["CA2"]
    joined = shop.ask(
        "POST", f"{path}/merge", {"lead_id": parted["new"]["id"]}, if_match='"3"'
    ).json

    assert [each["id"] for each in joined["interactions"]] == ["CA1", "CA2"]
    assert shop.gets(f"/v1/leads/{parted['new']['id']}")["id"] == lead["id"]


def test_a_lead_is_edited_and_forgotten(shop: Shop) -> None:
    lead = calls(shop)
    path = f"/v1/leads/{lead['id']}"

    sent = {"stage": "won", "qualified": True, "value": "99.50", "note": "Rappeler lundi"}
    edited = shop.ask("PATCH", path, sent, if_match='"1"').json

    assert (edited["stage"], edited["value"]["amount"]) == ("won", "99.50")
    assert shop.ask("PATCH", path, {"note": "Trop tard"}, if_match='"1"').status == 412
    assert shop.ask("DELETE", path).status == 204
    assert shop.ask("GET", path).status == 404
    assert shop.gets("/v1/leads")["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "call", "id": "1"}, "/kind"),
        ({"kind": "form"}, "/id"),
        ({"kind": "form", "id": "1", "email": "jeanne"}, "/email"),
        ({"kind": "form", "id": "1", "number": "12"}, "/number"),
        ({"kind": "form", "id": "1", "value": "12.345"}, "/value"),
        ({"kind": "form", "id": "1", "value": "-1"}, "/value"),
        ({"kind": "form", "id": "1", "visit": "lea_1"}, "/visit"),
        ({"kind": "form", "id": "1", "visit": "vis_unknown.x.y"}, "/visit"),
        ({"kind": "form", "id": "1", "at": "2026-11-01T10:00:00"}, "/at"),
        ({"kind": "form", "id": "1", "at": "2031-11-01T10:00:00Z"}, "/at"),
        ({"kind": "form", "id": "1", "at": "1970-01-01T00:00:00Z"}, "/at"),
    ],
)
def test_what_is_wrong_with_a_form_is_told(shop: Shop, body: Any, pointer: str) -> None:
    heard = shop.ask("POST", "/v1/leads", body)

    assert heard.status in (400, 422), heard.text
    assert heard.json["errors"][0]["pointer"] == pointer
    assert shop.gets("/v1/leads")["items"] == []


def test_models_are_compared_and_lose_neither_leads_nor_cents(shop: Shop) -> None:
    for at, (name, value) in enumerate([("A", "10.01"), ("B", "20.02"), ("C", "0.03")]):
        shop.makes(
            "/v1/leads",
            {"kind": "chat", "id": name, "qualified": at != 2, "value": value, "subject": "x"},
        )

    found = shop.gets(
        "/v1/reports/attribution?from=2026-11-01&to=2026-11-30&one=first&other=linear&by=source"
    )

    assert found["leads"] == 2
    (line,) = found["items"]
    assert line["name"] is None  # nothing is known to have brought them
    assert line["one"] == {
        "leads": 2.0,
        "value": {"amount": "30.03", "currency": "EUR"},
        "cost_per_lead": None,
    }
    assert line["other"] == line["one"]


def test_calls_from_a_poster_and_the_site_share_the_credit(shop: Shop) -> None:
    caller = hashed("+33639981234")
    source = shop.gets(f"/v1/sources/{shop.source_id}")
    calls(shop, "CA1", caller_hash=caller, source_id=shop.source_id, talk_seconds=90)

    found = shop.gets("/v1/reports/attribution?from=2026-11-01&to=2026-11-30")
    lead = shop.gets("/v1/leads")["items"][0]

    assert [(each["name"], each["one"]["leads"]) for each in found["items"]] == [
        (source["channel"], 1.0)
    ]
    (touch,) = lead["touches"]
    assert touch["source"] == source["name"]
    assert set(touch["credit"].values()) == {1.0}


def test_a_lead_costs_what_was_spent_however_often_the_person_rang(shop: Shop) -> None:
    caller = hashed("+33639981234")
    for at, call_id in enumerate(("CA1", "CA2", "CA3")):
        facts = {"caller_hash": caller, "source_id": shop.source_id, "talk_seconds": 90 + at}
        calls(shop, call_id, **facts)
    days = {"from": "2026-11-01", "to": "2026-11-30"}
    shop.makes(f"/v1/sources/{shop.source_id}/costs", {"amount": "100.00", **days})
    shop.makes("/v1/costs", {"campaign": "Noel", "amount": "50.00", **days})
    query = "/v1/reports/attribution?from=2026-11-01&to=2026-11-30"

    (source,) = shop.gets(f"{query}&by=source")["items"]
    campaigns = {each["name"]: each for each in shop.gets(f"{query}&by=campaign")["items"]}

    hundred = {"amount": "100.00", "currency": "EUR"}
    assert source["name"] == shop.gets(f"/v1/sources/{shop.source_id}")["name"]
    assert (source["one"]["leads"], source["cost"]) == (1.0, hundred)
    assert source["one"]["cost_per_lead"] == source["other"]["cost_per_lead"] == hundred
    assert campaigns["Noel"]["cost"] == {"amount": "50.00", "currency": "EUR"}
    assert campaigns["Noel"]["one"]["leads"] == 0
    assert campaigns["Noel"]["one"]["cost_per_lead"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-30&to=2026-11-01", "/to"),
        ("from=2026-11-01&to=2026-11-30&one=best", "/one"),
        ("from=2026-11-01&to=2026-11-30&other=data-driven-removal", "/other"),
    ],
)
def test_comparisons_that_cannot_be_made_are_told(shop: Shop, query: str, pointer: str) -> None:
    heard = shop.ask("GET", f"/v1/reports/attribution?{query}")

    assert heard.status in (400, 422), heard.text
    assert heard.json["errors"][0]["pointer"] == pointer


def test_the_page_names_every_model() -> None:
    assert [each for each in ModelName if f"`{each}`" not in PAGE] == []


def test_what_a_server_is_told_of_a_lead_says_not_who_it_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[tuple[str, str], Any] = {}
    desk = leads_wiring.desk()

    def publish(account_id: str, event: str, event_id: str, data: Mapping[str, Any]) -> None:
        told.setdefault((event, event_id), data)  # told twice, it is one message

    monkeypatch.setattr(leads_wiring, "desk", lambda: replace(desk, publish=publish))
    shop.makes("/v1/leads", FORM)
    shop.makes("/v1/leads", {**FORM, "id": "2"})

    assert [event for event, _ in told] == ["lead.created", "lead.updated"]
    assert "eanne" not in str(told)
    assert "639981234" not in str(told)


def test_leads_are_listed_by_when_they_were_last_heard_of(shop: Shop) -> None:
    shop.makes("/v1/leads", {**FORM, "at": "2026-11-02T10:00:00Z"})
    since = quote(datetime(2026, 11, 3, tzinfo=UTC).isoformat())

    assert shop.gets(f"/v1/leads?from={since}")["items"] == []
    assert len(shop.gets(f"/v1/leads?to={since}")["items"]) == 1
