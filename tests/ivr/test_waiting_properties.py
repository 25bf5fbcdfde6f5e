"""Any wait, with any desk: nobody is left in silence, and the log tells a story of sense."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.calls.events import CallbackAsked, Dialled, DialStatus, LeftQueue, Offered, Queued
from chalicelib.ivr.actions import (
    Ask,
    Connect,
    Continue,
    DialEnded,
    HangUp,
    KeysPressed,
    NoInput,
    Play,
    Spoke,
)
from chalicelib.ivr.flow import parse
from chalicelib.ivr.needs import BookCallback, JoinQueue, OfferOver, QueueFailed
from chalicelib.ivr.texts import standing
from tests.ivr.builders import CALLER, a_document, a_voicemail
from tests.ivr.queue_builders import ADesk, AnOffer, AStanding, AWaitingCall

SLOTS = {"calendar": {"weekly": {"tuesday": [["09:00", "18:00"]]}}, "most": 2}
FLOW = parse(
    a_document(
        queue={
            "kind": "queue",
            "queue": "support",
            "callback": {"key": "1", "next": "back"},
            "voicemail": {"key": "2", "next": "box"},
            "comfort": ["Merci."],
            "record": True,
            "overflow_seconds": 900,
            "overflow": "box",
        },
        back={
            "kind": "callback",
            "queue": "support",
            "listen": "both",
            "slots": SLOTS,
            "refused": "queue",
        },
        box=a_voicemail(),
    )
)
TOLD = {standing(place, "fr-FR").text: place for place in range(1, 30)}
STANDINGS = st.builds(
    AStanding,
    position=st.integers(1, 29),
    waiting=st.integers(1, 40),
    waited_seconds=st.integers(0, 950),
    expected_seconds=st.one_of(st.none(), st.integers(0, 4_000)),
    agents_on_duty=st.integers(0, 2),
    offer=st.sampled_from([None, None, AnOffer()]),
)
TROUBLES = st.sampled_from(
    [None, None, None, QueueFailed("ours", passing=True), QueueFailed("no such queue")]
)
ASKED = st.one_of(
    st.just(NoInput()),
    st.sampled_from(["0", "1", "1", "1", "2", "3", "*", "0162010007"]).map(KeysPressed),
    st.sampled_from(["oui", "non", "demain", "euh"]).map(lambda words: Spoke(words, 80)),
)
KEEN = st.one_of(st.just(KeysPressed("1")), ASKED)
RUNG = st.builds(DialEnded, st.sampled_from(DialStatus), st.integers(0, 90))


def a_walk(data: st.DataObject, steps: int) -> AWaitingCall:
    call = AWaitingCall(FLOW, ADesk(data.draw(STANDINGS)))
    for _ in range(steps):
        if call.over or call.position.node == "box":
            break
        call.desk.standing = data.draw(STANDINGS)
        call.desk.trouble = data.draw(TROUBLES)
        asked = KEEN if call.position.node == "back" else ASKED
        call.hears(data.draw(RUNG if call.ringing else asked))
    return call


@given(st.data())
def test_a_caller_who_waits_always_hears_music_a_question_or_a_telephone_that_rings(
    data: st.DataObject,
) -> None:
    call = a_walk(data, 12)

    for reply in call.replies:
        *before, last = reply.actions
        place = reply.position
        tried_again = isinstance(last, Continue) and before  # while they hear to wait
        awaited = isinstance(last, Ask | Connect | HangUp) or tried_again
        assert awaited or (place and place.node == "box")
        if isinstance(last, Ask) and place and place.node == "queue" and place.mark != "told":
            assert isinstance(last.prompts[-1], Play)


@given(st.data())
def test_nobody_is_told_a_worse_place_than_before(data: st.DataObject) -> None:
    call = a_walk(data, 12)

    best = 99
    for reply in call.replies:
        if any(isinstance(event, Queued) for event in reply.events):
            best = 99
        for action in reply.actions:
            said = [e.words.text for e in getattr(action, "prompts", ()) if not isinstance(e, Play)]
            for place in [TOLD[words] for words in said if words in TOLD]:
                assert place <= best
                best = place


@given(st.data())
def test_the_log_tells_of_every_place_taken_and_given_up_once(data: st.DataObject) -> None:
    call = a_walk(data, 12)

    waiting, ringing = False, ""
    for event in call.events:
        match event:
            case Queued():
                waiting = True
            case LeftQueue():
                assert waiting or call.desk.of(JoinQueue)
                waiting = False
            case Offered(agent=agent):
                assert waiting
                ringing = agent
            case Dialled(destination=destination):
                assert destination == f"agent:{ringing}"
                ringing = ""
    assert bool(ringing) == bool(call.ringing)
    assert len({event.id for event in call.events}) == len(call.events)


@given(st.data())
def test_only_numbers_that_the_caller_agreed_to_are_booked(data: st.DataObject) -> None:
    call = a_walk(data, 12)

    for need in call.desk.of(BookCallback):
        assert need.number in (CALLER, "+33162010007")
        assert need.ticket.arrived_at <= call.now
    assert len(call.kept(CallbackAsked)) <= len(call.desk.of(BookCallback))


@given(st.data())
def test_the_desk_hears_how_every_offer_went(data: st.DataObject) -> None:
    call = a_walk(data, 12)

    told = [need for need in call.desk.asked if isinstance(need, OfferOver)]
    assert len(told) == len(call.kept(Dialled))
    assert all(need.agent == "agent_1" for need in told)


def test_walks_reach_what_they_are_about() -> None:
    reached: set[type[Any]] = set()

    @settings(derandomize=True, max_examples=300)
    @given(st.data())
    def walk(data: st.DataObject) -> None:
        reached.update(type(event) for event in a_walk(data, 12).events)

    walk()

    assert {Queued, LeftQueue, Offered, Dialled, CallbackAsked} <= reached
