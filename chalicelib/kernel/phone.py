"""Telephone numbers as people and networks write them, and as we keep them: E.164.

A well-formed E.164 number passes on a regular expression alone; anything else is read by the French
plan, then by libphonenumber, whose metadata is loaded only then. Nobody is rung from here.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final, NewType

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import classify

E164 = NewType("E164", str)

# +33 is checked more closely: a trunk 0 left in (+330...) would otherwise pass as well-formed.
_WELL_FORMED: Final = re.compile(r"\+(?:33[1-9][0-9]{8}|(?!33|0)[0-9]{7,15})")

# Overseas numbers as they are often written: with the code of France in place of their own, which
# nobody can dial (0690 is +590690), or with the 0508 that no call from abroad takes.
_MISWRITTEN: Final = re.compile(r"\+(?:33(?:26|50|59|63|69|70)|508508)[0-9]{6,7}")

# What networks send for a caller who withholds the number. The long ones are words typed on a
# keypad (ANONYMOUS, RESTRICTED, UNAVAILABLE, BLOCKED, UNKNOWN) and look like numbers.
WITHHELD: Final = frozenset({"266696687", "7378742833", "86282452253", "2562533", "8656696"})
_LONGEST_TEXT: Final = 40


def parse(text: str, region: str = "FR") -> E164:
    """Read a number written in `region` and give its E.164 form; `Rejected` if it has none.

    >>> parse("01 62 01 23 45"), parse("0690 12 34 56"), parse("+44 20 7946 0018")
    ('+33162012345', '+590690123456', '+442079460018')
    >>> parse("+33690123456")
    '+590690123456'
    """
    if _WELL_FORMED.fullmatch(text):
        return _rewritten(E164(text))
    if len(text) > _LONGEST_TEXT:
        raise Rejected("not a telephone number", number=text[:_LONGEST_TEXT])
    french = _french(text) if region == "FR" or text.lstrip().startswith("+") else None
    return french or _rewritten(_foreign(text, region))


def caller_or_none(text: str | None) -> E164 | None:
    """Read the number a network presents; None when it is withheld or makes no sense.

    >>> caller_or_none("+33162012345"), caller_or_none("anonymous"), caller_or_none("+266696687")
    ('+33162012345', None, None)
    """
    if not text or text.lstrip("+") in WITHHELD:
        return None
    try:
        return parse(text)
    except Rejected:
        return None


def national(number: E164) -> str:
    """Write a number as a French reader expects it.

    >>> national(E164("+33162012345")), national(E164("+442079460018"))
    ('01 62 01 23 45', '+44 20 7946 0018')
    """
    try:
        return _in_pairs(classify(number).number)
    except Rejected:
        return _international(number)


def mask(number: E164) -> str:
    """Hide enough of a number for logs and itemised bills, keeping it recognisable to its owner.

    >>> mask(E164("+33162012345")), mask(E164("+442079460018"))
    ('+33 1 62 ** ** 45', '+4420******18')
    """
    if number.startswith("+33") and len(number) == len("+33162012345"):
        return f"+33 {number[3]} {number[4:6]} ** ** {number[-2:]}"
    hidden = max(len(number) - 7, 1)
    return f"{number[:5]}{'*' * hidden}{number[-2:]}"


def _rewritten(number: E164) -> E164:
    """Read a number that seems to be overseas by its national digits; as it is, if it is none."""
    if _MISWRITTEN.fullmatch(number):
        with suppress(Rejected):
            return E164(classify(f"0{number[-9:]}").e164 or number)
    return number


def _french(text: str) -> E164 | None:
    try:
        line = classify(text)
    except Rejected:
        return None
    if line.e164 is None:
        raise Rejected("a number without an international form", number=text, family=line.family)
    return E164(line.e164)


def _foreign(text: str, region: str) -> E164:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Rejected("not a telephone number", number=text) from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    wrong = number.extension or not phonenumbers.is_possible_number(number)
    if wrong or not _WELL_FORMED.fullmatch(e164):
        raise Rejected("not a telephone number", number=text)
    return E164(e164)


def _international(number: E164) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, style))


def _in_pairs(digits: str) -> str:
    if len(digits) % 2:
        return digits
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
