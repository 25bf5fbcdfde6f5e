"""What becomes of a call's events in reports."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.call import Call
from chalicelib.calls.events import Dialled, Ended, Event, LeftQueue, Offered, Queued, Taken
from chalicelib.desk.reports import check_days, figures
from chalicelib.desk.usecases import note
from chalicelib.desk.visits import Asked, Visit, visits_of
from chalicelib.kernel.errors import Rejected
from tests.desk.builders import ACCOUNT, LINE, NINE, Caller, at
from tests.fakes import DeskInMemory

if TYPE_CHECKING:
    from datetime import datetime

DAY = date(2026, 11, 23)


def queued(now: datetime = NINE, queue: str = "support", node: str = "wait") -> Queued:
    return Queued(id=f"q:{queue}:{now}", at=now, node=node, queue=queue, position=1)


def left(now: datetime, how: str, waited: int, queue: str = "support") -> LeftQueue:
    return LeftQueue(
        id=f"l:{now}:{how}", at=now, node="wait", queue=queue, how=how, waited_seconds=waited
    )


def a_call(*events: Event, ended_at: datetime | None = None) -> Call:
    end = ended_at or at(minutes=10)
    ended = Ended(id="ended", at=end, status="completed", seconds=600)
    return Call(
        call_id="CA1",
        account_id=ACCOUNT,
        started_at=NINE,
        dialled=LINE,
        ended_at=end,
        events=(*events, ended),
    )


def a_visit(number: int, how: str = "answered", waited: int = 10, **facts: Any) -> Visit:
    known = {"id": "q", "call_id": f"CA{number}", "queue": "support", "day": DAY}
    return Visit(how=how, waited_seconds=waited, **{**known, **facts})


def test_a_visit_is_what_its_events_say() -> None:
    talk = Dialled(
        id="d", at=at(minutes=5), node="wait", destination="agent:1", status="answered", seconds=90
    )
    offered = Offered(id="o", at=at(seconds=30), node="wait", queue="support", agent="agt_1")

    (visit,) = visits_of(a_call(queued(), offered, talk, left(at(minutes=5), "answered", 40)))

    assert (visit.how, visit.waited_seconds, visit.talk_seconds) == ("answered", 40, 90)
    assert (visit.queue, visit.day, visit.offers) == ("support", DAY, 1)


def test_whoever_hangs_up_while_waiting_abandoned() -> None:
    (visit,) = visits_of(a_call(queued(at(minutes=1)), ended_at=at(minutes=4)))

    assert (visit.how, visit.waited_seconds) == ("abandoned", 180)


def test_whoever_an_agent_took_did_not_abandon_though_nobody_told_how_it_ended() -> None:
    offered = Offered(id="o", at=at(seconds=30), node="wait", queue="support", agent="agt_1")
    taken = Taken(id="t", at=at(seconds=40), node="wait")

    (visit,) = visits_of(a_call(queued(), offered, taken, ended_at=at(minutes=4)))

    assert (visit.how, visit.waited_seconds) == ("answered", 40)


def test_a_call_that_never_waited_visits_nothing() -> None:
    assert list(visits_of(a_call())) == []


def test_a_call_that_goes_from_queue_to_queue_visits_both() -> None:
    first, second = visits_of(
        a_call(
            queued(),
            left(at(minutes=1), "overflow", 60),
            queued(at(minutes=2), "sales"),
            left(at(minutes=3), "voicemail", 60, "sales"),
        )
    )

    assert [(each.queue, each.how) for each in (first, second)] == [
        ("support", "overflow"),
        ("sales", "voicemail"),
    ]


def test_what_one_step_does_has_one_instant_and_no_order() -> None:
    now, later = at(minutes=1), at(minutes=2)
    events = [
        left(now, "overflow", 0),  # sorts before the place that it gives up
        left(later, "overflow", 60, "sales"),
        queued(now),
        queued(now, "sales"),
        queued(later),
        left(at(minutes=3), "answered", 60),
    ]

    told = [(each.queue, each.how, each.waited_seconds) for each in visits_of(a_call(*events))]

    assert told == [
        ("support", "overflow", 0),
        ("sales", "overflow", 60),
        ("support", "answered", 60),
    ]


def test_the_figures_of_a_day() -> None:
    visits = [
        *(a_visit(n, waited=wait) for n, wait in enumerate((5, 10, 20, 21, 100))),
        a_visit(5, "abandoned", 20),
        a_visit(6, "abandoned", 21),
        a_visit(7, "overflow", 300),
        a_visit(8, "voicemail", 50),
        a_visit(9, "callback", 60),
    ]
    asked = [
        Asked(id="cb_1", queue="support", day=DAY, tries=0, reached=False),
        Asked(id="cb_2", queue="support", day=DAY, tries=3, reached=True),
    ]

    day, total = figures([*visits, *visits], asked, {"support": 20})

    assert (day.day, total.day) == (DAY, None)
    assert (day.offered, day.answered, day.answered_in_time) == (10, 5, 3)
    assert (day.abandoned, day.abandoned_in_time) == (2, 1)
    assert (day.overflowed, day.voicemail, day.callback) == (1, 1, 1)
    assert day.service_level == 33.3  # 3 of the 9 who did not hang up within 20 s themselves
    assert (day.answer_mean, day.answer_median, day.answer_p90) == (31, 20, 100)
    assert day.longest_wait == 300
    assert (day.callbacks_asked, day.callbacks_placed, day.callbacks_reached) == (2, 1, 1)


def test_a_queue_that_nobody_could_be_served_in_has_no_level() -> None:
    day, _ = figures([a_visit(1, "abandoned", 3)], [], {"support": 20})

    assert (day.service_level, day.answer_mean, day.answer_p90) == (None, None, None)


@pytest.mark.parametrize(("days", "refused"), [(0, False), (91, False), (92, True), (-1, True)])
def test_a_report_has_one_day_to_a_quarter(days: int, refused: bool) -> None:
    last = date.fromordinal(DAY.toordinal() + days)

    if not refused:
        check_days(DAY, last)
        return
    with pytest.raises(Rejected):
        check_days(DAY, last)


def test_a_call_that_ended_leaves_the_floor_and_frees_its_agent() -> None:
    desk = DeskInMemory(agents={"agt_1": "+33162010009"})
    desk.join(ACCOUNT, "support", Caller(), NINE)
    desk.join(ACCOUNT, "support", Caller(call_id="CA2", arrived_at=at(seconds=1)), at(seconds=1))
    call = a_call(queued(), ended_at=at(seconds=5))

    for _ in range(2):
        note(call, desk.floors, desk.nudges)

    assert desk.ticket("support", "CA1") is None
    assert desk.ask(ACCOUNT, "support", "CA2", at(seconds=13)).offer is not None
    assert [each.how for each in desk.floors.visits(ACCOUNT, DAY, 1)] == ["abandoned"]


def test_an_agent_whose_conversation_nobody_told_the_end_of_wraps_up_when_the_call_ends() -> None:
    desk = DeskInMemory(agents={"agt_1": "+33162010009"})
    desk.join(ACCOUNT, "support", Caller(), NINE)
    desk.picked_up(ACCOUNT, "support", "CA1", "agt_1", at(seconds=5))

    note(a_call(queued(), ended_at=at(minutes=5)), desk.floors, desk.nudges)

    agent = desk.floors.floor(ACCOUNT).agents["agt_1"]
    assert not agent.is_held(at(minutes=5))
    assert agent.rests_until == at(minutes=5, seconds=10)
    assert desk.answered(ACCOUNT, "support", "CA1", "agt_1", at(minutes=6)) == 5
