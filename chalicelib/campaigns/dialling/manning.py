"""A worker's view of the agents of its campaigns: who is free now, and whom it keeps for a call.

Looked at once a second while people are to be rung. Pure but for its ports.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.dialling import seats as seating
from chalicelib.campaigns.dialling import sitting
from chalicelib.campaigns.dialling.seats import Doing
from chalicelib.campaigns.pacing.modes import SEATED
from chalicelib.kernel.errors import Conflict, NotFound, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.ports import Desk
    from chalicelib.campaigns.dialling.seats import Seat

# Milliseconds after which agents are looked at again.
EACH: Final = 1000
# So many calls an agent may need in a minute, where nobody answers.
_MOST_AN_AGENT: Final = 20


@dataclass(slots=True)
class Manned:
    """The agents of a campaign as a worker saw them last."""

    looked_at: int = 0
    free: list[Seat] = field(default_factory=list)


def is_manned(campaign: Campaign) -> bool:
    """Tell whether agents take a campaign's calls."""
    return campaign.plan.mode in SEATED


def most_a_minute(campaign: Campaign, desk: Desk) -> int:
    """Return how many people a campaign's agents need in a minute, at the most."""
    on_duty = sum(not each.leaving for each in desk.crewing.seats.of(campaign.id))
    return on_duty * _MOST_AN_AGENT


def look(manned: Manned, campaign: Campaign, now: int, desk: Desk) -> None:
    """See who is free and not needed by callers; whoever is away comes if they can be spared."""
    if now - manned.looked_at < EACH:
        return
    manned.looked_at = now
    there, at = desk.crewing.seats.of(campaign.id), desk.clock()
    for each in there:
        if each.doing is Doing.AWAY and not each.leaving:
            with suppress(Conflict, NotFound, Rejected):
                sitting.bring(each, campaign, desk.crewing)
    free = seating.idle(there, at)
    manned.free = []
    if free:
        ids = [each.agent_id for each in free]
        spared = desk.crewing.floor.spared(campaign.account_id, ids, at)
        manned.free = [each for each in free if each.agent_id in spared]


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
