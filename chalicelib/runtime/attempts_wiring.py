"""Where members and attempts of campaigns meet ledgers, contacts and the clock."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.telling import NotSendable
from chalicelib.runtime import consents_wiring, live_wiring, wiring
from chalicelib.runtime.observability import count, logger
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.attempts.progress import Progress
    from chalicelib.campaigns.attempts.remembered.store import Remembered
    from chalicelib.campaigns.attempts.store import AttemptStore
    from chalicelib.campaigns.attempts.usecases import News
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.pacing.hours import Answers
    from chalicelib.runtime.kept import Kept


@cache
def store() -> AttemptStore:
    """Return members and attempts."""
    from chalicelib.campaigns.attempts.store import AttemptStore

    return AttemptStore(settings().campaigns_table)


@cache
def memory() -> Remembered:
    """Return what the law remembers, for calls that are none of a campaign's."""
    from chalicelib.campaigns.attempts.remembered.store import Remembered

    return Remembered(settings().campaigns_table)


@cache
def kept_answers() -> Kept[str, Answers]:
    """Return when people answer campaigns: habits change slowly, and looking costs a request."""
    from chalicelib.runtime.kept import Kept

    return Kept(lambda campaign_id: store().counts(campaign_id).answers, fresh_seconds=900)


def known_of(campaign: Campaign, contact: Contact, number: str, now: datetime) -> Known:
    """Return all that deciding about ringing one of a contact's numbers takes of what is stored.

    Lists of beginnings are those of at most half a minute ago. Raises Unavailable.
    """
    from chalicelib.campaigns.attempts import usecases

    known = usecases.known_of(campaign, contact, store(), consents_wiring.desk(), now)
    prefixes = consents_wiring.kept_prefixes().get(campaign.account_id).of(number)
    return replace(known, facts=replace(known.facts, prefixes=prefixes))


def known_by(account_id: str, siren: str, number: str, now: datetime) -> Known:
    """Return all that deciding takes about whoever has a number, whoever rings them for whom.

    Lists of beginnings are those of at most half a minute ago. Raises Unavailable.
    """
    from chalicelib.campaigns.attempts import usecases

    person = wiring.Callers().caller_hash(account_id, number)
    known = usecases.known_by(account_id, siren, (person,), store(), consents_wiring.desk(), now)
    prefixes = consents_wiring.kept_prefixes().get(account_id).of(number)
    return replace(known, facts=replace(known.facts, prefixes=prefixes))


def end(campaign: Campaign, attempt_id: str, news: News, now: datetime) -> Attempt | None:
    """Store that an attempt is over; None: it was before. Raises NotFound."""
    from chalicelib.campaigns.attempts import usecases

    answers = kept_answers().get(campaign.id)
    return usecases.end(campaign, attempt_id, news, store(), answers=answers, now=now)


def refuse(campaign_id: str, attempt_id: str) -> Attempt:
    """Store that a person refused, in a call or after it. Raises NotFound."""
    from chalicelib.campaigns.attempts import usecases

    return usecases.refuse(campaign_id, attempt_id, store(), wiring.clock())


def progress(campaign: Campaign, now: datetime) -> Progress:
    """Return how far a campaign has come, with two requests."""
    from chalicelib.campaigns.attempts import opening
    from chalicelib.campaigns.attempts import progress as far

    run = store().run(campaign.account_id, campaign.id)
    somebody = opening.somebody(campaign.plan)
    return far.progress(
        store().counts(campaign.id),
        whole=run.whole,
        now=now,
        opens=lambda at: opening.opens(campaign.plan, somebody, at),
    )


def zone(campaign: Campaign) -> ZoneInfo:
    """Return by whose clock a campaign's hours are drawn."""
    from chalicelib.campaigns.days import zone_of

    return zone_of(campaign.plan.country)


def show_progress(campaign: Campaign, now: datetime) -> None:
    """Push how far a campaign has come to those who watch its account, if anybody does.

    Nobody's call waits for it: what cannot be told is told the next time.
    """
    from chalicelib.campaigns.attempts import models
    from chalicelib.runtime.sockets import Management
    from chalicelib.tracking.live.gateway import Audience

    audience = Audience(live_wiring.watchers(), Management)
    try:
        watching = audience.watching(campaign.account_id)
        if watching:
            message = models.message(campaign, progress(campaign, now))
            audience.tell(campaign.account_id, watching, json.dumps(message, ensure_ascii=False))
    except Unavailable:
        count("CampaignProgressNotPushed")


def report_end(campaign: Campaign, now: datetime) -> None:
    """Send what a campaign came to, to whom its owner wants it sent, if to anybody.

    The figures stay where they are: an e-mail that is not taken is noted, and not sent again.
    """
    from chalicelib.campaigns.attempts import reporting
    from chalicelib.runtime.telling import SesMail

    to = campaign.plan.report_to
    if not to:
        return
    mail = SesMail(lambda: wiring.aws("sesv2"), settings().mail_sender)
    try:
        told = reporting.report(campaign, progress(campaign, now), zone(campaign))
        mail.send(to, told.subject, told.body)
    except (NotSendable, Unavailable) as error:
        count("CampaignReportNotSent")
        logger().warning("a campaign's report is not sent", extra={"cause": error.message})
