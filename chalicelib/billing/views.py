"""Billing's values in the shape that the HTTP API shows, as plain JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.billing import mentions, service_words
from chalicelib.billing.ledger import stamp
from chalicelib.billing.lines import PIECES
from chalicelib.billing.rates import percent
from chalicelib.kernel.money import Money

if TYPE_CHECKING:
    from chalicelib.billing.close import Closing
    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.lines import Line, Usage
    from chalicelib.billing.publishing import Published
    from chalicelib.billing.rating import Charge
    from chalicelib.billing.service import ServiceEntry


def money(amount: Money) -> dict[str, str]:
    """Show an amount with its currency."""
    return {"amount": str(amount), "currency": Money.currency}


def tariff(published: Published) -> dict[str, Any]:
    """Show a tariff as it was published."""
    return {
        "revision": published.revision,
        "published_at": stamp(published.published_at),
        **published.tariff.to_document(),
    }


def charge(entry: Entry) -> dict[str, Any]:
    """Show an entry of the ledger as the charge of its call."""
    call = entry.call
    return {
        "call": call.call_id,
        "number": call.number,
        "family": call.family,
        "origin": call.origin,
        "started_at": stamp(call.started_at),
        "month": entry.period.text,
        "seconds": call.seconds,
        "reason": entry.reason or None,
        "serial": entry.serial,
        "superseded": money(entry.superseded.amount) if entry.superseded else None,
        "recorded_at": stamp(entry.recorded_at),
        **_price(entry.charge),
    }


def service(entry: ServiceEntry) -> dict[str, Any]:
    """Show what a caller owes for a service."""
    use, charged = entry.use, entry.charge
    return {
        "call": use.call_id,
        "number": use.number,
        "tier": use.tier.code,
        "started_at": stamp(use.started_at),
        "service_from": stamp(use.service_from),
        "month": entry.period.text,
        "seconds": use.seconds,
        "billed_seconds": charged.billed_seconds,
        "amount": money(charged.amount),
        "explanation": {
            "fr": service_words.in_french(charged),
            "en": service_words.in_english(charged),
        },
        "serial": entry.serial,
        "superseded": None if entry.superseded is None else money(entry.superseded),
        "recorded_at": stamp(entry.recorded_at),
    }


def usage(total: Usage) -> dict[str, Any]:
    """Show what a month comes to."""
    lines = total.lines()
    return {
        "month": total.month.text,
        "lines": [_line(line) for line in lines],
        "net": money(sum((line.net for line in lines), Money.zero)),
        "calls_without_price": len(total.unpriced),
    }


def month(closing: Closing) -> dict[str, Any]:
    """Show what became of a month."""
    return {
        "month": closing.month.text,
        "status": closing.status,
        "number": closing.number or None,
        "closed_at": stamp(closing.closed_at),
        "invoice": closing.document,
        "code": closing.code or None,
        "message": closing.message or None,
        "reasons": [{"pointer": each.pointer, "detail": each.reason} for each in closing.reasons],
    }


def _price(charge: Charge | None) -> dict[str, Any]:
    if charge is None:
        return dict.fromkeys(("billed_seconds", "amount", "vat_rate", "rate", "explanation"))
    explanation = charge.explanation
    return {
        "billed_seconds": charge.billed_seconds,
        "amount": money(charge.amount),
        "vat_rate": percent(charge.rate.vat),
        "rate": charge.rate.name,
        "explanation": {"fr": explanation.in_french(), "en": explanation.in_english()},
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": mentions.line_name(line),
        "usage_month": line.period.text,
        "late_usage": line.late,
        "kind": "connections" if line.unit == PIECES else "time",
        "calls": line.calls,
        "quantity": line.quantity,
        "net": money(line.net),
        "vat_rate": percent(line.rate.vat),
    }
