"""Rating: what one completed call costs by a tariff, and why. Exact, pure, and quick.

The version in force when the call started decides, however long it lasted. Amounts have six
decimals, rounded half up once a call; cents are the invoice's business.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.billing.explanation import Explanation
from chalicelib.kernel.money import Money

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.billing.origin import Origin
    from chalicelib.billing.rates import Rate
    from chalicelib.billing.tariff import Tariff
    from chalicelib.kernel.numbering import Family


@dataclass(frozen=True, slots=True)
class RatedCall:
    """What of a call decides its price. `seconds` is the carrier's length of the whole call.

    `number` is the one that was dialled; it has no family outside the French plan.
    """

    call_id: str
    account_id: str
    number: str
    family: Family | None
    origin: Origin
    started_at: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call costs. `amount` is before VAT, `price` as the price list shows it."""

    call: RatedCall
    rate: Rate
    valid_from: datetime
    billed_seconds: int
    price: Money
    amount: Money

    @property
    def connection(self) -> Money:
        """Give the part of the amount that is due for being connected, whatever the length."""
        if self.billed_seconds == 0:
            return Money.zero
        return Money(self.rate.net_micros(self.rate.per_call.micros))

    @property
    def time(self) -> Money:
        """Give the rest of the amount: the time, and what the minimum adds to it."""
        return self.amount - self.connection

    @property
    def explanation(self) -> Explanation:
        """Say in words how the amount came about; rendered only when read."""
        return Explanation(
            family=self.call.family,
            origin=self.call.origin,
            started_at=self.call.started_at,
            seconds=self.call.seconds,
            billed_seconds=self.billed_seconds,
            rate=self.rate,
            price=self.price,
            amount=self.amount,
            valid_from=self.valid_from,
        )

    @property
    def basis(self) -> str:
        """Hash what was rated and by which prices: the same again is a duplicate."""
        facts = {
            "family": self.call.family,
            "origin": self.call.origin,
            "seconds": self.call.seconds,
            "started_at": self.call.started_at.isoformat(),
            "rate": self.rate.to_document(),
        }
        return basis_of(facts)


def basis_of(facts: dict[str, Any]) -> str:
    """Hash plain values in a form that does not depend on their order."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def rate(call: RatedCall, tariff: Tariff) -> Charge:
    """Price a call. Raises NoPrice when the tariff says nothing about such a call."""
    version = tariff.version_at(call.started_at)
    rates = version.rates(call.family, call.origin)
    if len(rates) == 1:
        return _charge(call, rates[0], version.valid_from)
    charges = (_charge(call, each, version.valid_from) for each in rates)
    return max(charges, key=lambda charge: charge.amount.micros)


def _charge(call: RatedCall, rate: Rate, valid_from: datetime) -> Charge:
    billed = rate.billed_seconds(call.seconds)
    price = rate.price_micros(billed)
    return Charge(call, rate, valid_from, billed, Money(price), Money(rate.net_micros(price)))
