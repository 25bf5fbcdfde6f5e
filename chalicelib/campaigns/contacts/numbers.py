"""Telephone numbers as lists have them, and what spreadsheets did to them: E.164, or why not.

Nearly all are ten French digits, which the first few of them place: those are asked of the plan
once. The rest goes the long way. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.contacts.refusals import Reason
from chalicelib.kernel import destinations, phone
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import TEN_DIGITS, Family, classify, plan
from chalicelib.kernel.territory import FRENCH_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where numbers are written as in France: the territories share its plan.
FRENCH: Final = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"})
REFUSED: Final = {
    Family.URGENCE: Reason.EMERGENCY,
    Family.SVA_MAJORE: Reason.SURCHARGED,
    Family.RENSEIGNEMENTS: Reason.SURCHARGED,
    Family.COURT_GRATUIT: Reason.SHORT_NUMBER,
    Family.COURT_FONCTIONNALITE_BANALISEE: Reason.SHORT_NUMBER,
    Family.COURT_GENERALISTE: Reason.SHORT_NUMBER,
    Family.COURT_ASSISTANCE_OPERATEUR: Reason.SHORT_NUMBER,
    Family.EUROPEEN_SOCIAL: Reason.SHORT_NUMBER,
    Family.INTERET_GENERAL: Reason.SHORT_NUMBER,
    Family.SPECIAL_DATA_OR_INTERNET: Reason.MACHINES,
    Family.ROUTING_PREFIX_NOT_DIALABLE: Reason.MACHINES,
    Family.MOBILE_LONG_M2M: Reason.MACHINES,
    Family.POLYVALENT_LONG: Reason.MACHINES,
}
# Spaces that are none, and marks of direction: copied from web pages and address books.
_UNSEEN: Final = "\u00a0\u202f\u2009\u2007\u200b\u200e\u200f\u202a\u202c\u2060\ufeff"
_PUNCTUATION: Final = str.maketrans("", "", f" .-/()_\t'\u2010\u2011\u2013{_UNSEEN}")
_MARKS: Final = str.maketrans(dict.fromkeys(_UNSEEN, " "))
_TEN: Final = re.compile(r"0[1-9][0-9]{8}")
_DECIMAL: Final = re.compile(r"(\+?\d+)[.,]0+", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"(\d)(?:[.,](\d+))?E\+?(\d{1,2})", re.ASCII | re.IGNORECASE)
_SEVERAL: Final = re.compile(r"\s*(?:[;,|\n\r/]|\s(?:ou|or|et|and)\s|\s-\s)\s*", re.IGNORECASE)
_NOTE: Final = re.compile(r"\s*\([^()\d]+\)$")
_LABEL: Final = re.compile(
    r"(?:tel|tél|phone|mobile|port(?:able)?|fixe?)\s*[.:]*\s*", re.IGNORECASE
)
_CODES: Final = FRENCH_CODES
_LONGEST_CELL: Final = 200
_NATIONAL: Final = 9  # digits of a French number without its 0


class Unusable(Exception):
    """A number that cannot be rung, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Numbers:
    """Reads the numbers of one list, written as in `country` unless they say another."""

    def __init__(self, country: str = "FR") -> None:
        self._country = country
        self._french = country in FRENCH
        self._begins: dict[str, str] = {}
        self._size = max(len(each.prefix) for each in plan() if each.length == TEN_DIGITS)

    def read(self, cell: str) -> str:
        """Return a number as E.164. Raises Unusable. Nearly all end in the first lines."""
        digits = cell.replace(" ", "")
        begins = self._begins.get(digits[: self._size])
        if begins is not None and _TEN.fullmatch(digits):
            return f"{begins}{digits[1:]}"
        digits = cell.translate(_PUNCTUATION)
        abroad = digits[:3] == "+33"
        if abroad:
            digits = f"0{digits[3:]}"
        begins = self._begins.get(digits[: self._size])
        known = begins == "+33" if abroad else begins is not None
        if known and _TEN.fullmatch(digits):
            return f"{begins}{digits[1:]}"
        return self._slowly(cell)

    def several(self, cell: str) -> Iterator[str | Reason]:
        """Yield all that a cell says: a number or, of each that is none, why."""
        try:
            yield self.read(cell)
            return
        except Unusable as error:
            parts = [part for part in _SEVERAL.split(cell[:_LONGEST_CELL]) if part]
            if len(parts) < 2 or any(_digits(part) < 8 for part in parts):
                yield error.reason
                return
        for part in parts:
            yield from self._one(part)

    def _one(self, part: str) -> Iterator[str | Reason]:
        try:
            yield self.read(part)
        except Unusable as error:
            yield error.reason

    def _slowly(self, cell: str) -> str:
        text = cell[:_LONGEST_CELL].translate(_MARKS).strip().strip("'\"")
        text = self._mended(_undone(_NOTE.sub("", _LABEL.sub("", text, count=1)).strip()))
        try:
            number = phone.parse(text, "FR" if self._french else self._country)
        except Rejected as error:
            raise Unusable(_why_unreadable(text, self._french)) from error
        reason = _why_refused(number)
        if reason is not None:
            raise Unusable(reason)
        self._learn(number)
        return number

    def _mended(self, text: str) -> str:
        """Give back the 0 or the + that a spreadsheet took."""
        if not self._french:
            return text
        digits = text.translate(_PUNCTUATION)
        if not digits.isdecimal() or not digits.isascii():
            return text
        if len(digits) == _NATIONAL and digits[0] != "0":
            return f"0{digits}"
        abroad = len(digits) in (11, 12) and digits.startswith(_CODES)
        return f"+{digits}" if abroad else text

    def _learn(self, number: str) -> None:
        """Keep where numbers that begin like this French one belong."""
        try:
            line = classify(number)
        except Rejected:
            return
        if self._french and len(line.number) == TEN_DIGITS and line.e164 == number:
            self._begins[line.number[: self._size]] = number[:-_NATIONAL]


def _undone(text: str) -> str:
    """Undo what a spreadsheet made of a number that it took for an amount.

    >>> _undone("33612345678.0"), _undone("3,3612345678E+10")
    ('33612345678', '33612345678')
    """
    known = _DECIMAL.fullmatch(text)
    if known is not None:
        return known[1]
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific is None:
        return text
    digits, places = scientific[2] or "", int(scientific[3])
    if len(digits.rstrip("0")) > places:
        return text
    if len(digits) < places:
        raise Unusable(Reason.ROUNDED)
    return f"{scientific[1]}{digits[:places]}"


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _why_unreadable(text: str, french: bool) -> Reason:
    if not french:
        return Reason.UNREADABLE
    try:
        line = classify(text)
    except Rejected:
        return Reason.UNREADABLE
    return REFUSED.get(line.family, Reason.SHARED_RANGE)


def _why_refused(number: str) -> Reason | None:
    """Say why a number (E.164) is never rung; None when it may be."""
    try:
        return REFUSED.get(classify(number).family)
    except Rejected:
        if number.startswith("+33"):
            return Reason.UNREADABLE
        return None if destinations.refusal(number) is None else Reason.ABROAD
