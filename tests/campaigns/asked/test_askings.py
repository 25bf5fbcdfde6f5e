"""People ask on a page to be rung back, and are: an agent first, or they themselves."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.campaigns.asked.store import AskedStore
from chalicelib.kernel.errors import Conflict, Rejected
from chalicelib.runtime import wiring
from tests.campaigns.asked.stage import (
    AGENT,
    ORIGIN,
    PERSON,
    a_stage,
    carrier_says,
    next_url,
)
from tests.gateway import ask
from tests.house.shops import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from tests.campaigns.asked.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with a_stage() as opened:
        yield opened


def test_an_agent_is_rung_first_for_whoever_asks_now(stage: Stage) -> None:
    stage.has_form()

    heard = stage.asks(label="Baguettes")
    stage.drains()

    assert (heard.status, heard.json) == (200, {"status": "taken", "asking": None, "said": None})
    assert heard.headers["Access-Control-Allow-Origin"] == ORIGIN
    (order,) = stage.rung
    assert (order.to, order.from_) == (AGENT, NUMBER)
    assert stage.asking["state"] == "waiting"
    assert "Baguettes" in carrier_says(order.url).text

    dialled = carrier_says(order.url.replace("answer", "choice"), Digits="1")
    stage.drains()
    stage.looks(minutes=1)

    assert PERSON in dialled.text
    assert (stage.asking["state"], len(stage.asking["tried"])) == ("ringing", 1)

    end = order.url.replace("answer", "end")
    carrier_says(end, DialCallStatus="completed", DialCallDuration="60")
    stage.drains()

    assert stage.asking["state"] == "done"
    assert stage.events() == [("callback.asked", "confirmed"), ("callback.done", "done")]


def test_what_was_asked_and_what_the_law_said_is_kept(stage: Stage) -> None:
    stage.has_form().asks(page="https://www.boutique.example/pain")
    stage.drains()

    kept = stage.asking

    assert kept["proof"]["origin"] == ORIGIN
    assert kept["proof"]["page"] == "https://www.boutique.example/pain"
    assert "192.0.2.1" not in str(stage.shop.cloud.rows("campaigns"))
    (decision,) = kept["decisions"]
    assert (decision["allowed"], decision["ground"][0]) == (True, "consent")
    consents = stage.shop.makes("/v1/consents/search", {"number": PERSON})["consents"]
    assert consents[0]["evidence"]["reference"] == f"{stage.form}/{kept['id']}"


def test_who_does_not_answer_is_tried_again_by_the_queue(stage: Stage) -> None:
    stage.has_form().asks()
    stage.drains()
    for n in range(3):
        order = stage.rung[n]
        carrier_says(order.url.replace("answer", "choice"), Digits="1")
        carrier_says(order.url.replace("answer", "end"), DialCallStatus="no-answer")
        stage.drains()
        stage.looks(minutes=5)

    assert (stage.asking["state"], len(stage.asking["tried"])) == ("missed", 3)
    assert len(stage.rung) == 3
    assert stage.events()[-1] == ("callback.done", "missed")


def pressed(stage: Stage, n: int, key: str) -> Any:
    """Have the person answer their `n`-th call, and press a key."""
    greeting = carrier_says(stage.rung[n].url)
    return carrier_says(next_url(greeting), Digits=key)


def test_the_person_is_rung_first_while_an_agent_is_kept_for_them(stage: Stage) -> None:
    stage.has_form(rings="customer_first").asks(label="Baguettes")
    stage.drains()

    (order,) = stage.rung
    assert (order.to, order.from_) == (PERSON, NUMBER)
    assert stage.asking["state"] == "ringing"
    agents = stage.shop.gets("/v1/agents")["items"]
    assert [each["state"] for each in agents] != ["free"]

    connected = pressed(stage, 0, "1")
    whisper = carrier_says(connected.text.split('url="')[1].split('"')[0].replace("&amp;", "&"))

    assert AGENT in connected.text
    assert "Baguettes" in whisper.text
    carrier_says(next_url(whisper), Digits="1", ParentCallSid="CA" + "7" * 32)
    carrier_says(next_url(connected), DialCallStatus="completed")
    carrier_says(order.status_url, CallStatus="completed")
    stage.drains()

    assert (stage.asking["state"], len(stage.asking["tried"])) == ("done", 1)
    assert stage.events() == [("callback.asked", "confirmed"), ("callback.done", "done")]


def test_who_does_not_answer_is_rung_again_after_five_minutes_and_thrice_at_most(
    stage: Stage,
) -> None:
    stage.has_form(rings="customer_first").asks()
    stage.drains()
    for n in range(3):
        carrier_says(stage.rung[n].status_url, CallStatus="no-answer")
        stage.looks()
        stage.looks(minutes=4)
        assert len(stage.rung) == n + 1
        stage.looks(minutes=1)

    assert (len(stage.rung), stage.asking["state"]) == (3, "missed")
    assert len({each.url for each in stage.rung}) == 3


def test_nobody_is_rung_first_while_no_agent_is_free(stage: Stage) -> None:
    stage.has_form(rings="customer_first")
    stage.asks()
    stage.drains()
    stage.asks(number="+33612345679")
    stage.drains()

    assert [each.to for each in stage.rung] == [PERSON]

    carrier_says(stage.rung[0].status_url, CallStatus="busy")
    stage.drains()
    stage.looks(minutes=1)

    assert [each.to for each in stage.rung] == [PERSON, "+33612345679"]


def test_who_presses_nine_is_rung_no_more(stage: Stage) -> None:
    stage.has_form(rings="customer_first").asks()
    stage.drains()

    assert "nous ne vous appellerons plus" in pressed(stage, 0, "9").text
    carrier_says(stage.rung[0].status_url, CallStatus="completed")
    stage.looks(minutes=10)

    assert (stage.asking["state"], stage.asking["why"]) == ("cancelled", "stopped")
    assert len(stage.rung) == 1
    assert stage.asks().status == 422  # a code would show that it is their wish


@pytest.mark.parametrize("rings", ["agent_first", "customer_first"])
def test_who_says_stop_while_they_wait_is_not_rung(stage: Stage, rings: str) -> None:
    stage.has_form(rings=rings)
    slot = stage.offered()["slots"][1]
    stage.asks(slot=slot["id"])
    stage.drains()
    stage.shop.makes("/v1/consents/withdrawals", {"number": PERSON, "means": "letter"})

    stage.looks(minutes=2 * 60)

    assert stage.rung == []
    assert (stage.asking["state"], "withdrawn" in stage.asking["why"]) == ("refused", True)


def test_nobody_is_rung_before_the_slot_that_they_chose(stage: Stage) -> None:
    stage.has_form()
    slot = next(each for each in stage.offered()["slots"] if "demain" in each["said"])

    heard = stage.asks(slot=slot["id"])
    stage.looks()

    assert heard.json["said"] == slot["said"] == "demain 9 h-10 h"
    assert stage.rung == []
    stage.looks(minutes=21 * 60 - 1)
    assert stage.rung == []
    stage.looks(minutes=1)
    assert [each.to for each in stage.rung] == [AGENT]


def test_a_slot_in_which_nobody_had_time_is_over(stage: Stage) -> None:
    stage.has_form(rings="customer_first")
    agent = stage.shop.gets("/v1/agents")["items"][0]
    etag = f'"{agent["version"]}"'
    away = {"available": False}
    assert stage.shop.ask("PATCH", f"/v1/agents/{agent['id']}", away, if_match=etag).status == 200
    stage.asks()
    stage.drains()

    stage.looks(minutes=59)
    assert stage.asking["state"] == "waiting"
    stage.looks(minutes=2)

    assert (stage.asking["state"], stage.rung) == ("expired", [])


def test_a_text_confirms_what_was_agreed_and_its_link_calls_it_off(stage: Stage) -> None:
    stage.has_form()
    slot = stage.offered()["slots"][2]
    stage.asks(slot=slot["id"])
    stage.drains()

    (text,) = stage.phone.orders
    token = stage.phone.token
    assert (text.to, text.from_) == (PERSON, NUMBER)
    assert slot["said"] in text.body
    assert PERSON[3:] not in text.body
    shown = ask(app, "GET", f"/b/{token}", headers={"accept": "text/html"})
    assert (shown.status, slot["said"] in unescape(shown.text)) == (200, True)

    done = ask(app, "POST", f"/b/{token}/cancel")
    again = ask(app, "POST", f"/b/{token}/cancel")
    stage.looks(minutes=24 * 60)

    assert "annulé" in done.text
    assert again.text == done.text
    assert (stage.asking["state"], stage.rung) == ("cancelled", [])
    assert stage.events() == [("callback.asked", "confirmed"), ("callback.done", "cancelled")]


def test_a_link_that_is_none_leads_nowhere(stage: Stage) -> None:
    seen = ask(app, "GET", "/b/AAAAAAAAAAAAAAAA", headers={"accept": "text/html"})
    assert (seen.status, "n'est plus valable" in seen.text) == (404, True)
    assert ask(app, "GET", "/b/AAAAAAAAAAAAAAAA").json["code"] == "not-found"
    assert ask(app, "POST", "/b/AAAAAAAAAAAAAAAA/cancel").status == 404


def test_it_is_too_late_to_call_off_what_rings(stage: Stage) -> None:
    stage.has_form(rings="customer_first").asks()
    stage.drains()

    heard = stage.shop.ask("DELETE", f"/v1/web-callbacks/{stage.asking['id']}")
    late = ask(app, "POST", f"/b/{stage.phone.token}/cancel")

    assert (heard.status, heard.json["code"]) == (409, "too-late")
    assert "plus rien à annuler" in late.text


def test_who_calls_it_off_while_it_is_being_seen_to_has_it_called_off(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.has_form().asks(slot=stage.offered()["slots"][1]["id"])
    save, overtaken = AskedStore.save, iter([True])

    def late(store: AskedStore, before: Asking, after: Asking) -> Asking:
        if after.over and next(overtaken, False):
            raise Conflict("changed meanwhile")
        return save(store, before, after)

    monkeypatch.setattr(AskedStore, "save", late)
    heard = stage.shop.ask("DELETE", f"/v1/web-callbacks/{stage.asking['id']}")

    assert heard.status == 204
    assert stage.asking["state"] == "cancelled"


def test_who_waits_for_an_agent_can_call_it_off(stage: Stage) -> None:
    stage.has_form()
    agent = stage.shop.gets("/v1/agents")["items"][0]
    away = {"available": False}
    stage.shop.ask("PATCH", f"/v1/agents/{agent['id']}", away, if_match=f'"{agent["version"]}"')
    stage.asks()
    stage.drains()

    assert stage.shop.ask("DELETE", f"/v1/web-callbacks/{stage.asking['id']}").status == 204

    stage.drains()
    (callback,) = stage.shop.gets("/v1/callbacks?state=over")["items"]
    assert (callback["state"], stage.asking["state"]) == ("cancelled", "cancelled")


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"number": "17"}, "/number"),
        ({"number": "0899123456"}, "/number"),
        ({"number": "+442079460018"}, "/number"),
        ({"number": "bonjour"}, "/number"),
        ({"slot": "20261123T0300Z"}, "/slot"),
        ({"form": "cbf_9"}, "/form"),
    ],
)
def test_what_cannot_be_rung_is_refused(stage: Stage, facts: dict[str, str], pointer: str) -> None:
    stage.has_form()

    heard = stage.asks(**facts)

    assert heard.status == 422
    assert [each["pointer"] for each in heard.json["errors"]] == [pointer]
    assert stage.askings == []


def test_a_number_has_one_open_request_and_three_a_day(stage: Stage) -> None:
    stage.has_form()
    first, second = stage.asks(), stage.asks()
    stage.drains()
    stage.shop.ask("DELETE", f"/v1/web-callbacks/{stage.asking['id']}")

    assert (first.status, second.status, second.json["code"]) == (200, 422, "already-asked")
    assert len(stage.askings) == 1
    stage.looks(minutes=0)
    assert stage.asks().json["code"] == "already-asked"  # an agent is being rung
    assert stage.asks().json["code"] == "too-many"


def test_a_form_and_an_address_ask_so_often_a_day(stage: Stage) -> None:
    stage.has_form(most_of_address=2)
    numbers = [f"+3361234567{last}" for last in range(3)]

    heard = [stage.asks(number=each).status for each in numbers]

    assert heard == [200, 200, 422]
    stage.has_form(most_a_day=1)
    again = [stage.asks(number=f"+3361234568{last}").status for last in range(2)]
    assert again == [200, 422]


def test_machines_learn_nothing_and_nobody_is_rung_for_them(stage: Stage) -> None:
    stage.has_form()

    heard = stage.asks(website="https://spam.example")

    assert (heard.status, heard.json["status"]) == (200, "taken")
    assert stage.askings == []


def test_pages_of_other_origins_ask_for_nobody(stage: Stage) -> None:
    stage.has_form()
    body = {"site": stage.site, "form": stage.form, "number": PERSON}

    assert stage.sends("/t/callbacks", body, origin="https://rival.example").status == 403
    assert stage.askings == []


def test_a_code_shows_that_the_number_is_theirs(stage: Stage) -> None:
    stage.has_form(by_code=True)

    heard = stage.asks()
    stage.drains()

    assert heard.json["status"] == "code_sent"
    assert (stage.asking["state"], stage.rung) == ("asked", [])
    known = {"site": stage.site, "form": stage.form, "asking": heard.json["asking"]}
    code = stage.phone.code
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert stage.sends("/t/callbacks/codes", {**known, "code": wrong}).json["code"] == "wrong-code"
    typed = stage.sends("/t/callbacks/codes", {**known, "code": f"{code[:3]} {code[3:]}"})
    assert typed.json["status"] == "taken"
    again = stage.sends("/t/callbacks/codes", {**known, "code": code})
    assert again.json["code"] == "wrong-code"
    stage.drains()
    assert [each.to for each in stage.rung] == [AGENT]


def test_a_code_is_over_after_a_quarter_of_an_hour(stage: Stage) -> None:
    stage.has_form(by_code=True)
    asking = stage.asks().json["asking"]
    stage.shop.clock.passes(minutes=16)

    known = {"site": stage.site, "form": stage.form, "asking": asking}
    heard = stage.sends("/t/callbacks/codes", {**known, "code": stage.phone.code})

    assert heard.json["code"] == "wrong-code"


def test_a_slot_has_so_many_places_which_are_given_free(stage: Stage) -> None:
    stage.has_form(capacity=1)
    slot = stage.offered()["slots"][1]["id"]

    first = stage.asks(slot=slot)
    second = stage.asks(slot=slot, number="+33612345679")

    assert (first.status, second.status, second.json["code"]) == (200, 422, "slot-full")
    assert slot not in [each["id"] for each in stage.offered()["slots"]]
    stage.shop.ask("DELETE", f"/v1/web-callbacks/{stage.asking['id']}")
    assert slot in [each["id"] for each in stage.offered()["slots"]]
    assert stage.asks(slot=slot, number="+33612345679").status == 200


def test_an_accounts_own_servers_ask_too(stage: Stage) -> None:
    stage.has_form(by_code=True)
    slots = stage.shop.gets(f"/v1/callback-forms/{stage.form}/slots?language=en")

    body = {"form": stage.form, "number": "06 12 34 56 78", "slot": slots["slots"][1]["id"]}
    made = stage.shop.makes("/v1/web-callbacks", body)

    assert slots["slots"][1]["said"] == "today 14:00-15:00"
    assert (made["state"], made["number"], made["proof"]["origin"]) == ("confirmed", PERSON, "api")
    assert stage.shop.gets(f"/v1/web-callbacks/{made['id']}") == made


@pytest.mark.parametrize(
    ("facts", "pointers"),
    [
        ({"text": "J'accepte d'être rappelé."}, {"/text"}),
        ({"queue": "nulle"}, {"/queue"}),
        ({"shown": "+33162019999"}, {"/shown"}),
        ({"site": "site_9"}, {"/site"}),
        ({"sells": False, "text": "Oui."}, {"/text"}),
        ({"hours": {"weekly": {"monday": [["9", "10:00"]]}}}, {"/hours/weekly/monday/0/0"}),
    ],
)
def test_a_form_by_which_nobody_could_be_rung_is_refused(
    stage: Stage, facts: dict[str, Any], pointers: set[str]
) -> None:
    from tests.campaigns.asked.stage import FORM

    heard = stage.shop.ask("POST", "/v1/callback-forms", {**FORM, "site": stage.site, **facts})

    assert heard.status == 422
    assert {each["pointer"] for each in heard.json["errors"]} == pointers


def test_an_archived_form_is_offered_no_more(stage: Stage) -> None:
    stage.has_form()
    for _ in range(2):
        assert stage.shop.ask("DELETE", f"/v1/callback-forms/{stage.form}").status == 204

    assert stage.asks().status == 422
    assert stage.shop.gets("/v1/callback-forms")["items"] == []
    assert stage.shop.gets(f"/v1/callback-forms/{stage.form}")["archived_at"] is not None


def test_a_number_that_gets_no_text_is_rung_all_the_same(stage: Stage) -> None:
    stage.has_form().asks(number="+33472001133")
    stage.drains()

    assert stage.asking["text"] == "not-a-mobile"
    assert [each.to for each in stage.rung] == [AGENT]


def test_a_code_that_cannot_be_sent_is_said(stage: Stage) -> None:
    stage.has_form(by_code=True)
    stage.phone.refused = Rejected("no", carrier_code=21614)

    heard = stage.asks()

    assert heard.status == 422
    assert "not-a-mobile" in heard.text


@pytest.mark.parametrize("rings", ["agent_first", "customer_first"])
def test_time_goes_on_while_somebody_is_seen_to(
    stage: Stage, rings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ticking() -> datetime:
        stage.shop.clock.passes(milliseconds=50)
        return stage.shop.clock.now

    monkeypatch.setattr(wiring, "clock", ticking)
    stage.has_form(rings=rings).asks()
    stage.drains()

    assert len(stage.rung) == 1
