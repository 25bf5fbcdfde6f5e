"""When people work, and when they may be rung: schedules kept as JSON, and quiet hours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.kernel import timetable
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import classify
from chalicelib.kernel.reading import Place
from chalicelib.kernel.territory import Territory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from chalicelib.kernel.errors import Fault
    from chalicelib.kernel.hours import Schedule

# Our own choice, and narrower than what the law sets for calls that nobody asked for (code de la
# consommation, D223-9): a person may have asked days ago, and not think of it at night.
QUIET_UNTIL: Final = 8
QUIET_FROM: Final = 20


def read_hours(document: Mapping[str, Any] | None, pointer: str) -> tuple[str, tuple[Fault, ...]]:
    """Return hours as they are kept (JSON; "" is always), and what is wrong with them."""
    if document is None:
        return "", ()
    faults: list[Fault] = []
    place = Place(dict(document), pointer, faults)
    fields = place.fields(("weekly",), ("zone", "public_holidays", "exceptions"))
    timetable.read_schedule(fields)
    return json.dumps(document, sort_keys=True, separators=(",", ":")), tuple(faults)


@lru_cache(maxsize=2048)
def schedule_of(hours: str) -> Schedule | None:
    """Return the schedule that `read_hours` kept; None is always."""
    if not hours:
        return None
    place = Place(json.loads(hours), "", [])
    return timetable.read_schedule(
        place.fields(("weekly",), ("zone", "public_holidays", "exceptions"))
    )


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
