"""How opening hours are written in JSON: a zone, a week, holidays and exceptions."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.kernel.holidays import Calendar
from chalicelib.kernel.hours import DAY, Day, Interval, Schedule
from chalicelib.kernel.reading import Place, matching, one_of, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.kernel.errors import Fault

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEFAULT_ZONE: Final = "Europe/Paris"

_ZONE: Final = re.compile(r"[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_TIME_MEANING: Final = "a time from 00:00 to 24:00"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_schedule(fields: dict[str, Place]) -> Schedule:
    """Read opening hours. Faults go to the places' list."""
    weekly = fields.get("weekly")
    faults = len(weekly.faults) if weekly is not None else 0
    schedule = Schedule(
        zone=_zone(fields.get("zone")),
        weekly=_weekly(weekly),
        holidays=_calendar(fields.get("public_holidays")),
        exceptions=MappingProxyType(dict(_exceptions(fields.get("exceptions")))),
    )
    if weekly is not None and len(weekly.faults) == faults and not schedule.ever_opens():
        weekly.fault("never opens: no day of the week and no exception has hours")
    return schedule


def read_hours(document: Mapping[str, Any] | None, pointer: str) -> tuple[str, tuple[Fault, ...]]:
    """Return hours as they are kept (JSON; "" is always), and what is wrong with them."""
    if document is None:
        return "", ()
    faults: list[Fault] = []
    place = Place(dict(document), pointer, faults)
    fields = place.fields(("weekly",), ("zone", "public_holidays", "exceptions"))
    read_schedule(fields)
    return json.dumps(document, sort_keys=True, separators=(",", ":")), tuple(faults)


@lru_cache(maxsize=2048)
def schedule_of(hours: str) -> Schedule | None:
    """Return the schedule that `read_hours` kept; None is always."""
    if not hours:
        return None
    place = Place(json.loads(hours), "", [])
    return read_schedule(place.fields(("weekly",), ("zone", "public_holidays", "exceptions")))


def schedule_schemas() -> dict[str, dict[str, Any]]:
    """Describe the fields of opening hours as JSON Schema (2020-12), by name."""
    time = {"type": "string", "pattern": f"^(?:{_TIME.pattern})$"}
    interval = {"type": "array", "items": time, "minItems": 2, "maxItems": 2}
    day = {"type": "array", "items": interval}
    return {
        "weekly": {
            "description": 'Hours by day of the week, each as ["09:00", "18:00"].',
            "type": "object",
            "properties": {name: {**day, "type": ["array", "null"]} for name in WEEKDAYS},
            "additionalProperties": False,
        },
        "zone": {
            "description": "The time zone of these hours.",
            "type": "string",
            "pattern": f"^(?:{_ZONE.pattern})$",
            "default": DEFAULT_ZONE,
        },
        "public_holidays": {
            "description": "Whose public holidays are days off; false for none.",
            "enum": [*(each.value for each in Calendar), False],
        },
        "exceptions": {
            "description": "Hours by date, instead of the week's; none for a day off.",
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{_DATE.pattern})$"},
            "additionalProperties": day,
        },
    }


def _zone(place: Place | None) -> ZoneInfo:
    name = matching(place, _ZONE, "a time zone such as Europe/Paris", DEFAULT_ZONE)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if place is not None:
            place.fault(f"no time zone is called {quoted(name)}")
        return ZoneInfo(DEFAULT_ZONE)


def _calendar(place: Place | None) -> Calendar | None:
    if place is None or place.value is False:
        return None
    return one_of(place, Calendar, Calendar.NATIONAL)


def _weekly(place: Place | None) -> tuple[Day, ...]:
    days = place.fields((), WEEKDAYS) if place is not None else {}
    week = tuple(_day(days.get(name)) for name in WEEKDAYS)
    if place is not None:
        _spot_overlaps_at_midnight(week, days)
    return week


def _spot_overlaps_at_midnight(week: tuple[Day, ...], days: dict[str, Place]) -> None:
    for today, hours in enumerate(week):
        tomorrow = (today + 1) % len(week)
        later = [interval.a_day_later() for interval in week[tomorrow]]
        if any(interval.meets(other) for interval in hours for other in later):
            days[WEEKDAYS[today]].fault(
                f"runs past midnight into the hours of {WEEKDAYS[tomorrow]}"
            )


def _exceptions(place: Place | None) -> Iterator[tuple[date, Day]]:
    for written, entry in place.entries().items() if place is not None else ():
        try:
            day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
        except ValueError:
            day = None
        if day is None:
            entry.fault(f"{quoted(written)} is not a date such as 2026-12-24")
        else:
            yield day, _day(entry)


def _day(place: Place | None) -> Day:
    if place is None:
        return ()
    read = [(item, _interval(item)) for item in place.items()]
    hours = sorted(interval for _, interval in read if interval is not None)
    if any(earlier.meets(later) for earlier, later in pairwise(hours)):
        place.fault("two of these hours overlap")
    return tuple(hours)


def _interval(place: Place) -> Interval | None:
    ends = place.items()
    if not isinstance(place.value, list):
        return None
    if len(ends) != 2:
        place.fault('must be two times, such as ["09:00", "18:00"]')
        return None
    written = [matching(end, _TIME, _TIME_MEANING) for end in ends]
    if not all(written):
        return None
    opens, closes = (int(time[:2]) * 60 + int(time[3:]) for time in written)
    if opens in {DAY, closes}:
        place.fault("lasts no time; a whole day is 00:00 to 24:00")
        return None
    return Interval(opens, closes if closes > opens else closes + DAY)
