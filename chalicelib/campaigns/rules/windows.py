"""Weekly hours on the clocks of one or several zones, as spans of UTC. Pure, and cached by month.

Where several zones are possible, it is open when it is open in all of them. Hours begin and end
away from clock changes, which are at night everywhere; what lies between may hold one.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.rules.clock import DAY, FAR
from chalicelib.kernel.holidays import Calendar, is_public_holiday

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[datetime, datetime]
# Nothing is closed for longer, and nobody plans further ahead.
_MONTHS_AHEAD: Final = 14


@dataclass(frozen=True, slots=True)
class Hours:
    """When people may be rung: hours (from, to) for each weekday, Monday first; days off."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: tuple[Calendar, ...] = ()

    def is_holiday(self, day: date) -> bool:
        """Tell whether a day is off."""
        return any(is_public_holiday(day, each) for each in self.holidays)

    def of(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the hours of a date."""
        hours = self.week[day.weekday()]
        return () if hours and self.is_holiday(day) else hours


def next_opening(hours: Hours, zones: tuple[str, ...], at: datetime) -> datetime | None:
    """Return `at` if it is open then, else when it opens; None if it never does."""
    year, month = at.year, at.month
    for _ in range(_MONTHS_AHEAD if at < FAR else 0):
        starts, ends = _month(hours, zones, year, month)
        index = bisect_right(ends, at)
        if index < len(starts):
            return max(at, starts[index])
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return None


def clocks(zones: tuple[str, ...], at: datetime) -> list[datetime]:
    """Show an instant on the clock of each zone."""
    return [at.astimezone(ZoneInfo(zone)) for zone in zones]


@lru_cache(maxsize=2048)
def _month(
    hours: Hours, zones: tuple[str, ...], year: int, month: int
) -> tuple[list[datetime], list[datetime]]:
    """Return where spans begin and end that end in a month of UTC, or after it began."""
    begins = datetime(year, month, 1, tzinfo=UTC)
    closes = begins + timedelta(days=calendar.monthrange(year, month)[1])
    spans = list(_spans(hours, zones[0], begins, closes))
    for zone in zones[1:]:
        spans = list(_shared(spans, list(_spans(hours, zone, begins, closes))))
    kept = [(start, end) for start, end in spans if end > begins and start < closes]
    return [start for start, _ in kept], [end for _, end in kept]


def _spans(hours: Hours, zone: str, begins: datetime, closes: datetime) -> Iterator[Span]:
    """Go through the hours of the days about a span of time, a day more on both sides."""
    clock, day = ZoneInfo(zone), begins.date() - DAY
    while day <= closes.date() + DAY:
        for opens, until in hours.of(day):
            yield _instant(day, opens, clock), _instant(day, until, clock)
        day += DAY


def _instant(day: date, hour: int, clock: ZoneInfo) -> datetime:
    days, hour = divmod(hour, 24)
    return datetime.combine(day + days * DAY, time(hour), clock).astimezone(UTC)


def _shared(some: list[Span], others: list[Span]) -> Iterator[Span]:
    edges = sorted({edge for span in (*some, *others) for edge in span})
    for start, end in pairwise(edges):
        if _within(start, some) and _within(start, others):
            yield start, end


def _within(instant: datetime, spans: list[Span]) -> bool:
    return any(start <= instant < end for start, end in spans)
