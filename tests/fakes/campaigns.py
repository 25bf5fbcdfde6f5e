"""Campaigns, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.campaigns.campaign import State
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale

if TYPE_CHECKING:
    from chalicelib.campaigns.campaign import Campaign


class CampaignsInMemory:
    """The port `Campaigns`."""

    def __init__(self) -> None:
        self._there: dict[tuple[str, str], Campaign] = {}

    def add(self, campaign: Campaign) -> Campaign:
        """Store a new one."""
        if (campaign.account_id, campaign.id) in self._there:
            raise Conflict("there is one of that id")
        return self._put(campaign)

    def save(self, campaign: Campaign) -> Campaign:
        """Store a change."""
        there = self._there.get((campaign.account_id, campaign.id))
        if there is None or there.version != campaign.version:
            raise Stale("the campaign changed meanwhile")
        return self._put(campaign)

    def campaign(self, account_id: str, campaign_id: str) -> Campaign:
        """Return a campaign."""
        try:
            return self._there[account_id, campaign_id]
        except KeyError:
            raise NotFound("no such campaign") from None

    def campaigns(
        self, account_id: str, limit: int, after: str | None = None, *, archived: bool = False
    ) -> Page[Campaign]:
        """Return an account's campaigns, the newest first."""
        mine = {
            f"{int(each.created_at.timestamp() * 1000):013d}#{each.id}": each
            for (owner, _), each in self._there.items()
            if owner == account_id and (each.state is State.ARCHIVED) is archived
        }
        keys = [key for key in sorted(mine, reverse=True) if after is None or key < after]
        shown = keys[:limit]
        following = shown[-1] if len(keys) > limit else None
        return Page(tuple(mine[key] for key in shown), following)

    def _put(self, campaign: Campaign) -> Campaign:
        stored = replace(campaign, version=campaign.version + 1)
        self._there[campaign.account_id, campaign.id] = stored
        return stored
