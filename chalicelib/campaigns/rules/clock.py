"""The person's clock: zones, days and the UTC instants at which they begin. Pure, and cached."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)
# Calendars end in the year 9999, and some write that for "never".
FAR: Final = datetime(9000, 1, 1, tzinfo=UTC)
_FIRST_YEAR: Final = 1900
_ZONE: Final = re.compile(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*")


def in_utc(instant: datetime) -> datetime:
    """Give an instant in UTC; one without an offset, or out of all calendars, is refused."""
    if not _FIRST_YEAR <= instant.year < FAR.year:
        raise ValueError("an instant between 1900 and 9000 is needed")
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC)


def is_readable(instant: datetime) -> bool:
    """Tell whether an instant can be compared with others; the end of all calendars is "never"."""
    return instant.tzinfo is not None and instant.year >= _FIRST_YEAR


@lru_cache(maxsize=512)
def zone_or_none(name: str) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None if there is none."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):
        return None
    except KeyError:  # ZoneInfoNotFoundError
        return None


def day_of(instant: datetime, zone: str) -> date:
    """Return which day it is in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=8192)
def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def days_later(instant: datetime, days: int, zones: tuple[str, ...]) -> datetime:
    """Return when the n-th day after an instant's day has begun in all zones.

    >>> days_later(datetime(2026, 11, 2, 15, tzinfo=UTC), 30, ("Europe/Paris",)).isoformat()
    '2026-12-01T23:00:00+00:00'
    """
    instant = min(instant, FAR)
    return max(midnight(day_of(instant, zone) + days * DAY, zone) for zone in zones)
