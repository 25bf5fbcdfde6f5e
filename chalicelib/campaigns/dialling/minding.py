"""Calls that are up, or may be, looked after once a minute. Pure but for its ports.

A worker that dies, an answer or a status callback that is lost: the carrier knows, and is asked.
Nothing is ordered here. An attempt of which the carrier has no call is over without having been
one, and its member is due again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.attempts import SPOKEN_WITH
from chalicelib.campaigns.attempts.counting import PEOPLE
from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.dialling import sitting
from chalicelib.campaigns.pacing.life import Do, State, next_step
from chalicelib.campaigns.pacing.modes import AHEAD
from chalicelib.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.ports import Desk, Ends

# More than an account has up at a time, or they are seen to in the next minute.
MOST: Final = 500
# How often a call that goes on is asked after, once its status callback is late.
_AGAIN: Final = timedelta(minutes=5)
_RESERVE: Final = 15


def mind(account_id: str, desk: Desk) -> frozenset[str]:
    """See to an account's open attempts. Returns the campaigns that have any."""
    open_ones = desk.attempts.open(account_id, MOST)
    _renew(account_id, open_ones, desk)
    now = desk.clock()
    for attempt in open_ones:
        if attempt.look_at > now or desk.seconds_left() < _RESERVE:
            break
        with suppress(Conflict, NotFound):
            _look(attempt, desk)
    return frozenset(each.campaign_id for each in open_ones)


def end(campaign: Campaign, attempt_id: str, news: News, desk: Ends) -> Attempt | None:
    """Store that an attempt is over, give back its room and tell of it; None: it was over."""
    ended = desk.end(campaign, attempt_id, news, desk.clock())
    if ended is None:
        return None
    if LEASED in ended.facts:
        desk.paces.ended(ended.account_id, [ended.slot])
    _release(ended, desk)
    if ended.outcome is not None:
        desk.telling.ended(ended)
    return ended


# What an attempt knows by whose call takes room of those that may be up at a time.
LEASED: Final = "leased"
# Which agent was kept for it.
SEAT: Final = "seat"


def _release(ended: Attempt, desk: Ends) -> None:
    """Free the agent who was kept for a call, and who had it: a machine leaves nothing to write."""
    agents = {ended.facts[each] for each in (SEAT, SPOKEN_WITH) if each in ended.facts}
    if ended.mode in AHEAD:
        desk.crewing.seats.rang(ended.campaign_id, ended.id)
    if agents:
        person = ended.outcome in PEOPLE
        sitting.release(ended.campaign_id, agents, ended.id, desk.crewing, wraps_up=person)


def _renew(account_id: str, open_ones: tuple[Attempt, ...], desk: Desk) -> None:
    """Have calls that are up count as such, where the carrier takes so many at a time."""
    pace, limit = desk.paces.pace(account_id)
    if limit.at_once is None:
        return
    up = [each.slot for each in open_ones if LEASED in each.facts]
    # Who is granted calls at this moment comes first; a minute later it is done again.
    with suppress(Conflict):
        desk.paces.renewed(account_id, pace, up, int(desk.clock().timestamp() * 1000))


def _look(attempt: Attempt, desk: Desk) -> None:
    campaign = desk.campaigns.campaign(attempt.account_id, attempt.campaign_id)
    if attempt.state is State.PLACED:
        _ask_after(attempt, campaign, desk)
    elif next_step(attempt.life, desk.clock()) in (Do.LOOK, Do.CLAIM, Do.DROP):
        _find(attempt, campaign, desk)


def _ask_after(attempt: Attempt, campaign: Campaign, desk: Desk) -> None:
    """Ask how a call stands of whose end nobody has told."""
    ended = desk.carrier.ended(attempt.call_id)
    if ended is None:
        desk.attempts.looked_at(attempt, _later(desk))
        return
    news = News(outcome=ended.outcome, call_id=ended.call_id, seconds=ended.seconds)
    end(campaign, attempt.id, news, desk)


def _find(attempt: Attempt, campaign: Campaign, desk: Desk) -> None:
    """Look whether an order was carried out of which nobody knows."""
    erased = attempt.number is None
    call_id = None if erased else desk.carrier.find(attempt, campaign)
    if call_id is None:
        end(campaign, attempt.id, News(outcome=None), desk)
        return
    desk.attempts.placed(attempt.campaign_id, attempt.id, call_id, desk.clock())
    ended = desk.carrier.ended(call_id)
    if ended is not None:
        news = News(outcome=ended.outcome, call_id=call_id, seconds=ended.seconds)
        end(campaign, attempt.id, news, desk)


def _later(desk: Desk) -> datetime:
    return desk.clock() + _AGAIN
