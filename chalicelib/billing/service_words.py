"""How the price of a service came about, in words. No telephone number in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.money import Money
from chalicelib.kernel.periods import PARIS
from chalicelib.kernel.tiers import MOST_A_CALL

if TYPE_CHECKING:
    from chalicelib.billing.service import ServiceCharge


def in_french(charge: ServiceCharge) -> str:
    """Explain in French; the amount includes VAT."""
    use = charge.use
    started, beep = use.started_at.astimezone(PARIS), use.service_from.astimezone(PARIS)
    unit = "la minute" if use.tier.per_minute else "l'appel"
    price = Money.cents(use.tier.cents).in_french()
    return (
        f"Service d'un appel du {started:%d/%m/%Y à %H:%M:%S}, palier {use.tier.code} :"
        f" {price} TTC {unit} + prix appel. Bip à {beep:%H:%M:%S}, puis {use.seconds} s,"
        f" facturées {_length(charge, 'à la seconde', 'en une fois')}"
        f"{_limits(charge, ', au plus {} s', ', au plus {} par appel')} ="
        f" {charge.amount.in_french()} TTC, que l'appelant doit à son opérateur."
    )


def in_english(charge: ServiceCharge) -> str:
    """Explain in English; the amount includes VAT."""
    use = charge.use
    started, beep = use.started_at.astimezone(PARIS), use.service_from.astimezone(PARIS)
    unit = "a minute" if use.tier.per_minute else "a call"
    return (
        f"Service of a call of {started:%Y-%m-%d %H:%M:%S} (Paris), tier {use.tier.code}:"
        f" EUR {Money.cents(use.tier.cents)} incl. VAT {unit}, beside the call. Beep at"
        f" {beep:%H:%M:%S}, then {use.seconds} s, billed"
        f" {_length(charge, 'by the second', 'at once')}"
        f"{_limits(charge, ', {} s at most', ', {} a call at most')} ="
        f" EUR {charge.amount} incl. VAT, which the caller owes to their operator."
    )


def _length(charge: ServiceCharge, by_second: str, at_once: str) -> str:
    return by_second if charge.use.tier.per_minute else at_once


def _limits(charge: ServiceCharge, seconds: str, amount: str) -> str:
    if charge.billed_seconds < charge.use.seconds:
        return seconds.format(charge.billed_seconds)
    return amount.format(MOST_A_CALL.in_french()) if charge.amount == MOST_A_CALL else ""
