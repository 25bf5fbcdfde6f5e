"""Journeys with all that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.journeys import Journey, Told

ACCOUNT: Final = "acct_1"
NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
NUMBER: Final = "+33162010000"
CALLER: Final = "hash-of-a-caller"
LANDING: Final = {
    "channel": "paid-search",
    "source": "google",
    "medium": "cpc",
    "campaign": "soldes",
    "click": ["gclid", "abc"],
}
SOURCE: Final = {name: LANDING[name] for name in ("channel", "source", "medium", "campaign")}
SOON: Final = {"fr": "Le visiteur a vu ce numéro.", "en": "The visitor saw this number."}
STRANGER: Final = {"fr": "Quelqu'un.", "en": "Somebody."}


def a_journey(call_id: str = "CA1", **facts: Any) -> Journey:
    """Return the journey of a call that was credited to the visit `vis_a`."""
    known: dict[str, Any] = {
        "call_id": call_id,
        "account_id": ACCOUNT,
        "rang_at": NOON,
        "dialled": NUMBER,
        "caller_hash": CALLER,
        "role": Role.POOL,
        "pool_id": "pool_shop",
        "visit_id": "vis_a",
        "site_id": "site_1",
        "confidence": 0.9,
        "landing": LANDING,
        "candidates": (
            Told(visit_id="vis_a", weight=0.9, reason=SOON, lease_id="lea_a", source=SOURCE),
            Told(visit_id=None, weight=0.1, reason=STRANGER),
        ),
        "reason": SOON,
    }
    return Journey(**known | facts)


def an_unknown(call_id: str = "CA1", **facts: Any) -> Journey:
    """Return the journey of a call of which nothing is known."""
    nothing: dict[str, Any] = {
        "role": Role.UNKNOWN,
        "pool_id": None,
        "visit_id": None,
        "site_id": None,
        "confidence": 0.0,
        "landing": {},
        "candidates": (),
    }
    return a_journey(call_id, **nothing | facts)
