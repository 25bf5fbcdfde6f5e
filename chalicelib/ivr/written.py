"""Numbers as people and programs write them, taken apart. Pure; nothing here raises."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

# Beyond this nobody listens to a number: it is said digit by digit.
LONGEST_NUMBER: Final = 24
SPACES: Final = re.compile(r"[\s\u202f]+")
_NUMBER: Final = re.compile(r"([+-]?)([0-9]{1,24})(?:[.,]([0-9]{1,12}))?")
# 1.234,56 and 1,234.56: two separators tell which of them parts thousands; so does one that recurs.
_GROUPED: Final = re.compile(
    r"([+-]?[0-9]{1,3}(?:(?P<mark>[.,'\u2019])[0-9]{3})(?:(?P=mark)[0-9]{3})*)([.,][0-9]{1,12})?"
)


def parts_of(value: object) -> tuple[str, str, str] | None:
    """Return the sign ("-" or ""), the whole part and the decimals of a number; None if not one."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    if isinstance(value, int):
        written = str(value) if abs(value) < 10**LONGEST_NUMBER else ""
    elif isinstance(value, Decimal):
        small = value.is_finite() and abs(value.adjusted()) <= LONGEST_NUMBER
        written = f"{value:f}" if small else ""
    else:
        written = SPACES.sub("", ascii_digits(value))
    match = _NUMBER.fullmatch(_ungrouped(written))
    if match is None:
        return None
    return match[1].strip("+"), match[2], match[3] or ""


def ascii_digits(text: str) -> str:
    """Write the digits of any script, and superscripts, as 0 to 9."""
    if text.isascii():
        return text
    found = ((each, unicodedata.digit(each, None)) for each in text)
    return "".join(each if digit is None else str(digit) for each, digit in found)


def _ungrouped(written: str) -> str:
    """Take the separators of thousands out; a single one that may be a decimal's stays."""
    match = _GROUPED.fullmatch(written)
    if match is None or match["mark"] == (match[3] or " ")[0]:
        return written
    mark = match["mark"]
    if mark in ".," and not match[3] and match[1].count(mark) == 1:
        return written
    return match[1].replace(mark, "") + (match[3] or "")
