"""When people work, and when they may be rung: schedules, and quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import classify
from chalicelib.kernel.territory import Territory
from chalicelib.kernel.timetable import schedule_of

# Our own choice, and narrower than what the law sets for calls that nobody asked for (code de la
# consommation, D223-9): a person may have asked days ago, and not think of it at night.
QUIET_UNTIL: Final = 8
QUIET_FROM: Final = 20


def on_duty_since(hours: str, now: datetime) -> datetime | None:
    """Return when the hours that are running began, None outside of them.

    Somebody whose hours have no end came on duty in the year 1.
    """
    schedule = schedule_of(hours)
    if schedule is None:
        return datetime.min.replace(tzinfo=UTC)
    today = now.astimezone(schedule.zone).date()
    for day in (today, today - timedelta(days=1)):
        midnight = datetime.combine(day, time.min)
        for interval in schedule.of(day):
            opens, closes = (
                (midnight + timedelta(minutes=minutes)).replace(tzinfo=schedule.zone)
                for minutes in (interval.opens, interval.closes)
            )
            if opens.astimezone(UTC) <= now < closes.astimezone(UTC):
                return opens.astimezone(UTC)
    return None


def is_polite(number: str, now: datetime) -> bool:
    """Tell whether it is between 8 and 20 h wherever a number may be.

    A range that several territories share is rung when it is day in all of them.
    Assumption: a number from abroad keeps France's hours.
    """
    try:
        territory = classify(number).territory
    except Rejected:
        territory = Territory.NATIONAL
    hours = (now.astimezone(ZoneInfo(name)).hour for name in territory.zone_names)
    return all(QUIET_UNTIL <= hour < QUIET_FROM for hour in hours)
