"""What scripts say of a contact: in a call that a campaign places, and in text messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from app import app
from chalicelib.campaigns import scripts
from chalicelib.campaigns.campaign import FlowVersion
from chalicelib.campaigns.dialling.addresses import Address
from chalicelib.kernel import sealing
from chalicelib.runtime import campaigns_wiring, contacts_wiring, dialling_wiring, wiring
from tests.campaigns.attempts.builders import Office
from tests.campaigns.test_routes import a_body
from tests.fakes import CarrierOfUrls
from tests.fakes.attempts import AttemptsInMemory
from tests.fakes.consents import LedgersInMemory
from tests.gateway import BASE_URL, ring
from tests.house.shops import NUMBER, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

RUNG = "+33612345601"
GREETING = 'Bonjour {{contact.first_name|default("Madame, Monsieur")}} de {{contact.city}}.'


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Open one shop: each test has a flow, a list and a campaign of its own."""
    with a_shop() as shop:
        yield shop


def a_flow(shop: Shop, **nodes: Any) -> dict[str, Any]:
    """Publish a flow; return how a campaign names it."""
    document = {"name": "Script", "start": "greet", "nodes": nodes}
    flow_id: str = shop.makes("/v1/flows", {"document": document})["id"]
    shop.makes(f"/v1/flows/{flow_id}/publish")
    return {"flow_id": flow_id, "version": 1}


def a_script(shop: Shop) -> dict[str, Any]:
    """Publish a flow that greets, and asks a survey that says the name at its end."""
    question = {"key": "nps", "kind": "nps", "text": "De 0 à 10 ?"}
    thanks = 'Merci {{ contact.name | default("beaucoup") }}.'
    survey = {"name": "Avis", "questions": [question], "thanks": thanks}
    survey_id = shop.makes("/v1/surveys", {"document": survey})["id"]
    shop.makes(f"/v1/surveys/{survey_id}/publish")
    return a_flow(
        shop,
        greet={"kind": "say", "text": GREETING, "next": "ask"},
        ask={"kind": "survey", "survey": survey_id, "next": "bye"},
        bye={"kind": "hangup", "text": "Au revoir."},
    )


def a_list(shop: Shop, **fields: str) -> str:
    list_id: str = shop.makes("/v1/contact-lists", {"name": "Clients"})["id"]
    other = {"numbers": ["+33612345602"], "fields": dict.fromkeys(fields, "x")}
    people = {"contacts": [{"numbers": [RUNG], "fields": fields}, other]}
    shop.makes(f"/v1/contact-lists/{list_id}/contacts", people)
    return list_id


def words(heard: Any) -> str:
    assert heard.status == 200, heard.text
    return " ".join("".join(ElementTree.fromstring(heard.text).itertext()).split())


def rings(url: str, **fields: str | list[str]) -> Any:
    form = {"CallSid": "CA" + "7" * 32, "From": NUMBER, "To": RUNG, "Direction": "outbound-api"}
    return ring(app, url.removeprefix(BASE_URL), {**form, "CallStatus": "in-progress", **fields})


def test_whoever_is_rung_hears_their_own_fields_and_no_url_has_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = CarrierOfUrls()
    monkeypatch.setattr(wiring, "gateway", lambda: carrier)
    monkeypatch.setattr("chalicelib.runtime.secrets.api_url", lambda: BASE_URL)
    fields = {"first_name": "", "name": "Le Goff & fils", "city": "Brest", "secret": "42"}
    list_id = a_list(shop, **fields)
    script = a_script(shop)
    made = shop.makes("/v1/campaigns", a_body(shop, list_id=list_id, flow=script))
    campaign = campaigns_wiring.store().campaign("acct_shop", made["id"])
    hashed = wiring.Callers().caller_hash("acct_shop", RUNG)
    contact = contacts_wiring.store().known("acct_shop", list_id, [hashed])[hashed]
    office = Office(AttemptsInMemory(), LedgersInMemory(), campaign)
    office.enrol(contact)
    attempt = office.claims(contact)

    dialling_wiring.carrier().order(attempt, campaign, contact)

    (order,) = carrier.placed
    assert order.machines is not None
    for url in (order.url, order.status_url, order.machines.url):
        assert not any(value in url for value in ("Goff", "Brest", "42&"))
    greeted = rings(order.url)
    assert "Bonjour Madame, Monsieur de Brest." in words(greeted)
    asked = ElementTree.fromstring(greeted.text).find(".//Gather")
    assert asked is not None
    action = asked.attrib["action"]
    assert "Merci Le Goff & fils." in words(rings(action, Digits="9"))


def test_a_message_for_machines_says_them_too() -> None:
    query = {"account": "acct_shop", "flow": "flow_1", "version": "1", "said": "sealed-1_"}
    address = Address.of(BASE_URL, "camp_1", "hash-1", query)

    assert "said=sealed-1_" in address.message(FlowVersion("flow_2", 1))
    assert "said=sealed-1_" in address.machine()
    assert "said=" not in address.status()


def test_a_field_that_nobody_has_is_a_fault_that_names_the_node(shop: Shop) -> None:
    body = a_body(shop, list_id=a_list(shop, first_name="Zoé"), flow=a_script(shop))

    heard = shop.ask("POST", "/v1/campaigns", body)

    assert heard.status == 422
    reasons = [each["detail"] for each in heard.json["errors"]]
    assert [each["pointer"] for each in heard.json["errors"]] == ["/flow", "/flow"]
    assert reasons[0] == "/nodes/greet/text: no contact of the list has a field `city`"
    assert reasons[1].startswith("srv_")
    assert reasons[1].endswith(": no contact of the list has a field `name`")


def test_a_survey_says_of_a_contact_what_it_may_and_nothing_else(shop: Shop) -> None:
    document = {
        "name": "Avis",
        "introduction": "Bonjour {{customer.name}}.",
        "questions": [{"key": "nps", "kind": "nps", "text": "{{contact.name|spell}} ?"}],
    }
    made = shop.makes("/v1/surveys", {"document": document})

    heard = shop.ask("POST", f"/v1/surveys/{made['id']}/publish")

    pointers = [each["pointer"] for each in heard.json["errors"]]
    assert pointers == ["/introduction", "/questions/0/text"]


def test_what_is_sealed_is_short_enough_and_opened_by_nobody_else() -> None:
    fields = {f"field_{at}": "é" * 500 for at in range(12)}

    sealed = scripts.seal(fields, key=b"k", attempt="camp_1.a-1")

    assert len(sealed) < 3_500
    opened = scripts.unseal(sealed, key=b"k", attempt="camp_1.a-1")
    assert list(opened) == list(fields)[: scripts.MOST_FIELDS]
    assert set(opened.values()) == {"é" * 100}
    for key, attempt, text in (
        (b"other", "camp_1.a-1", sealed),
        (b"k", "camp_1.a-2", sealed),
        (b"k", "camp_1.a-1", "A" + sealed[1:] if sealed[0] != "A" else "B" + sealed[1:]),
        (b"k", "camp_1.a-1", sealed[:-4]),
        (b"k", "camp_1.a-1", "x"),
    ):
        assert scripts.unseal(text, key=key, attempt=attempt) == {}
    assert sealing.unseal("é", key=b"k", about="") is None
