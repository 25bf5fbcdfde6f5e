"""Which number French people may be shown, by its family and by who dials. Pure.

A cell of the matrix is empty where the number may be shown, else the reason why not. "Automated"
is what CPCE L32 calls a "système automatisé": predictive and progressive dialling, robots,
recorded messages; surveys are not exempt (Conseil d'État, 6 June 2024, no. 489787).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify


class Kind(StrEnum):
    """A row of the matrix."""

    NPV = "npv"
    NPUEPT = "npuept"
    LONG = "long"  # 07000 to 07004, 0901
    FREE = "free"  # 0800 to 0809, and the short 30 and 31
    ORDINARY = "ordinary"  # 01 to 05, and the other 09
    MOBILE = "mobile"
    SHARED_COST = "shared-cost"  # 081, 082
    PREMIUM = "premium"  # 089
    SHORT = "short"  # 32, 34, 36, 39, 10, 118
    UNUSABLE = "unusable"  # emergency, routing, the short numbers of operators
    ABROAD = "abroad"
    WITHHELD = "withheld"


class Cell(NamedTuple):
    """Why such a number is not shown: by somebody who dials, by a machine. Empty: it may be."""

    by_hand: str
    automated: str


FINE: Final = ""
# The order of 5 July 2016 (special and short numbers), the numbering plan (the others; ARCEP
# 2018-0881 as amended by 2022-1583, in force 1 January 2023, and 2025-2215), L221-17 (withheld).
MATRIX: Final[dict[Kind, Cell]] = {
    Kind.NPV: Cell(FINE, FINE),
    Kind.NPUEPT: Cell(FINE, FINE),
    Kind.LONG: Cell("caller-id.by-hand", FINE),
    Kind.FREE: Cell(FINE, FINE),
    Kind.ORDINARY: Cell(FINE, "caller-id.automated"),
    Kind.MOBILE: Cell("caller-id.mobile", "caller-id.mobile"),
    Kind.SHARED_COST: Cell(FINE, "caller-id.automated"),
    Kind.PREMIUM: Cell("caller-id.premium", "caller-id.premium"),
    Kind.SHORT: Cell("caller-id.short", "caller-id.short"),
    Kind.UNUSABLE: Cell("caller-id.unusable", "caller-id.unusable"),
    Kind.ABROAD: Cell("caller-id.abroad", "caller-id.abroad"),
    Kind.WITHHELD: Cell("caller-id.withheld", "caller-id.withheld"),
}

KIND_OF: Final[dict[Family, Kind]] = {
    Family.NPV: Kind.NPV,
    Family.NPUEPT: Kind.NPUEPT,
    Family.MOBILE_LONG_M2M: Kind.LONG,
    Family.POLYVALENT_LONG: Kind.LONG,
    Family.SVA_GRATUIT: Kind.FREE,
    Family.SVA_BANALISE: Kind.FREE,
    Family.COURT_GRATUIT: Kind.FREE,
    Family.POLYVALENT: Kind.ORDINARY,
    Family.POLYVALENT_INTERET_GENERAL: Kind.ORDINARY,
    Family.MOBILE: Kind.MOBILE,
    Family.SVA_MAJORE: Kind.SHARED_COST,  # but for 089, below
    Family.COURT_GENERALISTE: Kind.SHORT,
    Family.COURT_ASSISTANCE_OPERATEUR: Kind.SHORT,
    Family.RENSEIGNEMENTS: Kind.SHORT,
    # What nobody but an operator, or the State, can hold: fails closed.
    Family.COURT_FONCTIONNALITE_BANALISEE: Kind.UNUSABLE,
    Family.EUROPEEN_SOCIAL: Kind.UNUSABLE,
    Family.URGENCE: Kind.UNUSABLE,
    Family.INTERET_GENERAL: Kind.UNUSABLE,
    Family.SPECIAL_DATA_OR_INTERNET: Kind.UNUSABLE,
    Family.ROUTING_PREFIX_NOT_DIALABLE: Kind.UNUSABLE,
}
_PREMIUM: Final = "089"
# Which text a reason is of, where it is not the plan's.
OF_THE_ORDER: Final = frozenset({"caller-id.premium", "caller-id.short", "caller-id.unusable"})


@lru_cache(maxsize=4096)
def kind_of(number: str | None) -> Kind:
    """Tell of which row a number is.

    >>> [str(kind_of(each)) for each in ("+33162012345", "+33891234567", "3631", "")]
    ['npv', 'premium', 'short', 'withheld']
    """
    if not number:
        return Kind.WITHHELD
    try:
        line = classify(number)
    except Rejected:
        return Kind.UNUSABLE if number.startswith(("+33", "0")) else Kind.ABROAD
    return Kind.PREMIUM if line.number.startswith(_PREMIUM) else KIND_OF[line.family]


def against(kind: Kind, automated: bool) -> str:
    """Return why such a number is not shown; empty if it may be."""
    cell = MATRIX[kind]
    return cell.automated if automated else cell.by_hand
