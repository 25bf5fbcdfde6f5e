"""What somebody agreed to, asked for or is bound by: consents, contracts, requests. Pure.

Nothing counts but what is of this professional, and a consent or a request of this object too.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules.decision import Reason
from chalicelib.campaigns.rules.facts import Covers
from chalicelib.campaigns.rules.law import FINE, soonest

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.rules.decision import Article
    from chalicelib.campaigns.rules.facts import Campaign, Consent, Contract
    from chalicelib.campaigns.rules.law import Case, Reasons

VALID: Final = ""
# C. conso. R223-1 (decree 2026-662): a year at most, no tacit renewal. The anniversary's own
# instant is within it.
A_YEAR: Final = timedelta(days=365)
# What is told of several consents that all fail: the gravest. C. conso. L223-1 al. 3: whoever
# rings proves, so that what cannot be read is not there.
_GRAVEST: Final = (
    "consent.revoked",
    "consent.unreadable",
    "consent.future",
    "consent.expired",
    "consent.other-object",
)


@lru_cache(maxsize=4096)
def same_words(text: str) -> str:
    """Bring what is the same object to the same text.

    >>> same_words(" Travaux  d'ISOLATION. ") == same_words("travaux d'isolation")
    True
    >>> same_words("Travaux .") == same_words("travaux")
    True
    """
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(plain.split()).strip(" .")


def same_object(one: str, other: str) -> bool:
    """Tell whether two objects are one. Nothing is the same as an object that is not named."""
    return bool(one) and (one == other or same_words(one) == same_words(other))


def withdrawn_at(case: Case) -> datetime | None:
    """Return when the person last said that they want no more of this, however they did."""
    campaign, latest = case.campaign, None
    for each in case.past.withdrawals:
        mine = each.professional in ("", case.id)
        if mine and (not each.object or same_object(each.object, campaign.object)):
            latest = each.at if latest is None or each.at > latest else latest
    for consent in case.past.consents:
        at = consent.revoked_at
        if at is not None and consent.professional == case.id and (latest is None or at > latest):
            latest = at if same_object(consent.object, campaign.object) else latest
    return latest


def consent_for(
    case: Case, covers: Covers, lifetime: timedelta | None
) -> tuple[Consent | None, str, datetime | None]:
    """Find a valid consent; else what is wrong, and when one may begin to count.

    Fails closed, in this order: withdrawn, unreadable or of the future, too old, of another
    object.
    """
    withdrawn = withdrawn_at(case)
    found: set[str] = set()
    begins: datetime | None = None
    for each in case.past.consents:
        if each.professional != case.id or covers not in each.covers:
            continue
        wrong = _wrong(each, case, withdrawn, lifetime)
        if wrong == VALID:
            return each, VALID, None
        if wrong == "consent.future":
            begins = soonest((begins, each.captured_at))
        found.add(wrong)
    return None, next((each for each in _GRAVEST if each in found), "consent.missing"), begins


def _wrong(
    consent: Consent, case: Case, withdrawn: datetime | None, lifetime: timedelta | None
) -> str:
    given = consent.captured_at
    if not same_object(consent.object, case.campaign.object):
        return "consent.other-object"
    if consent.revoked_at is not None:
        return "consent.revoked"
    if given is None:
        return "consent.unreadable"
    if withdrawn is not None and given <= withdrawn:
        return "consent.revoked"
    if given > case.at:
        return "consent.future"
    over = consent.expires_at is not None and case.at > consent.expires_at
    if over or (lifetime is not None and case.at > given + lifetime):
        return "consent.expired"
    return VALID


def contract_for(
    case: Case, outlasts: timedelta = timedelta()
) -> tuple[Contract | None, str, datetime | None]:
    """Find a running contract that the call has to do with; else what is wrong, and when.

    C. conso. L223-1 al. 4: it is being carried out, and the call has to do with its object.
    """
    wrong, begins = "contract.missing", None
    for each in case.past.contracts:
        if each.professional != case.id:
            continue
        if not _is_related(each, case.campaign):
            wrong = "contract.unrelated" if wrong == "contract.missing" else wrong
        elif each.began_at > case.at:
            wrong, begins = "contract.not-running", soonest((begins, each.began_at))
        elif each.ended_at is not None and case.at - outlasts >= each.ended_at:
            wrong = "contract.not-running"
        else:
            return each, VALID, None
    return None, wrong, begins


def _is_related(contract: Contract, campaign: Campaign) -> bool:
    """Tell whether a campaign says what it has to do with contracts of this object."""
    named = (same_object(contract.object, each) for each in campaign.contract_objects)
    return bool(campaign.link.strip()) and any(named)


def agreed_to_automata(case: Case, article: Article, lifetime: timedelta | None) -> Reasons:
    """Refuse a machine that nobody agreed to."""
    consent, _, begins = consent_for(case, Covers.AUTOMATON, lifetime)
    return FINE if consent else (Reason("automaton.consent", article, begins),)
