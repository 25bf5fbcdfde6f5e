"""Public holidays of France: the eleven of the labour code, and the extra days of some places.

The dates come from the `holidays` package, imported on first use; which of its days count where is
decided here. It says nothing about bridges, school holidays or a firm's own closing days.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final

from chalicelib.kernel.territory import Territory


class Calendar(StrEnum):
    """Whose public holidays: everyone's, or everyone's and a place's own."""

    NATIONAL = "national"
    ALSACE_MOSELLE = "alsace_moselle"
    GUADELOUPE = "guadeloupe"
    GUYANE = "guyane"
    MARTINIQUE = "martinique"
    MAYOTTE = "mayotte"
    REUNION = "reunion"
    SAINT_BARTHELEMY = "saint_barthelemy"
    SAINT_MARTIN = "saint_martin"


class Language(StrEnum):
    """A language in which the days are named."""

    FR = "fr"
    EN = "en_US"


# Good Friday and 26 December are holidays of Alsace-Moselle only: code du travail L3134-13.
_ALSACE_MOSELLE: Final = "57"  # how the package names it: Moselle's INSEE code

# Code du travail L3422-2: one day overseas remembers the abolition of slavery. The other days
# kept there (Schoelcher, mid-Lent, Good Friday) are custom, not law, and are left out.
_ABOLITION: Final[dict[Calendar, tuple[int, int]]] = {
    Calendar.GUADELOUPE: (5, 27),
    Calendar.GUYANE: (6, 10),
    Calendar.MARTINIQUE: (5, 22),
    Calendar.MAYOTTE: (4, 27),
    Calendar.REUNION: (12, 20),
    Calendar.SAINT_BARTHELEMY: (10, 9),
    Calendar.SAINT_MARTIN: (5, 28),
}
_ABOLITION_NAME: Final = {
    Language.FR: "Abolition de l'esclavage",
    Language.EN: "Abolition of slavery",
}

# St-Martin and St-Barthélemy share Guadeloupe's numbers; its day is the likelier one.
CALENDAR_OF: Final[dict[Territory, Calendar]] = {
    Territory.GUADELOUPE: Calendar.GUADELOUPE,
    Territory.GUYANE: Calendar.GUYANE,
    Territory.MARTINIQUE: Calendar.MARTINIQUE,
    Territory.MAYOTTE: Calendar.MAYOTTE,
    Territory.REUNION: Calendar.REUNION,
}


def is_public_holiday(day: date, calendar: Calendar = Calendar.NATIONAL) -> bool:
    """Say whether the day is a public holiday of the calendar.

    >>> from datetime import date
    >>> is_public_holiday(date(2027, 3, 29)), is_public_holiday(date(2027, 3, 26))
    (True, False)
    """
    return day in _days(calendar, day.year, Language.FR)


def holiday_name(
    day: date, calendar: Calendar = Calendar.NATIONAL, language: Language = Language.FR
) -> str | None:
    """Name the public holiday, or None on an ordinary day.

    >>> from datetime import date
    >>> holiday_name(date(2027, 7, 14))
    'Fête nationale'
    """
    return _days(calendar, day.year, language).get(day)


def public_holidays(year: int, calendar: Calendar = Calendar.NATIONAL) -> tuple[date, ...]:
    """List the public holidays of a year in order."""
    return tuple(sorted(_days(calendar, year, Language.FR)))


@cache
def _days(calendar: Calendar, year: int, language: Language) -> dict[date, str]:
    from holidays import country_holidays

    # Code du travail L3133-1: the eleven days are the package's for the whole country.
    part = _ALSACE_MOSELLE if calendar is Calendar.ALSACE_MOSELLE else None
    days = dict(country_holidays("FR", part, years=year, language=language.value).items())
    if calendar in _ABOLITION:
        days.setdefault(date(year, *_ABOLITION[calendar]), _ABOLITION_NAME[language])
    return days
