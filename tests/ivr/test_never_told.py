"""People whom a flow means to ring or to tell, and never would: its author hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.kernel import destinations
from tests.ivr.builders import SALES, SUPPORT, a_document, a_voicemail


def faults_of(document: dict[str, Any]) -> dict[str, str]:
    try:
        parse(document)
    except FlowRefused as refused:
        return {each.pointer: each.reason for each in refused.faults}
    return {}


def a_rota(number: Any, *, chosen: Any = None) -> dict[str, Any]:
    """Whoever is on call is rung: the flow begins with a number, and may choose another."""
    choose = {"kind": "set", "variables": {"rota.number": chosen or SALES}, "next": "dial"}
    dial = {"kind": "dial", "destinations": [{"variable": "rota.number"}], "no_answer": "box"}
    document = a_document(choose=choose, dial=dial, box=a_voicemail())
    return document | {"variables": {"rota.number": number}}


@pytest.mark.parametrize("number", ["15", 15, "0899123456", "personne", "+19005551234"])
def test_a_variable_that_holds_no_number_to_ring_is_refused(number: Any) -> None:
    begins, chosen = faults_of(a_rota(number)), faults_of(a_rota(SALES, chosen=number))

    assert "rota.number may be" in begins["/nodes/dial/destinations/0"]
    assert "rota.number may be" in chosen["/nodes/dial/destinations/0"]
    assert restore(a_rota(number)).nodes


@pytest.mark.parametrize("number", ["06 12 34 56 78", SALES, "{{caller.number}}"])
def test_numbers_that_can_be_rung_or_that_calls_tell_are_fine(number: str) -> None:
    assert not faults_of(a_rota(SALES, chosen=number))


@pytest.mark.parametrize(
    ("recipient", "reason"),
    [
        pytest.param({"sms": "0162010001"}, "not a French mobile", id="a fixed line"),
        pytest.param({"sms": "0899123456"}, "not a French mobile", id="a surcharged one"),
        pytest.param({"sms": "+447911123456"}, "not a French mobile", id="from abroad"),
        pytest.param({"webhook": "https://127.0.0.1/x"}, "not give an address", id="ourselves"),
        pytest.param({"webhook": "https://169.254.169.254/"}, "address", id="the cloud"),
        pytest.param({"webhook": "https://localhost:22/"}, "port", id="another service"),
    ],
)
def test_whoever_would_never_be_told_of_a_message_is_refused(
    recipient: dict[str, str], reason: str
) -> None:
    document = a_document(box=a_voicemail(notify=[{"email": "a@example.fr"}, recipient]))

    assert reason in faults_of(document)[f"/nodes/box/notify/1/{next(iter(recipient))}"]
    assert restore(document).nodes


def test_mobiles_of_every_territory_and_public_servers_are_told() -> None:
    told = [{"sms": "0612345678"}, {"sms": "0690123456"}, {"webhook": "https://crm.example.fr/x"}]

    assert not faults_of(a_document(box=a_voicemail(notify=told)))


@pytest.mark.parametrize(
    "number",
    ["+19005551234", "+881612345678", "+883510012345678", "+870773111632", "+979123456789",
     "+449012345678", "+41900123456"],
)  # fmt: skip
def test_premium_rates_abroad_and_satellites_are_never_rung(number: str) -> None:
    assert destinations.refusal(number) is not None


@pytest.mark.parametrize(
    "number", ["+12125551234", "+442079460018", "+41442345678", "+88021234567"]
)
def test_ordinary_numbers_abroad_are_rung(number: str) -> None:
    assert destinations.refusal(number) is None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        pytest.param({"notice": "Enregistré."}, "/notice", id="a notice of no recording"),
        pytest.param(
            {"destinations": [{"number": SALES, "weight": 2}]},
            "/destinations/0/weight",
            id="weight",
        ),
        pytest.param(
            {"order": "together", "destinations": [SALES, {"number": SUPPORT, "ring_seconds": 9}]},
            "/destinations/1/ring_seconds",
            id="its own time among those rung together",
        ),
    ],
)
def test_an_option_that_does_nothing_is_refused(fields: dict[str, Any], pointer: str) -> None:
    dial = {"kind": "dial", "destinations": [SALES], "no_answer": "box", **fields}
    document = a_document(dial=dial, box=a_voicemail())

    assert [*faults_of(document)] == [f"/nodes/dial{pointer}"]
    assert restore(document).nodes


def test_a_shared_destination_may_have_options_that_one_dial_does_not_need() -> None:
    dial = {"kind": "dial", "destinations": ["desk"], "no_answer": "box"}
    shared = {"destinations": {"desk": {"number": SALES, "weight": 3}}}

    assert not faults_of(a_document(dial=dial, box=a_voicemail()) | shared)


A_MENU = {"kind": "menu", "prompt": "Tapez 1.", "choices": {"1": "box"}}
A_COLLECT = {"kind": "collect", "prompt": "Code ?", "variable": "shop.code", "next": "box"}
A_QUEUE = {"kind": "queue", "queue": "support", "overflow_seconds": 60, "overflow": "box"}


@pytest.mark.parametrize(
    ("node", "field", "value"),
    [
        pytest.param(A_MENU, "hints", ["facture"], id="words for a menu of keys"),
        pytest.param(A_MENU, "speech_timeout_seconds", 3, id="a pause in what nobody says"),
        pytest.param(A_MENU, "finish_key", "*", id="an end of answers of one key"),
        pytest.param(A_COLLECT, "hints", ["facture"], id="words for a value keyed in"),
        pytest.param(A_QUEUE, "notice", "Enregistré.", id="a queue's notice of no recording"),
    ],
)
def test_an_option_that_no_caller_would_notice_is_refused(
    node: dict[str, Any], field: str, value: object
) -> None:
    document = a_document(node={**node, field: value}, box=a_voicemail())

    assert [*faults_of(document)] == [f"/nodes/node/{field}"]
    assert restore(document).nodes


@pytest.mark.parametrize(
    "node",
    [
        pytest.param({**A_MENU, "listen": "both", "hints": ["facture"]}, id="words to be said"),
        pytest.param(
            {**A_MENU, "choices": {"1": "box", "22": "box"}, "finish_key": "*"}, id="two keys"
        ),
        pytest.param({**A_MENU, "finish_key": "none"}, id="no key that counts as silence"),
        pytest.param({**A_MENU, "hints": None}, id="null"),
        pytest.param({**A_QUEUE, "record": True, "notice": "Enregistré."}, id="a recording"),
    ],
)
def test_an_option_that_callers_notice_is_taken(node: dict[str, Any]) -> None:
    assert not faults_of(a_document(node=node, box=a_voicemail()))
