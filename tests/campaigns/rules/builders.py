"""Campaigns, people and what happened to them, lawful unless a test says otherwise.

The usual instant is Wednesday 18 November 2026, 11 h in Paris.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.rules import (
    LAWS,
    Attempt,
    Campaign,
    Consent,
    Contract,
    Country,
    Covers,
    Decision,
    Mode,
    Past,
    Person,
    Professional,
    Purpose,
    Refusal,
    Request,
    Shown,
    Withdrawal,
    decide,
)

SIREN: Final = "552100554"
OBJECT: Final = "Assurance habitation"
PARIS: Final = ZoneInfo("Europe/Paris")
NOW: Final = datetime(2026, 11, 18, 10, tzinfo=UTC)
NPV: Final = "+33162012345"
MOBILE: Final = "+33612345678"
DAY: Final = timedelta(days=1)


def paris(text: str) -> datetime:
    """Read what the clock shows in Paris, as 2026-11-18 11:00."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def a_number(**facts: Any) -> Shown:
    """Show a number that was made for it."""
    return Shown(**{"number": NPV, "entitled": True, "answers": True, **facts})


def a_campaign(shows: str | None = NPV, **facts: Any) -> Campaign:
    """Sell home insurance by predictive dialling."""
    usual = {
        "professional": Professional(id=SIREN, name="Assurances du Midi"),
        "purpose": Purpose.COMMERCIAL,
        "object": OBJECT,
        "mode": Mode.PREDICTIVE,
        "shown": a_number(number=shows),
        "contract_objects": (OBJECT,),
    }
    return Campaign(**{**usual, **facts})


def a_person(number: str = MOBILE, **facts: Any) -> Person:
    """Return a consumer with a mobile."""
    return Person(number=number, **facts)


def a_consent(captured_at: datetime | None = NOW - 30 * DAY, **facts: Any) -> Consent:
    """Agree to be rung about the object."""
    usual = {"id": "cns_1", "professional": SIREN, "object": OBJECT}
    return Consent(captured_at=captured_at, **{**usual, **facts})


def agreed(*covers: Covers, **facts: Any) -> Consent:
    """Agree to the telephone, and to what else is said."""
    return a_consent(covers=frozenset({Covers.PHONE, *covers}), **facts)


def a_contract(**facts: Any) -> Contract:
    """Have been a customer for a year."""
    usual = {"id": "ctr_1", "professional": SIREN, "began_at": NOW - 365 * DAY, "object": OBJECT}
    return Contract(**{**usual, **facts})


def a_request(at: datetime = NOW - DAY, **facts: Any) -> Request:
    """Have asked to be rung about the object, the day before."""
    usual = {"id": "req_1", "professional": SIREN, "object": OBJECT, "proof": "form_1"}
    return Request(at=at, **{**usual, **facts})


def tried(*ago: timedelta, **facts: Any) -> tuple[Attempt, ...]:
    """Have been rung so long before the usual instant."""
    return tuple(Attempt(**{"professional": SIREN, "at": NOW - each, **facts}) for each in ago)


def said_no(at: datetime, professional: str = SIREN) -> tuple[Refusal, ...]:
    """Have refused."""
    return (Refusal(professional=professional, at=at),)


def withdrew(at: datetime, **facts: Any) -> tuple[Withdrawal, ...]:
    """Have asked not to be rung any more."""
    return (Withdrawal(**{"professional": SIREN, "at": at, **facts}),)


WILLING: Final = Past(consents=(a_consent(),))


def decided(
    at: datetime = NOW,
    campaign: Campaign | None = None,
    person: Person | None = None,
    past: Past = WILLING,
    law: Country | None = None,
) -> Decision:
    """Decide about a willing person."""
    laws = LAWS if law is None else {law.code: law}
    return decide(at, campaign or a_campaign(), person or a_person(), past, laws)


def codes(decision: Decision) -> list[str]:
    """List the codes of the reasons."""
    return [each.code for each in decision.reasons]


def texts(decision: Decision) -> set[str]:
    """List the articles of the reasons."""
    return {each.article.key for each in decision.reasons}


def with_(past: Past = WILLING, **facts: Any) -> Past:
    """Add to what a willing person's past is."""
    return replace(past, **facts)
