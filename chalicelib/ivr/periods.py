"""Days of which the year, or its century, is not said: the nearest in the period asked for."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import calendar_words

if TYPE_CHECKING:
    from datetime import date as Date

_AHEAD: Final = 20  # years, in which "30" is a year to come rather than one gone by
# "12/3/80", "12 03 1980", "12031980": the day first, as in all our languages.
_WRITTEN: Final = re.compile(
    r"(?<!\d)(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4}|\d{2})(?!\d)"
    r"|(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)",
    re.ASCII,
)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)


class Period(StrEnum):
    """Which days are asked for: a birthday is past, an appointment to come."""

    ANY = "any"
    PAST = "past"
    FUTURE = "future"


def written_date(said: str, today: Date, period: Period) -> Date | None:
    """Return the one day that is written in digits, if there are no others."""
    found = [[part for part in each if part] for each in _WRITTEN.findall(said)]
    if len(found) != 1 or len(_DIGITS.findall(said)) not in {1, 3}:
        return None
    day, month, year = found[0]
    return dated(int(day), int(month), year, today, period)


def dated(day: int, month: int, year: str, today: Date, period: Period) -> Date | None:
    """Return a day of a year of four digits, or of two: "80"."""
    if len(year) == 4:
        return _day(int(year), month, day)
    centuries = [_day(first + int(year), month, day) for first in (1900, 2000, 2100)]
    days = [each for each in centuries if each is not None]
    if period is Period.PAST:
        return max((each for each in days if each <= today), default=None)
    first = today.year - (99 - _AHEAD) if period is Period.ANY else today.year
    return min((d for d in days if d.year >= first and within(d, today, period)), default=None)


def within(day: Date, today: Date, period: Period) -> bool:
    """Say whether a day is in the period; today is in all of them."""
    return day >= today if period is Period.FUTURE else day <= today or period is Period.ANY


def coming(day: int, month: int, today: Date) -> Date | None:
    """Return the next such day from today on."""
    for year in range(today.year, today.year + 9):  # 29 February may be eight years away
        found = _day(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def gone_by(day: int, month: int, today: Date) -> Date | None:
    """Return the last such day up to today."""
    days = (_day(year, month, day) for year in range(today.year, today.year - 9, -1))
    return next((each for each in days if each is not None and each <= today), None)


def _day(year: int, month: int, day: int) -> Date | None:
    return calendar_words.read_day(f"{year:04}-{month:02}-{day:02}")
