"""What callers say, understood: which choice, yes or no, a code, a number, a day.

Ambiguity is None, never a guess: the caller is asked again. `confidence` is the carrier's (0 to 1,
None when it gives none); a reply below `threshold` is not understood.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import hearing, spoken_days
from chalicelib.ivr.hearing import Tokens, near, phrases, tokens
from chalicelib.ivr.numerals import Counted, cardinal
from chalicelib.ivr.periods import Period
from chalicelib.ivr.tongues import SPOKEN, family, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date as Date
    from decimal import Decimal

    Confidence = Decimal | float | None

LONGEST_HEARD: Final = 500


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
    noes = phrases(tongue, "no")
    spans = [
        (answer, at, at + len(phrase))
        for answer in ("yes", "no")
        for phrase in phrases(tongue, answer)
        for at in hearing.places(heard, phrase)
    ]
    found = {
        answer
        for answer, at, _ in _longest(spans)
        if answer == "no" or not _refused(heard, at, tongue) or (heard[at - 1],) in noes
    }
    return found == {"yes"} if len(found) == 1 else None


def confirmed(said: str, language: str) -> bool | None:
    """Return whether a caller confirms what was read back: by yes or no, or by a key's name.

    >>> confirmed("parfait", "fr-FR"), confirmed("le deux", "fr-FR"), confirmed("euh", "fr-FR")
    (True, False, None)
    """
    agreed = yes_or_no(said, language)
    if agreed is not None:
        return agreed
    return {"1": True, "2": False}.get(choose(said, {"1": (), "2": ()}, language) or "")


def given_up(said: str, language: str) -> bool:
    """Tell whether a caller wants no more of it: "étoile", as the key is called, or "annuler"."""
    return choose(said, {"*": words(_tongue(language))["cancel"]}, language) is not None


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
    """Return a whole number below a million said in words, or any written in digits.

    >>> number("mille deux cents", "fr-FR"), number("about 40", "en-GB")
    (1200, 40)
    """
    if not _trusted(confidence, threshold):
        return None
    return hearing.number(said[:LONGEST_HEARD], _tongue(language))


def number_of(said: str, language: str, least: int, most: int) -> str:
    """Return the one number of `least` to `most` digits in a sentence; "" if it is not sure.

    >>> number_of("ma commande, c'est le douze trente-quatre cinquante-six", "fr-FR", 6, 8)
    '123456'
    """
    found = [
        hearing.likeliest(fitting)
        for ways in hearing.numbers(said[:LONGEST_HEARD], _tongue(language))
        if (fitting := {digits: n for digits, n in ways.items() if least <= len(digits) <= most})
    ]
    return found[0] or "" if len(found) == 1 else ""


def telephone(said: str, language: str) -> str:
    """Return a telephone number as it would be dialled; "" where it is not sure.

    >>> telephone("plus 32 2 555 01 23", "fr-FR")
    '+3225550123'
    """
    plus = hearing.split(words(_tongue(language))["signs"]["+"])[0]
    if "+" in said or plus in hearing.split(said[:LONGEST_HEARD]):
        number = digits(said, language)
        return f"+{number}" if number else ""
    return digits(said, language, length=10) or digits(said, language) or ""


def code(said: str, language: str, fits: Callable[[str], bool]) -> str:
    """Return the one code that `fits` in what was spelt, in capitals; "" where it is not sure.

    >>> code("c'est le B comme Bernard 42", "fr-FR", lambda code: len(code) == 3)
    'B42'
    """
    from chalicelib.ivr import spoken_codes  # for calls in which one is said

    return spoken_codes.read(said[:LONGEST_HEARD], _tongue(language), fits)


def amount(said: str, language: str) -> str:
    """Return an amount of money as "12.50" or "12"; "" where it is not sure.

    >>> amount("trois virgule cinq euros", "fr-FR"), amount("fifteen cents", "en-GB")
    ('3.5', '0.15')
    """
    from chalicelib.ivr import spoken_amounts  # for calls in which one is said

    return spoken_amounts.read(said[:LONGEST_HEARD], _tongue(language))


def date(
    said: str,
    language: str,
    today: Date,
    period: Period = Period.ANY,
    *,
    confidence: Confidence = None,
    threshold: Decimal | float = 0,
) -> Date | None:
    """Return the day that is meant, seen from `today`; without a year, the next one to come.

    In the period `past` it is the last one gone by.

    >>> from datetime import date as day
    >>> date("demain", "fr-FR", day(2026, 3, 1)), date("le premier mars", "fr-FR", day(2026, 3, 2))
    (datetime.date(2026, 3, 2), datetime.date(2027, 3, 1))
    """
    if not _trusted(confidence, threshold):
        return None
    return spoken_days.read(said[:LONGEST_HEARD], _tongue(language), today, period)


def _trusted(confidence: Confidence, threshold: Decimal | float) -> bool:
    return confidence is None or float(confidence) >= float(threshold)


def _tongue(language: str) -> str:
    return family(language) or SPOKEN[0]


Span = tuple[str, int, int]


def _spans(
    heard: Tokens, choices: Mapping[str, Sequence[str]], tongue: str, *, fuzzy: bool
) -> Iterator[Span]:
    for choice, wanted in choices.items():
        for phrase in (_meant(each, tongue) for each in wanted):
            same = near if fuzzy else None
            for at in hearing.places(heard, phrase, same):
                yield choice, at, at + len(phrase)


@lru_cache(maxsize=8192)
def _meant(phrase: str, tongue: str) -> Tokens:
    """Return the words that matter of a choice's phrase: they are the same for every caller."""
    return _without_articles(tokens(phrase, tongue), tongue)


def _without_articles(heard: Tokens, tongue: str) -> Tokens:
    """Leave out "un" and "une", which are numbers elsewhere: "prendre un rendez-vous"."""
    return tuple(t for t in heard if (t,) not in phrases(tongue, "articles")) or heard


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
    return at > 0 and (heard[at - 1],) in phrases(tongue, "not")


@lru_cache(maxsize=1024)
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
