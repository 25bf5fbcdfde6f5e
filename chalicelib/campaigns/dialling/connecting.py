"""Somebody who has answered, and the agent whom they are put through to. Pure but for its ports.

The agent who was kept for them, or else another one who is free; if nobody is within two seconds
they are told so by a recording, and the call is abandoned.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.dialling import minding
from chalicelib.campaigns.dialling import seats as seating
from chalicelib.campaigns.dialling.seats import Doing
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.ports import Crewing, Ends
    from chalicelib.campaigns.dialling.seats import Seat

# Agents whose telephones turn out to be gone, of one call: then nobody else is looked for.
MOST_TRIES: Final = 3


def put_through(
    campaign_id: str, attempt_id: str, tried: Collection[str], crew: Crewing
) -> Seat | None:
    """Return whom somebody who has answered talks with, which is stored; None: nobody is free.

    `tried` are agents who turned out not to be on the line. Asked twice it is the same agent.
    """
    now = crew.clock()
    for seat in seating.for_call(crew.seats.of(campaign_id), attempt_id, now):
        if seat.agent_id in tried:
            continue
        if seat.doing is Doing.TALKING:
            return seat
        with suppress(Conflict):  # somebody else was put through to them
            return crew.seats.connect(seating.talking(seat, attempt_id, now))
    return None


def abandon(campaign: Campaign, attempt_id: str, call_id: str, desk: Ends) -> None:
    """Note that somebody answered and nobody was there. Told twice it is once."""
    minding.end(campaign, attempt_id, News(outcome=Outcome.ABANDONED, call_id=call_id), desk)
