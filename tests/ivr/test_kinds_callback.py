"""Callers who would rather be rung back: at which number, when, and in whose order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.calls.events import CallbackAsked, Collected
from chalicelib.ivr.actions import Arrived, Ask, Listening
from chalicelib.ivr.callback_slots import Length, Slots, spoken
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.kinds.callback_fields import Asked
from chalicelib.ivr.needs import BookCallback, QueueFailed
from chalicelib.ivr.position import Position
from chalicelib.ivr.queueing import Slot
from chalicelib.ivr.texts import TEXTS, Line, say
from chalicelib.kernel.holidays import Calendar
from chalicelib.kernel.hours import Interval, Schedule
from tests.ivr.builders import AT_WORK, CALLER, OURS, PARIS, a_document, an_end, utc
from tests.ivr.queue_builders import ABooking, ADesk, AStanding, AWaitingCall

FR = TEXTS["fr"]
HOME, BELGIAN = "+33162010007", "+3225550123"
CANCEL, GOODBYE, AGAIN = FR[Line.CALLBACK_CANCEL], FR[Line.GOODBYE], FR[Line.NO_INPUT]
ENTER = FR[Line.CALLBACK_NUMBER]
CONFIRM = say(Line.CALLBACK_CONFIRM, "fr-FR", number=CALLER).text
BOOKED = say(Line.CALLBACK_BOOKED, "fr-FR", number=CALLER).text
OFFICE = {"weekly": {"monday": [["09:00", "18:00"]], "tuesday": [["09:00", "12:00"]]}}
SLOTS = {"calendar": OFFICE}
ENDS: dict[str, Any] = {"booked": "thanks", "refused": "pity", "failed": "broken"}


def a_call(
    desk: ADesk | None = None, *, call: dict[str, Any] | None = None, **fields: Any
) -> AWaitingCall:
    nodes = {
        "back": {"kind": "callback", "queue": "support", **fields},
        "thanks": an_end(text="Merci."),
        "pity": an_end(text="Dommage."),
        "broken": an_end(text="Panne."),
    }
    return AWaitingCall(restore(a_document(**nodes)), desk or ADesk(), **(call or {}))


def the_booking(call: AWaitingCall) -> BookCallback:
    (booking,) = call.desk.of(BookCallback)
    return booking  # type: ignore[no-any-return]


# The number.


def test_the_number_that_a_caller_calls_from_is_read_back_in_pairs_and_confirmed() -> None:
    call = a_call()
    assert call.heard == [CONFIRM, CANCEL]
    assert "zéro six, douze, trente-quatre" in CONFIRM

    call.presses("1")

    booking = the_booking(call)
    assert (booking.queue, booking.number, booking.slot) == ("support", CALLER, None)
    assert call.heard == [BOOKED, GOODBYE]
    assert call.over
    assert [event.queue for event in call.kept(CallbackAsked)] == ["support"]


@pytest.mark.parametrize("caller", [None, BELGIAN, "+33800123456", OURS])
def test_a_number_that_nobody_can_be_rung_at_is_not_proposed(caller: str | None) -> None:
    assert a_call(call={"caller": caller}).heard == [ENTER, CANCEL]


def test_a_number_abroad_is_proposed_where_the_flow_allows_it() -> None:
    call = a_call(call={"caller": BELGIAN}, abroad=True).presses("1")

    assert the_booking(call).number == BELGIAN


def test_another_number_is_keyed_in_read_back_and_kept_out_of_the_log() -> None:
    call = a_call(**ENDS).presses("2")
    assert call.heard == [ENTER, CANCEL]
    (ask,) = call.actions
    assert isinstance(ask, Ask)
    assert ask.finish_key == "#"

    call.presses("0162010007")
    assert "zéro un, soixante-deux" in call.heard[0]
    assert call.heard[1:] == [FR[Line.COLLECT_CONFIRM], CANCEL]
    call.presses("1")

    assert the_booking(call).number == HOME
    assert call.heard == [say(Line.CALLBACK_BOOKED, "fr-FR", number=HOME).text, "Merci."]
    (given,) = call.kept(Collected)
    assert (given.valid, given.value) == (True, None)
    assert "162010007" not in str(call.position.query() if not call.over else "")
    assert "162010007" not in str([event.to_dict() for event in call.events])


def test_a_number_in_mid_correction_stands_in_no_url() -> None:
    call = a_call().presses("2").presses("0162010007")

    assert "162010007" not in str(call.position.query())


def test_a_number_is_said_as_well() -> None:
    call = a_call(listen="both", call={"caller": None})
    call.says("zéro un soixante-deux zéro un zéro zéro zéro sept").says("oui")

    assert the_booking(call).number == HOME


def test_yes_and_no_are_said_too() -> None:
    assert a_call(listen="speech").says("oui c'est ça").heard[0] == BOOKED
    assert a_call(listen="both").says("non").heard == [ENTER, CANCEL]


def test_a_caller_who_may_speak_says_the_keys_that_the_questions_name() -> None:
    call = a_call(listen="speech", **ENDS).says("deux")
    assert call.heard == [ENTER, CANCEL]

    call.says("zéro un soixante-deux zéro un zéro zéro zéro sept").says("un")
    assert the_booking(call).number == HOME

    assert a_call(listen="speech", **ENDS).says("étoile").heard == ["Dommage."]
    assert a_call(listen="speech", **ENDS).says("je voudrais annuler").heard == ["Dommage."]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        pytest.param("112", Line.COLLECT_INVALID, id="emergency"),
        pytest.param("15", Line.COLLECT_INVALID, id="the emergency doctor"),
        pytest.param("0899102030", Line.CALLBACK_REFUSED, id="surcharged"),
        pytest.param("118712", Line.COLLECT_INVALID, id="directory enquiries"),
        pytest.param("3631", Line.COLLECT_INVALID, id="a short number"),
        pytest.param("0800123456", Line.CALLBACK_REFUSED, id="a machine"),
        pytest.param("0032025550123", Line.CALLBACK_REFUSED, id="abroad"),
        pytest.param("0162017788", Line.CALLBACK_REFUSED, id="the line itself"),
        pytest.param("06123", Line.COLLECT_INVALID, id="half a number"),
    ],
)
def test_a_number_that_may_not_be_rung_is_asked_for_again(keys: str, words: Line) -> None:
    call = a_call().presses("2").presses(keys)

    assert call.heard == [FR[words], ENTER, CANCEL]
    assert call.desk.asked == []


def test_a_number_that_was_keyed_in_wrongly_is_given_anew() -> None:
    call = a_call().presses("2").presses("0162010008").presses("2")
    assert call.heard == [ENTER, CANCEL]

    call.presses("0162010007").presses("1")

    assert the_booking(call).number == HOME


# Silence, slips and second thoughts.


@pytest.mark.parametrize(
    "way", [[], ["2"], ["2", "0162010007"]], ids=["own number", "another one", "read back"]
)
def test_a_star_gives_the_callback_up_at_any_question(way: list[str]) -> None:
    call = a_call(**ENDS)
    for keys in way:
        call.presses(keys)

    assert call.presses("*").heard == ["Dommage."]
    assert call.desk.asked == []


def test_whoever_says_nothing_is_asked_again_and_let_go_in_the_end() -> None:
    call = a_call().says_nothing()
    assert call.heard == [AGAIN, CONFIRM, CANCEL]

    call.says_nothing().says_nothing()

    assert (call.heard, call.over) == ([GOODBYE], True)


def test_a_wrong_key_is_asked_about_again() -> None:
    assert a_call().presses("7").heard == [FR[Line.INVALID_KEY], CONFIRM, CANCEL]
    assert a_call(listen="both").says("peut-être").heard[0] == FR[Line.NOT_UNDERSTOOD]


def test_silence_after_a_number_reads_it_back_again() -> None:
    call = a_call().presses("2").presses("0162010007").says_nothing()

    assert "zéro un, soixante-deux" in call.heard[0]


def test_a_caller_who_hung_up_is_asked_nothing() -> None:
    assert a_call(call={"gone": True}).over


# When.


def test_a_caller_chooses_between_their_turn_and_the_next_slots() -> None:
    call = a_call(slots=SLOTS).presses("1")

    assert call.heard == [
        say(Line.CALLBACK_SOON, "fr-FR", key="1").text,
        "Pour être rappelé aujourd'hui entre treize heures et dix-huit heures, appuyez sur deux.",
        "Pour être rappelé demain entre neuf heures et midi, appuyez sur trois.",
        "Pour être rappelé lundi trente novembre entre neuf heures et treize heures, "
        "appuyez sur quatre.",
        CANCEL,
    ]
    call.presses("3")

    slot = the_booking(call).slot
    assert slot == Slot(utc(2026, 11, 24, 8), utc(2026, 11, 24, 11))
    assert call.heard[0].startswith("C'est noté. Nous vous rappellerons demain entre neuf heures")
    (asked,) = call.kept(CallbackAsked)
    assert asked.slot_from == "2026-11-24T08:00:00+00:00"
    assert asked.slot_until == "2026-11-24T11:00:00+00:00"


def test_what_was_offered_stays_what_it_was_while_the_caller_thinks() -> None:
    call = a_call(slots=SLOTS, soon=False).presses("1")
    call.now += timedelta(hours=3, minutes=2)  # the first slot has begun

    assert the_booking(call.presses("2")).slot == Slot(utc(2026, 11, 24, 8), utc(2026, 11, 24, 11))


def test_a_slot_is_chosen_by_its_day_or_by_the_name_of_its_key() -> None:
    by_day = a_call(slots=SLOTS, listen="both").presses("1").says("plutôt demain")
    by_key = a_call(slots=SLOTS, listen="both").presses("1").says("le trois")

    assert the_booking(by_day) == the_booking(by_key)
    assert the_booking(by_day).slot is not None


def test_whoever_chooses_nothing_is_rung_back_at_their_turn() -> None:
    call = a_call(slots=SLOTS).presses("1").says_nothing().presses("9").says_nothing()

    assert the_booking(call).slot is None


def test_without_any_slot_to_come_none_is_offered() -> None:
    never = {"calendar": {"weekly": {}, "exceptions": {"2020-01-01": [["09:00", "12:00"]]}}}

    assert a_call(slots=never).presses("1").heard[0] == BOOKED
    nothing = a_call(slots=never, soon=False, **ENDS).presses("1")
    assert nothing.heard == [FR[Line.CALLBACK_NONE], "Panne."]


def test_a_wait_that_can_be_told_is_told() -> None:
    call = a_call(ADesk(booking=ABooking(expected_seconds=700))).presses("1")

    assert call.heard == [BOOKED, "Votre rappel est prévu dans environ quinze minutes.", GOODBYE]


# The place.


def waited(**fields: Any) -> AWaitingCall:
    queue = {"kind": "queue", "queue": "support", "callback": {"key": "1", "next": "back"}}
    back = {"kind": "callback", "queue": "support", **fields}
    flow = restore(a_document(queue=queue, back=back))
    return AWaitingCall(flow, ADesk(AStanding(waited_seconds=85))).waits(5).presses("1")


def test_whoever_waited_keeps_the_place_of_the_hour_they_came() -> None:
    call = waited(skills=["german"], label="Client")
    assert call.now > AT_WORK
    call.presses("1")

    ticket = the_booking(call).ticket
    assert ticket.arrived_at == AT_WORK
    assert (ticket.skills, ticket.label) == (frozenset({"german"}), "Client")


def test_a_place_in_one_queue_is_none_in_another() -> None:
    call = waited(queue="sales")
    now = call.now
    call.presses("1")

    assert the_booking(call).ticket.arrived_at == now


def test_whoever_never_waited_has_a_place_from_now_on() -> None:
    assert the_booking(a_call().presses("1")).ticket.arrived_at == AT_WORK


# Troubles.


@pytest.mark.parametrize(
    ("fields", "heard"), [({}, GOODBYE), ({"failed": "broken"}, "Panne.")], ids=["ending", "exit"]
)
def test_a_desk_that_books_nothing_is_owned_up_to(fields: dict[str, Any], heard: str) -> None:
    call = a_call(ADesk(trouble=QueueFailed("no such queue")), **fields).presses("1")

    assert call.heard == [FR[Line.CALLBACK_NONE], heard]
    assert call.kept(CallbackAsked) == []


def test_a_desk_that_does_not_answer_at_once_is_asked_again() -> None:
    call = a_call(ADesk(trouble=QueueFailed("ours", passing=True))).presses("1")
    assert call.heard == [FR[Line.PLEASE_WAIT]]
    call.hears(Arrived())

    call.desk.trouble = None
    call.hears(Arrived())

    assert call.heard == [BOOKED, GOODBYE]
    assert len({need.number for need in call.desk.of(BookCallback)}) == 1


def test_a_desk_that_never_answers_is_asked_three_times() -> None:
    call = a_call(ADesk(trouble=QueueFailed("ours", passing=True)), **ENDS).presses("1")

    call.hears(Arrived()).hears(Arrived())

    assert call.heard == [FR[Line.CALLBACK_NONE], "Panne."]


def test_a_number_that_memory_lost_is_not_rung() -> None:
    call = a_call(**ENDS).presses("2").presses("0162010007")
    call.memory = {}

    assert call.presses("1").heard == [FR[Line.CALLBACK_NONE], "Panne."]
    assert call.desk.asked == []


def test_a_webhook_that_comes_twice_books_the_same() -> None:
    call = a_call()
    position = call.position
    first = call.presses("1").replies[-1]
    call.replies[-1:] = []
    assert call.position == position

    assert call.presses("1").replies[-1] == first
    assert call.desk.asked[0] == call.desk.asked[1]


@pytest.mark.parametrize(
    "asked",
    [
        Asked(stage="own"),
        Asked(stage="number", mine=False),
        Asked(stage="slot", mine=False, minute=29_500_000, choice=9),
    ],
)
def test_what_was_asked_is_read_back_from_the_url(asked: Asked) -> None:
    position = Position("back", mark=asked.mark)

    assert Asked.of(Position.from_url("back", position.query()).mark) == asked


@pytest.mark.parametrize("mark", ["", "told", "slot-x-1-1", "w-1-0-0-0-0"])
def test_a_mark_of_another_kind_asks_nothing(mark: str) -> None:
    assert Asked.of(mark) is None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"soon": False}, ""),
        ({"queue": "Support"}, "/queue"),
        ({"slots": {"calendar": "none"}}, "/slots/calendar"),
        ({"slots": {**SLOTS, "most": 9}}, "/slots/most"),
        ({"slots": {**SLOTS, "length": "day"}}, "/slots/length"),
        ({"slots": {}}, "/slots"),
    ],
)
def test_a_callback_that_could_not_work_is_refused(fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        parse(a_document(back={"kind": "callback", "queue": "support", **fields}))

    assert f"/nodes/back{pointer}" in {fault.pointer for fault in refused.value.faults}


def test_the_caller_s_words_are_listened_for_where_the_flow_says_so() -> None:
    (ask,) = a_call(listen="speech").actions

    assert isinstance(ask, Ask)
    # "appuyez sur 1", the question says: the keys are heard as well.
    assert (ask.listening, ask.language) == (Listening.BOTH, "fr-FR")


# Slots by themselves.

NIGHT = Schedule(
    zone=ZoneInfo("Europe/Paris"),
    weekly=((Interval(8 * 60, 20 * 60),),) * 7,
    holidays=Calendar.NATIONAL,
)


def hours(slots: tuple[Slot, ...]) -> list[tuple[int, int, int]]:
    here = [(s.opens.astimezone(PARIS), s.closes.astimezone(PARIS)) for s in slots]
    return [(opens.day, opens.hour, closes.hour) for opens, closes in here]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (Length.HALF_DAY, [(23, 13, 20), (24, 8, 13), (24, 13, 20)]),
        (Length.HOUR, [(23, 10, 11), (23, 11, 12), (23, 12, 13)]),
        (Length.TWO_HOURS, [(23, 10, 12), (23, 12, 14), (23, 14, 16)]),
    ],
)
def test_an_opening_is_parted_into_slots(
    length: Length, expected: list[tuple[int, int, int]]
) -> None:
    assert hours(Slots(calendar=NIGHT, length=length).after(AT_WORK)) == expected


def test_a_slot_that_begins_too_soon_is_left_out() -> None:
    slots = Slots(calendar=NIGHT, length=Length.HOUR, most=1, notice_minutes=90)

    assert hours(slots.after(AT_WORK)) == [(23, 12, 13)]


def test_days_off_and_days_too_far_have_no_slots() -> None:
    eve = datetime(2026, 12, 24, 21, tzinfo=PARIS)

    assert hours(Slots(calendar=NIGHT, days=2, most=8).after(eve)) == [(26, 8, 13), (26, 13, 20)]
    assert Slots(calendar=NIGHT, days=1).after(eve) == ()


def test_a_slot_on_the_day_the_clocks_go_back_follows_the_clock_on_the_wall() -> None:
    before = datetime(2026, 10, 24, 21, tzinfo=PARIS)

    (slot,) = Slots(calendar=NIGHT, most=1).after(before)

    assert slot.opens == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert slot.opens.astimezone(PARIS).date() == date(2026, 10, 25)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr-FR", "demain entre neuf heures et midi"),
        ("en-GB", "tomorrow between nine am and noon"),
        ("es-ES", "mañana entre las nueve y mediodía"),
        ("de-DE", "morgen zwischen neun Uhr und zwölf Uhr"),
        ("hu-HU", "demain entre neuf heures et midi"),
    ],
)
def test_a_slot_is_said_as_a_person_would(language: str, words: str) -> None:
    slot = Slot(AT_WORK + timedelta(hours=23), AT_WORK + timedelta(hours=26))

    assert spoken(slot, AT_WORK, PARIS, language) == words
