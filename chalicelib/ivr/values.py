"""Values that callers give by key or word: read, checked, and said back. Pure.

Check digits: Luhn (ISO/IEC 7812-1, annex B) and modulo 97 (ISO/IEC 7064 MOD 97-10, as IBAN uses).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.ivr import readings, replies
from chalicelib.ivr.periods import Period, within
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 200
_PARIS: Final = ZoneInfo("Europe/Paris")


class What(StrEnum):
    """Kinds of values."""

    DIGITS = "digits"
    CODE = "code"
    DATE = "date"
    PHONE = "phone"
    AMOUNT = "amount"
    SPEECH = "speech"


class CheckDigit(StrEnum):
    """How the last digits of a number vouch for the others."""

    NONE = "none"
    LUHN = "luhn"
    MOD97 = "mod97"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a right value looks like. In a pattern, 9 is a digit, A a letter, * either."""

    what: What
    pattern: str = ""
    check_digit: CheckDigit = CheckDigit.NONE
    least: int = 1
    most: int = 20
    period: Period = Period.ANY

    @property
    def fixed_length(self) -> int | None:
        """How many keys a value has if all have the same: no finish key is needed then."""
        if self.what is What.DATE:
            return 8
        if self.pattern:
            return len(significant(self.pattern))
        return self.least if self.least == self.most and self.what is What.DIGITS else None

    @property
    def longest(self) -> int:
        """The most keys that a value may have."""
        return {What.PHONE: 20, What.AMOUNT: 12}.get(self.what, self.most)


def read(shape: Shape, written: str, now: datetime) -> str | None:
    """Return the value in its canonical form; None when it is not one.

    Dates are read as day, month, year (8 digits) and become ISO 8601; phone numbers become E.164;
    in an amount `*` is the decimal comma, and the result a number of euros such as "12.50".
    """
    value = _READ[shape.what](shape, written)
    if value is None or shape.what is not What.DATE:
        return value
    return value if within(date.fromisoformat(value), _today(now), shape.period) else None


def heard(shape: Shape, words: str, language: str, now: datetime) -> str:
    """Return what a caller said as they would have typed it."""
    if shape.what is What.SPEECH:
        return words
    if shape.what is What.DATE:
        day = replies.date(words, language, _today(now), shape.period)
        return day.strftime("%d%m%Y") if day else ""
    if shape.what is What.AMOUNT:
        return replies.amount(words, language)
    if shape.what is What.CODE:
        return replies.code(words, language, lambda code: _code(shape, code) is not None)
    if shape.what is What.PHONE:
        return replies.telephone(words, language)
    return replies.digits(words, language, length=shape.fixed_length) or ""


def _today(now: datetime) -> date:
    return now.astimezone(_PARIS).date()


def mistyped(shape: Shape, written: str) -> bool:
    """Say whether a value has the right shape and a wrong check digit."""
    code = _code(shape, written)
    return code is not None and not checks(shape, code)


def aloud(shape: Shape, value: str, language: str) -> str:
    """Say a canonical value as a person would."""
    return _ALOUD[shape.what](value, language)


def _digits(shape: Shape, written: str) -> str | None:
    code = _code(shape, written)
    return code if code is not None and checks(shape, code) else None


def _code(shape: Shape, written: str) -> str | None:
    value = significant(written.upper())
    if shape.what is What.DIGITS and not (value.isascii() and value.isdigit()):
        return None
    if shape.pattern:
        return value if _fits(value, significant(shape.pattern)) else None
    return value if shape.least <= len(value) <= shape.most and value.isalnum() else None


def _fits(value: str, pattern: str) -> bool:
    return len(value) == len(pattern) and all(
        _PLACES.get(wanted, lambda char, wanted=wanted: char == wanted)(char)
        for char, wanted in zip(value, pattern, strict=True)
    )


_PLACES: Final[dict[str, Callable[[str], bool]]] = {
    "9": lambda char: char.isascii() and char.isdigit(),
    "A": lambda char: char.isascii() and char.isalpha(),
    "*": lambda char: char.isascii() and char.isalnum(),
}


def significant(written: str) -> str:
    """Return what counts of a value or a pattern: all but gaps, dots, dashes and strokes."""
    return re.sub(r"[\s./-]", "", written)


def checks(shape: Shape, code: str) -> bool:
    """Say whether digits pass the check of a shape."""
    return _CHECKS[shape.check_digit](code)


def _luhn(code: str) -> bool:
    doubled = (
        int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(code)) if digit.isdigit()
    )
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def _mod97(code: str) -> bool:
    return int(code) % 97 == 1


_CHECKS: Final[dict[CheckDigit, Callable[[str], bool]]] = {
    CheckDigit.NONE: lambda code: True,
    CheckDigit.LUHN: _luhn,
    CheckDigit.MOD97: _mod97,
}


def _date(shape: Shape, written: str) -> str | None:
    digits = significant(written)
    if not re.fullmatch(r"\d{8}", digits, re.ASCII):
        return None
    try:
        return date(int(digits[4:]), int(digits[2:4]), int(digits[:2])).isoformat()
    except ValueError:
        return None


def _phone(shape: Shape, written: str) -> str | None:
    try:
        return phone.parse(written)
    except Rejected:
        return None


def _amount(shape: Shape, written: str) -> str | None:
    plain = written.replace("*", ".").replace(",", ".").replace(" ", "")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain, re.ASCII):
        return None
    return f"{Decimal(plain):.2f}"


def _speech(shape: Shape, written: str) -> str | None:
    return written.strip()[:LONGEST] or None


_READ: Final[dict[What, Callable[[Shape, str], str | None]]] = {
    What.DIGITS: _digits,
    What.CODE: _digits,
    What.DATE: _date,
    What.PHONE: _phone,
    What.AMOUNT: _amount,
    What.SPEECH: _speech,
}
_ALOUD: Final[dict[What, Callable[[str, str], str]]] = {
    What.DIGITS: lambda value, language: readings.digits(value, language),
    What.CODE: lambda value, language: readings.spell(value, language),
    What.DATE: lambda value, language: readings.date(value, language),
    What.PHONE: lambda value, language: readings.phone(value, language),
    What.AMOUNT: lambda value, language: readings.amount(Decimal(value), language),
    What.SPEECH: lambda value, language: value,
}
