"""Days as callers say them: a date, "demain", a day of the week."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import arabic, calendar_words, hearing, periods
from chalicelib.ivr.hearing import Tokens, phrases, tokens
from chalicelib.ivr.numerals import Counted, cardinal
from chalicelib.ivr.periods import Period
from chalicelib.ivr.tongues import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date as Date

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100


def read(said: str, tongue: str, today: Date, period: Period = Period.ANY) -> Date | None:
    """Return the day that is meant, seen from `today`; None when there is none, or several.

    Where the year or its century is not said, it is that of the nearest day in the period.
    """
    written = calendar_words.read_day(said) or periods.written_date(said, today, period)
    if written is not None:
        return written
    full = _full_date(tokens(said, tongue), tongue, today, period)
    heard = hearing.split(said)
    return full or _agreed(
        _relative_date(heard, tongue, today), _week_date(heard, tongue, today), today, tongue
    )


def _longest(spans: list[tuple[int, int, int]]) -> set[int]:
    """Leave out what lies inside a longer match: "demain" in "après-demain"."""
    return {
        days
        for days, at, end in spans
        if not any(
            start <= at and end <= stop and stop - start > end - at for _, start, stop in spans
        )
    }


def _full_date(heard: Tokens, tongue: str, today: Date, period: Period) -> Date | None:
    """Read a day and a month, with or without a year."""
    months = _months(tongue)
    places = [at for at, token in enumerate(heard) if token in months]
    if len(places) != 1:
        return None
    at = places[0]
    month, joints = months[heard[at]], _joints(tongue)
    before = tuple(token for token in heard[:at] if token not in joints)
    after = tuple(token for token in heard[at + 1 :] if token not in joints)
    days = _days(tongue)
    day, rest = _at_end(before, days), after
    if day is None and tongue == "en":  # "March the third, twenty twenty-six"
        day, rest = _at_start(after, days)
    if day is None:
        return None
    if not rest:
        return (periods.gone_by if period is Period.PAST else periods.coming)(day, month, today)
    year = _year(rest, tongue)
    return periods.dated(day, month, year, today, period) if year else None


def _relative_date(heard: Tokens, tongue: str, today: Date) -> Date | None:
    spans = [
        (int(days), at, at + len(phrase))
        for days, names in words(tongue)["relative"].items()
        for phrase in map(hearing.split, names)
        for at in hearing.places(heard, phrase)
    ]
    found = _longest(spans)
    return today + timedelta(days=found.pop()) if len(found) == 1 else None


def _week_date(heard: Tokens, tongue: str, today: Date) -> Date | None:
    """Read a day of the week: the next one, never today."""
    names = [hearing.split(name)[0] for name in words(tongue)["weekdays"]]
    found = {names.index(token) for token in heard if token in names}
    if len(found) != 1 or any((token,) in phrases(tongue, "not_next") for token in heard):
        return None
    return today + timedelta(days=(found.pop() - today.weekday() - 1) % 7 + 1)


def _agreed(near_by: Date | None, named: Date | None, today: Date, tongue: str) -> Date | None:
    """Choose between "demain" and "lundi" when both were said: they must be the same day."""
    if near_by is None or named is None:
        return near_by or named
    if near_by.weekday() == named.weekday():
        return near_by
    # In Arabic "day" and "today" differ by an article: "يوم الاثنين".
    return named if tongue == "ar" and near_by == today else None


def _at_end(heard: Tokens, days: Mapping[Tokens, int]) -> int | None:
    found = [heard[at:] for at in range(len(heard)) if heard[at:] in days]
    return days[found[0]] if found else None


def _at_start(heard: Tokens, days: Mapping[Tokens, int]) -> tuple[int | None, Tokens]:
    """Read a day at the beginning, so that what follows is a year or nothing."""
    for end in range(min(len(heard), 3), 0, -1):
        rest = heard[end:]
        if heard[:end] in days and (not rest or _year(rest, "en")):
            return days[heard[:end]], rest
    return None, heard


def _year(heard: Tokens, tongue: str) -> str:
    """Read a year: four digits, or the last two of them; "" where it is none."""
    if heard in _years(tongue):
        return str(_years(tongue)[heard])
    written = heard[0] if len(heard) == 1 and hearing.is_digits(heard[0]) else ""
    said = written or hearing.lexicon(tongue).get(heard) or str(hearing.whole(heard, tongue) or "")
    return said if len(said) == 2 or len(said) == 4 else ""


@cache
def _joints(tongue: str) -> frozenset[str]:
    """Return the small words of a date: "le 3 mars", "third of March"."""
    return frozenset(token for phrase in phrases(tongue, "joints") for token in phrase)


@cache
def _months(tongue: str) -> dict[str, int]:
    named = {name: at + 1 for at, name in enumerate(words(tongue)["months"])}
    named |= words(tongue)["also_months"]
    return {hearing.split(name)[0]: month for name, month in named.items()}


@cache
def _days(tongue: str) -> dict[Tokens, int]:
    ways: dict[Tokens, int] = {}
    joints = _joints(tongue)
    for day in range(1, 32):
        names = [cardinal(day, tongue, counted) for counted in Counted] + [str(day)]
        ordinal = words(tongue)["ordinals"].get(str(day))
        if ordinal:
            names += [ordinal, *(f"{ordinal}{end}" for end in words(tongue)["endings"])]
        names += words(tongue)["nth"]["1"] if day == 1 else []
        names += [f"{day}{end}" for end in words(tongue)["written_endings"]]
        for name in names:
            ways[tuple(t for t in hearing.split(name) if t not in joints)] = day
    return ways


@cache
def _years(tongue: str) -> dict[Tokens, int]:
    ways: dict[Tokens, int] = {}
    joints = _joints(tongue)
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
        names = [calendar_words.say_year(year, tongue), cardinal(year, tongue)]
        if tongue == "fr" and year < 2000:
            names.append(f"dix-neuf cent {cardinal(year % 100, tongue)}")
        if tongue == "fr" and year % 100 in {0, 80}:  # "mille neuf cent quatre-vingt"
            names += [name.removesuffix("s") for name in names]
        if tongue == "ar":
            names.append(arabic.oblique(names[0]))
        for name in names:
            ways[tuple(t for t in hearing.split(name) if t not in joints)] = year
    return ways
