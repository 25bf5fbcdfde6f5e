"""May this person be rung now, and if not, when? Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules.articles import HOUSE
from chalicelib.campaigns.rules.clock import FAR, in_utc, is_readable
from chalicelib.campaigns.rules.decision import Decision, Reason
from chalicelib.campaigns.rules.france import France
from chalicelib.campaigns.rules.law import Case
from chalicelib.campaigns.rules.looking import LookedAt, instants_of
from chalicelib.campaigns.rules.united_kingdom import UnitedKingdom
from chalicelib.campaigns.rules.united_states import UnitedStates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.rules.facts import Campaign, Past, Person
    from chalicelib.campaigns.rules.law import Country, Reasons

# The edition of these rules: change it with them, it is stored with every decision.
EDITION: Final = "2026-11-28.1"
LAWS: Final[Mapping[str, Country]] = {
    law.code: law for law in (France(), UnitedKingdom(), UnitedStates())
}
# Reasons end one after the other, and windows are found at once: far more than it takes.
_MOST_STEPS: Final = 100


def country_of(person: Person, laws: Mapping[str, Country] = LAWS) -> str:
    """Return the country whose law a person is rung by; empty if it is none that is known.

    >>> from chalicelib.campaigns.rules.facts import Person
    >>> [country_of(Person(number=each)) for each in ("+590690123456", "+12125550123", "+3225")]
    ['FR', 'US', '']
    """
    faults = {code: law.place(person).fault for code, law in laws.items()}
    return next((code for code, fault in faults.items() if not fault), "")


def decide(
    at: datetime,
    campaign: Campaign,
    person: Person,
    past: Past,
    laws: Mapping[str, Country] = LAWS,
) -> Decision:
    """Decide by the law of the campaign's country as it was, or is to be, at the instant."""
    at = in_utc(at)
    law = laws.get(campaign.country)
    if law is None:
        unknown = (Reason("country.unknown", HOUSE),)
        return Decision(at, campaign.country, False, unknown, None, None, EDITION)
    if not all(map(is_readable, instants_of(past))):
        unreadable = (Reason("facts.unreadable", HOUSE),)
        return Decision(at, law.code, False, unreadable, None, None, EDITION)
    case = Case(at, campaign, person, past, law.place(person), law.margin)
    reasons = law.timeline.reasons(case)
    if not reasons:
        ground = law.ground(case)
        return Decision(at, law.code, True, (), at, ground, EDITION, LookedAt(case, ground))
    earliest = _earliest(law, case, reasons)
    return Decision(at, law.code, False, reasons, earliest, None, EDITION, LookedAt(case, None))


def _earliest(law: Country, case: Case, reasons: Reasons) -> datetime | None:
    """Go from each instant at which all reasons may be over to the next, until there are none."""
    ahead = case.again()
    for _ in range(_MOST_STEPS):
        ends = [each.until for each in reasons if each.until is not None]
        if len(ends) < len(reasons) or max(ends) >= FAR:
            return None
        ahead.at = max(ends)
        reasons = law.timeline.reasons(ahead)
        if not reasons:
            return ahead.at
    return None
