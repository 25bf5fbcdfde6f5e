"""Interactions and leads with all that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.tracking.attribution.touchpoints import Touchpoint
from chalicelib.tracking.leads.leads import Interaction, Kind, Lead, with_interaction

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
ACCOUNT = "acct_shop"


def a_call(name: str = "CA1", minutes: float = 0, *known_by: str, **facts: Any) -> Interaction:
    at = NOON + timedelta(minutes=minutes)
    known: dict[str, Any] = {"id": name, "kind": Kind.CALL, "at": at, "identities": known_by}
    return Interaction(**known | facts)


def a_form(name: str = "form:1", minutes: float = 0, *known_by: str, **facts: Any) -> Interaction:
    return a_call(name, minutes, *known_by, **{"kind": Kind.FORM, **facts})


def a_lead(*did: Interaction, **facts: Any) -> Lead:
    lead = Lead(**{"id": "led_1", "account_id": ACCOUNT, **facts})
    for each in did or (a_call(),):
        lead = with_interaction(lead, each)
    return lead


def a_touch(channel: str, days: float = 0, **facts: Any) -> Touchpoint:
    return Touchpoint(at=NOON - timedelta(days=days), channel=channel, **facts)
