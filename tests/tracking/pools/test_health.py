"""How a pool did in an hour, and how many numbers it needs: what its owner reads."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.money import Money
from chalicelib.tracking.pools import erlang, forecast, reading, tending, usecases
from chalicelib.tracking.pools.deck import Slot
from chalicelib.tracking.pools.forecast import Shortage, Traffic
from chalicelib.tracking.pools.health import HOUR, Hour, summed
from chalicelib.tracking.pools.leases import LogEntry, millis
from chalicelib.tracking.pools.lending import extend
from chalicelib.tracking.pools.tending import Due, Tending
from tests.fakes import PoolsInMemory
from tests.tracking.pools.builders import (
    ACCOUNT,
    NOON,
    POOL,
    a_pool,
    keeping,
    leased,
    lent,
    number,
    open_pool,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.directory.lines import Line

START = millis(NOON)
MINUTE = 60_000
HOLD = timedelta(minutes=20)


def a_line(at: float, **facts: Any) -> LogEntry:
    known: dict[str, Any] = {"account_id": ACCOUNT, "pool_id": POOL, "lease_id": f"lea_{at}"}
    return LogEntry(at=START + int(at * MINUTE), **known | facts)


def a_slot(at: int = 0, ends: float = -100) -> Slot:
    return Slot(number=number(at), ends=START + int(ends * MINUTE))


def test_an_hour_is_summed_from_the_log() -> None:
    slots = [a_slot(0, ends=59), a_slot(1, ends=90), a_slot(2)]
    lines = [a_line(10, freed=START - 5 * MINUTE), a_line(40, freed=START + 30 * MINUTE)]
    later = [a_line(50, refused=2), a_line(70, freed=START + 69 * MINUTE)]

    hour = summed(START, slots, {number(0): lines, number(1): later}, [a_line(55)])

    assert hour == Hour(
        starts=START,
        numbers=3,
        visits=4,
        overflow=1,
        busy=(20 + 19 + 10) * MINUTE,
        peak=2,
        reused_after=10 * MINUTE,
        reused_after_least=10 * MINUTE,
        refused=2,
    )
    assert hour.utilisation == pytest.approx(49 / 180)
    assert hour.utilisation_peak == pytest.approx(2 / 3)


def test_a_lease_of_the_hour_before_is_busy_until_it_ends_and_one_that_goes_on_all_the_hour() -> (
    None
):
    lines = {number(0): [a_line(30, freed=START + 15 * MINUTE)]}

    hour = summed(START, [a_slot(0, ends=50), a_slot(1, ends=70)], lines, [])

    assert (hour.busy, hour.peak, hour.visits) == ((15 + 20 + 60) * MINUTE, 2, 1)


def test_numbers_that_change_hands_at_one_instant_are_busy_once() -> None:
    lines = {number(0): [a_line(30, freed=START + 30 * MINUTE)]}

    assert summed(START, [a_slot(0, ends=50)], lines, []).peak == 1


def test_an_hour_without_numbers_or_visits_is_nothing() -> None:
    hour = summed(START, [], {}, [])

    assert (hour.visits, hour.utilisation, hour.utilisation_peak) == (0, 0, 0)
    assert (hour.reused_after, hour.reused_after_least) == (None, None)


def a_day(store: PoolsInMemory) -> None:
    """Two numbers; two visits, one of which goes on; two too many; then one again."""
    open_pool(keeping(store), 2)
    leased(store, "a", minutes=5)
    going_on = leased(store, "b", minutes=10)
    extend(going_on, now=NOON + timedelta(minutes=25), store=store)
    for name, at in (("c", 11), ("d", 12)):
        assert lent(store, name, minutes=at).lease is None
    leased(store, "e", minutes=30)


class NothingOnSale:
    """The port of growth: none of these pools may buy anything."""

    def on_sale(self, kind: str, begins: str) -> Sequence[str]:
        raise AssertionError(f"looked for {kind} numbers that begin with {begins}")

    def buy(self, number: str, like: Line) -> None:
        raise AssertionError(f"bought {number}, like {like.number}")


def tended(store: PoolsInMemory, minutes: float) -> Shortage | None:
    (due,) = store.due()
    now = NOON + timedelta(minutes=minutes)
    needs = Tending(keeping(store), store, store, NothingOnSale())
    return tending.tend(due, now=now, tending=needs).short


def test_the_schedule_sums_each_hour_once_it_is_over_and_again_without_harm() -> None:
    store = PoolsInMemory()
    a_day(store)

    assert tended(store, 59) is None
    assert store.hours(POOL, START, START + HOUR) == []
    first = [tended(store, 61.5), tended(store, 66)]
    kept = store.hours(POOL, START, START + HOUR)
    again = tending.sum_hour(Due(POOL, ACCOUNT, 0), START, START + 5 * HOUR, store)

    assert kept == [again]
    assert (again.visits, again.overflow, again.lent, again.peak) == (5, 2, 3, 2)
    assert again.busy == (20 + 35 + 20) * MINUTE
    assert (again.reused_after_least, again.refused) == (5 * MINUTE, 0)
    assert first == [Shortage.NOW, None]


def test_hours_that_the_schedule_missed_are_made_up_for() -> None:
    store = PoolsInMemory()
    a_day(store)

    tended(store, 60 * 5 + 2)

    hours = store.hours(POOL, START - HOUR, START + 10 * HOUR)
    assert [hour.starts for hour in hours] == [START + at * HOUR for at in range(-1, 5)]
    assert [hour.visits for hour in hours] == [0, 5, 0, 0, 0, 0]


def test_the_schedule_lets_numbers_go_when_nobody_has_them_any_more() -> None:
    store = PoolsInMemory()
    kept = keeping(store)
    open_pool(kept, 2)
    leased(store, "a")
    for at in (0, 1):
        usecases.remove_number(ACCOUNT, POOL, number(at), now=NOON, keeping=kept)
    assert [each.number for each in store.pool(POOL).members] == [number(0)]

    tended(store, 19)
    assert store.pool(POOL).members[0].leaving
    tended(store, 21)

    assert store.pool(POOL).members == ()
    assert store.tracking.number(ACCOUNT, number(0)).pool is None
    (due,) = store.due()
    assert due.untidy is None


def test_an_archived_pool_lends_nothing_and_is_forgotten_with_its_last_number() -> None:
    store = PoolsInMemory()
    kept = keeping(store)
    open_pool(kept, 2)
    lease = leased(store, "a")

    usecases.archive_pool(ACCOUNT, POOL, now=NOON, keeping=kept)

    assert extend(lease, now=NOON, store=store) is not None
    assert [slot.number for slot in store.slots(POOL)] == [number(0)]
    tended(store, 21)
    assert list(store.due()) == []
    assert store.slots(POOL) == ()


def an_hour(at: int = 0, visits: int = 200, seconds: float = 1_380, **facts: Any) -> Hour:
    """Return an hour, so many hours before noon, in which each visit had a number for so long."""
    known: dict[str, Any] = {"starts": START - at * HOUR, "numbers": 90, "visits": visits}
    return Hour(**known | {"busy": int(visits * seconds * 1000)} | facts)


def test_traffic_is_that_of_the_busiest_hour_and_of_the_mean_visit() -> None:
    hours = [an_hour(1), an_hour(2, visits=100, seconds=1_320), an_hour(3, visits=0)]

    traffic = forecast.measured(hours, HOLD)

    assert traffic == Traffic(visits_per_hour=200, visit_seconds=160, hold_seconds=1_200)
    assert forecast.measured([an_hour(visits=0)], HOLD) is None


def test_a_visit_that_lasts_into_an_hour_without_visits_is_measured_to_its_end() -> None:
    hours = [an_hour(2, visits=1, seconds=600), an_hour(1, visits=0, busy=960_000)]

    traffic = forecast.measured(hours, HOLD)

    assert traffic == Traffic(visits_per_hour=1, visit_seconds=360, hold_seconds=1_200)


def test_a_pool_without_numbers_that_visitors_ask_is_short_of_them() -> None:
    hours = [an_hour(visits=5, overflow=5, busy=0)]

    assert forecast.measured(hours, HOLD) == Traffic(
        visits_per_hour=5, visit_seconds=0, hold_seconds=1_200
    )
    assert forecast.shortage(hours, 0, HOLD, START) is Shortage.NOW
    assert forecast.needed(hours, HOLD, START) == 6
    assert forecast.needed([], HOLD, START) == 0


def test_the_curve_goes_from_nothing_to_enough_and_has_the_pool_in_it() -> None:
    points = forecast.points(76.7, 60)

    numbers = [point.numbers for point in points]
    assert numbers == sorted(set(numbers))
    assert {0, 60, 82, 93, 102} <= set(numbers)
    assert points[0].overflow == 1
    assert points[-1].overflow <= 0.0001
    assert all(point.overflow == erlang.overflow(76.7, point.numbers) for point in points)
    assert [point.numbers for point in forecast.points(0, 5)] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("hours", "numbers", "said"),
    [
        pytest.param([], 1, None, id="no visit yet"),
        pytest.param([an_hour(1)], 93, None, id="enough"),
        pytest.param([an_hour(1)], 92, Shortage.NOW, id="one too few"),
        pytest.param([an_hour(1), an_hour(200, visits=150)], 93, Shortage.SOON, id="it grows"),
        pytest.param([an_hour(1), an_hour(200, visits=150)], 121, None, id="enough to grow"),
        pytest.param(
            [an_hour(1), an_hour(200, visits=9)], 180, None, id="growth that none believes"
        ),
        pytest.param([an_hour(1), an_hour(200, visits=400)], 93, None, id="it shrinks"),
        pytest.param([an_hour(200)], 1, None, id="no visit this week"),
    ],
)
def test_an_alert_comes_before_the_pool_runs_short(
    hours: list[Hour], numbers: int, said: Shortage | None
) -> None:
    assert forecast.shortage(hours, numbers, HOLD, START) is said


def foreseen(*hours: Hour, target: float = 0.01, **supposed: Any) -> reading.Seen:
    store = PoolsInMemory()
    for hour in hours:
        store.save_hour(POOL, hour)
    known = reading.Supposed(**supposed)
    return reading.foreseen(a_pool(), known, target, now=NOON, hours=store)


def test_a_forecast_is_of_the_pools_own_traffic_unless_something_is_supposed() -> None:
    assert foreseen().traffic is None
    measured = foreseen(an_hour(1), price=Money.euros("1.15"))
    assert measured.needed is not None
    assert measured.now is not None
    assert (measured.needed.numbers, measured.now.overflow) == (93, 1)
    assert (measured.shortage, measured.price) == (Shortage.NOW, Money.euros("1.15"))

    shorter = foreseen(an_hour(1), hold=timedelta(0), target=0.05)
    planned = foreseen(visits_per_hour=200.0, visit_seconds=180.0, target=0.001)

    assert shorter.needed is not None
    assert planned.needed is not None
    assert (shorter.needed.numbers, planned.needed.numbers) == (15, 102)


@pytest.mark.parametrize("text", ["cheap", "-1", "1.0000001", ""])
def test_a_price_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as refusal:
        reading.price(text)

    assert refusal.value.faults[0].pointer == "/price"
    assert reading.price(None) is None
