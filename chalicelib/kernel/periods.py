"""Months and days of a place as half-open spans of time: [start, end).

Boundaries are given in UTC. Two local times of the same zone subtract and compare by the clock on
the wall, which is wrong across a clock change; UTC instants never are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

PARIS: Final = ZoneInfo("Europe/Paris")
_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9000


def instant_in(instant: datetime, zone: tzinfo) -> datetime:
    """Show an instant on a zone's clock; a time without offset is refused."""
    if instant.utcoffset() is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(zone)


class _Span:
    """What months and days have in common: two UTC instants, the second outside."""

    __slots__ = ()

    @property
    def start(self) -> datetime:
        raise NotImplementedError

    @property
    def end(self) -> datetime:
        raise NotImplementedError

    @property
    def duration(self) -> timedelta:
        """Measure how long it really lasts: a day may have 23 or 25 hours."""
        return self.end - self.start

    def contains(self, instant: datetime) -> bool:
        """Say whether the instant is inside: the start is, the end is not."""
        return self.start <= instant_in(instant, UTC) < self.end


@dataclass(frozen=True, slots=True)
class Day(_Span):
    """A calendar day of a place.

    >>> Day(date(2026, 3, 29)).duration
    datetime.timedelta(seconds=82800)
    """

    date: date
    zone: ZoneInfo = PARIS

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo = PARIS) -> Self:
        """Give the day it is, at that instant, in that place."""
        return cls(instant_in(instant, zone).date(), zone)

    @property
    def start(self) -> datetime:
        """Give the first instant of the day, in UTC."""
        return _midnight(self.date, self.zone)

    @property
    def end(self) -> datetime:
        """Give the first instant after the day, in UTC."""
        return _midnight(self.date + timedelta(days=1), self.zone)

    def next(self) -> Self:
        """Give the day after."""
        return type(self)(self.date + timedelta(days=1), self.zone)

    def previous(self) -> Self:
        """Give the day before."""
        return type(self)(self.date - timedelta(days=1), self.zone)

    def __str__(self) -> str:
        return self.date.isoformat()


@dataclass(frozen=True, slots=True)
class Month(_Span):
    """A calendar month of a place, written `2026-11`: a billing period.

    >>> Month("2026-12").next()
    Month('2027-01')
    """

    text: str
    zone: ZoneInfo = PARIS

    def __post_init__(self) -> None:
        known = _MONTH.fullmatch(self.text)
        if known is None or not _FIRST_YEAR <= int(known[1]) <= _LAST_YEAR:
            raise Rejected("a month is written YYYY-MM", month=self.text)

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo = PARIS) -> Self:
        """Give the month it is, at that instant, in that place."""
        local = instant_in(instant, zone)
        return cls(f"{local.year:04d}-{local.month:02d}", zone)

    @property
    def first_day(self) -> date:
        """Give the date of the first of the month."""
        return date(int(self.text[:4]), int(self.text[5:]), 1)

    @property
    def last_day(self) -> date:
        """Give the date of the last day of the month."""
        return self.next().first_day - timedelta(days=1)

    @property
    def start(self) -> datetime:
        """Give the first instant of the month, in UTC."""
        return _midnight(self.first_day, self.zone)

    @property
    def end(self) -> datetime:
        """Give the first instant after the month, in UTC."""
        return self.next().start

    def next(self) -> Self:
        """Give the month after."""
        return self._moved(1)

    def previous(self) -> Self:
        """Give the month before."""
        return self._moved(-1)

    def days(self) -> Iterator[Day]:
        """Go through the days of the month in order."""
        day = Day(self.first_day, self.zone)
        while day.date.month == self.first_day.month:
            yield day
            day = day.next()

    def _moved(self, months: int) -> Self:
        year, month = divmod(int(self.text[:4]) * 12 + int(self.text[5:]) - 1 + months, 12)
        return type(self)(f"{year:04d}-{month + 1:02d}", self.zone)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Month({self.text!r})"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
