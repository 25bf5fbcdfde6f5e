"""The agent is rung for the caller who waits; and what goes wrong meanwhile costs no place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import Dialled, DialStatus, LeftQueue, Offered, Queued
from chalicelib.ivr.actions import Ask, Connect, HangUp
from chalicelib.ivr.engine import MOST_STEPS
from chalicelib.ivr.flow import restore
from chalicelib.ivr.kinds.waiting import Stage, Wait
from chalicelib.ivr.needs import AskQueue, JoinQueue, LeaveQueue, OfferOver, PickedUp
from chalicelib.ivr.position import Position
from chalicelib.ivr.texts import TEXTS, Line, expected_wait, say, standing
from tests.ivr.builders import AT_WORK, OURS, a_document, words_of
from tests.ivr.queue_builders import (
    AGENT,
    HOLD,
    SORRY,
    UNKNOWN,
    WAYS,
    ADesk,
    AnOffer,
    AStanding,
    AWaitingCall,
    a_queue,
    a_waiting_call,
    an_offered_call,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FR = TEXTS["fr"]
BUSY = FR[Line.QUEUE_BUSY]
THIRD, SECOND = standing(3, "fr-FR").text, standing(2, "fr-FR").text
FOUR_MINUTES = expected_wait(240, "fr-FR").text
TO_CALL_BACK = say(Line.QUEUE_CALLBACK, "fr-FR", key="1").text
TO_LEAVE_A_MESSAGE = say(Line.QUEUE_MESSAGE, "fr-FR", key="2").text


# Who is rung.


def test_an_agent_who_is_free_is_rung_from_the_caller_s_own_leg() -> None:
    call = an_offered_call()

    (connect,) = call.actions
    assert connect == Connect(
        numbers=(AGENT,), ring_seconds=20, whisper=True, whom="agent:agent_1", screened=True
    )
    assert [(e.agent, e.queue) for e in call.kept(Offered)] == [("agent_1", "support")]


def test_a_caller_for_whom_somebody_is_free_at_once_hears_no_music() -> None:
    call = a_waiting_call(ADesk(AStanding(position=1, offer=AnOffer())), **WAYS)

    assert (call.heard, call.ringing) == ([], AGENT)
    assert [type(event) for event in call.events] == [Queued, Offered]


def test_the_agent_hears_of_the_call_and_takes_it_by_a_key() -> None:
    call = an_offered_call(label="commande 12")

    asked = call.agent_picks_up()
    assert words_of(asked.actions) == [
        say(Line.QUEUE_WHISPER, "fr-FR", label="commande 12").text,
        FR[Line.WHISPER_ACCEPT],
    ]
    assert call.desk.of(PickedUp) == []

    taken = call.agent_presses("1", after=asked)
    assert (taken.actions, taken.position) == ((), None)
    assert call.desk.of(PickedUp) == [PickedUp("support", "agent_1")]


def test_an_agent_who_need_not_press_anything_has_the_call_by_picking_up() -> None:
    call = an_offered_call(accept=False, whisper="Un appel.")

    taken = call.agent_picks_up()

    assert words_of(taken.actions) == ["Un appel."]
    assert not any(isinstance(action, Ask | HangUp) for action in taken.actions)
    assert call.desk.of(PickedUp) == [PickedUp("support", "agent_1")]


def test_an_answering_machine_never_has_the_caller() -> None:
    call = an_offered_call()
    asked = call.agent_picks_up()

    assert call.agent_presses("", after=asked).actions == (HangUp(),)
    assert call.desk.of(PickedUp) == []


def test_an_agent_is_put_through_even_if_the_desk_does_not_hear_of_it() -> None:
    call = an_offered_call()
    asked = call.agent_picks_up()
    call.desk.trouble = SORRY

    assert call.agent_presses("1", after=asked).actions == ()


def test_a_queue_without_a_label_is_called_by_its_name() -> None:
    asked = an_offered_call().agent_picks_up()

    assert "support" in words_of(asked.actions)[0]


def test_the_line_s_number_is_shown_if_the_flow_wants_it_or_the_caller_hides_theirs() -> None:
    (shown,) = an_offered_call(caller_id="dialled").actions
    assert shown.caller_id == OURS

    hidden = a_waiting_call(ADesk(AStanding(offer=AnOffer())), call={"caller": None})
    assert hidden.actions[0].caller_id == OURS


def test_the_conversation_over_the_call_goes_on_where_the_flow_says() -> None:
    call = an_offered_call(answered="after")
    call.desk.says(waited_seconds=51)

    call.dial_ends(DialStatus.ANSWERED, 90)

    assert call.heard == ["Enquête."]
    assert call.desk.asked[-1] == OfferOver("support", "agent_1", answered=True)
    (left,) = call.kept(LeftQueue)
    assert (left.how, left.agent, left.waited_seconds) == ("answered", "agent_1", 51)
    (dialled,) = call.kept(Dialled)
    assert (dialled.destination, dialled.status, dialled.seconds) == (
        "agent:agent_1",
        "answered",
        90,
    )


def test_who_talked_with_an_agent_is_surveyed_about_them() -> None:
    ask = {"kind": "survey", "survey": "srv_1", "next": "bye"}
    flow = restore(a_document(queue=a_queue(answered="ask"), ask=ask, bye={"kind": "hangup"}))
    call = AWaitingCall(flow, ADesk(AStanding(offer=AnOffer())))

    call.dial_ends(DialStatus.ANSWERED, 90)

    assert call.memory["queue.agent"] == "agent_1"


def test_the_conversation_over_a_call_without_more_to_do_ends() -> None:
    assert an_offered_call().dial_ends(DialStatus.ANSWERED, 9).actions == (HangUp(),)


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "cancelled"])
def test_a_missed_offer_brings_the_caller_back_to_their_place_at_once(status: str) -> None:
    call = an_offered_call()
    rounds = call.position.target
    call.desk.says(offer=None)

    call.dial_ends(DialStatus(status))

    assert call.desk.asked[-1] == OfferOver("support", "agent_1", answered=False)
    assert call.music == [HOLD]
    assert call.position.target == rounds + 1
    assert [event.status for event in call.kept(Dialled)] == [status]


def test_after_a_missed_offer_the_next_agent_is_rung_without_a_pause() -> None:
    call = an_offered_call()
    call.desk.says(offer=AnOffer("agent_2", "+33162010008"))

    call.dial_ends(DialStatus.NO_ANSWER)

    assert (call.heard, call.ringing) == ([], "+33162010008")
    assert [event.agent for event in call.kept(Offered)] == ["agent_1", "agent_2"]


def test_no_agent_is_kept_for_a_caller_who_hung_up_while_they_were_rung() -> None:
    call = an_offered_call().hangs_up_while_it_rings()

    assert call.desk.asked[-1] == LeaveQueue("support", "abandoned")
    assert call.desk.of(OfferOver) == []
    assert [event.how for event in call.kept(LeftQueue)] == ["abandoned"]
    assert call.over


def test_a_caller_who_hung_up_does_not_join_the_next_queue() -> None:
    flow = restore(a_document(queue=a_queue(answered="more"), more=a_queue(queue="survey")))
    call = AWaitingCall(flow, ADesk(AStanding(offer=AnOffer())))
    call.gone = True

    call.dial_ends(DialStatus.ANSWERED, 60)

    assert [need.queue for need in call.desk.of(JoinQueue)] == ["support"]
    assert call.over


# Troubles.


def test_a_failure_in_mid_wait_is_music_and_the_place_stays() -> None:
    call = a_waiting_call(**WAYS)
    call.desk.trouble = SORRY

    assert (call.waits().heard, call.music) == ([], [HOLD])
    assert (call.waits().heard, call.music) == ([], [HOLD])

    call.desk.trouble = None
    call.desk.says(position=2)
    assert call.waits().heard == [SECOND]
    assert len(call.desk.of(JoinQueue)) == 1


def test_failures_in_between_are_forgotten() -> None:
    call = a_waiting_call(**WAYS)
    for _ in range(5):
        call.desk.trouble = SORRY
        call.waits(2)
        call.desk.trouble = None
        call.waits()

    assert call.music == [HOLD]


@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        ({"failed": "broken"}, ["Panne."]),
        ({"overflow": "full", "overflow_seconds": 600}, ["Trop d'appels."]),
        ({}, [FR[Line.APOLOGY], FR[Line.GOODBYE]]),
    ],
)
def test_after_three_failures_in_a_row_the_caller_is_let_go(
    fields: dict[str, Any], heard: list[str]
) -> None:
    call = a_waiting_call(**fields)
    call.desk.trouble = SORRY

    assert call.waits(3).heard == heard
    assert [event.how for event in call.kept(LeftQueue)] == ["overflow"]


def test_a_queue_that_cannot_be_joined_at_first_is_joined_by_the_hour_of_coming() -> None:
    call = a_waiting_call(ADesk(trouble=SORRY), **WAYS)
    assert call.heard == [BUSY]

    call.desk.trouble = None
    call.waits()

    assert [need.ticket.arrived_at for need in call.desk.of(JoinQueue)] == [AT_WORK, AT_WORK]
    assert call.heard == [THIRD, FOUR_MINUTES, TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert len(call.kept(Queued)) == 1


def test_a_queue_that_does_not_exist_is_no_place_to_wait() -> None:
    call = a_waiting_call(ADesk(trouble=UNKNOWN), failed="broken")

    assert call.heard == ["Panne."]
    assert call.events == []


def test_a_caller_whom_the_desk_has_lost_comes_back_by_the_hour_of_coming() -> None:
    call = a_waiting_call(**WAYS).waits(3)

    class Forgetful(ADesk):
        def queue(self, need: Any, context: Any) -> Any:
            known = not isinstance(need, AskQueue)
            self.asked.append(need)
            return super().queue(need, context) if known else UNKNOWN

    call.desk = Forgetful()
    call.waits()

    assert call.desk.of(JoinQueue)[0].ticket.arrived_at == AT_WORK
    assert call.music == [HOLD]
    assert len(call.kept(Queued)) == 1


def test_after_a_missed_offer_that_the_desk_did_not_hear_of_there_is_music() -> None:
    call = an_offered_call()
    call.desk.trouble = SORRY

    assert call.dial_ends(DialStatus.NO_ANSWER).music == [HOLD]


# The same webhook twice.


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda call: call.presses("1"), id="a key"),
        pytest.param(lambda call: call.waits(), id="a round"),
        pytest.param(lambda call: call.presses("7"), id="a wrong key"),
    ],
)
def test_two_webhooks_for_one_step_get_the_same_answer(act: Callable[[Any], Any]) -> None:
    call = a_waiting_call(**WAYS).waits(2)
    before = call.now
    first = act(call).replies[-1]
    call.replies.pop()
    call.now = before

    assert act(call).replies[-1] == first


def test_the_result_of_a_ringing_that_comes_twice_is_told_twice_and_logged_once() -> None:
    call = an_offered_call()
    first = call.dial_ends(DialStatus.ANSWERED, 30).replies[-1]
    call.replies.pop()

    again = call.dial_ends(DialStatus.ANSWERED, 30).replies[-1]

    assert [event.id for event in again.events] == [event.id for event in first.events]


# Two hours of it.


def test_a_caller_who_waits_for_three_hours_is_not_cut_off_by_us() -> None:
    call = a_waiting_call(**WAYS)
    until = AT_WORK + timedelta(hours=3)
    while call.now < until:
        call.desk.says(waited_seconds=int((call.now - AT_WORK).total_seconds()))
        call.waits()
        if call.position.step % 50 == 0:
            call.desk.says(offer=AnOffer())
            call.waits()
            call.desk.says(offer=None)
            call.dial_ends(DialStatus.NO_ANSWER)

    assert call.music == [HOLD]
    assert call.position.step < MOST_STEPS / 3


# The state in the URL.


@pytest.mark.parametrize("stage", Stage)
def test_a_wait_is_read_back_from_its_mark_which_fits_a_url(stage: Stage) -> None:
    wait = Wait(
        stage=stage, since=0xFFFFFFFF, told=999, full=9_999, blind=3, alone=8, agent="a" * 38
    )

    assert Wait.of(wait.mark) == wait
    position = Position("queue", step=3, target=9, mark=wait.mark)
    assert Position.from_url("queue", position.query()) == position


@pytest.mark.parametrize("mark", ["", "told", "confirm", "w-zz-0-0-0-0", "w-1-0-0-0"])
def test_a_mark_of_another_kind_holds_no_wait(mark: str) -> None:
    assert Wait.of(mark) is None
