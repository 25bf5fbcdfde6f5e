"""Campaigns as their owner writes them down, changes, copies and tries them. Pure but for ports.

Every function takes the account that the request acts for; another account's is NotFound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.campaign import Campaign, archived, changed, copied
from chalicelib.campaigns.checking import Around, check, segment_of
from chalicelib.campaigns.lawful import seen_by_law
from chalicelib.campaigns.trying import Tried, counted, judged
from chalicelib.directory.ports import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.campaigns.campaign import FlowVersion, Plan
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.contacts.managing import People
    from chalicelib.campaigns.contacts.segments import Segment
    from chalicelib.campaigns.ports import Campaigns, Desk, House

# How often a page asks a list for more of a segment: then the next page goes on.
MOST_LOOKS: Final = 20


def create(account_id: str, plan: Plan, *, campaign_id: str, now: datetime, desk: Desk) -> Campaign:
    """Write a campaign down. Raises NoCampaign."""
    checked = check(plan, around(account_id, plan, desk.house), now)
    new = Campaign(
        id=campaign_id, account_id=account_id, plan=checked, created_at=now, updated_at=now
    )
    return desk.campaigns.add(new)


def edit(
    account_id: str,
    campaign_id: str,
    change: Callable[[Plan], Plan],
    *,
    version: int,
    now: datetime,
    desk: Desk,
) -> Campaign:
    """Change a campaign. Raises Stale, Archived, NoCampaign."""
    known = desk.campaigns.campaign(account_id, campaign_id)
    campaign = changed(known, change(known.plan), version, now)
    check(campaign.plan, around(account_id, campaign.plan, desk.house), now)
    return desk.campaigns.save(campaign)


def archive(account_id: str, campaign_id: str, now: datetime, campaigns: Campaigns) -> None:
    """Put a campaign away, for good. Doing so twice is no error."""
    known = campaigns.campaign(account_id, campaign_id)
    put_away = archived(known, now)
    if put_away is not known:
        campaigns.save(put_away)


def copy(
    account_id: str,
    campaign_id: str,
    change: Callable[[Plan], Plan],
    *,
    new_id: str,
    now: datetime,
    desk: Desk,
) -> Campaign:
    """Write a campaign down that is like another, but for what is changed. Raises NoCampaign."""
    known = desk.campaigns.campaign(account_id, campaign_id)
    plan = change(copied(known.plan))
    return create(account_id, plan, campaign_id=new_id, now=now, desk=desk)


def dry_run(
    campaign: Campaign, at: datetime, *, limit: int, after: str | None, desk: Desk
) -> tuple[Tried, str | None]:
    """Try some of a campaign's contacts; return what they come to, and where it goes on.

    A number is looked up in the ledger once, so that a page costs as many requests as it has
    contacts. Raises NoCampaign if the campaign cannot be any more as it was written.
    """
    account_id, plan = campaign.account_id, campaign.plan
    there = around(account_id, plan, desk.house)
    check(plan, there, at)
    assert there.people is not None
    segment = segment_of(plan, there.people)
    page = _some(there.people, segment, limit, after, desk.contacts.people)
    seen = seen_by_law(plan, there.line)
    verdicts = [
        judged(each, campaign, seen, there.people, desk.known(account_id, each.numbers[0]), at)
        for each in page.items
    ]
    return counted(verdicts, at, plan.country), page.next


def _some(
    known: ContactList, segment: Segment | None, limit: int, after: str | None, people: People
) -> Page[Contact]:
    """Return some of those who are meant: fewer than asked for, or none, where few of many are."""
    found: list[Contact] = []
    for _ in range(MOST_LOOKS):
        part = people.page(known, limit - len(found), after)
        found += part.items if segment is None else filter(segment.matches, part.items)
        after = part.next
        if after is None or len(found) * 2 >= limit:
            break
    return Page(tuple(found), after)


def around(account_id: str, plan: Plan, house: House) -> Around:
    """Look up what a plan names; what another account has is not there."""

    def speaks(flow: FlowVersion | None) -> bool:
        return flow is not None and house.speaks(account_id, flow)

    def asks(flow: FlowVersion | None) -> Mapping[str, tuple[str, ...]]:
        return {} if flow is None else house.asks(account_id, flow)

    return Around(
        people=house.people(account_id, plan.list_id),
        line=house.line(account_id, plan.shown),
        call_back=house.line(account_id, plan.call_back) if plan.call_back else None,
        queues=house.queues(account_id) if plan.queue else (),
        flow=speaks(plan.flow),
        message=speaks(plan.message),
        said=asks(plan.flow),
        left=asks(plan.message),
    )
