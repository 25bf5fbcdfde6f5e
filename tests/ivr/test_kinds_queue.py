"""Callers who wait for an agent: what they are told, who is rung, and every way out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import Dialled, DialStatus, LeftQueue, Offered, Queued
from chalicelib.ivr.actions import Ask, Connect, HangUp, Play
from chalicelib.ivr.engine import MOST_STEPS
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.kinds.waiting import Stage, Wait
from chalicelib.ivr.needs import AskQueue, JoinQueue, LeaveQueue, OfferOver, PickedUp, QueueFailed
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.position import Position
from chalicelib.ivr.texts import TEXTS, Line, expected_wait, say, standing
from tests.ivr.builders import AT_WORK, CALLER, OURS, a_document, a_menu, an_end, words_of
from tests.ivr.queue_builders import AGENT, ADesk, AnOffer, AStanding, AWaitingCall

if TYPE_CHECKING:
    from collections.abc import Callable

FR = TEXTS["fr"]
BUSY = FR[Line.QUEUE_BUSY]
THIRD, SECOND = standing(3, "fr-FR").text, standing(2, "fr-FR").text
FOUR_MINUTES = expected_wait(240, "fr-FR").text
TO_CALL_BACK = say(Line.QUEUE_CALLBACK, "fr-FR", key="1").text
TO_LEAVE_A_MESSAGE = say(Line.QUEUE_MESSAGE, "fr-FR", key="2").text
HOLD = Play(Audio(builtin="hold"))
SORRY = QueueFailed("ours", passing=True)
UNKNOWN = QueueFailed("no such queue")
BACK = {"kind": "callback", "queue": "support"}
WAYS: dict[str, Any] = {"callback": {"key": "1", "next": "back"}, "voicemail": {"key": "2", "next": "box"}}


def a_queue(**fields: Any) -> dict[str, Any]:
    return {"kind": "queue", "queue": "support", **fields}


def a_call(desk: ADesk | None = None, *, call: dict[str, Any] | None = None, **fields: Any) -> Any:
    nodes = {
        "queue": a_queue(**fields),
        "back": an_end(text="Rappel."),
        "box": an_end(text="Message."),
        "full": an_end(text="Trop d'appels."),
        "closed": an_end(text="Personne."),
        "after": an_end(text="Enquête."),
        "broken": an_end(text="Panne."),
    }
    return AWaitingCall(restore(a_document(**nodes)), desk or ADesk(), **(call or {}))


# Waiting.


def test_a_caller_is_told_their_place_the_wait_and_the_ways_out_and_hears_music() -> None:
    call = a_call(**WAYS)

    assert call.heard == [BUSY, THIRD, FOUR_MINUTES, TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert call.music == [HOLD]
    (ask,) = call.actions
    assert (ask.most_keys, ask.timeout_seconds, ask.finish_key) == (1, 1, "")
    (joined,) = call.desk.asked
    assert (joined.queue, joined.ticket.arrived_at) == ("support", AT_WORK)
    assert (joined.ticket.dialled, joined.ticket.caller) == (OURS, CALLER)
    assert [(e.queue, e.position) for e in call.kept(Queued)] == [("support", 3)]


def test_the_desk_learns_what_the_flow_knows_of_the_caller() -> None:
    call = a_call(skills=["german", "billing"], priority=4, label="Client {{caller.family}}")

    (joined,) = call.desk.asked
    ticket = joined.ticket
    assert (ticket.skills, ticket.priority) == (frozenset({"german", "billing"}), 4)
    assert (ticket.label, ticket.language) == ("Client mobile", "fr-FR")


def test_a_place_is_told_again_once_it_is_better() -> None:
    call = a_call()

    assert call.waits().heard == []
    call.desk.says(position=2)
    assert call.waits().heard == [SECOND]
    assert call.waits().heard == []


def test_everything_is_told_again_every_few_rounds() -> None:
    call = a_call(**WAYS, announce_every=3)

    heard = [call.waits().heard for _ in range(6)]

    again = [THIRD, FOUR_MINUTES, TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert heard == [[], [], again, [], [], again]


def test_a_worse_place_is_passed_over_in_silence() -> None:
    call = a_call(**WAYS, announce_every=2)
    call.desk.says(position=5, expected_seconds=900)

    heard = [call.waits().heard for _ in range(4)]

    ways = [TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert heard == [[], ways, [], ways]
    call.desk.says(position=2)
    assert call.waits().heard == [SECOND]


def test_a_wait_that_nobody_can_tell_is_not_told() -> None:
    assert a_call(ADesk(AStanding(expected_seconds=None))).heard == [BUSY, THIRD]


def test_a_flow_may_keep_place_and_wait_to_itself() -> None:
    assert a_call(tell_position=False, tell_wait=False).heard == [BUSY]


def test_messages_come_half_way_between_two_announcements_in_turn() -> None:
    call = a_call(comfort=["Merci.", "Encore un instant."], announce_every=4, tell_wait=False)

    heard = [call.waits().heard for _ in range(8)]

    assert heard == [[], ["Merci."], [], [THIRD], [], ["Encore un instant."], [], [THIRD]]


def test_a_flow_s_own_music_goes_round_piece_by_piece() -> None:
    call = a_call(music=[{"url": "https://a.fr/1"}, {"url": "https://a.fr/2"}])

    played = [call.music, call.waits().music, call.waits().music]

    assert [[each.audio.url for each in music] for music in played] == [
        ["https://a.fr/1"],
        ["https://a.fr/2"],
        ["https://a.fr/1"],
    ]


def test_far_back_in_the_crowd_rounds_are_longer() -> None:
    assert a_call(ADesk(AStanding(position=51))).music == [HOLD, HOLD]
    assert a_call(ADesk(AStanding(position=50))).music == [HOLD]


def test_the_flow_says_it_in_its_own_words_with_the_figures_of_the_moment() -> None:
    welcome = "Place {{queue.position}} sur {{queue.waiting}}, {{queue.wait_minutes}} minutes."
    call = a_call(welcome=welcome, tell_position=False, tell_wait=False)

    assert call.heard == ["Place trois sur trois, quatre minutes."]
    assert call.memory["queue.position"] == 3


def test_a_flow_that_reads_nothing_of_the_queue_needs_no_memory() -> None:
    call = a_call(**WAYS).waits(3)

    assert call.memory == {}
    assert not call.position.remembers


# Keys.


@pytest.mark.parametrize(
    ("key", "words", "how"),
    [("1", "Rappel.", "callback"), ("2", "Message.", "voicemail")],
)
@pytest.mark.parametrize("rounds", [0, 1, 7])
def test_a_key_leads_out_in_every_round(key: str, words: str, how: str, rounds: int) -> None:
    call = a_call(ADesk(AStanding(waited_seconds=33)), **WAYS).waits(rounds).presses(key)

    assert call.heard == [words]
    assert call.desk.of(LeaveQueue) == [LeaveQueue("support", how)]
    (left,) = call.kept(LeftQueue)
    assert (left.how, left.waited_seconds, left.agent) == (how, 33, None)


@pytest.mark.parametrize("keys", ["9", "#", "*", "12", ""])
def test_any_other_key_costs_no_place(keys: str) -> None:
    call = a_call(**WAYS).presses(keys)

    assert call.music == [HOLD]
    assert isinstance(call.desk.asked[-1], AskQueue)
    assert call.kept(LeftQueue) == []


def test_a_desk_that_does_not_answer_keeps_nobody_from_the_way_they_chose() -> None:
    call = a_call(**WAYS).waits(2)
    call.desk.trouble = SORRY

    call.presses("2")

    assert call.heard == ["Message."]
    (left,) = call.kept(LeftQueue)
    assert left.waited_seconds == 34


def test_whoever_asks_to_be_called_back_keeps_the_moment_they_came() -> None:
    call = a_call(**WAYS).waits(5).presses("1")

    assert call.memory["queue.arrived_at"] == "2026-11-23T09:00:00+00:00"
    assert call.memory["queue.name"] == "support"


# Who is rung.


def offered(**fields: Any) -> Any:
    call = a_call(**{**WAYS, **fields})
    call.desk.says(offer=AnOffer())
    return call.waits()


def test_an_agent_who_is_free_is_rung_from_the_caller_s_own_leg() -> None:
    call = offered()

    (connect,) = call.actions
    assert connect == Connect(numbers=(AGENT,), ring_seconds=20, whisper=True)
    assert [(e.agent, e.queue) for e in call.kept(Offered)] == [("agent_1", "support")]


def test_a_caller_for_whom_somebody_is_free_at_once_hears_no_music() -> None:
    call = a_call(ADesk(AStanding(position=1, offer=AnOffer())), **WAYS)

    assert (call.heard, call.ringing) == ([], AGENT)
    assert [type(event) for event in call.events] == [Queued, Offered]


def test_the_agent_hears_of_the_call_and_takes_it_by_a_key() -> None:
    call = offered(label="commande 12")

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
    call = offered(accept=False, whisper="Un appel.")

    taken = call.agent_picks_up()

    assert words_of(taken.actions) == ["Un appel."]
    assert not any(isinstance(action, Ask | HangUp) for action in taken.actions)
    assert call.desk.of(PickedUp) == [PickedUp("support", "agent_1")]


def test_an_answering_machine_never_has_the_caller() -> None:
    call = offered()
    asked = call.agent_picks_up()

    assert call.agent_presses("", after=asked).actions == (HangUp(),)
    assert call.desk.of(PickedUp) == []


def test_an_agent_is_put_through_even_if_the_desk_does_not_hear_of_it() -> None:
    call = offered()
    asked = call.agent_picks_up()
    call.desk.trouble = SORRY

    assert call.agent_presses("1", after=asked).actions == ()


def test_a_queue_without_a_label_is_called_by_its_name() -> None:
    asked = offered().agent_picks_up()

    assert "support" in words_of(asked.actions)[0]


def test_the_line_s_number_is_shown_if_the_flow_wants_it_or_the_caller_hides_theirs() -> None:
    (shown,) = offered(caller_id="dialled").actions
    assert shown.caller_id == OURS

    hidden = a_call(ADesk(AStanding(offer=AnOffer())), call={"caller": None})
    assert hidden.actions[0].caller_id == OURS


def test_the_conversation_over_the_call_goes_on_where_the_flow_says() -> None:
    call = offered(answered="after")
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


def test_the_conversation_over_a_call_without_more_to_do_ends() -> None:
    assert offered().dial_ends(DialStatus.ANSWERED, 9).actions == (HangUp(),)


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "cancelled"])
def test_a_missed_offer_brings_the_caller_back_to_their_place_at_once(status: str) -> None:
    call = offered()
    rounds = call.position.target
    call.desk.says(offer=None)

    call.dial_ends(DialStatus(status))

    assert call.desk.asked[-1] == OfferOver("support", "agent_1", answered=False)
    assert call.music == [HOLD]
    assert call.position.target == rounds + 1
    assert [event.status for event in call.kept(Dialled)] == [status]


def test_after_a_missed_offer_the_next_agent_is_rung_without_a_pause() -> None:
    call = offered()
    call.desk.says(offer=AnOffer("agent_2", "+33162010008"))

    call.dial_ends(DialStatus.NO_ANSWER)

    assert (call.heard, call.ringing) == ([], "+33162010008")
    assert [event.agent for event in call.kept(Offered)] == ["agent_1", "agent_2"]


def test_no_agent_is_kept_for_a_caller_who_hung_up_while_they_were_rung() -> None:
    call = offered().hangs_up_while_it_rings()

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


# Ways out that the caller does not choose.


def test_a_wait_beyond_the_limit_overflows() -> None:
    call = a_call(overflow_seconds=60, overflow="full")
    call.desk.says(waited_seconds=59)
    assert call.waits().music

    call.desk.says(waited_seconds=60)
    call.waits()

    assert call.heard == ["Trop d'appels."]
    assert call.desk.of(LeaveQueue) == [LeaveQueue("support", "overflow")]
    assert [event.how for event in call.kept(LeftQueue)] == ["overflow"]


def test_nobody_joins_a_crowd_and_nobody_is_sent_away_by_those_who_come_later() -> None:
    limits: dict[str, Any] = {"overflow_waiting": 3, "overflow": "full"}

    assert a_call(ADesk(AStanding(waiting=4)), **limits).heard == ["Trop d'appels."]
    call = a_call(**limits)
    call.desk.says(waiting=40)
    assert call.waits().music


def test_a_caller_whom_nobody_on_duty_could_answer_does_not_wait() -> None:
    alone = AStanding(agents_on_duty=0)

    call = a_call(ADesk(alone), no_agents="closed")

    assert call.heard == ["Personne."]
    assert a_call(ADesk(alone), overflow="full", overflow_seconds=60).heard == ["Trop d'appels."]
    assert a_call(ADesk(alone)).heard == [FR[Line.NOBODY], FR[Line.GOODBYE]]


def test_a_pause_of_the_agents_sends_nobody_away_and_the_end_of_their_day_does() -> None:
    call = a_call(no_agents="closed").waits(2)
    call.desk.says(agents_on_duty=0)
    call.waits(7)
    call.desk.says(agents_on_duty=1)
    call.waits()
    assert call.music

    call.desk.says(agents_on_duty=0)
    call.waits(8)

    assert call.heard == ["Personne."]


def test_before_the_carrier_ends_the_call_the_caller_is_told() -> None:
    call = a_call(**WAYS)
    call.desk.says(waited_seconds=3 * 3600 + 1800)

    assert call.waits().heard == [FR[Line.NOBODY], FR[Line.GOODBYE]]


# Troubles.


def test_a_failure_in_mid_wait_is_music_and_the_place_stays() -> None:
    call = a_call(**WAYS)
    call.desk.trouble = SORRY

    assert (call.waits().heard, call.music) == ([], [HOLD])
    assert (call.waits().heard, call.music) == ([], [HOLD])

    call.desk.trouble = None
    call.desk.says(position=2)
    assert call.waits().heard == [SECOND]
    assert len(call.desk.of(JoinQueue)) == 1


def test_failures_in_between_are_forgotten() -> None:
    call = a_call(**WAYS)
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
    call = a_call(**fields)
    call.desk.trouble = SORRY

    assert call.waits(3).heard == heard
    assert [event.how for event in call.kept(LeftQueue)] == ["overflow"]


def test_a_queue_that_cannot_be_joined_at_first_is_joined_by_the_hour_of_coming() -> None:
    call = a_call(ADesk(trouble=SORRY), **WAYS)
    assert call.heard == [BUSY]

    call.desk.trouble = None
    call.waits()

    assert [need.ticket.arrived_at for need in call.desk.of(JoinQueue)] == [AT_WORK, AT_WORK]
    assert call.heard == [THIRD, FOUR_MINUTES, TO_CALL_BACK, TO_LEAVE_A_MESSAGE]
    assert len(call.kept(Queued)) == 1


def test_a_queue_that_does_not_exist_is_no_place_to_wait() -> None:
    call = a_call(ADesk(trouble=UNKNOWN), failed="broken")

    assert call.heard == ["Panne."]
    assert call.events == []


def test_a_caller_whom_the_desk_has_lost_comes_back_by_the_hour_of_coming() -> None:
    call = a_call(**WAYS).waits(3)

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
    call = offered()
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
    call = a_call(**WAYS).waits(2)
    before = call.now
    first = act(call).replies[-1]
    call.replies.pop()
    call.now = before

    assert act(call).replies[-1] == first


def test_the_result_of_a_ringing_that_comes_twice_is_told_twice_and_logged_once() -> None:
    call = offered()
    first = call.dial_ends(DialStatus.ANSWERED, 30).replies[-1]
    call.replies.pop()

    again = call.dial_ends(DialStatus.ANSWERED, 30).replies[-1]

    assert [event.id for event in again.events] == [event.id for event in first.events]


# Two hours of it.


def test_a_caller_who_waits_for_three_hours_is_not_cut_off_by_us() -> None:
    call = a_call(**WAYS)
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


# Recording.


def test_a_caller_is_told_of_the_recording_once_before_waiting() -> None:
    call = a_call(record=True, **WAYS)
    assert call.desk.asked == []
    assert "enregistré" in call.heard[0]

    call.says_nothing()
    assert call.heard[0] == BUSY
    call.desk.says(offer=AnOffer())
    call.waits()

    assert call.actions[0].record


def test_a_caller_who_objects_is_not_recorded_and_keeps_waiting() -> None:
    call = a_call(record=True, **WAYS).presses("9")
    assert call.heard[:2] == [FR[Line.RECORDING_REFUSED], BUSY]

    call.desk.says(offer=AnOffer())
    call.waits()

    assert not call.actions[0].record


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
