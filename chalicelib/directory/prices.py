"""What a surcharged line costs its callers, from when on: prices by date, the oldest first. Pure.

A price in force is never rewritten: a call is rated by the one its caller was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.numbering import classify
from chalicelib.kernel.periods import Day, Month

if TYPE_CHECKING:
    from datetime import date, datetime

    from chalicelib.kernel.tiers import Tier

FIELD: Final = "/service_price"


@dataclass(frozen=True, slots=True)
class Price:
    """A tier, and the day (in Paris) from which it is in force."""

    since: date
    tier: Tier


@dataclass(frozen=True, slots=True)
class PriceOrder:
    """A price that somebody wants for a line; without a day, as soon as may be."""

    tier: str
    since: date | None = None


Prices = tuple[Price, ...]


def in_force(prices: Prices, now: datetime) -> Price | None:
    """Return the price at an instant."""
    begun = _begun(prices, now)
    return begun[-1] if begun else None


def announced(prices: Prices, now: datetime) -> Price | None:
    """Return the price that is to follow, None if there is none."""
    return next(iter(prices[len(_begun(prices, now)) :]), None)


def changed(prices: Prices, order: PriceOrder, number: str, now: datetime) -> Prices:
    """Return the prices with another one to come, in place of any that was to come.

    A change takes effect on the first of a month (AF2M's rules for RSVA), after today. The first
    price of a line may begin on any day, today included.
    """
    tier, kept = _tier(order.tier, number), _begun(prices, now)
    if kept and kept[-1] == Price(order.since or kept[-1].since, tier):
        return kept  # it is so already, and stays so
    today = Day.of(now).date
    since = order.since or (Month.of(now).next().first_day if kept else today)
    if since < today or (kept and since == today):
        raise _refused("/from", "a price begins later than today: what calls cost stays as it was")
    if kept and since.day != 1:
        raise _refused("/from", "a price changes on the first of a month")
    return (*kept, Price(since, tier))


def withdrawn(prices: Prices, now: datetime) -> Prices:
    """Return the prices without the one that was to come. Raises Rejected if there is none."""
    kept = _begun(prices, now)
    if kept == prices:
        raise _refused("", "a price that is in force can only be followed by another one")
    return kept


def _begun(prices: Prices, now: datetime) -> Prices:
    today = Day.of(now).date
    return tuple(each for each in prices if each.since <= today)


def _tier(code: str, number: str) -> Tier:
    try:
        tier = tiers.parse(code)
    except Rejected as error:
        raise _refused("/tier", error.message) from error
    reason = tiers.refusal(tier, classify(number))
    if reason is not None:
        raise _refused("/tier", reason)
    return tier


def _refused(inside: str, reason: str) -> Rejected:
    return Rejected("the number can't have this price", faults=(Fault(FIELD + inside, reason),))
