"""The sum of a call's events does not depend on their order, nor on how often each one came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.calls import events
from chalicelib.calls.call import Message, Outcome, State
from chalicelib.calls.facts import Facts, facts_of
from chalicelib.calls.parsing import EVENTS
from chalicelib.kernel.errors import NotFound
from tests.calls import builders as a
from tests.fakes import CallLogInMemory

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event

EVERYTHING: tuple[Event, ...] = (
    a.received(),
    a.pressed(1),
    a.went_silent(2),
    a.rang(3),
    a.dialled(3, status="busy", seconds=0),
    a.rang(4),
    a.taken(4),
    a.dialled(4, seconds=40),
    a.dialled(5, seconds=20, destination="+33199000000"),
    a.message_left(6),
    a.message_left(7, recording_id="RE2", seconds=0),
    a.recorded(),
    a.leg_changed(),
    a.fell_back(),
    a.fell_back(id="fallback:2", reason="Conflict"),
    a.beeped(8),
    a.beeped(3, id="notice:beep:2"),
    a.at_node(events.Said, 9, words="un devis", choice="sales", confidence=91),
    a.at_node(events.Collected, 10, variable="order", valid=True, value="4021"),
    a.at_node(events.VariablesSet, 11, names="order"),
    a.at_node(events.Tagged, 12, tag="devis"),
    a.at_node(events.TextAsked, 15, answer="agreed"),
    a.at_node(events.LookedUp, 14, result="timeout"),
    a.at_node(events.TurnedAway, 13, reason="busy"),
    a.queued(),
    a.offered(),
    a.left_queue(),
    a.callback_asked(),
    a.callback_rung(),
    a.text_sent(),
    a.text_delivered(),
    a.text_delivered(id="delivery:SM1:failed", status="failed", error="30003"),
    a.notified(),
    a.transcribed(),
    a.errand_lost(),
    a.ended(),
)


def call_after(*events: Event) -> Call:
    log = CallLogInMemory()
    ref = a.log_call(log, *events)
    return log.load("acc_1", ref.call_id)


@given(st.data())
def test_any_order_with_any_duplicates_makes_the_same_call(data: st.DataObject) -> None:
    told = data.draw(st.lists(st.sampled_from(EVERYTHING), unique=True)) + [a.received()]
    again = data.draw(st.lists(st.sampled_from(told)))

    shuffled = data.draw(st.permutations(told + again))

    assert call_after(*shuffled) == call_after(*dict.fromkeys(told))


@given(st.permutations(EVERYTHING))
def test_a_state_only_moves_forward(order: list[Event]) -> None:
    log, states = CallLogInMemory(), list(State)
    log.append(a.a_ref(), a.received())
    reached = [0]

    for event in order:
        log.append(a.a_ref(), event)
        reached.append(states.index(log.load("acc_1", "CA1").state))

    assert reached == sorted(reached)


@given(st.permutations(EVERYTHING))
def test_an_outcome_only_gets_better(order: list[Event]) -> None:
    log = CallLogInMemory()
    log.append(a.a_ref(), a.received())
    ranks = [0]

    for event in order:
        log.append(a.a_ref(), event)
        outcome = log.load("acc_1", "CA1").outcome
        rung_again = outcome is Outcome.UNKNOWN  # as good as missed: the next end may be better
        ranks.append(Outcome.MISSED.rank if rung_again else outcome.rank)

    assert ranks == sorted(ranks)
    assert ranks[-1] == Outcome.ANSWERED.rank


@pytest.mark.parametrize(
    ("events", "state", "outcome"),
    [
        pytest.param((), State.RINGING, Outcome.ABANDONED, id="it rings"),
        pytest.param((a.pressed(),), State.IN_MENU, Outcome.ABANDONED, id="a key"),
        pytest.param((a.went_silent(),), State.IN_MENU, Outcome.ABANDONED, id="silence"),
        pytest.param((a.leg_changed(),), State.CONNECTED, Outcome.ABANDONED, id="a leg answers"),
        pytest.param(
            (a.leg_changed("ringing"),), State.RINGING, Outcome.ABANDONED, id="a leg rings"
        ),
        pytest.param((a.rang(),), State.RINGING, Outcome.UNKNOWN, id="somebody is rung"),
        pytest.param((a.rang(), a.taken()), State.CONNECTED, Outcome.UNKNOWN, id="it is taken"),
        pytest.param((a.rang(), a.ended()), State.ENDED, Outcome.UNKNOWN, id="no end is told"),
        pytest.param(
            (a.rang(2), a.dialled(2, status="busy"), a.rang(3), a.ended()),
            State.ENDED,
            Outcome.UNKNOWN,
            id="only the first end is told",
        ),
        pytest.param(
            (a.rang(2), a.rang(3), a.dialled(3, status="busy"), a.ended()),
            State.ENDED,
            Outcome.MISSED,
            id="only the last end is told",
        ),
        pytest.param((a.dialled(status="busy"),), State.RINGING, Outcome.MISSED, id="busy"),
        pytest.param((a.dialled(),), State.CONNECTED, Outcome.ANSWERED, id="a conversation"),
        pytest.param((a.callback_asked(),), State.RINGING, Outcome.CALLBACK, id="a callback"),
        pytest.param((a.message_left(),), State.RINGING, Outcome.VOICEMAIL, id="a message"),
        pytest.param(
            (a.message_left(seconds=0),), State.RINGING, Outcome.ABANDONED, id="silent message"
        ),
        pytest.param((a.recorded(),), State.RINGING, Outcome.VOICEMAIL, id="only its file"),
        pytest.param(
            (a.recorded(voicemail=False),), State.RINGING, Outcome.ABANDONED, id="a recording"
        ),
        pytest.param(
            (a.recorded(status="absent"),), State.RINGING, Outcome.ABANDONED, id="no recording"
        ),
        pytest.param((a.fell_back(),), State.RINGING, Outcome.FELL_BACK, id="our failure"),
        pytest.param((a.ended(),), State.ENDED, Outcome.ABANDONED, id="hung up at once"),
        pytest.param(
            (a.ended(), a.dialled()), State.ENDED, Outcome.ANSWERED, id="late dial result"
        ),
    ],
)
def test_a_call_becomes(events: tuple[Event, ...], state: State, outcome: Outcome) -> None:
    call = call_after(a.received(), *events)

    assert (call.state, call.outcome) == (state, outcome)


def test_an_outcome_is_told_once_the_call_has_ended() -> None:
    going_on, over = call_after(a.received()), call_after(a.received(), a.ended())

    assert (going_on.final_outcome, over.final_outcome) == (None, Outcome.ABANDONED)


def test_how_long_a_call_talked_is_unknown_where_the_end_of_a_conversation_is() -> None:
    going_on = call_after(a.received(), a.rang())
    lost = call_after(a.received(), a.rang(), a.ended())
    told = call_after(a.received(), a.rang(), a.ended(), a.dialled(seconds=80))

    talked = [call.known_talk_seconds for call in (going_on, lost, told)]
    assert talked == [0, None, 80]
    assert (lost.unsettled, told.unsettled) == (("step:2",), ())


def test_two_conversations_are_added_up() -> None:
    call = call_after(*EVERYTHING)

    assert (call.talk_seconds, call.answered_by) == (60, (a.DESK, "+33199000000"))


def test_a_message_told_twice_is_one_message_of_its_longer_length() -> None:
    call = call_after(a.received(), a.message_left(), a.recorded(seconds=18))

    assert call.messages == (Message(recording_id="RE1", seconds=18),)


def test_the_price_of_a_service_runs_from_the_first_beep_whichever_is_told_first() -> None:
    early, late = a.beeped(3), a.beeped(8, id="notice:beep:2")

    told = [call_after(a.received(), *order) for order in ((early, late), (late, early))]

    assert [call.service_from for call in told] == [early.at, early.at]


def test_no_price_of_a_service_runs_for_a_caller_who_left_before_the_beep() -> None:
    assert call_after(a.received(), a.ended()).service_from is None


def test_nothing_is_known_of_a_call_that_has_not_begun() -> None:
    with pytest.raises(NotFound):
        call_after(a.pressed(), a.ended())


def test_every_kind_of_event_has_its_facts() -> None:
    kinds = {event.kind: facts_of(a.a_ref(), event) for event in EVERYTHING}

    assert set(kinds) == set(EVENTS)
    assert all(isinstance(facts, Facts) for facts in kinds.values())
