"""What callers say, understood: which choice, yes or no, a code, a number, a day.

Ambiguity is None, never a guess: the caller is asked again. `confidence` is the carrier's (0 to 1,
None when it gives none); a reply below `threshold` is not understood.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import arabic, calendar_words, hearing
from chalicelib.ivr.hearing import Tokens, near, tokens
from chalicelib.ivr.numerals import Counted, cardinal
from chalicelib.ivr.tongues import SPOKEN, family, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date as Date
    from decimal import Decimal

    Confidence = Decimal | float | None

LONGEST_HEARD: Final = 500
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100


def choose(
    said: str,
    choices: Mapping[str, Sequence[str]],
    language: str,
    *,
    confidence: Confidence = None,
    threshold: Decimal | float = 0,
) -> str | None:
    """Return the choice (a key of `choices`) that one of its phrases was said for.

    A key is understood as well by its own name: "un", "le deux", "dièse".

    >>> menu = {"1": ["service commercial"], "2": ["facturation", "facture"]}
    >>> choose("euh, la facturation s'il vous plaît", menu, "fr-FR")
    '2'
    >>> choose("le service commercial ou la facture", menu, "fr-FR")
    """
    if not _trusted(confidence, threshold):
        return None
    tongue = _tongue(language)
    heard = tokens(said[:LONGEST_HEARD], tongue)
    keys = {key for key in choices if heard in _names_of_key(key, tongue)}
    if len(keys) == 1:
        return keys.pop()
    heard = _without_articles(heard, tongue)
    for fuzzy in (False, True):
        spans = _longest(list(_spans(heard, choices, tongue, fuzzy=fuzzy)))
        found = {choice for choice, at, _ in spans if not _refused(heard, at, tongue)}
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def yes_or_no(
    said: str, language: str, *, confidence: Confidence = None, threshold: Decimal | float = 0
) -> bool | None:
    """Return True for yes, False for no, None for anything else or for both.

    >>> yes_or_no("oui tout à fait", "fr-FR"), yes_or_no("pas du tout", "fr-FR")
    (True, False)
    """
    if not _trusted(confidence, threshold):
        return None
    tongue = _tongue(language)
    heard = hearing.split(said[:LONGEST_HEARD])
    noes = _phrases(tongue, "no")
    spans = [
        (answer, at, at + len(phrase))
        for answer in ("yes", "no")
        for phrase in _phrases(tongue, answer)
        for at in hearing.places(heard, phrase)
    ]
    found = {
        answer
        for answer, at, _ in _longest(spans)
        if answer == "no" or not _refused(heard, at, tongue) or (heard[at - 1],) in noes
    }
    return found == {"yes"} if len(found) == 1 else None


def digits(
    said: str,
    language: str,
    *,
    length: int | None = None,
    confidence: Confidence = None,
    threshold: Decimal | float = 0,
) -> str | None:
    """Return the digits of a code or a telephone number said aloud; None when they are not sure.

    "soixante-dix-huit" may be 78, 6018 or 60108: `length` says which, else the shortest is meant.

    >>> digits("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "fr-FR", length=10)
    '0612345678'
    >>> digits("double seven oh four", "en-GB")
    '7704'
    """
    if not _trusted(confidence, threshold):
        return None
    return hearing.digits(said[:LONGEST_HEARD], _tongue(language), length)


def number(
    said: str, language: str, *, confidence: Confidence = None, threshold: Decimal | float = 0
) -> int | None:
    """Return a whole number from 0 to 999 said in words, or any written in digits.

    >>> number("trois cent vingt et un", "fr-FR"), number("about 40", "en-GB")
    (321, 40)
    """
    if not _trusted(confidence, threshold):
        return None
    tongue = _tongue(language)
    heard = tokens(said[:LONGEST_HEARD], tongue)
    found = [
        run
        for run in hearing.runs(heard, tongue)
        if run  # each run of number words
    ]
    if len(found) != 1:
        return None
    if len(found[0]) == 1 and hearing.is_digits(found[0][0]):
        return int(found[0][0])
    value = hearing.lexicon(tongue).get(found[0])
    return int(value) if value is not None else None


def date(
    said: str,
    language: str,
    today: Date,
    *,
    confidence: Confidence = None,
    threshold: Decimal | float = 0,
) -> Date | None:
    """Return the day that is meant, seen from `today`; without a year, the next one to come.

    >>> from datetime import date as day
    >>> date("demain", "fr-FR", day(2026, 3, 1)), date("le premier mars", "fr-FR", day(2026, 3, 2))
    (datetime.date(2026, 3, 2), datetime.date(2027, 3, 1))
    """
    if not _trusted(confidence, threshold):
        return None
    tongue = _tongue(language)
    said = said[:LONGEST_HEARD]
    written = calendar_words.read_day(said)
    if written is not None:
        return written
    full = _full_date(tokens(said, tongue), tongue, today)
    heard = hearing.split(said)
    return full or _agreed(
        _relative_date(heard, tongue, today), _week_date(heard, tongue, today), today, tongue
    )


def _trusted(confidence: Confidence, threshold: Decimal | float) -> bool:
    return confidence is None or float(confidence) >= float(threshold)


def _tongue(language: str) -> str:
    return family(language) or SPOKEN[0]


Span = tuple[str, int, int]


def _spans(
    heard: Tokens, choices: Mapping[str, Sequence[str]], tongue: str, *, fuzzy: bool
) -> Iterator[Span]:
    for choice, phrases in choices.items():
        for phrase in (_without_articles(tokens(each, tongue), tongue) for each in phrases):
            same = near if fuzzy else None
            for at in hearing.places(heard, phrase, same):
                yield choice, at, at + len(phrase)


def _without_articles(heard: Tokens, tongue: str) -> Tokens:
    """Leave out "un" and "une", which are numbers elsewhere: "prendre un rendez-vous"."""
    return tuple(t for t in heard if (t,) not in _phrases(tongue, "articles")) or heard


def _longest(spans: list[Span]) -> list[Span]:
    """Leave out what lies inside a longer match: "commercial" in "service commercial"."""
    return [
        (choice, at, end)
        for choice, at, end in spans
        if not any(
            other != choice and start <= at and end <= stop and stop - start > end - at
            for other, start, stop in spans
        )
    ]


def _refused(heard: Tokens, at: int, tongue: str) -> bool:
    """Tell whether a match comes right after "not": "pas la facturation, le commercial"."""
    return at > 0 and (heard[at - 1],) in _phrases(tongue, "not")


def _names_of_key(key: str, tongue: str) -> list[Tokens]:
    if not key or not all(each in "0123456789*#" for each in key):
        return []
    names: list[Tokens] = [(key,)] if key.isdigit() else []
    if key == "0" or (key.isdigit() and not key.startswith("0") and len(key) <= 3):
        names += [hearing.split(cardinal(int(key), tongue, counted)) for counted in Counted]
        names += [hearing.split(name) for name in words(tongue)["nth"].get(key, [])]
    elif key in words(tongue)["signs"]:
        names.append(hearing.split(words(tongue)["signs"][key]))
    return names


@cache
def _phrases(tongue: str, name: str) -> tuple[Tokens, ...]:
    return tuple(hearing.split(phrase) for phrase in words(tongue)[name])


def _full_date(heard: Tokens, tongue: str, today: Date) -> Date | None:
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
        return _next(day, month, today)
    year = _years(tongue).get(rest) or _written_year(rest)
    return _day(year, month, day) if year else None


def _relative_date(heard: Tokens, tongue: str, today: Date) -> Date | None:
    spans = [
        (days, at, at + len(phrase))
        for days, phrases in words(tongue)["relative"].items()
        for phrase in map(hearing.split, phrases)
        for at in hearing.places(heard, phrase)
    ]
    found = {days for days, _, _ in _longest(spans)}
    return today + timedelta(days=int(found.pop())) if len(found) == 1 else None


def _week_date(heard: Tokens, tongue: str, today: Date) -> Date | None:
    """Read a day of the week: the next one, never today."""
    names = [hearing.split(name)[0] for name in words(tongue)["weekdays"]]
    found = {names.index(token) for token in heard if token in names}
    if len(found) != 1 or any((token,) in _phrases(tongue, "not_next") for token in heard):
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


def _next(day: int, month: int, today: Date) -> Date | None:
    for year in range(today.year, today.year + 9):  # 29 February may be eight years away
        found = _day(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _day(year: int, month: int, day: int) -> Date | None:
    return calendar_words.read_day(f"{year:04}-{month:02}-{day:02}")


def _at_end(heard: Tokens, days: Mapping[Tokens, int]) -> int | None:
    found = [heard[at:] for at in range(len(heard)) if heard[at:] in days]
    return days[found[0]] if found else None


def _at_start(heard: Tokens, days: Mapping[Tokens, int]) -> tuple[int | None, Tokens]:
    """Read a day at the beginning, so that what follows is a year or nothing."""
    for end in range(min(len(heard), 3), 0, -1):
        rest = heard[end:]
        if heard[:end] in days and (not rest or rest in _years("en") or _written_year(rest)):
            return days[heard[:end]], rest
    return None, heard


def _written_year(heard: Tokens) -> int | None:
    written = heard[0] if len(heard) == 1 else ""
    return int(written) if len(written) == 4 and hearing.is_digits(written) else None


@cache
def _joints(tongue: str) -> frozenset[str]:
    """Return the small words of a date: "le 3 mars", "third of March"."""
    return frozenset(token for phrase in _phrases(tongue, "joints") for token in phrase)


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
        if tongue == "ar":
            names.append(arabic.oblique(names[0]))
        for name in names:
            ways[tuple(t for t in hearing.split(name) if t not in joints)] = year
    return ways
