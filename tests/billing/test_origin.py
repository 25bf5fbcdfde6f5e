"""Where a call comes from, told from its number."""

from __future__ import annotations

import pytest

from chalicelib.billing.origin import Origin, origin_of


@pytest.mark.parametrize(
    ("caller", "origin"),
    [
        ("+33162012345", Origin.FIXED_METRO),
        ("+33145000000", Origin.FIXED_METRO),
        ("+33975180000", Origin.FIXED_METRO),
        ("+33612345678", Origin.MOBILE_METRO),
        ("+33712345678", Origin.MOBILE_METRO),
        ("+337000123456789", Origin.MOBILE_METRO),
        ("+590690123456", Origin.OVERSEAS),
        ("+262262123456", Origin.OVERSEAS),
        ("+262976123456", Origin.OVERSEAS),
        ("+508708123456", Origin.OVERSEAS),
        ("+590947512345", Origin.OVERSEAS),
        ("+442079460018", Origin.INTERNATIONAL),
        ("+37799999999", Origin.INTERNATIONAL),
        ("+687123456", Origin.INTERNATIONAL),
        ("+33690123456", Origin.UNKNOWN),  # no such number
        ("+33800123456", Origin.UNKNOWN),  # a switchboard shows its freephone number
        ("+33", Origin.UNKNOWN),
        ("0612345678", Origin.UNKNOWN),  # callers are kept in E.164: this is something else
        ("anonymous", Origin.UNKNOWN),
        ("", Origin.UNKNOWN),
        (None, Origin.UNKNOWN),
    ],
)
def test_an_origin_is_told_from_the_number(caller: str | None, origin: Origin) -> None:
    assert origin_of(caller) is origin
