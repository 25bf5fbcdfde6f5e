"""The French numbering plan: what kind of number this is, where it belongs, what it may cost.

The plan itself is a data file with its provenance (`data/numbering_fr.csv`). This module only reads
it; it knows neither who holds a number nor the price a single number has chosen (that is RSVA's).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.territory import FRENCH_CODES, OVERSEAS_CODES, Territory

PLAN_FILE: Final = Path(__file__).parent / "data" / "numbering_fr.csv"
TEN_DIGITS: Final = 10  # the shortest number that is not a short number


class Family(StrEnum):
    """What a number is for, in the words of the plan."""

    SVA_GRATUIT = "sva_gratuit"
    SVA_BANALISE = "sva_banalise"
    SVA_MAJORE = "sva_majore"
    SPECIAL_DATA_OR_INTERNET = "special_data_or_internet"
    ROUTING_PREFIX_NOT_DIALABLE = "routing_prefix_not_dialable"
    COURT_GRATUIT = "court_gratuit"
    COURT_FONCTIONNALITE_BANALISEE = "court_fonctionnalite_banalisee"
    COURT_GENERALISTE = "court_generaliste"
    COURT_ASSISTANCE_OPERATEUR = "court_assistance_operateur"
    RENSEIGNEMENTS = "renseignements"
    EUROPEEN_SOCIAL = "europeen_social"
    URGENCE = "urgence"
    INTERET_GENERAL = "interet_general"
    NPV = "npv"
    NPUEPT = "npuept"
    POLYVALENT_INTERET_GENERAL = "polyvalent_interet_general"
    POLYVALENT = "polyvalent"
    POLYVALENT_LONG = "polyvalent_long"
    MOBILE = "mobile"
    MOBILE_LONG_M2M = "mobile_long_m2m"


class CallerPays(StrEnum):
    """Whether the caller pays C, the ordinary price of a call to a fixed line."""

    YES = "yes"
    NO = "no"
    OPERATOR = "operator"
    UNKNOWN = "unknown"


class ServicePrice(StrEnum):
    """Where the price of S, the service, is found: none at all, the number's tier, or RSVA."""

    NONE = "0"
    TIER = "tier"
    PER_NUMBER = "per_number"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How well sourced a row of the plan is: A official, B credible, C to be overridden."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Range:
    """One row of the plan: every number of `length` digits that starts with `prefix`."""

    prefix: str
    length: int
    family: Family
    territory: Territory
    caller_pays: CallerPays
    service_price: ServicePrice
    cap_per_minute: Decimal | None
    cap_per_call: Decimal | None
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A number read by the plan; `number` is its national digits. Caps are euros incl. VAT."""

    number: str
    family: Family
    territory: Territory
    caller_pays: CallerPays
    service_price: ServicePrice
    cap_per_minute: Decimal | None
    cap_per_call: Decimal | None
    confidence: Confidence

    @property
    def e164(self) -> str | None:
        """Give the international form; None for short numbers and for shared overseas ranges.

        The 0508 of Saint-Pierre-et-Miquelon's six digits is for calls within France only: from
        abroad they follow +508 (libphonenumber, PM).
        """
        if len(self.number) < TEN_DIGITS:
            return None
        if self.number.startswith(_MIQUELON):
            return f"+508{self.number.removeprefix(_MIQUELON)}"
        code = "33" if self.number.startswith("09") else self.territory.country_code
        return f"+{code}{self.number[1:]}" if code else None


def classify(number: str) -> PhoneLine:
    """Read a national, short or international French number; `Rejected` if it is none.

    The longest prefix among the rows of exactly that many digits wins.

    >>> line = classify("01 62 01 23 45")
    >>> line.number, str(line.family), line.e164
    ('0162012345', 'npv', '+33162012345')
    >>> str(classify("+590690123456").territory)
    'guadeloupe_stmartin_stbarth'
    """
    digits, code = _national(number)
    row = _row(digits)
    if row is None or (code and code not in _dialled_under(row, digits)):
        raise Rejected("not a French number", number=number)
    return PhoneLine(
        digits,
        row.family,
        row.territory,
        row.caller_pays,
        row.service_price,
        row.cap_per_minute,
        row.cap_per_call,
        row.confidence,
    )


def plan() -> tuple[Range, ...]:
    """List every row of the plan, in the order of the file."""
    return tuple(_rows().values())


# Nothing in the plan is longer: 14 national digits, written with a country code and separators.
_LONGEST_TEXT: Final = 40
_SEPARATORS: Final = re.compile(r"\(0\)|[\s.\-/()\u2010-\u2015]")
_MIQUELON: Final = "0508"
_SIX_DIGITS: Final = re.compile(r"(?:\+|00)508([0-9]{6})")
_INTERNATIONAL: Final = re.compile(rf"(?:\+|00)({'|'.join(FRENCH_CODES)})([1-9][0-9]{{8,12}})")


def _national(text: str) -> tuple[str, str]:
    """Split into national digits and the country code that was written, if one was."""
    if text.isdigit() and text.isascii() and not text.startswith("00"):
        return text, ""
    if len(text) > _LONGEST_TEXT:
        raise Rejected("not a French number", number=text[:_LONGEST_TEXT])
    bare = _SEPARATORS.sub("", text)
    six = _SIX_DIGITS.fullmatch(bare)
    if six is not None:
        return f"{_MIQUELON}{six[1]}", "508"
    if bare.isdigit() and bare.isascii() and not bare.startswith("00"):
        return bare, ""
    international = _INTERNATIONAL.fullmatch(bare)
    if international is None:
        raise Rejected("not a French number", number=text)
    code, subscriber = international.groups()
    return f"0{subscriber}", code


def _row(digits: str) -> Range | None:
    rows, length = _rows(), len(digits)
    for size in _prefix_sizes():
        row = rows.get((digits[:size], length))
        if row is not None:
            return row
    return None


def _dialled_under(row: Range, digits: str) -> tuple[str, ...]:
    """List the country codes that reach a number of this row.

    Special (08) numbers exist under every French code; 09 was never tied to a place, so +33 works
    for all of it. An overseas 05, 06 or 07 is *not* a +33 number: 0690 is +590690 only.
    """
    if len(digits) < TEN_DIGITS:
        return ()
    if row.territory is Territory.NATIONAL:
        return FRENCH_CODES
    codes = row.territory.country_codes
    return ("33", *codes) if digits.startswith("09") and codes[0] in OVERSEAS_CODES else codes


@cache
def _prefix_sizes() -> tuple[int, ...]:
    return tuple(sorted({len(prefix) for prefix, _ in _rows()}, reverse=True))


@cache
def _rows() -> dict[tuple[str, int], Range]:
    with PLAN_FILE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        ranges = [_range(row) for row in csv.DictReader(lines)]
    return {(row.prefix, row.length): row for row in ranges}


def _range(row: dict[str, str]) -> Range:
    return Range(
        prefix=row["prefix"],
        length=int(row["len"]),
        family=Family(row["class"]),
        territory=Territory(row["territory"]),
        caller_pays=CallerPays(row["caller_pays_c"]),
        service_price=ServicePrice(row["service_s"]),
        cap_per_minute=_cap(row["cap_per_min_ttc"]),
        cap_per_call=_cap(row["cap_per_call_ttc"]),
        confidence=Confidence(row["conf"]),
    )


def _cap(text: str) -> Decimal | None:
    return Decimal(text) if text else None
