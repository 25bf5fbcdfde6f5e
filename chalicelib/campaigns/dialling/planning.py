"""The next minute of an account: whom to ring, of which campaign. Pure but for its ports.

Two at once plan nobody twice, because a member is leased to one of them; who was planned and not
rung is due again when the lease runs out, so nobody is lost with a message or a worker.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.changing import enrolled
from chalicelib.campaigns.campaign import Move, State, moved
from chalicelib.campaigns.checking import segment_of
from chalicelib.campaigns.days import Days, zone_of
from chalicelib.campaigns.dialling import manning, scenes
from chalicelib.campaigns.dialling.orders import MOST_MEMBERS, Calls
from chalicelib.campaigns.pacing.modes import SEATED, Mode
from chalicelib.campaigns.pacing.sharing import Ask, Turns, next_turns
from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Stale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.campaigns.attempts.attempts import Member
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import ContactList
    from chalicelib.campaigns.contacts.segments import Segment
    from chalicelib.campaigns.dialling.ports import Desk
    from chalicelib.campaigns.pacing.bucket import Limit

_MINUTE: Final = 60
# Until when whoever is planned is theirs who rings them: a worker has two minutes.
LEASED: Final = timedelta(seconds=150)
# Of a list at once: what one transaction of members takes.
_PAGE: Final = 50
# How much of a list a minute goes through, where few of it are in the segment.
_MOST_PAGES: Final = 200
# Enough for this minute and the next: the first of a campaign is not to wait for its list.
_AHEAD: Final = 2
# What is left of the function's time when no list is gone through any further.
_RESERVE: Final = 15


def plan(account_id: str, campaigns: Iterable[str], desk: Desk) -> int:
    """Plan a minute of an account, and leave it on the queue. Returns how many are to be rung."""
    _, limit = desk.paces.pace(account_id)
    now = desk.clock()
    due: dict[str, tuple[Member, ...]] = {}
    asks: dict[str, Ask] = {}
    for campaign_id in sorted(campaigns):
        campaign = _ringing(account_id, campaign_id, desk, now)
        if campaign is None:
            continue
        wanted = min(limit.calls * _MINUTE, _room(campaign, limit, desk, now))
        found = due_now(campaign, wanted, desk, now)
        if found and campaign.plan.mode is not Mode.PREVIEW:  # agents ask for these themselves
            due[campaign.id] = found
            asks[campaign.id] = Ask(len(found), campaign.plan.priority)
    _, order = next_turns(Turns(), asks, min(limit.calls * _MINUTE, MOST_MEMBERS))
    return _leave(account_id, due, Counter(order), desk, now)


def settle(account_id: str, campaigns: Iterable[str], busy: frozenset[str], desk: Desk) -> None:
    """Look no more at campaigns that do not run, and of which no call is up; show the others."""
    for campaign_id in campaigns:
        campaign = _known(account_id, campaign_id, desk)
        if campaign is None:
            continue
        desk.telling.goes_on(campaign)
        if campaign.state is not State.RUNNING and campaign_id not in busy:
            desk.moves.settled(campaign)


def _ringing(account_id: str, campaign_id: str, desk: Desk, now: datetime) -> Campaign | None:
    """Return a campaign of which somebody may be rung now; one that is over is finished."""
    campaign = _known(account_id, campaign_id, desk)
    if campaign is None or campaign.state is not State.RUNNING:
        return None
    if Days.of(campaign.plan).over(now):
        finish(campaign, desk, now)
        return None
    if not scenes.is_open(campaign, now):
        return None
    # While the number or the account is out of service nobody is rung, and nobody told never.
    there = desk.house.line(account_id, campaign.plan.shown) is not None
    return campaign if there else None


def _known(account_id: str, campaign_id: str, desk: Desk) -> Campaign | None:
    with suppress(NotFound):
        return desk.campaigns.campaign(account_id, campaign_id)
    return None


def finish(campaign: Campaign, desk: Desk, now: datetime) -> None:
    """Note that nobody is left to be rung; whoever changed the campaign meanwhile was first."""
    with suppress(Stale):
        desk.telling.finished(desk.moves.move(moved(campaign, Move.FINISH, now)))


def _room(campaign: Campaign, limit: Limit, desk: Desk, now: datetime) -> int:
    """Return how many calls a campaign's own limits leave for a minute."""
    plan = campaign.plan
    rooms = [limit.calls * _MINUTE]
    if plan.per_second is not None:
        rooms.append(plan.per_second * _MINUTE)
    if plan.mode in SEATED:
        rooms.append(manning.most_a_minute(campaign, desk))
    if plan.most is not None or plan.most_a_day is not None or plan.at_once is not None:
        counts = desk.attempts.counts(campaign.id)
        zone = zone_of(plan.country)
        midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
        taken = (counts.begun, counts.begun_since(midnight), counts.open)
        most = (plan.most, plan.most_a_day, plan.at_once)
        rooms += [each - gone for each, gone in zip(most, taken, strict=True) if each is not None]
    return max(0, min(rooms))


def due_now(campaign: Campaign, wanted: int, desk: Desk, now: datetime) -> tuple[Member, ...]:
    """Return members to ring in this minute; the list is gone through for as many as are needed.

    Where nobody is due, and the list is through, there may be nobody left.
    """
    if wanted < 1:
        return ()
    turn = int(now.timestamp() // _MINUTE)
    found = desk.attempts.due(campaign.id, now, wanted, turn)
    if len(found) < wanted:
        whole = _enrol(campaign, wanted * _AHEAD - len(found), desk, now)
        if not whole:
            return desk.attempts.due(campaign.id, now, wanted, turn)
        if not found and desk.attempts.counts(campaign.id).remaining < 1:
            finish(campaign, desk, now)
    return found


def _enrol(campaign: Campaign, wanted: int, desk: Desk, now: datetime) -> bool:
    """Make more of the list members. Returns whether it has been gone through."""
    run = desk.attempts.run(campaign.account_id, campaign.id)
    if run.whole:
        return True
    people, segment = _list(campaign, desk)
    if people is None:  # deleted: whoever is a member is found to be gone
        with suppress(Conflict):
            desk.attempts.enrol(enrolled(run, (), None, now))
        return False
    for _ in range(_MOST_PAGES):
        if wanted < 1 or run.whole or desk.seconds_left() < _RESERVE:
            break
        page = desk.people.page(people, _PAGE, run.cursor)
        ids = [each.id for each in page.items if segment is None or segment.matches(each)]
        enrolling = enrolled(run, ids, page.next, now)
        try:
            wanted -= desk.attempts.enrol(enrolling)
        except Conflict:
            break  # somebody goes through it at the same time
        run = enrolling.after
    return False


def _list(campaign: Campaign, desk: Desk) -> tuple[ContactList | None, Segment | None]:
    people = desk.house.people(campaign.account_id, campaign.plan.list_id)
    if people is None:
        return None, None
    try:
        return people, segment_of(campaign.plan, people)
    except Rejected:  # the segment of that name was taken away: nobody is in it
        return None, None


def _leave(
    account_id: str,
    due: Mapping[str, Sequence[Member]],
    shares: Mapping[str, int],
    desk: Desk,
    now: datetime,
) -> int:
    """Lease each campaign's share to a message, and send it."""
    until = in_millis(now + LEASED)
    leased = {name: desk.attempts.lease(due[name][:share], until) for name, share in shares.items()}
    members = {name: tuple(each.contact_id for each in won) for name, won in leased.items() if won}
    if members:
        desk.outbox.calls(Calls(account_id, until, members))
    return sum(map(len, members.values()))


def in_millis(at: datetime) -> datetime:
    """Return an instant without what is finer than a millisecond, which is not stored."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
