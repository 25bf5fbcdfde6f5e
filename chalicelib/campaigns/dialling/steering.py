"""Campaigns started, paused, resumed and stopped by their owner. Pure but for its ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.campaign import Move, moved
from chalicelib.campaigns.checking import NoCampaign, check
from chalicelib.campaigns.usecases import around
from chalicelib.kernel.errors import Stale

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.ports import Moves, Outbox
    from chalicelib.campaigns.ports import Campaigns, House

# Before people are rung, all that was checked when it was written down is checked again.
_CHECKED: Final = frozenset({Move.START, Move.RESUME})
# Somebody who changes the campaign at the same moment is no reason not to stop it.
_MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Helm:
    """All that steering takes."""

    campaigns: Campaigns
    house: House
    moves: Moves
    outbox: Outbox


def steer(account_id: str, campaign_id: str, move: Move, now: datetime, helm: Helm) -> Campaign:
    """Move a campaign; one that is there already is left alone.

    Raises NoMove, and NoCampaign with all that keeps it from being rung as it is.
    """
    for tries in range(1, _MOST_TRIES + 1):
        known = helm.campaigns.campaign(account_id, campaign_id)
        after = moved(known, move, now)
        if after is known:
            return known
        if move in _CHECKED:
            _check(known, helm, now)
        try:
            stored = helm.moves.move(after)
        except Stale:
            if tries == _MOST_TRIES:
                raise
            continue
        if move in _CHECKED:
            helm.outbox.look(account_id)  # nobody waits for the minute to be over
        return stored
    raise AssertionError("the last try returns or raises")


def _check(known: Campaign, helm: Helm, now: datetime) -> None:
    """Raise NoCampaign with all that keeps it from being rung."""
    try:
        check(known.plan, around(known.account_id, known.plan, helm.house), now)
    except NoCampaign as error:
        raise NoCampaign("this is no campaign to be rung", faults=error.faults) from error
