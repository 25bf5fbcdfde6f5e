"""Callbacks, from asking for one to having spoken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import DialStatus
from chalicelib.desk import placing
from chalicelib.desk.callbacks import Slot, Stage
from chalicelib.desk.usecases import FloorDesk
from chalicelib.kernel.errors import Rejected, Unavailable
from tests.desk.builders import ACCOUNT, WEEKDAYS, Caller, a_callback, a_queue, at
from tests.desk.offices import AnOffice, Killed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.desk.callbacks import Callback
    from chalicelib.desk.floor import Floor


def speaks(office: AnOffice, id: str, offer: int = 1, seconds: int = 60) -> None:
    """Have the agent take it and talk with the person."""
    placing.take(ACCOUNT, id, offer, office.office)
    office.passes(seconds=seconds)
    placing.finish(ACCOUNT, id, offer, DialStatus.ANSWERED, seconds, office.office)


def rings_in_vain(office: AnOffice, id: str, offer: int) -> None:
    placing.take(ACCOUNT, id, offer, office.office)
    placing.finish(ACCOUNT, id, offer, DialStatus.NO_ANSWER, 0, office.office)


def test_an_agent_is_rung_and_then_the_person() -> None:
    office = AnOffice()
    id = office.books()

    office.looks(seconds=1)
    assert office.carrier.rung == [(id, "agt_1", 1)]
    assert placing.offered(ACCOUNT, id, 1, office.floors) is not None
    speaks(office, id)

    done = office.callback(id)
    assert (done.stage, done.tries, done.last_status) == (Stage.REACHED, 1, "answered")
    assert office.log.told() == [(1, "answered")]
    assert office.agent().rests_until == at(seconds=71)
    assert office.floors.floor(ACCOUNT).callbacks == {}


def test_a_booking_that_can_be_placed_at_once_is_nudged() -> None:
    office = AnOffice()

    office.books()

    assert office.nudges.given == [(ACCOUNT, 0)]


def test_an_agent_who_does_not_take_it_rests_and_the_next_is_rung() -> None:
    office = AnOffice(agents=2)
    id = office.books()
    office.looks(seconds=1)

    placing.decline(ACCOUNT, id, 1, office.office)
    office.looks(seconds=1)
    placing.agent_left(ACCOUNT, id, 2, office.office)  # the telephone rang out
    office.looks(seconds=10)
    office.looks(seconds=20)

    assert [each[1:] for each in office.carrier.rung] == [("agt_1", 1), ("agt_2", 2), ("agt_1", 3)]
    assert office.callback(id).tries == 0
    assert office.log.told() == []


def test_a_person_who_does_not_answer_is_tried_three_times_five_minutes_apart() -> None:
    office = AnOffice()
    id = office.books()
    office.looks()
    for offer in (1, 2, 3):
        assert len(office.carrier.rung) == offer
        rings_in_vain(office, id, offer)
        office.looks(minutes=4, seconds=59)
        assert len(office.carrier.rung) == offer
        office.looks(seconds=1)

    assert len(office.carrier.rung) == 3
    assert office.callback(id).stage is Stage.GIVEN_UP
    assert office.log.told() == [(1, "no-answer"), (2, "no-answer"), (3, "no-answer")]
    assert not office.agent().is_held(office.now)


def test_how_often_and_when_is_the_queues_own() -> None:
    office = AnOffice(callback_attempts=1)
    id = office.books()
    office.looks()

    rings_in_vain(office, id, 1)

    assert office.callback(id).stage is Stage.GIVEN_UP


@pytest.mark.parametrize(
    ("queue", "facts", "early", "due"),
    [
        ({}, {"slot": Slot(at(hours=2), at(hours=3))}, at(hours=1, minutes=59), at(hours=2)),
        ({"callback_hours": WEEKDAYS}, {}, at(hours=3), at(hours=5)),
        ({}, {"number": "+590690001234"}, at(hours=3, minutes=59), at(hours=4)),
        ({}, {"number": "+590690001234", "slot": Slot(at(), at(hours=1))}, None, at()),
    ],
    ids=["in its slot", "in the queue's hours", "not at night", "at night if they chose so"],
)
def test_nobody_is_rung_at_a_wrong_time(
    queue: dict[str, Any], facts: dict[str, Any], early: datetime | None, due: datetime
) -> None:
    office = AnOffice(**queue)
    office.now = at(hours=-1) if early else at()
    office.books(**facts)
    if early:
        office.now = early
        office.looks()
        assert office.carrier.rung == []

    office.now = due
    office.looks()

    assert len(office.carrier.rung) == 1


@pytest.mark.parametrize(
    ("call_id", "minutes", "due"),
    [("CA1", 59, True), ("CA1", 60, False), ("", 1, False)],
    ids=["just now, in a call", "an hour ago", "on a web page"],
)
def test_whoever_asked_in_the_night_is_rung_while_they_are_up(
    call_id: str, minutes: int, due: bool
) -> None:
    night = at(hours=14)  # eleven at night
    callback = a_callback(call_id=call_id, asked_at=night)

    assert callback.is_due(a_queue(), night + timedelta(minutes=minutes)) is due


def test_a_slot_that_passed_is_over_and_so_are_five_days() -> None:
    office = AnOffice()
    slot, late = office.books("CA1", slot=Slot(at(hours=1), at(hours=2))), office.books("CA2")
    office.floors.drop_agent(ACCOUNT, "agt_1")

    office.looks(hours=2)
    assert office.callback(slot).stage is Stage.EXPIRED
    assert office.callback(late).stage is Stage.WAITING
    office.looks(days=5)

    assert office.callback(late).stage is Stage.EXPIRED


def test_callbacks_and_callers_take_turns_by_their_arrival() -> None:
    office = AnOffice()
    desk = FloorDesk(office.floors, office.nudges)
    office.passes(seconds=1)
    id = office.books("CA2")

    first = desk.join(ACCOUNT, "support", Caller(call_id="CA1", arrived_at=at()), office.now)
    later = Caller(call_id="CA3", arrived_at=at(seconds=2))
    third = desk.join(ACCOUNT, "support", later, office.passes(seconds=1))

    assert first.offer is not None
    assert (third.offer, third.position) == (None, 3)
    desk.leave(ACCOUNT, "support", "CA1", "abandoned", office.passes(seconds=5))
    assert desk.ask(ACCOUNT, "support", "CA3", office.passes(seconds=5)).offer is None
    assert office.nudges.given[-1] == (ACCOUNT, 0)
    office.looks()
    assert office.carrier.rung == [(id, "agt_1", 1)]


def test_a_callback_that_nobody_places_does_not_keep_callers_waiting_for_ever() -> None:
    office = AnOffice()
    desk = FloorDesk(office.floors, office.nudges)
    office.books("CA1")
    caller = Caller(call_id="CA2", arrived_at=at(seconds=1))

    offers = {
        seconds: desk.join(ACCOUNT, "support", caller, at(seconds=seconds)).offer
        for seconds in (1, 30, 60, 61)
    }

    assert [seconds for seconds, offer in offers.items() if offer] == [61]


def test_a_callback_that_is_called_off_is_not_placed_nor_spoken_of() -> None:
    office = AnOffice()
    id = office.books()
    office.looks()
    callback = office.callback(id)
    gone = replace(callback, stage=Stage.CANCELLED)
    office.floors.floors[ACCOUNT] = office.floors.floor(ACCOUNT).without(callback)

    assert placing.offered(ACCOUNT, gone.id, 1, office.floors) is None
    assert placing.take(ACCOUNT, gone.id, 1, office.office) is None
    placing.finish(ACCOUNT, gone.id, 1, DialStatus.ANSWERED, 5, office.office)
    assert office.log.told() == []


@pytest.mark.parametrize(
    "facts", [{"number": "+33899123456"}, {"dialled": "+33162019999"}], ids=["surcharged", "gone"]
)
def test_a_number_that_may_not_be_rung_or_shown_is_refused(facts: dict[str, Any]) -> None:
    office = AnOffice()
    id = office.books(**facts)

    office.looks()

    assert office.carrier.rung == []
    assert office.callback(id).stage is Stage.REFUSED


def test_callbacks_that_wait_cost_no_read_each() -> None:
    office = AnOffice(agents=0)
    for number in range(20):
        office.books(f"CA{number}")
    read, floor = [], office.floors.floor

    def counted(account_id: str) -> Floor:
        read.append(account_id)
        return floor(account_id)

    office.floors.floor = counted  # type: ignore[method-assign]
    office.looks(minutes=1)

    assert len(read) == 2


def test_every_webhook_may_come_twice() -> None:
    office = AnOffice()
    id = office.books()
    office.looks()
    for _ in range(2):
        assert placing.take(ACCOUNT, id, 1, office.office) is not None
    for _ in range(2):
        placing.finish(ACCOUNT, id, 1, DialStatus.BUSY, 0, office.office)
    placing.agent_left(ACCOUNT, id, 1, office.office)

    waits = office.callback(id)
    assert (waits.stage, waits.tries, waits.last_status) == (Stage.WAITING, 1, "busy")
    assert office.log.told() == [(1, "busy")]


def test_an_answer_that_is_told_late_is_believed() -> None:
    office = AnOffice()
    id = office.books()
    office.looks()
    placing.take(ACCOUNT, id, 1, office.office)

    placing.agent_left(ACCOUNT, id, 1, office.office)
    assert office.callback(id).stage is Stage.WAITING
    placing.finish(ACCOUNT, id, 1, DialStatus.ANSWERED, 40, office.office)

    assert office.callback(id).stage is Stage.REACHED
    assert office.log.told()[-1] == (1, "answered")


@pytest.mark.parametrize("told", [True, False], ids=["before", "after"])
def test_a_carrier_that_does_not_answer_is_asked_again_later_and_rings_once(told: bool) -> None:
    office = AnOffice()
    id = office.books()
    office.carrier.lost = True

    with pytest.raises(Unavailable):
        office.looks()
    office.looks(seconds=89)
    assert len(office.carrier.rung) == 1
    office.looks(seconds=1)

    assert office.carrier.rung == [(id, "agt_1", 1)]
    assert office.callback(id).carrier_call_id == "CA0"


def test_a_carrier_that_refuses_an_agent_goes_to_the_next() -> None:
    office = AnOffice(agents=2)
    id = office.books()
    office.carrier.refuses = True

    with pytest.raises(Rejected):
        office.looks()
    office.carrier.refuses = False
    office.looks(seconds=1)

    assert [each[1:] for each in office.carrier.rung] == [("agt_2", 2)]
    assert office.callback(id).stage is Stage.OFFERED


def test_what_nobody_tells_the_end_of_ends_by_itself() -> None:
    office = AnOffice()
    id = office.books()
    office.looks()
    office.looks(minutes=3)
    assert office.callback(id).stage is Stage.WAITING

    office.looks(minutes=1)
    placing.take(ACCOUNT, id, 2, office.office)
    office.looks(hours=4)

    waits = office.callback(id)
    assert (waits.stage, waits.last_status, waits.tries) == (Stage.WAITING, "failed", 1)


def dying(office: AnOffice, at_step: int) -> Callable[[], None]:
    """Make the worker die at its n-th step outside: a read, a write, or the carrier."""
    steps = 0
    outside = [(office.floors, "floor"), (office.floors, "apply"), (office.carrier, "ring")]
    originals = [(owner, name, getattr(owner, name)) for owner, name in outside]

    def wrap(work: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == at_step and at_step % 2:
                raise Killed
            found = work(*args, **kwargs)
            if steps == at_step:
                raise Killed
            return found

        return step

    for owner, name, work in originals:
        setattr(owner, name, wrap(work))

    def revive() -> None:
        for owner, name, work in originals:
            setattr(owner, name, work)

    return revive


@pytest.mark.parametrize("step", range(1, 24))
def test_a_worker_that_dies_anywhere_leaves_nothing_undone_and_rings_nobody_twice(
    step: int,
) -> None:
    """Odd steps die before what they do is done, even ones after it."""
    office = AnOffice()
    id = office.books()
    for half in (step, step + 1):
        revive = dying(office, half)
        try:
            office.looks()
        except Killed:
            pass
        finally:
            revive()
    for _ in range(4):
        office.looks(minutes=1)

    assert office.carrier.rung.count((id, "agt_1", 1)) == 1
    offer = office.callback(id).offer
    speaks(office, id, offer)
    assert office.callback(id).stage is Stage.REACHED


class Law:
    """Has people rung from an instant on, or never."""

    def __init__(self, when: datetime | None) -> None:
        self.when = when
        self.told_of: list[str] = []

    def from_when(self, account_id: str, callback: Callback, now: datetime) -> datetime | None:
        """Say when."""
        return self.when if self.when is None else max(now, self.when)

    def told(self, account_id: str, callback: Callback) -> None:
        """Note it."""
        self.told_of.append(callback.id)


def test_nobody_is_rung_before_the_law_has_it() -> None:
    office = AnOffice()
    law = Law(office.now + timedelta(minutes=2))
    office.office = replace(office.office, law=law)
    office.books()

    office.looks()
    office.looks(minutes=1)
    assert office.carrier.rung == []
    office.looks(minutes=1)

    assert len(office.carrier.rung) == 1


def test_who_may_not_be_rung_is_refused_and_that_is_told() -> None:
    office = AnOffice()
    law = Law(None)
    office.office = replace(office.office, law=law)
    callback = office.books()

    office.looks()

    assert office.callback(callback).stage is Stage.REFUSED
    assert (office.carrier.rung, law.told_of) == ([], [callback])
