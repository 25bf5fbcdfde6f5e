"""What callers owe for the service of a surcharged number, S: from the beep to the end. Pure.

This is not what the account owes: callers pay it to their own operators, taxes included. It never
comes near an invoice; what the account gets of it is decided by its operator's statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.billing.ledger import stamp
from chalicelib.billing.rating import basis_of
from chalicelib.calls.events import EndStatus
from chalicelib.kernel import tiers
from chalicelib.kernel.money import Money, half_up
from chalicelib.kernel.periods import Month
from chalicelib.kernel.tiers import MOST_A_CALL, Tier

if TYPE_CHECKING:
    from chalicelib.calls.call import Call

_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUse:
    """A call, from its beep on. `seconds` are whole ones, those that have begun left out."""

    call_id: str
    account_id: str
    number: str
    tier: Tier
    started_at: datetime
    service_from: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class ServiceCharge:
    """What one call's service costs its caller: `amount` includes VAT."""

    use: ServiceUse
    billed_seconds: int
    amount: Money

    @property
    def capped(self) -> bool:
        """Say whether a limit of the law made it less."""
        return self.billed_seconds < self.use.seconds or self.amount == MOST_A_CALL


@dataclass(frozen=True, kw_only=True)
class ServiceEntry:
    """One entry about one call's service; a correction supersedes the one before it."""

    charge: ServiceCharge
    serial: int
    recorded_at: datetime
    superseded: Money | None = None

    @property
    def use(self) -> ServiceUse:
        """Give the call that it is about."""
        return self.charge.use

    @cached_property
    def period(self) -> Month:
        """Give the month of usage: that in which the call started, in Paris."""
        return Month.of(self.use.started_at)

    @property
    def position(self) -> str:
        """Give the entry's place among all of its account's, in the order of recording."""
        return f"{stamp(self.recorded_at)}#{self.use.call_id}#{self.serial:06d}"

    @property
    def basis(self) -> str:
        """Hash what was rated: the same again is a duplicate."""
        return basis_of(_facts(self.use))


def used(call: Call) -> ServiceUse | None:
    """Return what of a call is to be rated; None while it goes on, or if no beep was heard."""
    if call.end_status != EndStatus.COMPLETED or call.seconds is None:
        return None
    if call.service_from is None or call.service_tier is None:
        return None
    # The carrier's length, not the hour of its notice: notices come late, and sometimes twice.
    ends = call.started_at + timedelta(seconds=call.seconds)
    return ServiceUse(
        call_id=call.call_id,
        account_id=call.account_id,
        number=call.dialled,
        tier=tiers.parse(call.service_tier),
        started_at=call.started_at,
        service_from=call.service_from,
        seconds=max(0, int((ends - call.service_from).total_seconds())),
    )


def rate(use: ServiceUse) -> ServiceCharge:
    """Price a call's service: by the call, or by the second from the first one on.

    ARCEP 2018-0881: one or the other, the same at every hour; AF2M 2026: 30 minutes at most over
    0.20 euros a minute, and 24 euros a call.
    """
    billed = min(use.seconds, use.tier.limit_seconds or use.seconds)
    price = Money.cents(use.tier.cents)
    if use.tier.per_minute:
        price = Money(half_up(price.micros * billed, _SECONDS_PER_MINUTE))
    return ServiceCharge(use, billed, min(price, MOST_A_CALL))


def first_entry(use: ServiceUse, now: datetime) -> ServiceEntry:
    """Charge a call's service."""
    return ServiceEntry(charge=rate(use), serial=0, recorded_at=now)


def correction(latest: ServiceEntry, wanted: ServiceEntry) -> ServiceEntry | None:
    """Give the entry that turns a call's latest into the wanted one; None if they are the same."""
    if latest.basis == wanted.basis:
        return None
    return ServiceEntry(
        charge=wanted.charge,
        serial=latest.serial + 1,
        recorded_at=wanted.recorded_at,
        superseded=latest.charge.amount,
    )


def to_document(entry: ServiceEntry) -> dict[str, Any]:
    """Write an entry as plain JSON values."""
    return {
        **_facts(entry.use),
        "billed_seconds": entry.charge.billed_seconds,
        "amount": str(entry.charge.amount),
        "serial": entry.serial,
        "recorded_at": stamp(entry.recorded_at),
        "superseded": None if entry.superseded is None else str(entry.superseded),
    }


def from_document(document: dict[str, Any]) -> ServiceEntry:
    """Rebuild the entry that `to_document` wrote."""
    use = ServiceUse(
        call_id=document["call_id"],
        account_id=document["account_id"],
        number=document["number"],
        tier=tiers.parse(document["tier"]),
        started_at=datetime.fromisoformat(document["started_at"]),
        service_from=datetime.fromisoformat(document["service_from"]),
        seconds=int(document["seconds"]),
    )
    charge = ServiceCharge(use, int(document["billed_seconds"]), Money.euros(document["amount"]))
    superseded = document["superseded"]
    return ServiceEntry(
        charge=charge,
        serial=int(document["serial"]),
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
        superseded=None if superseded is None else Money.euros(superseded),
    )


def _facts(use: ServiceUse) -> dict[str, Any]:
    return {
        "call_id": use.call_id,
        "account_id": use.account_id,
        "number": use.number,
        "tier": use.tier.code,
        "started_at": stamp(use.started_at),
        "service_from": stamp(use.service_from.astimezone(UTC)),
        "seconds": use.seconds,
    }
