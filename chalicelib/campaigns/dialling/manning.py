"""A worker's view of the agents of its campaigns: who is free now, and whom it keeps for a call.

Looked at once a second while people are to be rung. Pure but for its ports.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.days import zone_of
from chalicelib.campaigns.dialling import seats as seating
from chalicelib.campaigns.dialling import sitting
from chalicelib.campaigns.dialling.seats import Doing
from chalicelib.campaigns.pacing.modes import AHEAD, SEATED, Mode, Situation, plan
from chalicelib.campaigns.pacing.predicting import MOST_AT_ONCE, Floor, Outlook
from chalicelib.campaigns.pacing.tallies import OfTheDay, risk
from chalicelib.campaigns.rules import LAWS
from chalicelib.kernel.errors import Conflict, NotFound, Rejected

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.ports import Desk
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.campaigns.pacing.tallies import Cap

# Milliseconds after which agents are looked at again.
EACH: Final = 1000
# So many calls an agent may need in a minute, where nobody answers.
_MOST_AN_AGENT: Final = 20
# Milliseconds for which an outlook holds.
_OUTLOOK: Final = 30_000


@dataclass(slots=True)
class Manned:
    """The agents of a campaign as a worker saw them last."""

    looked_at: int = 0
    learnt_at: int = 0
    free: list[Seat] = field(default_factory=list)
    calls: int = 0
    risk: float = 0.0
    outlook: Outlook | None = None

    def taken(self, campaign: Campaign) -> Seat | None:
        """Take one of the calls: with the agent who is kept for it, in the mode that keeps one."""
        self.calls -= 1
        return None if campaign.plan.mode in AHEAD else self.free.pop(0)


def is_manned(campaign: Campaign) -> bool:
    """Tell whether agents take a campaign's calls."""
    return campaign.plan.mode in SEATED


def most_a_minute(campaign: Campaign, desk: Desk) -> int:
    """Return how many people a campaign's agents need in a minute, at the most."""
    on_duty = sum(not each.leaving for each in desk.crewing.seats.of(campaign.id))
    return on_duty * _MOST_AN_AGENT


def look(
    manned: Manned, campaign: Campaign, now: int, desk: Desk, people: Collection[str] = ()
) -> None:
    """See who is free and not needed by callers; whoever is away comes if they can be spared.

    Where agents see whom they have rung, only they are who are shown one of these `people`.
    """
    if now - manned.looked_at < EACH:
        return
    manned.looked_at = now
    there, at = desk.crewing.seats.of(campaign.id), desk.clock()
    for each in there:
        if each.doing is Doing.AWAY and not each.leaving:
            with suppress(Conflict, NotFound, Rejected):
                sitting.bring(each, campaign, desk.crewing)
    free = seating.idle(there, at)
    if campaign.plan.mode is Mode.PREVIEW:
        free = [each for each in free if any(each.sees(who, at) for who in people)]
    manned.free = []
    if free:
        ids = [each.agent_id for each in free]
        spared = desk.crewing.floor.spared(campaign.account_id, ids, at)
        manned.free = [each for each in free if each.agent_id in spared]
    manned.calls = len(manned.free)
    if campaign.plan.mode in AHEAD:
        _learn(manned, campaign, there, now, desk)
        manned.calls = plan(campaign.plan.mode, _situation(manned, campaign, there, at, desk))


def _learn(
    manned: Manned, campaign: Campaign, there: tuple[Seat, ...], now: int, desk: Desk
) -> None:
    """See how much risk the day leaves to take, each time; and every half minute what is likely."""
    at = desk.clock()
    wraps = [float(each.wrap_up_seconds) for each in there]
    tally, habits = desk.attempts.learnt(campaign.id, at, wraps)
    zone = zone_of(campaign.plan.country)
    midnight = datetime.combine(at.astimezone(zone).date(), time(), zone).timestamp()
    manned.risk = risk(tally, at.timestamp(), midnight, _cap(campaign))
    if manned.outlook is None or now - manned.learnt_at >= _OUTLOOK:
        manned.learnt_at, manned.outlook = now, Outlook.of(habits)


def _cap(campaign: Campaign) -> Cap:
    """Return how many calls may be abandoned: by the law of the country, or fewer if it is said."""
    law = LAWS[campaign.plan.country].abandonment()
    said = campaign.plan.abandoned_permille
    return law if said is None else OfTheDay(min(said, law.permille), law.over)


def _situation(
    manned: Manned, campaign: Campaign, there: tuple[Seat, ...], at: datetime, desk: Desk
) -> Situation:
    """Return the floor as it is: whoever talks has been put through, and rings no more."""
    talking = {each.attempt: each for each in there if each.doing is Doing.TALKING}
    ringing = desk.crewing.seats.ringing(campaign.id)
    floor = Floor(
        idle=len(manned.free),
        talking=tuple(_age(each.since, at) for each in talking.values()),
        wrapping=tuple(_age(each.since, at) for each in there if each.is_wrapping(at)),
        ringing=tuple(_age(began, at) for name, began in ringing.items() if name not in talking),
    )
    return Situation(
        floor=floor,
        due=MOST_AT_ONCE,
        ratio=campaign.plan.ratio or 1.0,
        risk=manned.risk,
        outlook=manned.outlook,
    )


def _age(since: datetime, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds())


def kept(seat: Seat, attempt_id: str, desk: Desk) -> bool:
    """Keep an agent for a call; False if somebody else has them."""
    try:
        desk.crewing.seats.put(seating.reserved(seat, attempt_id, desk.clock()))
    except Conflict:
        return False
    return True


def mind(account_id: str, campaigns: Iterable[str], desk: Desk) -> None:
    """See to the agents of an account's campaigns, once a minute."""
    for campaign_id in campaigns:
        with suppress(NotFound):
            campaign = desk.campaigns.campaign(account_id, campaign_id)
            if is_manned(campaign):
                sitting.mind(campaign, desk.crewing)
