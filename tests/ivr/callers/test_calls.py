"""Calls that know who calls and why: branches, greetings and whispers, and what they cost."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from app import app
from tests.gateway import BASE_URL, ring
from tests.house.shops import CALLER, NUMBER, OVEN

if TYPE_CHECKING:
    from tests.house.shops import Shop

BOX = {"kind": "voicemail", "greeting": "Parlez."}
BY_CALLER: dict[str, Any] = {
    "name": "Qui appelle",
    "start": "who",
    "nodes": {
        "who": {
            "kind": "branch",
            "rules": [
                {"when": {"caller.blocked": True}, "next": "no"},
                {"when": {"caller.fields.tier": "gold"}, "next": "gold"},
                {"when": {"caller.known": True}, "next": "known"},
            ],
            "otherwise": "box",
        },
        "no": {"kind": "reject"},
        "gold": {"kind": "say", "text": "Client or.", "next": "known"},
        "known": {"kind": "say", "text": "Bonjour {{caller.first_name}}.", "next": "box"},
        "box": BOX,
    },
}
BY_CAMPAIGN: dict[str, Any] = {
    "name": "Campagne",
    "start": "ring",
    "nodes": {
        "ring": {
            "kind": "dial",
            "destinations": [OVEN],
            "whisper": "Appel de la campagne {{call.campaign}}, {{call.source_name}}.",
            "no_answer": "box",
        },
        "box": BOX,
    },
}


def publishes(shop: Shop, document: dict[str, Any], flow_id: str = "") -> None:
    path = f"/v1/flows/{flow_id or shop.flow_id}"
    saved = shop.ask(
        "PUT",
        f"{path}/draft",
        {"document": document},
        if_match=shop.ask("GET", path).headers["ETag"],
    )
    assert saved.status == 200, saved.text
    shop.makes(f"{path}/publish")
    shop.cools_down()


def knows(shop: Shop, **facts: Any) -> None:
    shop.makes("/v1/callers", {"number": CALLER, "first_name": "Jeanne", **facts}, method="PUT")


def rings(path: str = "/voice/incoming", **fields: str) -> str:
    known: dict[str, str | list[str]] = {"CallSid": "CA1", "From": CALLER, "To": NUMBER}
    heard = ring(app, path, {**known, "CallStatus": "ringing", **fields})
    assert heard.status == 200
    return unescape(heard.text)


def requests_of(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what any client asks of AWS from here on."""
    sent: list[str] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        sent.append(operation)
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return sent


def url_in(xml: str, verb: str, attribute: str) -> str:
    found = re.search(rf'<{verb} [^>]*?{attribute}="([^"]+)"', xml)
    assert found, xml
    return found[1].removeprefix(BASE_URL)


@pytest.mark.parametrize(
    ("facts", "heard", "unheard"),
    [
        (None, "Parlez.", "Bonjour"),
        ({}, "Bonjour Jeanne.", "Client or."),
        ({"fields": {"tier": "gold"}}, "Client or.", "<Reject"),
        ({"blocked": True}, "<Reject", "Bonjour"),
    ],
)
def test_a_flow_goes_by_what_its_owner_knows_of_the_caller(
    shop: Shop, facts: dict[str, Any] | None, heard: str, unheard: str
) -> None:
    publishes(shop, BY_CALLER)
    if facts is not None:
        knows(shop, **facts)

    xml = rings()

    assert heard in xml
    assert unheard not in xml


def test_a_caller_who_withholds_the_number_is_a_stranger(shop: Shop) -> None:
    publishes(shop, BY_CALLER)
    knows(shop)

    assert "Bonjour" not in rings(From="anonymous")


def of_tables(sent: list[str]) -> list[str]:
    """Leave out the message to those who look at what rings: it asks nothing of a table."""
    return [each for each in sent if each != "SendMessage"]


def test_answering_asks_for_the_caller_and_logs_the_call_and_no_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishes(shop, BY_CALLER)
    knows(shop)
    rings()

    sent = requests_of(monkeypatch)
    assert "Jeanne" in rings(CallSid="CA2")

    assert of_tables(sent) == ["GetItem", "UpdateItem"]


def test_a_flow_that_asks_nothing_of_the_caller_reads_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows(shop)
    rings()

    sent = requests_of(monkeypatch)
    rings(CallSid="CA2")

    assert of_tables(sent) == ["UpdateItem"]


def test_whoever_is_rung_hears_the_campaign_of_the_call(shop: Shop) -> None:
    publishes(shop, BY_CAMPAIGN)
    line = "+33162010005"
    shop.makes("/v1/numbers", {"number": line, "flow_id": shop.flow_id})
    radio = {"name": "Radio", "channel": "radio", "campaign": "Rentrée"}
    source_id = shop.makes("/v1/sources", radio)["id"]
    shop.makes(f"/v1/sources/{source_id}/numbers/{line.replace('+', '%2B')}", {}, method="PUT")
    whisper = url_in(rings(To=line), "Number", "url")

    xml = rings(whisper, CallSid="CA9", ParentCallSid="CA1", To=OVEN, CallStatus="in-progress")

    assert "Appel de la campagne Rentrée, Radio." in xml


def test_what_is_asked_of_the_caller_is_known_in_the_flow_that_the_call_goes_to(
    shop: Shop,
) -> None:
    other = shop.makes("/v1/flows", {"document": BY_CALLER})["id"]
    shop.makes(f"/v1/flows/{other}/publish")
    knows(shop)
    first = {
        "name": "Standard",
        "start": "go",
        "nodes": {"go": {"kind": "transfer", "flow": other}},
    }
    publishes(shop, first)

    assert "Bonjour Jeanne." in rings()
    assert "Jeanne" not in str(shop.gets("/v1/calls/CA1/events"))
    assert shop.events("CA1") == ["received", "variables-set"]


def test_a_caller_is_still_known_at_the_next_step(shop: Shop) -> None:
    document = {
        "name": "Menu",
        "start": "menu",
        "nodes": {
            "menu": {"kind": "menu", "prompt": "Tapez 1.", "choices": {"1": "known"}},
            "known": {"kind": "say", "text": "Bonjour {{caller.first_name}}.", "next": "box"},
            "box": BOX,
        },
    }
    publishes(shop, document)
    knows(shop)

    back = url_in(rings(), "Gather", "action")

    assert "Bonjour Jeanne." in rings(back, Digits="1", CallStatus="in-progress")
