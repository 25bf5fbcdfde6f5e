"""Callers who wait for an agent: what they are told, and every way out."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calls.events import LeftQueue, Queued
from chalicelib.ivr.actions import Apologise
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.needs import AskQueue, LeaveQueue
from chalicelib.ivr.texts import TEXTS, Line, expected_wait, say, standing
from tests.ivr.builders import AT_WORK, CALLER, OURS, a_document, a_menu, an_end
from tests.ivr.queue_builders import (
    BACK,
    HOLD,
    SORRY,
    WAYS,
    ADesk,
    AnOffer,
    AStanding,
    AWaitingCall,
    a_queue,
    a_waiting_call,
)

FR = TEXTS["fr"]
BUSY = FR[Line.QUEUE_BUSY]
THIRD, SECOND = standing(3, "fr-FR").text, standing(2, "fr-FR").text
FOUR_MINUTES = expected_wait(240, "fr-FR").text
TO_CALL_BACK = say(Line.QUEUE_CALLBACK, "fr-FR", key="1").text
TO_LEAVE_A_MESSAGE = say(Line.QUEUE_MESSAGE, "fr-FR", key="2").text


# Waiting.


def test_a_caller_is_told_their_place_the_wait_and_the_ways_out_and_hears_music() -> None:
    call = a_waiting_call(**WAYS)

    assert call.heard == [BUSY, THIRD, FOUR_MINUTES, TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert call.music == [HOLD]
    (ask,) = call.actions
    assert (ask.most_keys, ask.timeout_seconds, ask.finish_key) == (1, 1, "")
    (joined,) = call.desk.asked
    assert (joined.queue, joined.ticket.arrived_at) == ("support", AT_WORK)
    assert (joined.ticket.dialled, joined.ticket.caller) == (OURS, CALLER)
    assert [(e.queue, e.position) for e in call.kept(Queued)] == [("support", 3)]


def test_the_desk_learns_what_the_flow_knows_of_the_caller() -> None:
    call = a_waiting_call(
        skills=["german", "billing"], priority=4, label="Client {{caller.family}}"
    )

    (joined,) = call.desk.asked
    ticket = joined.ticket
    assert (ticket.skills, ticket.priority) == (frozenset({"german", "billing"}), 4)
    assert (ticket.label, ticket.language) == ("Client mobile", "fr-FR")


def test_a_place_is_told_again_once_it_is_better() -> None:
    call = a_waiting_call()

    assert call.waits().heard == []
    call.desk.says(position=2)
    assert call.waits().heard == [SECOND]
    assert call.waits().heard == []


def test_everything_is_told_again_every_few_rounds() -> None:
    call = a_waiting_call(**WAYS, announce_every=3)

    heard = [call.waits().heard for _ in range(6)]

    again = [THIRD, FOUR_MINUTES, TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert heard == [[], [], again, [], [], again]


def test_a_worse_place_is_passed_over_in_silence() -> None:
    call = a_waiting_call(**WAYS, announce_every=2)
    call.desk.says(position=5, expected_seconds=900)

    heard = [call.waits().heard for _ in range(4)]

    ways = [TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert heard == [[], ways, [], ways]
    call.desk.says(position=2)
    assert call.waits().heard == [SECOND]


def test_a_wait_that_nobody_can_tell_is_not_told() -> None:
    assert a_waiting_call(ADesk(AStanding(expected_seconds=None))).heard == [BUSY, THIRD]


def test_a_flow_may_keep_place_and_wait_to_itself() -> None:
    assert a_waiting_call(tell_position=False, tell_wait=False).heard == [BUSY]


def test_messages_come_half_way_between_two_announcements_in_turn() -> None:
    call = a_waiting_call(
        comfort=["Merci.", "Encore un instant."], announce_every=4, tell_wait=False
    )

    heard = [call.waits().heard for _ in range(8)]

    assert heard == [[], ["Merci."], [], [THIRD], [], ["Encore un instant."], [], [THIRD]]


def test_a_flow_s_own_music_goes_round_piece_by_piece() -> None:
    call = a_waiting_call(music=[{"url": "https://a.fr/1"}, {"url": "https://a.fr/2"}])

    played = [call.music, call.waits().music, call.waits().music]

    assert [[each.audio.url for each in music] for music in played] == [
        ["https://a.fr/1"],
        ["https://a.fr/2"],
        ["https://a.fr/1"],
    ]


def test_far_back_in_the_crowd_rounds_are_longer() -> None:
    assert a_waiting_call(ADesk(AStanding(position=51))).music == [HOLD, HOLD]
    assert a_waiting_call(ADesk(AStanding(position=50))).music == [HOLD]


def test_the_flow_says_it_in_its_own_words_with_the_figures_of_the_moment() -> None:
    welcome = "Place {{queue.position}} sur {{queue.waiting}}, {{queue.wait_minutes}} minutes."
    call = a_waiting_call(welcome=welcome, tell_position=False, tell_wait=False)

    assert call.heard == ["Place trois sur trois, quatre minutes."]
    assert call.memory["queue.position"] == 3


def test_a_flow_that_reads_nothing_of_the_queue_needs_no_memory() -> None:
    call = a_waiting_call(**WAYS).waits(3)

    assert call.memory == {}
    assert not call.position.remembers


# Keys.


@pytest.mark.parametrize(
    ("key", "words", "how"),
    [("1", "Rappel.", "callback"), ("2", "Message.", "voicemail")],
)
@pytest.mark.parametrize("rounds", [0, 1, 7])
def test_a_key_leads_out_in_every_round(key: str, words: str, how: str, rounds: int) -> None:
    call = a_waiting_call(ADesk(AStanding(waited_seconds=33)), **WAYS).waits(rounds).presses(key)

    assert call.heard == [words]
    assert call.desk.of(LeaveQueue) == [LeaveQueue("support", how)]
    (left,) = call.kept(LeftQueue)
    assert (left.how, left.waited_seconds, left.agent) == (how, 33, None)


@pytest.mark.parametrize("keys", ["9", "#", "*", "12", ""])
def test_any_other_key_costs_no_place(keys: str) -> None:
    call = a_waiting_call(**WAYS).presses(keys)

    assert call.music == [HOLD]
    assert isinstance(call.desk.asked[-1], AskQueue)
    assert call.kept(LeftQueue) == []


def test_a_desk_that_does_not_answer_keeps_nobody_from_the_way_they_chose() -> None:
    call = a_waiting_call(**WAYS).waits(2)
    call.desk.trouble = SORRY

    call.presses("2")

    assert call.heard == ["Message."]
    (left,) = call.kept(LeftQueue)
    assert left.waited_seconds == 34


def test_whoever_asks_to_be_called_back_keeps_the_moment_they_came() -> None:
    call = a_waiting_call(**WAYS).waits(5).presses("1")

    assert call.memory["queue.arrived_at"] == "2026-11-23T09:00:00+00:00"
    assert call.memory["queue.name"] == "support"


# Ways out that the caller does not choose.


def test_a_wait_beyond_the_limit_overflows() -> None:
    call = a_waiting_call(overflow_seconds=60, overflow="full")
    call.desk.says(waited_seconds=59)
    assert call.waits().music

    call.desk.says(waited_seconds=60)
    call.waits()

    assert call.heard == ["Trop d'appels."]
    assert call.desk.of(LeaveQueue) == [LeaveQueue("support", "overflow")]
    assert [event.how for event in call.kept(LeftQueue)] == ["overflow"]


def test_nobody_joins_a_crowd_and_nobody_is_sent_away_by_those_who_come_later() -> None:
    limits: dict[str, Any] = {"overflow_waiting": 3, "overflow": "full"}

    assert a_waiting_call(ADesk(AStanding(waiting=4)), **limits).heard == ["Trop d'appels."]
    call = a_waiting_call(**limits)
    call.desk.says(waiting=40)
    assert call.waits().music


def test_a_caller_whom_nobody_on_duty_could_answer_does_not_wait() -> None:
    alone = AStanding(agents_on_duty=0)

    call = a_waiting_call(ADesk(alone), no_agents="closed")

    assert call.heard == ["Personne."]
    assert a_waiting_call(ADesk(alone), overflow="full", overflow_seconds=60).heard == [
        "Trop d'appels."
    ]
    assert a_waiting_call(ADesk(alone)).heard == [FR[Line.NOBODY], FR[Line.GOODBYE]]


def test_a_pause_of_the_agents_sends_nobody_away_and_the_end_of_their_day_does() -> None:
    call = a_waiting_call(no_agents="closed").waits(2)
    call.desk.says(agents_on_duty=0)
    call.waits(7)
    call.desk.says(agents_on_duty=1)
    call.waits()
    assert call.music

    call.desk.says(agents_on_duty=0)
    call.waits(8)

    assert call.heard == ["Personne."]


def test_before_the_carrier_ends_the_call_the_caller_is_told() -> None:
    call = a_waiting_call(**WAYS)
    call.desk.says(waited_seconds=3 * 3600 + 1800)

    assert call.waits().heard == [FR[Line.NOBODY], FR[Line.GOODBYE]]


def test_queues_that_send_callers_round_for_want_of_anybody_end_with_an_apology() -> None:
    flow = restore(
        a_document(
            queue=a_queue(no_agents="said"),
            said={"kind": "say", "text": "Un instant.", "next": "queue"},
        )
    )

    call = AWaitingCall(flow, ADesk(AStanding(agents_on_duty=0)))

    assert call.over
    assert isinstance(call.actions[-2], Apologise)


# Recording.


def test_a_caller_is_told_of_the_recording_once_before_waiting() -> None:
    call = a_waiting_call(record=True, **WAYS)
    assert call.desk.asked == []
    assert "enregistré" in call.heard[0]

    call.says_nothing()
    assert call.heard[0] == BUSY
    call.desk.says(offer=AnOffer())
    call.waits()

    assert call.actions[0].record


def test_a_caller_who_objects_is_not_recorded_and_keeps_waiting() -> None:
    call = a_waiting_call(record=True, **WAYS).presses("9")
    assert call.heard[:2] == [FR[Line.RECORDING_REFUSED], BUSY]

    call.desk.says(offer=AnOffer())
    call.waits()

    assert not call.actions[0].record


# Before publishing.


def faults(nodes: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(**nodes))
    return {fault.pointer: fault.reason for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("fields", "pointer", "reason"),
    [
        ({"overflow_seconds": 60}, "", "overflows to nowhere"),
        ({"overflow_waiting": 6, **WAYS}, "", "overflows to nowhere"),
        ({"overflow": "box", **WAYS}, "", "never overflows"),
        ({}, "", "no way out"),
        ({"overflow": "box", "overflow_waiting": 5}, "", "no way out"),
        (
            {"callback": {"key": "1", "next": "back"}, "voicemail": {"key": "1", "next": "box"}},
            "/voicemail",
            "the key 1 calls back already",
        ),
        ({**WAYS, "callback": {"key": "A", "next": "back"}}, "/callback/key", "one of 0-9"),
        ({**WAYS, "queue": "Le Support"}, "/queue", "a queue's name"),
        ({**WAYS, "skills": ["ALLEMAND"]}, "/skills/0", "a skill's name"),
        ({**WAYS, "overflow_seconds": 5, "overflow": "box"}, "/overflow_seconds", "from 10"),
        ({**WAYS, "no_agents": "gone"}, "/no_agents", "no node is called"),
    ],
)
def test_a_queue_that_could_not_work_is_refused(
    fields: dict[str, Any], pointer: str, reason: str
) -> None:
    nodes = {"queue": a_queue(**fields), "back": BACK, "box": {"kind": "voicemail"}}

    assert reason in faults(nodes)[f"/nodes/queue{pointer}"]


def test_a_menu_that_leads_to_a_queue_leads_to_a_person() -> None:
    parse(
        a_document(
            menu=a_menu(choices={"1": "queue"}),
            queue=a_queue(overflow_seconds=60, overflow="end"),
            end=an_end(),
        )
    )


def test_a_key_for_a_callback_must_lead_to_one_of_the_same_queue() -> None:
    way = {"callback": {"key": "1", "next": "said"}}
    said = {"kind": "say", "text": "Bien.", "next": "back"}

    parse(a_document(queue=a_queue(**way), said=said, back=BACK))
    told = faults({"queue": a_queue(**way), "said": said, "back": {**BACK, "queue": "sales"}})
    assert "no callback" in told["/nodes/queue/callback/next"]
    assert (
        "no callback"
        in faults({"queue": a_queue(**way), "said": {**said, "next": "end"}, "end": an_end()})[
            "/nodes/queue/callback/next"
        ]
    )


def test_a_flow_that_calls_back_from_more_queues_than_anybody_has_is_refused() -> None:
    nodes = {
        f"q{at}": a_queue(queue=f"q{at}", callback={"key": "1", "next": f"q{at + 1}"})
        for at in range(201)
    }
    told = faults({**nodes, "q201": {**BACK, "queue": "q1"}})

    assert told[""] == "calls back from 201 queues, at most 200"


def test_a_queue_that_leads_back_to_itself_while_nobody_is_on_duty_is_a_loop() -> None:
    said = {"kind": "say", "text": "Un instant.", "next": "queue"}
    way = {"voicemail": {"key": "2", "next": "box"}}

    told = faults(
        {"queue": a_queue(no_agents="said", **way), "said": said, "box": {"kind": "voicemail"}}
    )

    assert any("goes round without waiting" in reason for reason in told.values())
