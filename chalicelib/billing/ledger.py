"""The ledger of charges: entries that are only ever added, never changed.

A call's first entry charges it; a correction adds an entry that takes the earlier charge back and
puts the new one. So what an invoice took stays what it was, and the difference falls to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.billing.origin import Origin
from chalicelib.billing.rates import Rate
from chalicelib.billing.rating import Charge, RatedCall, basis_of, rate
from chalicelib.billing.tariff import NoPrice
from chalicelib.kernel.money import Money
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.periods import Month

if TYPE_CHECKING:
    from chalicelib.billing.tariff import Tariff


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry about one call. `charge` is None while no price is known, and `reason` says why.

    `serial` counts a call's entries from 0; `superseded` is the charge that this one takes back.
    """

    call: RatedCall
    serial: int
    recorded_at: datetime
    basis: str
    charge: Charge | None
    superseded: Charge | None = None
    reason: str = ""

    @cached_property
    def period(self) -> Month:
        """Give the month of usage: that in which the call started, in Paris."""
        return Month.of(self.call.started_at)

    @property
    def position(self) -> str:
        """Give the entry's place among all of its account's, in the order of recording."""
        return f"{stamp(self.recorded_at)}#{self.call.call_id}#{self.serial:06d}"

    @property
    def difference(self) -> Money:
        """Give what the entry adds to what is owed, before VAT."""
        charged = self.charge.amount if self.charge else Money.zero
        return charged - (self.superseded.amount if self.superseded else Money.zero)


def first_entry(call: RatedCall, tariff: Tariff | None, now: datetime) -> Entry:
    """Charge a call, or note why it cannot be priced yet: usage is never dropped."""
    charge, reason = _priced(call, tariff)
    basis = charge.basis if charge else basis_of({"unpriced": _facts(call)})
    return Entry(call=call, serial=0, recorded_at=now, basis=basis, charge=charge, reason=reason)


def correction(latest: Entry, wanted: Entry) -> Entry | None:
    """Give the entry that turns a call's latest into the wanted one; None if they are the same.

    A price is never taken back for want of one: a tariff that cannot be read corrects nothing.
    """
    if latest.basis == wanted.basis or (latest.charge and not wanted.charge):
        return None
    return Entry(
        call=wanted.call,
        serial=latest.serial + 1,
        recorded_at=wanted.recorded_at,
        basis=wanted.basis,
        charge=wanted.charge,
        superseded=latest.charge,
        reason=wanted.reason,
    )


def stamp(instant: datetime) -> str:
    """Write an instant in UTC at a fixed width, so that text order is time order.

    >>> stamp(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '2026-11-22T09:30:00.000000Z'
    """
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def to_document(entry: Entry) -> dict[str, Any]:
    """Write an entry as plain JSON values."""
    return {
        "call": _facts(entry.call),
        "serial": entry.serial,
        "recorded_at": stamp(entry.recorded_at),
        "basis": entry.basis,
        "reason": entry.reason,
        "charge": _charge_document(entry.charge),
        "superseded": _charge_document(entry.superseded),
    }


def from_document(document: dict[str, Any]) -> Entry:
    """Rebuild the entry that `to_document` wrote."""
    return Entry(
        call=_call(document["call"]),
        serial=int(document["serial"]),
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
        basis=document["basis"],
        reason=document["reason"],
        charge=_charge(document["charge"]),
        superseded=_charge(document["superseded"]),
    )


def _priced(call: RatedCall, tariff: Tariff | None) -> tuple[Charge | None, str]:
    if tariff is None:
        return None, "the account has no tariff"
    try:
        return rate(call, tariff), ""
    except NoPrice as error:
        return None, error.message


def _facts(call: RatedCall) -> dict[str, Any]:
    return {
        "call_id": call.call_id,
        "account_id": call.account_id,
        "number": call.number,
        "family": call.family.value if call.family else None,
        "origin": call.origin.value,
        "started_at": stamp(call.started_at),
        "seconds": call.seconds,
    }


def _call(facts: dict[str, Any]) -> RatedCall:
    return RatedCall(
        call_id=facts["call_id"],
        account_id=facts["account_id"],
        number=facts["number"],
        family=Family(facts["family"]) if facts["family"] else None,
        origin=Origin(facts["origin"]),
        started_at=datetime.fromisoformat(facts["started_at"]),
        seconds=int(facts["seconds"]),
    )


def _charge_document(charge: Charge | None) -> dict[str, Any] | None:
    if charge is None:
        return None
    return {
        "call": _facts(charge.call),
        "rate": charge.rate.to_document(),
        "valid_from": stamp(charge.valid_from),
        "billed_seconds": charge.billed_seconds,
        "price": str(charge.price),
        "amount": str(charge.amount),
    }


def _charge(document: dict[str, Any] | None) -> Charge | None:
    if document is None:
        return None
    return Charge(
        call=_call(document["call"]),
        rate=Rate.from_document(document["rate"]),
        valid_from=datetime.fromisoformat(document["valid_from"]),
        billed_seconds=int(document["billed_seconds"]),
        price=Money.euros(document["price"]),
        amount=Money.euros(document["amount"]),
    )
