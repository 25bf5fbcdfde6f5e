"""Whatever fails or comes twice: nobody is rung twice for one attempt, and nobody is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.attempts.attempts import Standing, Why
from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.campaign import Move, State
from chalicelib.campaigns.consents.suppressions import ACCOUNT as EVERYTHING
from chalicelib.campaigns.consents.suppressions import Suppression
from chalicelib.campaigns.dialling import placing
from chalicelib.campaigns.dialling.hearing import over
from chalicelib.campaigns.dialling.orders import Calls, OrderUnreadable, from_message, to_message
from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.outcomes import Outcome
from tests.campaigns.builders import a_contact
from tests.campaigns.dialling.room import ACCOUNT, Killed, Room, numbers, renamed

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts.attempts import Attempt

ONE = "+33612300000"


def counts_add_up(room: Room) -> bool:
    """Tell whether every member is somewhere, and every attempt counted once."""
    counts = room.attempts.counts("camp_1")
    done = sum(each.standing is Standing.DONE for each in room.members.values())
    over = sum(not each.is_open for each in room.attempts.calls.values())
    told = sum(each.calls + each.dropped for each in counts.slots.values())
    return (counts.members, sum(counts.done.values()), counts.begun, told) == (
        len(room.members),
        done,
        len(room.attempts.calls),
        over,
    )


@pytest.mark.parametrize("fate", ["killed", "answer lost", "nothing done"])
def test_of_an_order_whose_answer_is_lost_the_carrier_is_asked(fate: str) -> None:
    room = Room([ONE])
    room.carrier.fates = [fate]
    try:
        room.minute()
    except Killed:
        room.later(minutes=1)

    room.minute()
    room.minute()
    room.minute()
    room.ends(Outcome.ANSWERED)

    rung_before_asked = fate != "nothing done"
    assert room.carrier.asked
    assert len(room.carrier.calls) == 1
    attempts = list(room.attempts.calls.values())
    assert [each.outcome for each in attempts if each.outcome is not None] == [Outcome.ANSWERED]
    assert len(attempts) == (1 if rung_before_asked else 2)
    assert counts_add_up(room)


def test_a_worker_that_dies_before_it_orders_loses_nobody() -> None:
    room = Room(numbers(3))
    room.looks()
    room.outbox.orders.clear()  # the message is lost with its worker

    for _ in range(5):
        room.minute()

    assert set(room.rung().values()) == {1}
    assert len(room.rung()) == 3


def test_two_ticks_at_once_plan_nobody_twice() -> None:
    room = Room(numbers(20))

    room.looks()
    room.looks()
    room.works()

    assert sorted(room.rung().values()) == [1] * 20


def test_a_message_that_comes_twice_rings_nobody_twice() -> None:
    room = Room(numbers(5))
    room.looks()
    (order,) = room.outbox.orders
    assert isinstance(order, Calls)
    again = from_message(to_message(order))
    assert again == order

    placing.place(order, room.desk())
    placing.place(again, room.desk())
    room.later(minutes=13)
    placing.place(again, room.desk())

    assert sorted(room.rung().values()) == [1] * 5


def test_two_campaigns_that_want_somebody_at_once_ring_them_once() -> None:
    room = Room(numbers(4))
    room.starts(renamed(room.campaign, "camp_2"))

    room.minute()

    assert sorted(room.rung().values()) == [1] * 4


def test_a_carrier_that_asks_to_slow_down_is_left_alone_and_asked_later() -> None:
    room = Room(numbers(3))
    room.carrier.fates = ["slowed"]
    began = room.now

    room.minute()
    first = [at for at, _ in room.carrier.began]
    for _ in range(3):
        room.minute()

    assert min(first) - began >= timedelta(seconds=3)
    assert sorted(room.rung().values()) == [1] * 3
    assert counts_add_up(room)


def test_a_number_that_the_carrier_refuses_is_not_tried_again() -> None:
    room = Room([ONE])
    room.carrier.fates = ["refused"]

    for _ in range(3):
        room.minute()

    (member,) = room.members.values()
    assert (member.standing, member.why) == (Standing.DONE, Why.NO_NUMBER)
    assert room.campaigns.campaign(ACCOUNT, "camp_1").state is State.FINISHED


def test_an_end_that_is_told_before_the_order_is_answered_is_kept_and_counts_once() -> None:
    room = Room([ONE])

    def ended(attempt: Attempt, call_id: str) -> None:
        news = News(outcome=Outcome.BUSY, call_id=call_id)
        room.end(room.campaign, attempt.id, news, room.now)
        assert room.end(room.campaign, attempt.id, news, room.now) is None

    room.carrier.before_answer = ended
    room.minute()

    (attempt,) = room.attempts.calls.values()
    assert (attempt.outcome, attempt.call_id) == (Outcome.BUSY, "CA0")
    assert room.attempts.counts("camp_1").outcomes == {Outcome.BUSY: 1}
    assert counts_add_up(room)


def test_an_end_that_nobody_told_of_is_asked_for() -> None:
    room = Room([ONE])
    room.minute()
    ended = over("CA0", "no-answer", 0)
    assert ended is not None
    room.carrier.over["CA0"] = ended

    for _ in range(6):
        room.minute()

    (attempt,) = room.attempts.calls.values()
    assert attempt.outcome is Outcome.NO_ANSWER
    assert [each.id for each in room.heard.attempts] == [attempt.id]
    assert counts_add_up(room)


def test_a_pause_holds_for_who_was_planned_already() -> None:
    room = Room(numbers(5))
    room.looks()
    room.moved(Move.PAUSE)

    room.works()

    assert room.rung() == {}
    room.moved(Move.RESUME)
    room.later(minutes=3)
    room.minute()
    assert len(room.rung()) == 5


def test_a_pause_in_the_middle_begins_nothing_a_second_later() -> None:
    room = Room(numbers(30))
    paused: list[datetime] = []

    def pause(*_: object) -> None:
        if len(room.carrier.calls) == 5:
            room.moved(Move.PAUSE)
            paused.append(room.now)

    room.carrier.before_answer = pause
    room.minute()

    late = [at for at, _ in room.carrier.began if at > paused[0] + timedelta(seconds=1)]
    assert late == []
    assert len(room.rung()) < 8


def test_a_withdrawal_holds_for_who_is_on_the_queue() -> None:
    room = Room(numbers(2))
    room.looks()
    person = a_contact(ONE).id
    said = Suppression(person=person, scope=EVERYTHING, since=room.now, number=None, reason="asked")
    room.ledgers.suppress(ACCOUNT, [said])

    room.works()

    assert set(room.rung()) == set(room.contacts.there) - {person}
    assert room.members[person].standing is Standing.DONE
    assert counts_add_up(room)


def test_who_is_erased_from_the_list_meanwhile_is_not_rung() -> None:
    room = Room(numbers(2))
    room.looks()
    gone = a_contact(ONE).id
    del room.contacts.there[gone]

    room.works()

    assert gone not in room.rung()
    assert room.members[gone].why is Why.GONE


def test_a_list_that_is_deleted_meanwhile_ends_its_campaign() -> None:
    room = Room(numbers(3))
    room.looks()
    room.house.list = None
    room.contacts.there.clear()

    for _ in range(3):
        room.works()
        room.minute()

    assert room.rung() == {}
    assert {each.why for each in room.members.values()} == {Why.GONE}
    assert room.campaigns.campaign(ACCOUNT, "camp_1").state is State.FINISHED


def test_while_the_account_is_suspended_nobody_is_rung_and_nobody_is_lost() -> None:
    room = Room(numbers(3))
    room.looks()
    room.house.active = False
    for _ in range(4):
        room.works()
        room.minute()
    rung = len(room.rung())

    room.house.active = True
    room.minute()

    assert (rung, len(room.rung())) == (0, 3)


@pytest.mark.parametrize("number", ["+33112", "+33899123456", "+33810123456", "+33118000"], ids=str)
def test_numbers_that_nobody_may_ring_are_not_rung(number: str) -> None:
    room = Room([number, ONE])

    for _ in range(2):
        room.minute()

    assert set(room.rung()) == {a_contact(ONE).id}


def test_as_many_calls_are_up_as_may_be_and_the_next_begin_when_some_end() -> None:
    room = Room(numbers(6))
    room.paces.limit(ACCOUNT, Limit(calls=5, at_once=2))

    room.minute()
    up = len(room.carrier.calls)
    for call_id, attempt in list(room.carrier.calls.items()):
        ended = over(call_id, "completed", 20)
        assert ended is not None
        from chalicelib.campaigns.dialling.answered import over as told

        told(room.campaign, attempt.id, ended, room.desk())
        told(room.campaign, attempt.id, ended, room.desk())
    room.later(minutes=2)
    room.minute()

    assert (up, len(room.carrier.calls)) == (2, 4)


def test_calls_that_go_on_for_long_still_take_their_room() -> None:
    room = Room(numbers(6))
    room.paces.limit(ACCOUNT, Limit(calls=5, at_once=2))

    for _ in range(8):
        room.minute()

    assert len(room.carrier.calls) == 2


@pytest.mark.parametrize(
    ("friday", "monday"),
    [
        (datetime(2028, 3, 24, 18, 59, tzinfo=UTC), datetime(2028, 3, 27, 8, tzinfo=UTC)),
        (datetime(2028, 10, 27, 17, 59, tzinfo=UTC), datetime(2028, 10, 30, 9, tzinfo=UTC)),
    ],
    ids=["forward", "back"],
)
def test_a_clock_that_changes_while_people_wait_moves_the_hours_of_nobody(
    friday: datetime, monday: datetime
) -> None:
    room = Room(numbers(3), at_once=1)
    room.now = friday  # a minute before eight in Paris
    room.minute()
    room.ends(Outcome.BUSY)
    late = [at for at, _ in room.carrier.began]

    room.now = friday + timedelta(minutes=20)
    while room.now < monday + timedelta(minutes=4):
        near = abs(room.now - monday) < timedelta(hours=2)
        room.later(minutes=0 if near else 29)
        room.minute()
        room.ends(Outcome.ANSWERED)

    # It is ten o'clock on their clock, an hour sooner or later than on Friday by everybody's.
    began = [at for at, _ in room.carrier.began if at not in late]
    assert len(late) == 1
    assert monday <= began[0] < monday + timedelta(minutes=1)
    assert len(room.rung()) == 3
    assert counts_add_up(room)


def test_a_withdrawal_while_it_rings_lets_that_call_end_and_is_the_last_word() -> None:
    room = Room(numbers(2))
    room.minute()
    person = a_contact(ONE).id
    said = Suppression(person=person, scope=EVERYTHING, since=room.now, number=None, reason="asked")

    room.ledgers.suppress(ACCOUNT, [said])
    room.ends(Outcome.BUSY)
    for _ in range(60):
        room.minute()

    # The call was lawful when it was made: nobody is hung up on who may be lifting the receiver.
    assert room.carrier.hung_up == []
    assert room.rung()[person] == 1
    assert room.members[person].standing is Standing.DONE
    assert room.members[person].why is Why.BLOCKED
    assert room.attempts.counts("camp_1").outcomes[Outcome.BUSY] == 2
    assert counts_add_up(room)


@pytest.mark.parametrize("body", [{}, {"calls": "a"}, {"calls": "a", "until": "x", "members": {}}])
def test_a_message_that_is_none_of_ours_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(OrderUnreadable):
        from_message(body)
