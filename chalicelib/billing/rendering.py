"""An invoice as JSON: the terms of EN 16931 in English words, with the French mentions.

Written once, when the invoice is finalised, and stored as it is. Names follow the standard's
business terms (the comments give their numbers); amounts are texts with two decimals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.billing import mentions
from chalicelib.billing.lines import PIECES
from chalicelib.billing.rates import percent

if TYPE_CHECKING:
    from chalicelib.billing.invoice import Draft, Invoice, TaxedLine, VatTotal
    from chalicelib.directory.identity import Identity
    from chalicelib.kernel.money import Money

INVOICE: Final = "380"  # BT-3: a commercial invoice
SERVICES: Final = "S1"  # BT-23 (BR-FR-08): services, not yet paid
EN_16931: Final = "urn:cen.eu:en16931:2017"  # BT-24
FRENCH_REGISTER: Final = "0225"  # BR-FR-21: electronic addresses by SIREN
CREDIT_TRANSFER: Final = "30"  # BT-81, UNTDID 4461


def render(invoice: Invoice) -> dict[str, Any]:
    """Write a finalised invoice as plain JSON values."""
    return {"number": invoice.number, **render_draft(invoice.draft)}  # BT-1


def render_draft(draft: Draft) -> dict[str, Any]:
    """Write all but the number."""
    terms = draft.parties.terms
    return {
        "type_code": INVOICE,
        "issue_date": draft.issued_on.isoformat(),  # BT-2
        "due_date": draft.due_on.isoformat(),  # BT-9
        "currency": "EUR",  # BT-5
        "business_process": SERVICES,
        "specification": EN_16931,
        "order_reference": terms.order_reference or None,  # BT-13
        "period": _period(draft),  # BG-14
        "seller": _party(draft.parties.seller),  # BG-4
        "buyer": _party(draft.parties.buyer),  # BG-7
        "lines": [_line(at, taxed) for at, taxed in enumerate(draft.lines, start=1)],  # BG-25
        "vat_breakdown": [_vat(total) for total in draft.vat_totals],  # BG-23
        "totals": _totals(draft),  # BG-22
        "payment": _payment(draft),  # BG-16
        "notes": mentions.notes(draft.parties),  # BG-1
    }


def _period(draft: Draft) -> dict[str, str]:
    month = draft.month
    return {"start": month.first_day.isoformat(), "end": month.last_day.isoformat()}


def _party(party: Identity) -> dict[str, Any]:
    electronic = (FRENCH_REGISTER, party.siren) if party.siren else ("EM", party.email)
    return {
        "name": party.legal_name,  # BT-27, BT-44
        "siren": party.siren,  # BT-30, BT-47
        "vat_id": party.vat_id,  # BT-31, BT-48
        "address": {
            "lines": list(party.address.lines),
            "postcode": party.address.postcode,
            "city": party.address.city,
            "country": party.address.country,
        },
        "electronic_address": {"scheme": electronic[0], "id": electronic[1]},  # BT-34, BT-49
        "email": party.email,
    }


def _line(at: int, taxed: TaxedLine) -> dict[str, Any]:
    line = taxed.line
    return {
        "id": str(at),  # BT-126
        "name": mentions.line_name(line),  # BT-153
        "description": mentions.line_description(line),  # BT-154
        "quantity": str(line.quantity),  # BT-129
        "unit_code": line.unit,  # BT-130
        "net_price": str(line.price),  # BT-146
        "price_base_quantity": str(line.base),  # BT-149
        "net_amount": _cents(line.net),  # BT-131
        "vat_category": taxed.vat.category.value,  # BT-151
        "vat_rate": percent(taxed.vat.rate),  # BT-152
        "usage_month": line.period.text,
        "late_usage": line.late,
        "calls": line.calls,
        "kind": "connections" if line.unit == PIECES else "time",
    }


def _vat(total: VatTotal) -> dict[str, Any]:
    return {
        "category": total.vat.category.value,  # BT-118
        "rate": percent(total.vat.rate),  # BT-119
        "taxable_amount": _cents(total.base),  # BT-116
        "tax_amount": _cents(total.tax),  # BT-117
        "exemption_reason": total.vat.reason or None,  # BT-120
    }


def _totals(draft: Draft) -> dict[str, str]:
    return {
        "lines": _cents(draft.net),  # BT-106
        "net": _cents(draft.net),  # BT-109
        "vat": _cents(draft.tax),  # BT-110
        "gross": _cents(draft.total),  # BT-112
        "payable": _cents(draft.total),  # BT-115
    }


def _payment(draft: Draft) -> dict[str, Any]:
    terms = draft.parties.terms
    payment: dict[str, Any] = {"terms": mentions.payment_terms(draft.due_on)}  # BT-20
    if terms.iban:  # BR-50 and BR-61
        payment |= {"means_code": CREDIT_TRANSFER, "iban": terms.iban}  # BT-81, BT-84
    return payment


def _cents(amount: Money) -> str:
    """Write an amount that has been rounded already; anything else would be our bug."""
    if not amount.is_whole_cents:
        raise ValueError(f"not in whole cents: {amount}")
    return str(amount)
