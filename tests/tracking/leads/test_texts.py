"""Text messages that people send to an account's numbers: each is put to its lead, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from app import app
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import wiring
from chalicelib.runtime.queues import Queue
from tests.gateway import ring
from tests.house.carrier import a_forwarded_call
from tests.house.shops import CALLER, NUMBER, a_shop
from tests.tracking.visits.builders import open_page, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

STRANGER = "+33639981299"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


def sent(words: str = "Un devis ?", text_id: str = "SM1", **facts: str) -> None:
    """Send a text to the shop."""
    fields: dict[str, Any] = {"MessageSid": text_id, "From": CALLER, "To": NUMBER, "Body": words}
    heard = ring(app, "/messages/incoming", {**fields, **facts})
    assert heard.status == 200, heard.text


def leads_of(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.gets("/v1/leads")["items"]
    return found


def writes(shop: Shop, *words: str, **facts: str) -> list[dict[str, Any]]:
    """Send a text to the shop, which is seen to; return its leads."""
    sent(*words, **facts)
    shop.project_again()
    return leads_of(shop)


def test_whoever_writes_to_a_source_is_a_lead_of_that_source(shop: Shop) -> None:
    (lead,) = writes(shop)

    (text,) = lead["interactions"]
    assert (text["id"], text["kind"], text["facts"]["subject"]) == (
        "text:SM1",
        "text",
        "Un devis ?",
    )
    assert (lead["number"], lead["touches"][0]["channel"]) == (CALLER, "radio")
    assert text["facts"]["source_id"] == shop.source_id


def test_a_text_that_is_brought_twice_is_one_contact_of_one_lead(shop: Shop) -> None:
    (once,) = writes(shop)

    (twice,) = writes(shop)

    assert len(twice["interactions"]) == 1
    assert twice["version"] == once["version"]


def test_calls_forms_and_texts_of_one_number_are_one_person(shop: Shop) -> None:
    a_forwarded_call()
    shop.project()
    shop.track()
    shop.makes("/v1/leads", {"kind": "form", "id": "1", "number": CALLER})

    (lead,) = writes(shop)

    assert {each["kind"] for each in lead["interactions"]} == {"call", "form", "text"}
    assert len(writes(shop, text_id="SM2", From=STRANGER)) == 2


def test_a_text_from_a_page_has_the_campaign_that_led_to_it(shop: Shop) -> None:
    page = open_page(shop)
    lent = page.lent()
    shop.clock.passes(minutes=1)

    (lead,) = writes(shop, To=shown(lent) or "")

    (text,) = lead["interactions"]
    assert text["visit_id"] == page.known(lent["visit"]).visit_id
    assert lead["touches"][0]["campaign"] == "Noel"


def test_a_visit_that_took_its_consent_back_is_in_no_text(shop: Shop) -> None:
    page = open_page(shop)
    lent = page.lent()
    shop.clock.passes(minutes=1)
    writes(shop, To=shown(lent) or "")

    page.tells(lent["visit"], {"kind": "withdraw", "at": 1})

    (lead,) = shop.gets("/v1/leads")["items"]
    assert lead["interactions"][0]["visit_id"] is None
    assert lead["touches"] == []


def test_a_visit_that_is_a_guess_is_not_named_but_credited(shop: Shop) -> None:
    page = open_page(shop)
    lent = page.lent()
    shop.clock.passes(days=6)

    (lead,) = writes(shop, To=shown(lent) or "")

    (text,) = lead["interactions"]
    assert text["facts"]["confidence"] < 0.8
    assert text["visit_id"] is None


def test_the_words_of_a_text_are_judged_to_the_last(shop: Shop) -> None:
    rule = {"name": "Devis", "qualified": True, "value": "80.00", "words": ["devis"]}
    shop.ask("PUT", "/v1/leads/rules", {"rules": [rule]}, if_match='"0"')

    (lead,) = writes(shop, f"{'Bonjour. ' * 50} Un devis !")

    (text,) = lead["interactions"]
    assert (lead["qualified"], lead["value"]["amount"]) == (True, "80.00")
    assert len(text["facts"]["subject"]) <= 200


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        pytest.param("STOP", {}, id="a stop word"),
        pytest.param(" Arrêt. ", {}, id="in French"),
        pytest.param("Bonjour", {"From": "36180"}, id="a short code"),
        pytest.param("Bonjour", {"From": "Banque"}, id="a name"),
        pytest.param("Bonjour", {"To": "+33162019999"}, id="to nobody's number"),
        pytest.param("Bonjour", {"OptOutType": "HELP"}, id="what the carrier answers itself"),
    ],
)
def test_what_no_person_wrote_to_us_is_no_lead(
    shop: Shop, words: str, facts: dict[str, str]
) -> None:
    assert writes(shop, words, **facts) == []


def test_somebody_who_wants_us_to_stop_something_is_heard(shop: Shop) -> None:
    assert len(writes(shop, "Stop, j'ai une question")) == 1


def test_a_blocked_number_is_no_lead(shop: Shop) -> None:
    shop.makes(f"/v1/spam/blocked/{quote(CALLER)}", {}, method="PUT")

    assert writes(shop) == []


def test_a_number_for_no_tracking_makes_no_lead(shop: Shop) -> None:
    shop.makes("/v1/numbers", {"number": "+33162010077"})

    assert writes(shop, To="+33162010077") == []


def test_a_text_is_not_lost_with_its_queue(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("the queue did not take a message")

    with monkeypatch.context() as patch:
        patch.setattr(Queue, "put", refuse)
        sent()

    assert [each["interactions"][0]["id"] for each in leads_of(shop)] == ["text:SM1"]


def test_a_text_leaves_neither_words_nor_number_in_the_log(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    writes(shop)

    logged = "".join(capsys.readouterr())
    assert "Un devis" not in logged
    assert CALLER[3:] not in logged
    assert wiring.Callers().caller_hash("acct_shop", CALLER) not in logged
