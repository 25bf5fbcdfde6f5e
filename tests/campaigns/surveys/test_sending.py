"""Surveys sent by the API, and answered by text messages as the carrier brings them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from app import app, project_again
from chalicelib.runtime import wiring
from chalicelib.runtime.gateway import CarrierText
from tests.campaigns.surveys.builders import DOCUMENT
from tests.campaigns.surveys.test_docs import PAGE
from tests.fakes import CarrierOfUrls
from tests.gateway import Context, ring
from tests.house.shops import NUMBER, a_shop
from tests.world import CONSENT, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.runtime.gateway import TextOrder
    from tests.house.shops import Shop

DAYS = "from=2026-11-01&to=2026-11-30"
TEMPLATE = "HX" + "0" * 32


class Texts(CarrierOfUrls):
    """A carrier that takes text messages, and knows those that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[TextOrder] = []

    def send_text(self, order: TextOrder, *, retry: bool = False) -> CarrierText:
        if not (retry and order in self.sent):
            self.sent.append(order)
        return CarrierText(f"SM{len(self.sent)}", "queued")


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Open one shop: each test has a survey, and writes to a number, of its own."""
    with a_shop() as shop:
        yield shop


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Texts:
    carrier = Texts()
    monkeypatch.setattr(wiring, "gateway", lambda: carrier)
    return carrier


def a_survey(shop: Shop) -> str:
    survey_id: str = shop.makes("/v1/surveys", {"document": DOCUMENT})["id"]
    shop.makes(f"/v1/surveys/{survey_id}/publish")
    return survey_id


def a_body(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "number": number,
        "from": NUMBER,
        "professional": CONSENT["professional"],
        **fields,
    }


def writes(shop: Shop, number: str, words: str, message_id: str, *, times: int = 1) -> None:
    """Have somebody write to the shop, and bring the message to its handler, `times` over."""
    form: dict[str, str | list[str]] = {
        "MessageSid": message_id,
        "From": number,
        "To": f"whatsapp:{NUMBER}" if number.startswith("whatsapp:") else NUMBER,
        "Body": words,
    }
    assert ring(app, "/messages/incoming", form).status == 200
    shop.clock.passes(seconds=20)
    for message in shop.taken("projections"):
        for _ in range(times):
            project_again(messages_of([message]), Context())


def test_a_survey_is_sent_and_answered_by_replies(shop: Shop, carrier: Texts) -> None:
    survey_id, theirs = a_survey(shop), "+33639981501"
    sent = shop.makes(f"/v1/surveys/{survey_id}/messages", a_body(theirs, segment="Lyon"))
    assert (sent["version"], sent["channel"]) == (1, "sms")
    (first,) = carrier.sent
    assert (first.to, first.from_, first.body) == (theirs, NUMBER, sent["text"])

    writes(shop, theirs, "dix", "SM1", times=2)
    writes(shop, theirs, "à l'heure", "SM2")
    writes(shop, theirs, "4", "SM3")
    writes(shop, theirs, "6", "SM4")

    assert carrier.sent[-1].body == "Merci beaucoup."
    assert len(carrier.sent) == 5
    told = shop.gets(f"/v1/surveys/{survey_id}/results?{DAYS}&by=segment")
    (lyon,) = told["groups"]
    assert (lyon["group"], lyon["begun"], lyon["finished"]) == ("Lyon", 1, 1)
    (kept,) = shop.gets(f"/v1/surveys/{survey_id}/responses")["items"]
    assert (kept["respondent"], kept["channel"]) == (sent["respondent"], "sms")
    assert kept["answers"] == {"nps": 10, "visit": "in_time", "care": 4, "effort": 6}
    leads = [each["number"] for each in shop.gets("/v1/leads")["items"]]
    assert theirs not in leads  # they did not get in touch: they answered


def test_whoever_says_stop_is_written_to_no_more(shop: Shop, carrier: Texts) -> None:
    survey_id, theirs = a_survey(shop), "+33639981502"
    shop.makes(f"/v1/surveys/{survey_id}/messages", a_body(theirs))
    writes(shop, theirs, "STOP", "SM11")
    (confirmation,) = carrier.sent[1:]
    assert "noté" in confirmation.body

    writes(shop, theirs, "9", "SM12")
    refused = shop.ask("POST", f"/v1/surveys/{survey_id}/messages", a_body(theirs))

    assert (refused.status, refused.json["code"]) == (422, "survey-not-sent")
    assert refused.json["errors"][0]["pointer"] == "/number"
    assert len(carrier.sent) == 2
    total = shop.gets(f"/v1/surveys/{survey_id}/results?{DAYS}")["total"]
    assert (total["begun"], total["answered"]) == (1, 0)


def test_a_contact_is_asked_at_their_first_number(shop: Shop, carrier: Texts) -> None:
    survey_id, theirs = a_survey(shop), "+33639981503"
    list_id = shop.makes("/v1/contact-lists", {"name": "Clients"})["id"]
    shop.makes(f"/v1/contact-lists/{list_id}/contacts", {"contacts": [{"numbers": [theirs]}]})
    (contact,) = shop.gets(f"/v1/contact-lists/{list_id}/contacts")["items"]
    whom = {"list_id": list_id, "contact_id": contact["id"], "number": None}

    shop.makes(f"/v1/surveys/{survey_id}/messages", a_body(theirs) | whom)

    assert carrier.sent[0].to == theirs
    (kept,) = shop.gets(f"/v1/surveys/{survey_id}/responses")["items"]
    assert kept["about"] == {"contact": contact["id"]}

    writes(shop, theirs, "3", "SM31")
    writes(shop, theirs, "jamais", "SM32")
    writes(shop, theirs, "Personne.", "SM33")
    assert len(shop.gets(f"/v1/surveys/{survey_id}/verbatims")["items"]) == 1
    shop.makes("/v1/contacts/erasures", {"number": theirs})
    (kept,) = shop.gets(f"/v1/surveys/{survey_id}/responses")["items"]
    assert (kept["about"], kept["answers"]) == ({}, {"nps": 3, "visit": "never"})
    assert shop.gets(f"/v1/surveys/{survey_id}/verbatims")["items"] == []


def test_what_a_contact_is_written_has_their_own_fields(shop: Shop, carrier: Texts) -> None:
    greeting = 'Bonjour {{contact.name|default("à vous")}}.'
    again = {"key": "ces", "kind": "ces", "text": "Et vous, {{ contact.name }} ?"}
    questions = [{"key": "nps", "kind": "nps", "text": "De 0 à 10 ?"}, again]
    document = {"name": "Avis", "introduction": greeting, "questions": questions}
    survey_id = shop.makes("/v1/surveys", {"document": document})["id"]
    shop.makes(f"/v1/surveys/{survey_id}/publish")
    theirs, other = "+33639981531", "+33639981532"
    list_id = shop.makes("/v1/contact-lists", {"name": "Clients"})["id"]
    person = {"numbers": [theirs], "fields": {"name": "{{Zoé}}", "age": "41"}}
    (contact,) = shop.makes(f"/v1/contact-lists/{list_id}/contacts", {"contacts": [person]})[
        "items"
    ]
    whom = {"list_id": list_id, "contact_id": contact["id"], "number": None}

    shop.makes(f"/v1/surveys/{survey_id}/messages", a_body(theirs) | whom)
    writes(shop, theirs, "9", "SM41")
    shop.makes(f"/v1/surveys/{survey_id}/messages", a_body(other))

    first, second, third = (each.body for each in carrier.sent)
    assert first.startswith("Bonjour {{Zoé}}.\n")
    assert second == "Et vous, {{Zoé}} ?"
    assert third.startswith("Bonjour à vous.\n")


def test_the_same_request_with_its_key_sends_once(shop: Shop, carrier: Texts) -> None:
    survey_id, body = a_survey(shop), a_body("+33639981504")
    path = f"/v1/surveys/{survey_id}/messages"

    answers = [shop.ask("POST", path, body, idempotency_key="once").json for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(carrier.sent) == 1


def test_another_survey_waits_until_this_one_is_over(shop: Shop, carrier: Texts) -> None:
    first, second, theirs = a_survey(shop), a_survey(shop), "+33639981505"
    shop.makes(f"/v1/surveys/{first}/messages", a_body(theirs))

    busy = shop.ask("POST", f"/v1/surveys/{second}/messages", a_body(theirs))

    assert (busy.status, busy.json["code"]) == (409, "survey-under-way")


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"number": "01 62 01 00 09"}, 422, "/number"),
        ({"from": "+33162010077"}, 422, "/from"),
        ({"channel": "whatsapp"}, 422, "/template"),
        ({"template": "welcome"}, 400, "/template"),
        ({"list_id": "list_1"}, 422, "/number"),
        ({"number": None}, 422, "/number"),
    ],
)
def test_what_cannot_be_sent_is_refused_where_it_stands(
    shop: Shop, carrier: Texts, changes: dict[str, Any], status: int, pointer: str
) -> None:
    survey_id = a_survey(shop)

    refused = shop.ask(
        "POST", f"/v1/surveys/{survey_id}/messages", a_body("+33639981506") | changes
    )

    assert refused.status == status, refused.text
    assert [each["pointer"] for each in refused.json["errors"]] == [pointer]
    assert carrier.sent == []


def test_by_whatsapp_a_template_comes_first_and_replies_are_free(
    shop: Shop, carrier: Texts
) -> None:
    survey_id, theirs = a_survey(shop), "+33639981507"
    body = a_body(theirs, channel="whatsapp", template=TEMPLATE)
    shop.makes(f"/v1/surveys/{survey_id}/messages", body)
    first = carrier.sent[0]
    assert (first.to, first.from_) == (f"whatsapp:{theirs}", f"whatsapp:{NUMBER}")
    assert first.words["content_sid"] == TEMPLATE
    assert "\n" not in json.loads(first.words["content_variables"])["1"]

    writes(shop, theirs, "9", "SM21")  # by text: no answer to what was asked by WhatsApp
    writes(shop, f"whatsapp:{theirs}", "9/10", "SM22")
    second = carrier.sent[1]
    assert (second.to, second.template) == (f"whatsapp:{theirs}", "")
    assert second.words == {"body": second.body}
    (kept,) = shop.gets(f"/v1/surveys/{survey_id}/responses")["items"]
    assert (kept["channel"], kept["answers"]) == ("whatsapp", {"nps": 9})

    writes(shop, f"whatsapp:{theirs}", "STOP", "SM23")
    refused = shop.ask("POST", f"/v1/surveys/{survey_id}/messages", a_body(theirs))
    assert refused.status == 422


def test_the_request_of_the_page_is_taken(shop: Shop, carrier: Texts) -> None:
    (text,) = re.findall(r"## By text message.*?```json\n(.*?)```", PAGE, re.DOTALL)
    survey_id = a_survey(shop)

    sent = shop.makes(f"/v1/surveys/{survey_id}/messages", json.loads(text) | {"from": NUMBER})

    assert carrier.sent[0].to == "+33639981234"
    assert sent["text"].endswith("STOP pour ne plus être contacté.")
