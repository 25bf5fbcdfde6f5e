"""Text messages that flows send: once, to French mobiles, whatever fails on the way."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.calls.events import TextDelivered, TextSent
from chalicelib.kernel.telling import Means, refusal
from tests.house.faults import Trouble, from_, trouble, watched
from tests.ivr.errands.builders import CALLER, OURS, PATIENCE_SECONDS, a_house, a_notice, a_text

BODY = "Votre rendez-vous est demain."


def test_a_text_is_sent_and_the_call_says_so() -> None:
    with a_house() as house:
        house.sees_to(a_text())

        assert house.texts == [(OURS, CALLER, BODY)]
        (event,) = house.events
        assert isinstance(event, TextSent)
        assert (event.node, event.status, event.reason) == ("confirm", "sent", None)


def test_an_errand_that_is_brought_twice_is_done_once() -> None:
    with a_house() as house:
        house.sees_to(a_text())
        house.sees_to(a_text())

        assert len(house.texts) == len(house.events) == 1


@pytest.mark.parametrize("fault", ["rest-lost", "rest-error", "rest-busy", "rest-slow"])
def test_a_text_whose_fate_is_unknown_is_looked_for_before_it_is_sent_again(fault: str) -> None:
    with a_house() as house:
        house.network.fault(fault, times=1, path="Messages.json", seconds=0.8)
        if fault == "rest-slow":
            house.waits(0.3)
        with pytest.raises(ExceptionGroup):
            house.sees_to(a_text())

        house.waits(PATIENCE_SECONDS)
        house.sees_to(a_text())

        assert house.texts == [(OURS, CALLER, BODY)]
        assert [each.kind for each in house.events] == ["text-sent"]


def test_another_text_with_other_words_is_not_taken_for_it() -> None:
    with a_house() as house:
        house.sees_to(a_text(id="1", body="Un autre."))
        house.network.fault("rest-error", times=1, path="Messages.json")
        with pytest.raises(ExceptionGroup):
            house.sees_to(a_text(id="2"))

        house.sees_to(a_text(id="2"))

        assert [body for *_, body in house.texts] == ["Un autre.", BODY]


@pytest.mark.parametrize("kind", [Trouble.REFUSED, Trouble.LOST])
def test_a_text_is_sent_once_wherever_aws_stops_answering(kind: Trouble) -> None:
    with a_house() as house:
        house.sees_to(a_text(id="0"))
        with watched() as network:
            house.sees_to(a_text(id="1"))
        for number in range(1, len(network.sent) + 1):
            errand = a_text(id=f"errand-{number}", body=f"Texte {number}")
            with trouble(kind, from_(number)), suppress(ExceptionGroup):
                house.sees_to(errand)
            house.sees_to(errand)

            assert [body for *_, body in house.texts].count(f"Texte {number}") == 1
            assert [each.id for each in house.events].count(f"text:errand-{number}") == 1
        assert len(network.sent) >= 3


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+33162012345", "not-a-mobile"),
        ("+33899123456", "not-a-mobile"),
        ("+33800123456", "not-a-mobile"),
        ("+447911123456", "country-not-allowed"),
    ],
)
def test_who_has_no_french_mobile_is_sent_nothing(number: str, reason: str) -> None:
    with a_house() as house:
        house.sees_to(a_text(to=number))

        assert house.texts == []
        (event,) = house.events
        assert isinstance(event, TextSent)
        assert (event.status, event.reason) == ("refused", reason)


def test_a_number_that_cannot_text_leaves_it_to_the_stages_sender() -> None:
    with a_house(text_sender="Boulangerie") as house:
        house.sees_to(a_text(from_="+33199009999"))

        assert house.texts == [("Boulangerie", CALLER, BODY)]


def test_without_a_sender_the_call_says_why_nothing_was_sent() -> None:
    with a_house() as house:
        house.sees_to(a_text(from_="+33199009999"))

        (event,) = house.events
        assert isinstance(event, TextSent)
        assert (event.status, event.reason) == ("refused", "sender-cannot-text")


def test_what_becomes_of_a_text_is_told_once_in_the_call_that_sent_it() -> None:
    with a_house() as house:
        house.sees_to(a_text())
        (url,) = house.status_urls

        for status in ("sent", "delivered", "delivered"):
            assert house.is_told(url, status) == 200

        delivered, sent = sorted(house.events, key=lambda each: each.id)
        assert isinstance(sent, TextSent)
        assert isinstance(delivered, TextDelivered)
        assert (delivered.node, delivered.status, delivered.error) == ("confirm", "delivered", None)


def test_a_delivery_may_overtake_the_note_that_the_text_was_sent() -> None:
    with a_house() as house:
        with trouble(Trouble.LOST, from_(3)), suppress(ExceptionGroup):
            house.sees_to(a_text())
        (url,) = house.status_urls
        house.is_told(url, "undelivered", ErrorCode="30003")

        house.sees_to(a_text())

        assert {each.kind for each in house.events} == {"text-sent", "text-delivered"}
        assert len(house.texts) == 1


def test_a_notice_by_text_is_followed_too() -> None:
    with a_house() as house:
        house.sees_to(a_notice(by=Means.SMS, to=CALLER))
        (url,) = house.status_urls

        house.is_told(url, "delivered")

        assert {each.kind for each in house.events} == {"notified", "text-delivered"}


@pytest.mark.parametrize("number", ["+33612345678", "+33712345678"])
def test_french_mobiles_may_be_texted(number: str) -> None:
    assert refusal(number) is None
