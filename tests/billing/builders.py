"""Builders of billing values: sensible defaults, and only what a test is about overridden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.billing.ledger import first_entry
from chalicelib.billing.origin import Origin
from chalicelib.billing.ports import BilledAccount
from chalicelib.billing.pricelist import parse
from chalicelib.billing.rating import RatedCall
from chalicelib.billing.service import ServiceUse
from chalicelib.calls.call import Call, Outcome, State
from chalicelib.directory.identity import Address, Identity
from chalicelib.kernel import tiers
from chalicelib.kernel.numbering import Family

if TYPE_CHECKING:
    from chalicelib.billing.ledger import Entry
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


SELLER = Identity(
    legal_name="Opérateur SAS",
    address=Address(lines=("1 rue du Cadran",), postcode="75010", city="Paris"),
    email="factures@operateur.example",
    siren="732829320",
    vat_id="FR44732829320",
)
BUYER = Identity(
    legal_name="Plombier du Centre SARL",
    address=Address(lines=("2 place du Marché",), postcode="37000", city="Tours"),
    email="compta@plombier.example",
    siren="303265045",
    vat_id="FR40303265045",
)


def an_account(account_id: str = "acc_1", **changes: Any) -> BilledAccount:
    """An account that can be invoiced, opened in November 2026."""
    facts: dict[str, Any] = {
        "opened_at": datetime(2026, 11, 3, 9, tzinfo=UTC),
        "buyer": BUYER,
        "seller": SELLER,
    }
    return BilledAccount(**{"id": account_id, **facts, **changes})


def an_entry(seconds: int = 95, tariff: Tariff | None = None, **changes: Any) -> Entry:
    """The first entry about a call, recorded two minutes after it began."""
    call = a_call(seconds, **changes)
    return first_entry(call, tariff or a_tariff(), call.started_at + timedelta(minutes=2))


def a_use(seconds: int = 65, tier: str = "D080", **changes: Any) -> ServiceUse:
    """A call to a surcharged number, from the beep after a quarter of a minute on."""
    facts: dict[str, Any] = {
        "call_id": "CA1",
        "account_id": "acc_1",
        "number": "+33892123456",
        "tier": tiers.parse(tier),
        "started_at": NOVEMBER_22,
        "service_from": NOVEMBER_22 + timedelta(seconds=15),
    }
    return ServiceUse(**{**facts, **changes, "seconds": seconds})


def a_logged_call(call_id: str = "CA1", **changes: Any) -> Call:
    """A call of 95 s that the call log says has ended."""
    facts: dict[str, Any] = {
        "account_id": "acc_1",
        "started_at": NOVEMBER_22,
        "dialled": "+33162012345",
        "caller": "+33145000000",
        "state": State.ENDED,
        "outcome": Outcome.ANSWERED,
        "end_status": "completed",
        "seconds": 95,
        "ended_at": NOVEMBER_22 + timedelta(seconds=95),
    }
    return Call(call_id=call_id, **{**facts, **changes})
