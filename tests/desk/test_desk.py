"""Callers and agents of one account, as the calls in progress see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import NotFound
from tests.desk.builders import ACCOUNT, CUSTOMER, NINE, WEEKDAYS, Caller, a_queue, at
from tests.fakes import DeskInMemory

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.floor import Standing
    from chalicelib.ivr.queueing import Desk

ONE = {"agt_1": "+33162010009"}
TWO = {**ONE, "agt_2": "+33162010010"}


def joins(desk: DeskInMemory, call_id: str, now: datetime = NINE, **facts: Any) -> Standing:
    caller = Caller(call_id=call_id, **{"arrived_at": now, **facts})
    return desk.join(ACCOUNT, "support", caller, now)


def asks(desk: DeskInMemory, call_id: str, now: datetime) -> Standing:
    return desk.ask(ACCOUNT, "support", call_id, now)


def test_the_desk_is_what_a_call_in_progress_needs() -> None:
    desk: Desk = DeskInMemory()

    assert desk is not None


def test_a_caller_is_offered_the_agent_who_is_free() -> None:
    standing = joins(DeskInMemory(agents=ONE), "CA1")

    assert standing.offer is not None
    assert (standing.offer.agent, standing.offer.number) == ("agt_1", ONE["agt_1"])
    assert standing.offer.ring_seconds == 20


def test_the_agent_who_has_been_idle_longest_comes_first() -> None:
    desk = DeskInMemory()
    desk.add_agent("agt_1", "+33162010009", idle_since=at(minutes=-5))
    desk.add_agent("agt_2", "+33162010010", idle_since=at(minutes=-9))

    standing = joins(desk, "CA1")

    assert standing.offer is not None
    assert standing.offer.agent == "agt_2"


def test_whoever_comes_on_duty_has_been_idle_since_then() -> None:
    desk = DeskInMemory()
    desk.add_agent("agt_1", "+33162010009", idle_since=at(days=-3), hours=WEEKDAYS)
    desk.add_agent("agt_2", "+33162010010", idle_since=at(minutes=-1))

    standing = joins(desk, "CA1", at(minutes=5))

    assert standing.offer is not None
    assert standing.offer.agent == "agt_2"


@pytest.mark.parametrize(
    ("facts", "when"),
    [
        ({"available": False}, at()),
        ({"hours": WEEKDAYS}, at(minutes=-1)),
        ({"hours": WEEKDAYS}, at(hours=3)),
        ({"hours": WEEKDAYS}, at(days=1)),
        ({"skills": frozenset({"german"})}, at()),
    ],
    ids=["not available", "before nine", "at noon", "on Tuesday", "without the skill"],
)
def test_who_cannot_take_a_call_is_not_offered(facts: dict[str, Any], when: datetime) -> None:
    desk = DeskInMemory(skills=frozenset({"invoices"}))
    desk.add_agent("agt_1", **{"skills": frozenset({"invoices"}), **facts})

    standing = joins(desk, "CA1", when)

    assert (standing.offer, standing.agents_on_duty, standing.position) == (None, 0, 1)


def test_two_callers_are_not_offered_the_same_agent() -> None:
    desk = DeskInMemory(agents=ONE)

    first, second = joins(desk, "CA1"), joins(desk, "CA2")

    assert first.offer is not None
    assert (second.offer, second.position, second.agents_on_duty) == (None, 2, 1)


def test_two_agents_of_one_telephone_are_rung_for_one_caller_at_a_time() -> None:
    desk = DeskInMemory(agents={"agt_1": "+33162010009", "agt_2": "+33162010009"})

    assert joins(desk, "CA1").offer is not None
    assert joins(desk, "CA2").offer is None


def test_a_caller_who_comes_later_waits_for_one_who_came_first() -> None:
    desk = DeskInMemory(agents=ONE)
    for number, call_id in enumerate(("CA1", "CA2", "CA3")):
        joins(desk, call_id, at(seconds=number))
    desk.picked_up(ACCOUNT, "support", "CA1", "agt_1", at(seconds=8))
    for call_id in ("CA2", "CA3"):
        asks(desk, call_id, at(seconds=60))
    desk.answered(ACCOUNT, "support", "CA1", "agt_1", at(seconds=68))

    third = asks(desk, "CA3", at(seconds=80))
    second = asks(desk, "CA2", at(seconds=81))

    assert (third.offer, third.position) == (None, 2)
    assert second.offer is not None


def test_a_caller_of_whom_nothing_is_heard_is_passed_over_and_then_not_counted() -> None:
    desk = DeskInMemory(agents=ONE)
    joins(desk, "CA0")
    joins(desk, "CA1", at(seconds=1))
    joins(desk, "CA2", at(seconds=2))
    desk.leave(ACCOUNT, "support", "CA0", "abandoned", at(seconds=3))

    while_present = asks(desk, "CA2", at(seconds=46))
    passed_over = asks(desk, "CA2", at(seconds=47))

    assert (while_present.position, while_present.offer) == (2, None)
    assert passed_over.offer is not None
    assert asks(desk, "CA2", at(seconds=122)).position == 1


def test_a_missed_offer_goes_to_the_next_agent_and_lets_the_first_rest() -> None:
    desk = DeskInMemory(agents=TWO)
    first = joins(desk, "CA1")
    assert first.offer is not None

    second = desk.missed(ACCOUNT, "support", "CA1", first.offer.agent, at(seconds=20))
    assert second.offer is not None
    third = desk.missed(ACCOUNT, "support", "CA1", second.offer.agent, at(seconds=40))

    assert {first.offer.agent, second.offer.agent} == set(TWO)
    assert third.offer is None
    again = asks(desk, "CA1", at(seconds=50))
    assert again.offer is not None
    assert again.offer.agent == first.offer.agent


def test_an_agent_who_rests_for_no_time_is_offered_again_at_once() -> None:
    desk = DeskInMemory(agents=ONE, rest_seconds=0)
    joins(desk, "CA1")

    assert desk.missed(ACCOUNT, "support", "CA1", "agt_1", at(seconds=20)).offer is not None


@pytest.mark.parametrize(("own", "seconds"), [(None, 10), (0, 0), (60, 60)])
def test_an_agent_has_time_to_wrap_up(own: int | None, seconds: int) -> None:
    desk = DeskInMemory()
    desk.add_agent("agt_1", wrap_up_seconds=own)
    joins(desk, "CA1")
    desk.picked_up(ACCOUNT, "support", "CA1", "agt_1", at(seconds=5))
    desk.answered(ACCOUNT, "support", "CA1", "agt_1", at(seconds=65))

    early, then = at(seconds=64 + seconds), at(seconds=65 + seconds)

    assert not seconds or joins(desk, "CA2", early).offer is None
    assert joins(desk, "CA2", then).offer is not None


def test_the_wait_is_until_the_agent_spoke() -> None:
    desk = DeskInMemory(agents=ONE)
    joins(desk, "CA1")
    desk.picked_up(ACCOUNT, "support", "CA1", "agt_1", at(seconds=7))

    waited = desk.answered(ACCOUNT, "support", "CA1", "agt_1", at(seconds=300))

    assert waited == 7
    assert desk.answered(ACCOUNT, "support", "CA1", "agt_1", at(seconds=301)) == 7


def test_everything_may_be_asked_twice() -> None:
    desk = DeskInMemory(agents=ONE)
    caller = Caller()

    assert joins(desk, "CA1") == joins(desk, "CA1")
    assert desk.missed(ACCOUNT, "support", "CA1", "agt_1", at(seconds=20)) == desk.missed(
        ACCOUNT, "support", "CA1", "agt_1", at(seconds=20)
    )
    left = [desk.leave(ACCOUNT, "support", "CA1", "callback", at(seconds=n)) for n in (30, 35)]
    assert left == [30, 30]
    booked = [
        desk.book(ACCOUNT, "support", caller, CUSTOMER, None, at(seconds=n)) for n in (40, 41)
    ]
    assert booked[0] == booked[1]
    assert len(desk.callbacks) == 1
    assert [desk.leave(ACCOUNT, "support", "CA9", "overflow", NINE) for _ in range(2)] == [0, 0]


def test_a_callback_keeps_the_place_of_the_call() -> None:
    desk = DeskInMemory()
    joins(desk, "CA1", at())
    joins(desk, "CA2", at(seconds=30))
    desk.leave(ACCOUNT, "support", "CA1", "callback", at(seconds=50))
    assert asks(desk, "CA2", at(seconds=55)).position == 2

    later = Caller(arrived_at=at(seconds=50))
    booked = desk.book(ACCOUNT, "support", later, CUSTOMER, None, at(seconds=60))

    assert booked.position == 1
    assert asks(desk, "CA2", at(seconds=70)).position == 2
    (callback,) = desk.callbacks
    assert (callback.arrived_at, callback.call_id) == (NINE, "CA1")


def test_priority_is_worth_a_quarter_of_an_hour_a_point_and_no_more() -> None:
    desk = DeskInMemory()
    joins(desk, "CA1", at())
    joins(desk, "CA2", at(minutes=14), priority=1)
    joins(desk, "CA3", at(minutes=16), priority=1)
    for call_id in ("CA1", "CA2"):
        asks(desk, call_id, at(minutes=16))

    positions = {each: asks(desk, each, at(minutes=16)).position for each in ("CA1", "CA2", "CA3")}

    assert positions == {"CA2": 1, "CA1": 2, "CA3": 3}


def test_an_agent_is_free_again_though_nobody_says_how_the_offer_ended() -> None:
    desk = DeskInMemory(agents=ONE)
    joins(desk, "CA1")
    joins(desk, "CA2", at(seconds=1))

    before, after = (asks(desk, "CA2", at(seconds=s)) for s in (49, 50))

    assert before.offer is None
    assert after.offer is not None


def test_what_is_not_there_is_not_found() -> None:
    desk = DeskInMemory(agents=ONE)

    with pytest.raises(NotFound):
        desk.join(ACCOUNT, "sales", Caller(), NINE)
    with pytest.raises(NotFound):
        desk.join("acc_2", "support", Caller(), NINE)
    with pytest.raises(NotFound):
        desk.ask(ACCOUNT, "support", "CA1", NINE)


def test_a_caller_who_goes_to_another_queue_gives_the_first_place_up() -> None:
    desk = DeskInMemory(queues=["support", a_queue("sales")], agents=ONE)
    joins(desk, "CA1")

    moved = desk.join(ACCOUNT, "sales", Caller(), at(seconds=9))

    assert moved.offer is not None
    assert desk.ticket("support", "CA1") is None


def test_the_wait_to_expect_is_told_by_the_last_hour() -> None:
    desk = DeskInMemory(agents=ONE, wrap_up_seconds=0)
    for number in range(3):
        start = at(minutes=10 + 10 * number)
        joins(desk, f"CA{number}", start)
        desk.picked_up(ACCOUNT, "support", f"CA{number}", "agt_1", start)
        asked = joins(desk, "CA9", start)
        assert asked.expected_seconds is None if number < 2 else asked.expected_seconds
        desk.leave(ACCOUNT, "support", "CA9", "abandoned", start)
        desk.answered(ACCOUNT, "support", f"CA{number}", "agt_1", start.replace(second=59))
    joins(desk, "CA7", at(minutes=40))

    # Three answers in the half hour since ten past: one in ten minutes; but talks last a minute.
    assert joins(desk, "CA8", at(minutes=40)).expected_seconds == 2 * 59
    assert joins(desk, "CA8", at(hours=2)).expected_seconds is None
