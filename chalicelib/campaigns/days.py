"""The days and hours that a campaign has of its own, within those of the law. Pure.

Days begin in the zone of the country whose law it is; hours are by the clock of their schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.kernel.timetable import DEFAULT_ZONE, schedule_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from chalicelib.campaigns.campaign import Plan
    from chalicelib.kernel.hours import Schedule

ZONES: Final[Mapping[str, str]] = {
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "US": "America/New_York",
}
_DAY: Final = timedelta(days=1)
# How far ahead an hour is looked for: exceptions may be a year away.
_FURTHEST: Final = 400


def zone_of(country: str) -> ZoneInfo:
    """Return in which zone a campaign's days begin."""
    return ZoneInfo(ZONES.get(country, DEFAULT_ZONE))


@dataclass(frozen=True, slots=True)
class Days:
    """From when to when a campaign rings, and in which hours; None is no bound."""

    begins: datetime | None
    ends: datetime | None
    hours: Schedule | None

    @classmethod
    def of(cls, plan: Plan) -> Days:
        """Return those of a plan; the last day is one of them."""
        zone = zone_of(plan.country)
        begins = None if plan.begins is None else _midnight(plan.begins, zone)
        ends = None if plan.ends is None else _midnight(plan.ends + _DAY, zone)
        return cls(begins, ends, schedule_of(plan.hours))

    def over(self, at: datetime) -> bool:
        """Say whether the last day is over."""
        return self.ends is not None and at >= self.ends

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the first instant from then on that is within them; None: never again."""
        at = at if self.begins is None else max(at, self.begins)
        if self.hours is not None and not self.hours.allow(at):
            found = next((each for each in self._openings(at) if each >= at), None)
        else:
            found = at
        return None if found is None or self.over(found) else found

    def _openings(self, at: datetime) -> Iterator[datetime]:
        """Yield when the hours of the coming days begin, by the clocks of their zone."""
        assert self.hours is not None
        today = at.astimezone(self.hours.zone).date()
        for ahead in range(_FURTHEST):
            day = today + ahead * _DAY
            for interval in self.hours.of(day):
                clock = time(interval.opens // 60, interval.opens % 60)
                opens = datetime.combine(day, clock, self.hours.zone).astimezone(UTC)
                if self.hours.allow(opens):
                    yield opens


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
