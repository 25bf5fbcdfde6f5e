"""Where a call comes from, as tariffs tell origins apart: told from the caller's number alone.

A number says what kind of line it was allocated to, not where the telephone is; a withheld or
meaningless one says nothing and is `unknown`, which a tariff prices at its dearest.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from chalicelib.kernel import numbering
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.territory import FRENCH_CODES


class Origin(StrEnum):
    """A kind of calling line. `payphone` cannot be told from a number: only a carrier says so."""

    FIXED_METRO = "fixed_metro"
    MOBILE_METRO = "mobile_metro"
    OVERSEAS = "overseas"
    PAYPHONE = "payphone"
    INTERNATIONAL = "international"
    UNKNOWN = "unknown"


_BY_FAMILY: Final[dict[Family, Origin]] = {
    Family.NPV: Origin.FIXED_METRO,
    Family.NPUEPT: Origin.FIXED_METRO,
    Family.POLYVALENT: Origin.FIXED_METRO,
    Family.POLYVALENT_LONG: Origin.FIXED_METRO,
    Family.POLYVALENT_INTERET_GENERAL: Origin.FIXED_METRO,
    Family.MOBILE: Origin.MOBILE_METRO,
    Family.MOBILE_LONG_M2M: Origin.MOBILE_METRO,
}
_FRENCH: Final = tuple(f"+{code}" for code in FRENCH_CODES)


def origin_of(caller: str | None) -> Origin:
    """Tell the origin from the caller's E.164 number; None is a caller who withholds it.

    Special and short numbers are shown by switchboards, not by lines: they say nothing either.

    >>> str(origin_of("+33612345678")), str(origin_of("+590690123456")), str(origin_of(None))
    ('mobile_metro', 'overseas', 'unknown')
    """
    if not caller or not caller.startswith("+"):
        return Origin.UNKNOWN
    if not caller.startswith(_FRENCH):
        return Origin.INTERNATIONAL
    try:
        line = numbering.classify(caller)
    except Rejected:
        return Origin.UNKNOWN
    if line.territory.is_overseas:
        return Origin.OVERSEAS
    return _BY_FAMILY.get(line.family, Origin.UNKNOWN)
