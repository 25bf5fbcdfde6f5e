"""Billing's values as plain JSON values and back, for whoever stores or shows them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.billing import pricelist
from chalicelib.billing import terms as agreed
from chalicelib.billing.close import Closing, Status
from chalicelib.billing.ledger import stamp
from chalicelib.billing.publishing import Published
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.periods import Month

if TYPE_CHECKING:
    from chalicelib.billing.terms import Terms


def published_document(published: Published) -> dict[str, Any]:
    """Write a published tariff."""
    return {
        "tariff": published.tariff.to_document(),
        "revision": published.revision,
        "published_at": stamp(published.published_at),
    }


def published(document: dict[str, Any]) -> Published:
    """Read a published tariff."""
    return Published(
        tariff=pricelist.parse(document["tariff"]),
        revision=int(document["revision"]),
        published_at=datetime.fromisoformat(document["published_at"]),
    )


def terms(document: dict[str, Any]) -> Terms:
    """Read terms."""
    return agreed.parse(document)


def closing_document(closing: Closing) -> dict[str, Any]:
    """Write a month."""
    return {
        "account_id": closing.account_id,
        "month": closing.month.text,
        "status": closing.status.value,
        "cutoff": stamp(closing.cutoff),
        "closed_at": stamp(closing.closed_at),
        "number": closing.number,
        "document": closing.document,
        "code": closing.code,
        "message": closing.message,
        "reasons": [[fault.pointer, fault.reason] for fault in closing.reasons],
    }


def closing(document: dict[str, Any]) -> Closing:
    """Read a month."""
    return Closing(
        account_id=document["account_id"],
        month=Month(document["month"]),
        status=Status(document["status"]),
        cutoff=datetime.fromisoformat(document["cutoff"]),
        closed_at=datetime.fromisoformat(document["closed_at"]),
        number=document["number"],
        document=document["document"],
        code=document["code"],
        message=document["message"],
        reasons=tuple(Fault(pointer, reason) for pointer, reason in document["reasons"]),
    )
