"""Opening hours: a week on the wall clock of one zone, public holidays, and exceptions by date.

An interval belongs to the day on which it begins, even when it ends after midnight: closing on
a holiday closes what would have begun that day, not the night before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.kernel.holidays import Calendar, is_public_holiday

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `opens` (included) to `closes` (not), in minutes since the midnight it begins after.

    `closes` is above `opens`; it passes 1,440 when the interval ends on the next day.
    """

    opens: int
    closes: int

    def meets(self, other: Interval) -> bool:
        """Say whether both share a minute."""
        return self.opens < other.closes and other.opens < self.closes

    def a_day_later(self) -> Interval:
        """Return the same interval seen from the day before."""
        return Interval(self.opens + DAY, self.closes + DAY)


Day = tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a place is open. `weekly` has seven days, Monday first."""

    zone: ZoneInfo
    weekly: tuple[Day, ...]
    holidays: Calendar | None = None
    exceptions: Mapping[date, Day] = field(default_factory=dict)

    def allow(self, now: datetime) -> bool:
        """Say whether the place is open at this instant (aware), by the clock on its wall."""
        here = now.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        today = here.date()
        return _within(self.of(today), minute) or _within(
            self.of(today - timedelta(days=1)), minute + DAY
        )

    def of(self, day: date) -> Day:
        """Return the intervals that begin on a date: its exception, else its holiday or week."""
        if day in self.exceptions:
            return self.exceptions[day]
        hours = self.weekly[day.weekday()]
        # The calendar is asked last: loading it costs, and a day off needs no holiday.
        if hours and self.holidays is not None and is_public_holiday(day, self.holidays):
            return ()
        return hours

    def ever_opens(self) -> bool:
        """Say whether any day of the week or any exception has hours."""
        return any(self.weekly) or any(self.exceptions.values())

    def opens_again(self, now: datetime) -> bool:
        """Say whether it is open now, or any time later."""
        yesterday = now.astimezone(self.zone).date() - timedelta(
            days=1
        )  # it may last past midnight
        coming = (hours for day, hours in self.exceptions.items() if day >= yesterday)
        return any(self.weekly) or any(coming)


def _within(hours: Day, minute: int) -> bool:
    return any(interval.opens <= minute < interval.closes for interval in hours)
