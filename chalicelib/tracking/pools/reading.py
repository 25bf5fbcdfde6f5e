"""What a pool's owner reads of it: how its numbers stand, its hours, its forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money
from chalicelib.tracking.pools import erlang, forecast
from chalicelib.tracking.pools.leases import millis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from chalicelib.tracking.pools.deck import Slot
    from chalicelib.tracking.pools.forecast import Point, Shortage, Traffic
    from chalicelib.tracking.pools.health import Hour
    from chalicelib.tracking.pools.pool import Pool


class Hours(Protocol):
    """Hours of pools."""

    def hours(self, pool_id: str, since: int, until: int) -> list[Hour]:
        """Return the hours that began in [since, until), in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a pool's numbers stand at an instant. Leaving ones are counted apart."""

    numbers: int
    free: int
    taken: int
    leaving: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What a forecast reckons with in place of what was measured; None: as measured."""

    hold: timedelta | None = None
    visits_per_hour: float | None = None
    visit_seconds: float | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A forecast. Without traffic there is nothing but the price."""

    traffic: Traffic | None
    now: Point | None = None
    needed: Point | None = None
    shortage: Shortage | None = None
    curve: tuple[Point, ...] = ()
    price: Money | None = None


def standing(slots: Iterable[Slot], now: datetime) -> Standing:
    """Count a pool's numbers by what they are at."""
    known, at = list(slots), millis(now)
    leaving = sum(slot.leaving for slot in known)
    free = sum(slot.is_free(at) for slot in known)
    return Standing(
        numbers=len(known), free=free, taken=len(known) - leaving - free, leaving=leaving
    )


def foreseen(pool: Pool, supposed: Supposed, target: float, *, now: datetime, hours: Hours) -> Seen:
    """Tell how many numbers a pool needs for at most `target` of its visits to go without."""
    at = millis(now)
    known = hours.hours(pool.id, at - forecast.LOOKED_BACK, at)
    traffic = _traffic(pool, supposed, forecast.measured(known, pool.hold))
    if traffic is None:
        return Seen(traffic=None, price=supposed.price)
    numbers, load = len(pool.members), traffic.load
    needed = erlang.numbers_needed(load, target)
    return Seen(
        traffic=traffic,
        now=forecast.Point(numbers, erlang.overflow(load, numbers)),
        needed=forecast.Point(needed, erlang.overflow(load, needed)),
        shortage=forecast.shortage(known, numbers, pool.hold, at),
        curve=tuple(forecast.points(load, numbers)),
        price=supposed.price,
    )


def price(text: str | None) -> Money | None:
    """Read what a number costs a month. Raises Rejected."""
    try:
        read = None if text is None else Money.euros(text)
    except Rejected as error:
        raise Rejected("no such price", faults=(Fault("/price", error.message),)) from error
    if read is not None and read < Money.zero:
        raise Rejected("no such price", faults=(Fault("/price", "less than nothing"),))
    return read


def _traffic(pool: Pool, supposed: Supposed, measured: Traffic | None) -> Traffic | None:
    hold = (pool.hold if supposed.hold is None else supposed.hold).total_seconds()
    visits, seconds = supposed.visits_per_hour, supposed.visit_seconds
    if measured is not None:
        visits = measured.visits_per_hour if visits is None else visits
        seconds = measured.visit_seconds if seconds is None else seconds
    if visits is None or seconds is None:
        return None
    return forecast.Traffic(visits_per_hour=visits, visit_seconds=seconds, hold_seconds=hold)
