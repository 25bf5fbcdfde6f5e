"""Amounts as callers say them: "douze euros cinquante", "trois virgule cinq", "quinze centimes"."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import hearing
from chalicelib.ivr.tongues import words

if TYPE_CHECKING:
    from collections.abc import Iterable

# "1 234", "1.234" and "1,234" are thousands; before one or two digits the same signs are decimal.
_GROUPED: Final = re.compile(r"(?<=\d)[\s.,'’](?=\d{3}(?!\d))", re.ASCII)
# "douze euros et cinq centimes"; Arabic writes its "and" and the number as one word.
_JOINT: Final = re.compile(r"^\W*(?:(?:et|and|und|y|con)\b|و(?!احد))")
_DECIMAL: Final = re.compile(r"(?<=\d)[.,]\s?(?=\d)", re.ASCII)


def read(said: str, tongue: str) -> str:
    """Return an amount as "12.50" or "12"; "" where there is none, or where it is not sure.

    >>> read("douze euros cinq", "fr"), read("deux virgule cinq", "fr"), read("15 centimes", "fr")
    ('12.05', '2.5', '0.15')
    """
    text = _DECIMAL.sub(" ; ", _GROUPED.sub("", said.casefold()))
    for name, sign in _signs(tongue):
        text = name.sub(sign, text)
    whole, pointed, decimals = text.partition(";")
    if pointed:
        return _pointed(whole.replace("€", " "), decimals.replace("€", " "), tongue)
    euros, unit, rest = text.partition("€")
    if unit:
        return _with_cents(_whole(euros, tongue), rest, tongue)
    if "¢" in text:
        return _with_cents("0", text, tongue)
    return "" if _vague(text, tongue) else _whole(text, tongue)


def _pointed(whole: str, decimals: str, tongue: str) -> str:
    euros = _whole(whole, tongue)
    written = re.sub(r"\s", "", decimals)
    cents = written if hearing.is_digits(written) else hearing.digits(decimals, tongue, None)
    return f"{euros}.{cents}" if euros and cents and len(cents) <= 2 and "¢" not in decimals else ""


def _with_cents(euros: str, rest: str, tongue: str) -> str:
    """Read what follows the euros: nothing, or up to 99 cents."""
    if not hearing.split(rest) and "¢" not in rest:
        return euros
    cents = _whole(_JOINT.sub("", rest).replace("¢", " "), tongue)
    return f"{euros}.{cents:0>2}" if euros and 0 < len(cents) <= 2 else ""


def _whole(said: str, tongue: str) -> str:
    written = re.sub(r"\s", "", said)
    if hearing.is_digits(written):
        return written
    number = hearing.number(said, tongue)
    return "" if number is None else str(number)


def _vague(said: str, tongue: str) -> bool:
    """Tell whether "un" may be no number at all: "un certain prix"."""
    heard = hearing.tokens(said, tongue)
    return len(heard) > 1 and any(
        (token,) in hearing.phrases(tongue, "articles") for token in heard
    )


@cache
def _signs(tongue: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return how cents, euros and the decimal sign are said, and what is written for them."""
    known = words(tongue)
    cents = (*known["euro_cent"][:-1], *known["cent"][:-1], "cts")
    euros = (*known["euro"][:-1], "euro", "euros", "eur")
    return (
        *((re.compile(each), means) for each, means in known.get("amount_forms", {}).items()),
        (_any_of(cents), " ¢ "),
        (_any_of(name for name in euros if " " not in name), " € "),
        (_any_of((known["point"],)), " ; "),
    )


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted({name.casefold() for name in names}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
