"""What befalls attempts: look, decide what follows, store it in one piece. Pure but for its ports.

Whoever is told of an end does no more than one read and one transaction for it; where somebody else
changed the attempt between the two, they look again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.attempts import changing
from chalicelib.campaigns.attempts.changing import Ways
from chalicelib.campaigns.attempts.opening import best
from chalicelib.campaigns.attempts.past import Known
from chalicelib.campaigns.consents.lines import Whose
from chalicelib.campaigns.consents.usecases import facts_in
from chalicelib.campaigns.days import zone_of
from chalicelib.campaigns.rules import LAWS
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.attempts.ports import Attempts
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.consents.ports import Desk as Ledgers
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.pacing.hours import Answers
    from chalicelib.campaigns.pacing.outcomes import Outcome
    from chalicelib.campaigns.rules import Person

# How often to look again where somebody was first.
_LOOKS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told of the end of an attempt. Without an outcome no call came of it."""

    outcome: Outcome | None
    call_id: str = ""
    answered_by: str = ""
    seconds: int = 0


def known_of(
    campaign: Campaign, contact: Contact, attempts: Attempts, ledgers: Ledgers, now: datetime
) -> Known:
    """Return all that deciding about a contact takes of what is stored."""
    siren, hashes = campaign.plan.professional.siren, (contact.id, *contact.others)
    return known_by(campaign.account_id, siren, hashes, attempts, ledgers, now, campaign.id)


def known_by(
    account_id: str,
    siren: str,
    hashes: Sequence[str],
    attempts: Attempts,
    ledgers: Ledgers,
    now: datetime,
    campaign_id: str = "",
) -> Known:
    """Return all that deciding takes about a person who is known by the hashes of their numbers.

    A ledger that looks broken is read once more: an addition may have been half seen.
    """
    for _ in range(2):
        stored = attempts.stored(account_id, siren, hashes, campaign_id, now)
        facts = facts_in(stored.ledger, Whose(account_id, hashes[0]), ledgers)
        if facts.intact:
            break
    standing = facts.standing
    said = replace(standing, withdrawals=(*standing.withdrawals, *stored.withdrawals))
    head = stored.ledger.head
    return Known(
        siren=siren,
        facts=replace(
            facts, standing=said, suppressions=(*facts.suppressions, *stored.suppressions)
        ),
        rungs=stored.rungs,
        elsewhere=stored.elsewhere,
        ledger=f"{head.seq}:{head.seal}" if head.seq else "",
    )


def clock_of(person: Person, country: str) -> str:
    """Return the zone of the clock that a person's days and hours are told by."""
    law = LAWS.get(country)
    zones = law.place(person).zones if law is not None else ()
    return zones[0] if zones else zone_of(country).key


def end(
    campaign: Campaign,
    attempt_id: str,
    news: News,
    attempts: Attempts,
    *,
    answers: Answers,
    now: datetime,
) -> Attempt | None:
    """Store that an attempt is over; return it as it is then. None: it was over before.

    `answers` are what the campaign has learnt of hours. Raises NotFound.
    """
    for _ in range(_LOOKS):
        attempt = attempts.attempt(campaign.id, attempt_id)
        if not attempt.is_open:
            return None
        ending = changing.ended(
            attempt,
            news.outcome,
            ways_of(campaign, attempt, answers),
            now=max(now, attempt.ordered_at),
            call_id=news.call_id,
            answered_by=news.answered_by,
            seconds=news.seconds,
        )
        with suppress(Conflict):
            if attempts.end(ending):
                return ending.after
    raise Unavailable("the attempt changes all the time", campaign_id=campaign.id)


def refuse(campaign_id: str, attempt_id: str, attempts: Attempts, now: datetime) -> Attempt:
    """Store that a person refused, in a call or after it: for sixty days nobody rings them.

    C. conso. D223-9. Doing so twice is no error. Raises NotFound.
    """
    for _ in range(_LOOKS):
        attempt = attempts.attempt(campaign_id, attempt_id)
        if attempt.refused_at is not None:
            return attempt
        member = attempts.members(campaign_id, (attempt.contact_id,)).get(attempt.contact_id)
        if member is None:
            raise NotFound("no such member", campaign_id=campaign_id)
        refusing = changing.refused(attempt, member, now, now)
        with suppress(Conflict):
            attempts.refuse(refusing)
            return refusing.after
    raise Unavailable("the attempt changes all the time", campaign_id=campaign_id)


def ways_of(campaign: Campaign, attempt: Attempt, answers: Answers) -> Ways:
    """Return how a campaign goes on after an attempt."""
    zone = ZoneInfo(attempt.zone)
    return Ways(plan=campaign.plan, best=best(campaign.plan, attempt.number, zone, answers))
