"""Campaigns on the table `campaigns`: a row each, in a partition of the account.

The index has an account's campaigns by when they were made: those that are archived apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.campaigns.campaign import Campaign, State
from chalicelib.campaigns.records import read, written
from chalicelib.campaigns.store import CampaignRow
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

LONGEST_ID: Final = 100


class PlanRow(CampaignRow):
    """A campaign."""

    plan = JSONAttribute()
    state = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    started_at = UTCDateTimeAttribute(null=True)
    ended_at = UTCDateTimeAttribute(null=True)
    version = NumberAttribute()


class CampaignStore:
    """The port `Campaigns`."""

    def __init__(self, table_name: str) -> None:
        bind(PlanRow, table_name)

    def add(self, campaign: Campaign) -> Campaign:
        """Put a row where none is."""
        return self._put(campaign, PlanRow.pk.does_not_exist())

    def save(self, campaign: Campaign) -> Campaign:
        """Put a row over the version that was read."""
        try:
            return self._put(campaign, PlanRow.version == campaign.version)
        except Conflict as error:
            raise Stale("the campaign changed meanwhile", campaign_id=campaign.id) from error

    def campaign(self, account_id: str, campaign_id: str) -> Campaign:
        """Return a campaign with one GetItem."""
        if len(campaign_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
            raise NotFound("no such campaign", campaign_id=campaign_id[:LONGEST_ID])
        with translated("load campaign", campaign_id=campaign_id):
            return _campaign(PlanRow.get(_pk(account_id), campaign_id, consistent_read=True))

    def campaigns(
        self, account_id: str, limit: int, after: str | None = None, *, archived: bool = False
    ) -> Page[Campaign]:
        """Query the index, the newest first."""
        before = None if after is None else PlanRow.gsi1sk < after
        with translated("list campaigns", account_id=account_id):
            found = list(
                PlanRow.gsi1.query(
                    _listed(account_id, archived=archived),
                    before,
                    scan_index_forward=False,
                    limit=limit + 1,
                )
            )
        shown = found[:limit]
        following = shown[-1].gsi1sk if len(found) > limit else None
        return Page(tuple(map(_campaign, shown)), following)

    def _put(self, campaign: Campaign, condition: Condition) -> Campaign:
        row = row_of(campaign)
        with translated("save campaign", campaign_id=campaign.id):
            row.save(condition=condition)
        return _campaign(row)


def _pk(account_id: str) -> str:
    return f"campaigns#{account_id}"


def _listed(account_id: str, *, archived: bool) -> str:
    return f"{account_id}#campaigns{'-archived' if archived else ''}"


def row_of(campaign: Campaign) -> PlanRow:
    """Return the row that comes over the version that was read."""
    archived = campaign.state is State.ARCHIVED
    made = int(campaign.created_at.timestamp() * 1000)
    return PlanRow(
        pk=_pk(campaign.account_id),
        sk=campaign.id,
        gsi1pk=_listed(campaign.account_id, archived=archived),
        gsi1sk=f"{made:013d}#{campaign.id}",
        plan=written(campaign.plan),
        state=campaign.state.value,
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
        started_at=campaign.started_at,
        ended_at=campaign.ended_at,
        version=campaign.version + 1,
    )


def _campaign(row: Any) -> Campaign:
    return Campaign(
        id=row.sk,
        account_id=row.pk.partition("#")[2],
        plan=read(row.plan),
        state=State(row.state),
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=int(row.version),
    )
