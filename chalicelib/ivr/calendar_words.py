"""Days and times of day, read from what programs write and said as people do."""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import datetime as DateTime
from datetime import time as Time
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import arabic
from chalicelib.ivr.numerals import Counted, cardinal
from chalicelib.ivr.tongues import words

if TYPE_CHECKING:
    from collections.abc import Callable

_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")
_FRENCH_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_TIME: Final = re.compile(r"(?:.*[T ])?([0-9]{1,2})[:hH]([0-9]{2})?(?![0-9]).*")


def read_day(value: object) -> Date | None:
    """Read a day; None when the value holds none that exists."""
    if isinstance(value, DateTime):
        return value.date()
    if isinstance(value, Date):
        return value
    text = value.strip() if isinstance(value, str) and len(value) <= 40 else ""
    iso, french = _ISO_DAY.fullmatch(text), _FRENCH_DAY.fullmatch(text)
    parts = iso.groups() if iso else french.groups()[::-1] if french else None
    try:
        return Date(*map(int, parts)) if parts else None
    except ValueError:
        return None


def read_time(value: object) -> Time | None:
    """Read a time of day ("14:05", "14h05", or the time of an instant); None when there is none."""
    if isinstance(value, DateTime):
        return value.time()
    if isinstance(value, Time):
        return value
    text = value.strip() if isinstance(value, str) and len(value) <= 40 else ""
    match = _TIME.fullmatch(text)
    if match and (match[1], match[2] or "00") == ("24", "00"):  # the end of a day
        return Time(0)
    try:
        return Time(int(match[1]), int(match[2] or 0)) if match else None
    except ValueError:
        return None


def say_date(day: Date, tongue: str) -> str:
    """Say a day, its month and its year."""
    return _DATES[tongue](
        _day_of_month(day, tongue), _month(day, tongue), say_year(day.year, tongue)
    )


def say_day(day: Date, tongue: str) -> str:
    """Say a day of the week, a day and its month."""
    weekday = words(tongue)["weekdays"][day.weekday()]
    return _DAYS[tongue](weekday, _day_of_month(day, tongue), _month(day, tongue))


def say_time(time: Time, tongue: str) -> str:
    """Say an hour and its minutes."""
    return _TIMES[tongue](time)


def say_when(day: Date | None, time: Time | None, tongue: str) -> str:
    """Say when, after a verb; at least one of the two is given."""
    on, at = _WHEN[tongue]
    said = [on(say_day(day, tongue))] if day else []
    if time:
        said.append(at(say_time(time, tongue), time))
    # German sets the date off: "am Dienstag, dem dritten März, um vierzehn Uhr".
    return (", " if tongue == "de" else " ").join(said)


def say_year(number: int, tongue: str) -> str:
    """Say a year.

    >>> say_year(1984, "en"), say_year(2007, "en"), say_year(1984, "de")
    ('nineteen eighty-four', 'two thousand and seven', 'neunzehnhundertvierundachtzig')
    """
    hundreds, rest = divmod(number, 100)
    if tongue == "en" and 11 <= hundreds <= 99 and hundreds % 10:
        return f"{cardinal(hundreds, tongue)} {_english_end(rest)}"
    if tongue == "en" and hundreds >= 20 and rest >= 10 and hundreds % 10 == 0:
        return f"{cardinal(hundreds, tongue)} {_english_end(rest)}"
    if tongue == "de" and 11 <= hundreds <= 19:
        end = cardinal(rest, tongue) if rest else ""
        return f"{cardinal(hundreds, tongue)}hundert{end}"
    return cardinal(number, tongue)


def _english_end(rest: int) -> str:
    if rest == 0:
        return "hundred"
    return cardinal(rest, "en") if rest >= 10 else f"oh {cardinal(rest, 'en')}"


def _day_of_month(day: Date, tongue: str) -> str:
    ordinal = words(tongue)["ordinals"].get(str(day.day))
    return str(ordinal) if ordinal else cardinal(day.day, tongue)


def _month(day: Date, tongue: str) -> str:
    return str(words(tongue)["months"][day.month - 1])


def _fr_time(time: Time) -> str:
    if time.hour in {0, 12} and time.minute == 0:
        return "midi" if time.hour else "minuit"
    hours = f"{cardinal(time.hour, 'fr', Counted.FEMININE)} heure{'s' * (time.hour > 1)}"
    return f"{hours} {cardinal(time.minute, 'fr', Counted.FEMININE)}" if time.minute else hours


def _en_time(time: Time) -> str:
    if time.hour in {0, 12} and time.minute == 0:
        return "noon" if time.hour else "midnight"
    minutes = ["" if time.minute == 0 else _english_end(time.minute)]
    half = "pm" if time.hour >= 12 else "am"
    return " ".join([cardinal(time.hour % 12 or 12, "en"), *filter(None, minutes), half])


def _es_time(time: Time) -> str:
    if time.hour in {0, 12} and time.minute == 0:
        return "mediodía" if time.hour else "medianoche"
    article = "la" if time.hour == 1 else "las"
    hours = f"{article} {cardinal(time.hour, 'es', Counted.FEMININE)}"
    return f"{hours} y {cardinal(time.minute, 'es')}" if time.minute else hours


def _de_time(time: Time) -> str:
    hours = f"{cardinal(time.hour, 'de', Counted.MASCULINE)} Uhr"
    return f"{hours} {cardinal(time.minute, 'de')}" if time.minute else hours


def _ar_time(time: Time) -> str:
    if time.hour == 0 and time.minute == 0:
        return "منتصف الليل"
    morning, noon, evening = words("ar")["halves"]
    half = morning if time.hour < 12 else noon if time.hour == 12 else evening
    hours = words("ar")["hours"][time.hour % 12]
    if time.minute == 0:
        return f"الساعة {hours} {half}"
    minutes = arabic.counted(time.minute, arabic.Noun.read(words("ar")["minute"]))
    return f"الساعة {hours} و{minutes} {half}"


def _dative(day: str) -> str:
    """Decline the date that follows "am": its ordinal takes an n."""
    weekday, rest = day.split(", der ")
    ordinal, month = rest.rsplit(" ", 1)
    return f"am {weekday}, dem {ordinal}n {month}"


_DATES: Final[dict[str, Callable[[str, str, str], str]]] = {
    "fr": lambda day, month, year: f"{day} {month} {year}",
    "en": lambda day, month, year: f"the {day} of {month} {year}",
    "es": lambda day, month, year: f"{day} de {month} de {year}",
    "de": lambda day, month, year: f"{day}r {month} {year}",
    "ar": lambda day, month, year: f"{day} من {month} سنة {arabic.oblique(year)}",
}
_DAYS: Final[dict[str, Callable[[str, str, str], str]]] = {
    "fr": lambda weekday, day, month: f"{weekday} {day} {month}",
    "en": lambda weekday, day, month: f"{weekday} the {day} of {month}",
    "es": lambda weekday, day, month: f"{weekday} {day} de {month}",
    "de": lambda weekday, day, month: f"{weekday}, der {day} {month}",
    "ar": lambda weekday, day, month: f"{weekday} {day} من {month}",
}
_TIMES: Final[dict[str, Callable[[Time], str]]] = {
    "fr": _fr_time,
    "en": _en_time,
    "es": _es_time,
    "de": _de_time,
    "ar": _ar_time,
}
_WHEN: Final[dict[str, tuple[Callable[[str], str], Callable[[str, Time], str]]]] = {
    "fr": (lambda day: day, lambda said, time: f"à {said}"),
    "en": (lambda day: f"on {day}", lambda said, time: f"at {said}"),
    "es": (lambda day: f"el {day}", lambda said, time: f"a {said}"),
    "de": (_dative, lambda said, time: f"um {said}"),
    "ar": (lambda day: f"يوم {day}", lambda said, time: said),
}
