"""What every store of agents on duty promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.attempts.store import AttemptStore
from chalicelib.campaigns.attempts.usecases import News, end
from chalicelib.campaigns.consents.store import ConsentStore
from chalicelib.campaigns.dialling import seats as seating
from chalicelib.campaigns.dialling.seating.store import SeatRow, SeatStore
from chalicelib.campaigns.dialling.seats import Doing, Seat
from chalicelib.campaigns.pacing.habits import Habits
from chalicelib.campaigns.pacing.hours import Answers
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound
from tests.campaigns.attempts.builders import Office
from tests.campaigns.builders import NOON, a_campaign, a_contact
from tests.campaigns.dialling.room import AGENTS
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes.attempts import AttemptsInMemory
from tests.fakes.dialling import SeatsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.dialling.ports import Seats

LATER = NOON + timedelta(seconds=20)


def a_seat(agent_id: str = "a", **facts: object) -> Seat:
    """Return an agent who waits on the line."""
    seat = Seat(
        campaign_id="camp_1",
        account_id="acct_1",
        agent_id=agent_id,
        name="Nadia",
        number="+33162010090",
        wrap_up_seconds=10,
        doing=Doing.IDLE,
        since=NOON,
        seen_at=NOON,
        free_at=NOON,
        leg=1,
    )
    return replace(seat, **facts)  # type: ignore[arg-type]


@pytest.fixture(params=["in memory", "on DynamoDB"])
def stored(request: pytest.FixtureRequest) -> Iterator[tuple[Seats, Office]]:
    campaign = a_campaign(**AGENTS)
    if request.param == "in memory":
        attempts = AttemptsInMemory()
        yield SeatsInMemory(attempts), Office(attempts, attempts.ledgers, campaign)
        return
    with tables(CampaignRow):
        table = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        yield SeatStore(table), Office(AttemptStore(table), ConsentStore(table), campaign)


def an_attempt(office: Office) -> Attempt:
    """Return an attempt that is open."""
    office.enrol(a_contact())
    return office.claims(a_contact())


def test_seats_are_kept_as_they_were_put(stored: tuple[Seats, Office]) -> None:
    seats, _ = stored
    first = seats.put(a_seat(until=LATER, attempt="k-1", call_id="CA1", leaving=True))
    other = seats.put(a_seat("b", doing=Doing.AWAY))

    assert seats.of("camp_1") == (first, other)
    assert seats.seat("camp_1", "a") == first
    assert seats.of("camp_2") == ()
    with pytest.raises(NotFound):
        seats.seat("camp_1", "c")


def test_whoever_changes_a_seat_has_seen_it(stored: tuple[Seats, Office]) -> None:
    seats, _ = stored
    seen = seats.put(a_seat())
    reserved = seats.put(seating.reserved(seen, "k-1", LATER))

    for change in (seats.put, seats.drop):
        with pytest.raises(Conflict):
            change(seen)
    with pytest.raises(Conflict):
        seats.put(a_seat())
    assert seats.seat("camp_1", "a") == reserved
    seats.drop(reserved)
    assert seats.of("camp_1") == ()


def test_who_is_put_through_is_in_the_attempt_as_well(stored: tuple[Seats, Office]) -> None:
    seats, office = stored
    attempt = an_attempt(office)
    seat = seats.put(a_seat())

    talking = seats.connect(seating.talking(seat, attempt.id, LATER))

    assert seats.seat("camp_1", "a") == talking
    assert office.attempts.attempt("camp_1", attempt.id).facts["agent"] == "a"
    with pytest.raises(Conflict):
        seats.connect(seating.talking(seat, attempt.id, LATER))


def test_nobody_is_put_through_once_the_call_is_over(stored: tuple[Seats, Office]) -> None:
    seats, office = stored
    attempt = an_attempt(office)
    seat = seats.put(a_seat())
    news = News(outcome=Outcome.ANSWERED, call_id="CA1")
    ended = end(office.campaign, attempt.id, news, office.attempts, answers=Answers(), now=LATER)
    assert ended is not None
    assert ended.outcome is Outcome.ABANDONED

    with pytest.raises(Conflict):
        seats.connect(seating.talking(seat, attempt.id, LATER))
    assert seats.seat("camp_1", "a") == seat


def test_an_agent_is_heard_of_on_the_line_that_they_are_on(stored: tuple[Seats, Office]) -> None:
    seats, _ = stored
    seat = seats.put(a_seat(leg=3))

    heard = seats.heard_of("camp_1", "a", 3, LATER)

    assert heard == replace(seat, seen_at=LATER)
    assert seats.seat("camp_1", "a") == heard
    assert seats.heard_of("camp_1", "a", 2, LATER) is None
    assert seats.heard_of("camp_1", "b", 1, LATER) is None
    assert seats.put(seating.away(heard, LATER)).doing is Doing.AWAY


def test_calls_that_ring_ahead_are_known_until_they_are_over(stored: tuple[Seats, Office]) -> None:
    seats, _ = stored
    seats.put(a_seat())

    seats.rings("camp_1", "k-1", NOON)
    seats.rings("camp_1", "k-2", LATER)
    seats.rings("camp_2", "k-3", NOON)
    seats.rang("camp_1", "k-1")
    seats.rang("camp_1", "k-1")

    assert seats.ringing("camp_1") == {"k-2": LATER}
    assert len(seats.of("camp_1")) == 1


def test_calls_that_ring_ahead_teach_when_people_answer(stored: tuple[Seats, Office]) -> None:
    _, office = stored
    office.campaign = a_campaign(**(AGENTS | {"mode": Mode.PREDICTIVE}))
    attempt = an_attempt(office)
    office.now = NOON + timedelta(seconds=25)

    office.ends(attempt, Outcome.NO_ANSWER, call_id="CA1")

    tally, habits = office.attempts.learnt("camp_1", office.now, [10.0])
    assert tally.since(0) == (0, 0)
    usual = Habits()
    assert sum(habits.lost.ended) == pytest.approx(sum(usual.lost.ended) + 1)
    assert sum(habits.answered.spent) > sum(usual.answered.spent)
    assert sum(habits.wraps.ended) > sum(usual.wraps.ended)


def test_an_agent_costs_three_requests_and_two_more_to_put_somebody_through() -> None:
    with tables(CampaignRow):
        table = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        seats = SeatStore(table)
        office = Office(AttemptStore(table), ConsentStore(table), a_campaign(**AGENTS))
        attempt = an_attempt(office)
        seat = seats.put(a_seat())

        with requests_counted(SeatRow) as kept:
            seats.put(seating.reserved(seat, attempt.id, NOON))
        with requests_counted(SeatRow) as answered:
            (seat,) = seats.of("camp_1")
            seats.connect(seating.talking(seat, attempt.id, LATER))
        with requests_counted(SeatRow) as freed:
            seat = seats.seat("camp_1", "a")
            seats.put(seating.freed(seat, LATER, wraps_up=True))

    assert (len(kept), len(answered), len(freed)) == (1, 2, 2)


def test_whom_an_agent_is_shown_is_kept_to_the_millisecond_and_forgotten_with_the_call(
    stored: tuple[Seats, Office],
) -> None:
    seats, _ = stored
    until = LATER + timedelta(milliseconds=123)

    seat = seats.put(seating.shown(seats.put(a_seat()), "contact_1", until))

    assert seats.seat("camp_1", "a") == seat
    assert seat.sees("contact_1", LATER)
    assert not seat.sees("contact_1", until)
    assert not seat.sees("contact_2", LATER)
    kept = seats.put(seating.reserved(seat, "attempt_1", LATER))
    assert (kept.shown, kept.shown_until) == ("", None)
    assert seats.seat("camp_1", "a") == kept
