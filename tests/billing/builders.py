"""Builders of billing values: sensible defaults, and only what a test is about overridden."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.billing.origin import Origin
from chalicelib.billing.pricelist import parse
from chalicelib.billing.rating import RatedCall
from chalicelib.kernel.numbering import Family

if TYPE_CHECKING:
    from chalicelib.billing.tariff import Tariff

NOVEMBER_22 = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def a_call(seconds: int = 95, **changes: Any) -> RatedCall:
    """A call to a verified number from a landline, in November 2026."""
    facts: dict[str, Any] = {
        "call_id": "CA1",
        "account_id": "acc_1",
        "number": "+33162012345",
        "family": Family.NPV,
        "origin": Origin.FIXED_METRO,
        "started_at": NOVEMBER_22,
    }
    return RatedCall(**{**facts, **changes, "seconds": seconds})


def a_rate(name: str = "Standard", **changes: Any) -> dict[str, Any]:
    """A rate for every call, by the second."""
    return {"name": name, "per_minute": "0.06", "vat_rate": "20", **changes}


def a_version(*rates: dict[str, Any], since: str = "2026-01-01T00:00:00+01:00") -> dict[str, Any]:
    """A version that holds these rates, or one for everything."""
    return {"valid_from": since, "rates": list(rates) or [a_rate()]}


def a_document(*versions: dict[str, Any]) -> dict[str, Any]:
    """A tariff document of these versions."""
    return {"name": "Tarif", "versions": list(versions) or [a_version()]}


def a_tariff(*rates: dict[str, Any]) -> Tariff:
    """A tariff of one version that holds these rates."""
    return parse(a_document(a_version(*rates)))
