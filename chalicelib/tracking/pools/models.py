"""Pools, their hours and their forecast as the HTTP API shows them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.periods import Day
from chalicelib.runtime.schema import Body, Out, Patch, Query
from chalicelib.tracking.pools import forecast, health, reading
from chalicelib.tracking.pools import pool as pools
from chalicelib.tracking.pools.deck import SECOND
from chalicelib.tracking.pools.leases import millis, moment
from chalicelib.tracking.pools.pool import Level

if TYPE_CHECKING:
    from chalicelib.tracking.pools.reading import Seen

MOST_DAYS = 31

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Number = Annotated[str, StringConstraints(min_length=2, max_length=40)]
HoldMinutes = Annotated[int, Field(ge=1, le=720)]

_HOLD = "how long after its visitor's last activity a number is lent to nobody else"
_GROWTH = "to buy numbers when it runs short (`numbers:write`); null: it buys none"
_OVERFLOW = "a number of yours that is shown when none is free; null: the page keeps its own"


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class GrowthIn(Body):
    """That the pool buys numbers by itself when it runs short, and until it has how many."""

    like: Number = Field(description="a number of yours: of the same zone, answered in that way")
    at_most: int = Field(
        ge=1, le=pools.MOST_NUMBERS, description="the numbers that the pool has at most then"
    )


class PoolIn(Body):
    """A pool to make; numbers are put into it next."""

    name: Name
    level: Level = Field(Level.SESSION, description="who has a number of their own")
    hold_minutes: HoldMinutes = Field(pools.HOLD_MINUTES, description=_HOLD)
    overflow: Number | None = Field(None, description=_OVERFLOW)
    growth: GrowthIn | None = Field(None, description=_GROWTH)

    def facts(self) -> dict[str, Any]:
        """Return the facts of the pool."""
        return _facts(self)


class PoolPatch(Patch):
    """What to change of a pool: fields that are not sent stay."""

    name: Name = ""
    hold_minutes: HoldMinutes = pools.HOLD_MINUTES
    overflow: Number | None = Field(None, description=_OVERFLOW)
    growth: GrowthIn | None = Field(None, description=_GROWTH)

    def facts(self) -> dict[str, Any]:
        """Return the facts that change."""
        return _facts(self)


class GrowthOut(Out):
    """That the pool buys numbers by itself."""

    like: str
    at_most: int


class MemberOut(Out):
    """A number of a pool. A leaving one is lent to nobody else, and gone after its hold."""

    number: str
    since: datetime
    leaving: bool


class PoolOut(Out):
    """A pool, with its numbers."""

    id: str
    name: str
    level: Level
    hold_minutes: int
    overflow: str | None
    growth: GrowthOut | None
    numbers: list[MemberOut]
    ordered: list[str] = Field(description="numbers that it is about to buy")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, pool: pools.Pool) -> Self:
        """Show a pool."""
        return cls(
            id=pool.id,
            name=pool.name,
            level=pool.level,
            hold_minutes=pool.hold_minutes,
            overflow=pool.overflow,
            growth=None if pool.growth is None else GrowthOut(**asdict(pool.growth)),
            ordered=list(pool.ordered),
            numbers=[
                MemberOut(number=each.number, since=each.since, leaving=each.leaving)
                for each in pool.members
            ],
            created_at=pool.created_at,
            version=pool.version,
        )


class PoolList(Out):
    """A page of pools."""

    items: list[PoolOut]
    next: str | None = None


class HealthQuery(Query):
    """Which days, both included, in France's time: a month at most."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    def span(self) -> tuple[int, int]:
        """Return the instants that the days begin and end at. Raises Rejected."""
        days = (self.last - self.first).days + 1
        if not 1 <= days <= MOST_DAYS:
            reason = "before `from`" if days < 1 else f"at most {MOST_DAYS} days, these are {days}"
            raise Rejected("no such span of days", faults=(Fault("/to", reason),))
        return millis(Day(self.first).start), millis(Day(self.last).end)


class HourOut(Out):
    """An hour of a pool."""

    model_config = ConfigDict(populate_by_name=True)

    hour: datetime = Field(description="when it began")
    numbers: int
    visits: int
    overflow: int = Field(description="visits that found no number free")
    utilisation: float = Field(description="share of the numbers that was taken, on the mean")
    utilisation_peak: float = Field(description="the same, at the fullest instant")
    reused_after_seconds: int | None = Field(
        description="between two visits' having a number, median; null: none was reused"
    )
    reused_after_seconds_least: int | None
    collisions_avoided: int = Field(
        description="numbers asked for while somebody else still had them"
    )

    @classmethod
    def of(cls, hour: health.Hour) -> Self:
        """Show an hour."""
        return cls(
            hour=moment(hour.starts),
            numbers=hour.numbers,
            visits=hour.visits,
            overflow=hour.overflow,
            utilisation=round(hour.utilisation, 4),
            utilisation_peak=round(hour.utilisation_peak, 4),
            reused_after_seconds=_seconds(hour.reused_after),
            reused_after_seconds_least=_seconds(hour.reused_after_least),
            collisions_avoided=hour.refused,
        )


class NowOut(Out):
    """A pool at this instant."""

    numbers: int
    free: int
    taken: int = Field(description="by a visit that goes on, or held after one")
    leaving: int


class HealthOut(Out):
    """A pool now, and by hour: an hour is there some minutes after it has ended."""

    model_config = ConfigDict(populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    now: NowOut
    items: list[HourOut]

    @classmethod
    def of(cls, query: HealthQuery, standing: reading.Standing, hours: list[health.Hour]) -> Self:
        """Show how a pool does."""
        now = NowOut(
            numbers=standing.numbers,
            free=standing.free,
            taken=standing.taken,
            leaving=standing.leaving,
        )
        items = [HourOut.of(each) for each in hours]
        return cls(first=query.first, last=query.last, now=now, items=items)


class ForecastQuery(Query):
    """What to reckon with in place of what was measured."""

    target: float = Field(
        forecast.TARGET, gt=0, lt=1, description="the share of visits that may go without"
    )
    price: str | None = Field(None, max_length=20, description="of a number, a month, in euros")
    hold_minutes: int | None = Field(None, ge=1, le=720)
    visits_per_hour: float | None = Field(None, ge=0, le=10_000, allow_inf_nan=False)
    visit_minutes: float | None = Field(None, ge=0, le=240, allow_inf_nan=False)

    def supposed(self) -> reading.Supposed:
        """Return what is supposed. Raises Rejected."""
        hold, visit = self.hold_minutes, self.visit_minutes
        return reading.Supposed(
            hold=None if hold is None else timedelta(minutes=hold),
            visits_per_hour=self.visits_per_hour,
            visit_seconds=None if visit is None else visit * 60,
            price=reading.price(self.price),
        )


class MoneyOut(Out):
    """An exact amount."""

    amount: str
    currency: Literal["EUR"] = "EUR"


class PointOut(Out):
    """With so many numbers, the share of visits in the busiest hour that go with and without."""

    numbers: int
    accuracy: float = Field(description="share of the visits that have a number of their own")
    overflow: float
    monthly_price: MoneyOut | None = Field(description="null: no price was given")


class TrafficOut(Out):
    """What is reckoned with: the visits of the busiest hour, and how long each has a number."""

    visits_per_hour: float
    visit_seconds: float
    hold_seconds: float
    load: float = Field(description="in erlangs: numbers that are busy on the mean")


class ForecastOut(Out):
    """How many numbers a pool needs. Asking buys nothing."""

    traffic: TrafficOut | None = Field(description="null: no visit yet, and none was supposed")
    now: PointOut | None = Field(description="with the numbers that the pool has")
    needed: PointOut | None = Field(description="the fewest numbers that reach the target")
    shortage: forecast.Shortage | None = Field(
        description="`now`: the pool has too few numbers; `soon`: in a week, if it grows on"
    )
    curve: list[PointOut]
    minimum_hours: int = Field(
        forecast.MINIMUM_HOURS,
        description="how long a French number is kept at least: a pool can't follow the hour",
    )

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Show a forecast."""

        def point(each: forecast.Point | None) -> PointOut | None:
            return None if each is None else _point(each, seen)

        return cls(
            traffic=None if seen.traffic is None else _traffic(seen.traffic),
            now=point(seen.now),
            needed=point(seen.needed),
            shortage=seen.shortage,
            curve=[_point(each, seen) for each in seen.curve],
        )


def _facts(body: PoolIn | PoolPatch) -> dict[str, Any]:
    facts = body.model_dump(exclude_unset=isinstance(body, PoolPatch), exclude={"growth"})
    if "growth" in body.model_fields_set:
        growth = body.growth
        facts["growth"] = None if growth is None else pools.Growth(growth.like, growth.at_most)
    return facts


def _traffic(traffic: forecast.Traffic) -> TrafficOut:
    return TrafficOut(
        visits_per_hour=round(traffic.visits_per_hour, 2),
        visit_seconds=round(traffic.visit_seconds, 1),
        hold_seconds=round(traffic.hold_seconds, 1),
        load=round(traffic.load, 2),
    )


def _point(point: forecast.Point, seen: Seen) -> PointOut:
    price: Any = None if seen.price is None else MoneyOut(amount=str(seen.price * point.numbers))
    share = round(point.overflow, 6)
    return PointOut(
        numbers=point.numbers, overflow=share, accuracy=round(1 - share, 6), monthly_price=price
    )


def _seconds(span: int | None) -> int | None:
    return None if span is None else span // SECOND
