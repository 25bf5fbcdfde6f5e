"""Agents who come on duty for a campaign, stay on its line, and go. Pure but for its ports.

Each change of a seat is of what was seen. What is told twice, late, or of a telephone that was rung
before changes nothing; whatever nobody tells is asked for once a minute.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.dialling import seats as seating
from chalicelib.campaigns.dialling.seats import MOST_SEATS, Doing, Seat, holder
from chalicelib.campaigns.pacing.modes import SEATED
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.ports import Crewing

# Whoever meets somebody else's change looks again.
_LOOKS: Final = 4
_ACCEPT: Final = "1"
_OPEN: Final = frozenset({State.RUNNING, State.PAUSED})
OVER: Final = frozenset({State.STOPPED, State.FINISHED, State.ARCHIVED})


class NoSeat(Conflict):
    """Nobody is on duty for a campaign that is not rung, or is over."""

    code = "campaign-state"


def sit(campaign: Campaign, agent_id: str, crew: Crewing) -> Seat:
    """Have an agent be on duty for a campaign, and ring them. Doing so twice is no error.

    Raises NotFound, Rejected, and NoSeat.
    """
    if campaign.plan.mode not in SEATED:
        fault = Fault("/mode", "nobody is on duty for calls of this mode")
        raise Rejected("no agents take these calls", faults=(fault,))
    if campaign.state not in _OPEN:
        raise NoSeat("the campaign is not running", state=campaign.state.value)
    able = crew.floor.able(campaign.account_id, agent_id, campaign.plan.queue)
    if able is None:
        raise NotFound("no agent of the campaign's queue", agent_id=agent_id)
    there = {each.agent_id: each for each in crew.seats.of(campaign.id)}
    known = there.get(agent_id)
    if known is not None:
        return crew.seats.put(replace(known, leaving=False)) if known.leaving else known
    if len(there) >= MOST_SEATS:
        raise Rejected("a campaign has no more agents", most=MOST_SEATS)
    now = crew.clock()
    seat = Seat(
        campaign_id=campaign.id,
        account_id=campaign.account_id,
        agent_id=agent_id,
        name=able.name,
        number=able.number,
        wrap_up_seconds=able.wrap_up_seconds,
        since=now,
        seen_at=now,
        free_at=now,
    )
    return bring(crew.seats.put(seat), campaign, crew)


def bring(seat: Seat, campaign: Campaign, crew: Crewing) -> Seat:
    """Ring an agent whom the contact centre can spare; of several who would, one does."""
    now = crew.clock()
    if not crew.floor.lend(seat.account_id, seat.agent_id, holder(seat.campaign_id), now):
        return seat
    try:
        seat = crew.seats.put(seating.called(seat, now))
    except Conflict:
        return seat
    try:
        call_id = crew.carrier.ring(seat, campaign)
    except Unavailable:
        return seat  # their telephone may ring: its webhooks tell, or nobody does
    except (Rejected, NotFound):
        _gone(seat, crew)
        raise
    with suppress(Conflict):  # they were quicker than the carrier's answer
        return crew.seats.put(replace(seat, call_id=call_id))
    return seat


def is_rung(campaign_id: str, agent_id: str, leg: int, crew: Crewing) -> bool:
    """Tell whether it is this call in which an agent is to come."""
    seat = _of(campaign_id, agent_id, leg, crew)
    return seat is not None and seat.doing is not Doing.AWAY


def takes(campaign_id: str, agent_id: str, leg: int, key: str, crew: Crewing) -> Seat | None:
    """Note that an agent has come, by a key: an answering machine presses none."""
    for _ in range(_LOOKS):
        seat = _of(campaign_id, agent_id, leg, crew)
        if seat is None or key != _ACCEPT or seat.doing is Doing.AWAY:
            return None
        with suppress(Conflict):
            return seat if seat.is_up else crew.seats.put(seating.came(seat, crew.clock()))
    return None


def waits(campaign: Campaign, agent_id: str, leg: int, crew: Crewing) -> bool:
    """Tell whether an agent on the line goes on waiting: not if a caller wants them."""
    now = crew.clock()
    seat = crew.seats.heard_of(campaign.id, agent_id, leg, now)
    if seat is None or seat.doing is Doing.AWAY:
        return False
    if seat.doing is not Doing.IDLE:
        return True
    if seat.leaving or campaign.state in OVER:
        return False
    if agent_id in crew.floor.spared(seat.account_id, (agent_id,), now):
        return True
    try:
        crew.seats.put(seating.away(seat, now))
    except Conflict:
        return True  # kept for somebody at this moment
    crew.floor.give_back(seat.account_id, agent_id, holder(campaign.id), now)
    return False


def goes_on(campaign_id: str, agent_id: str, leg: int, crew: Crewing) -> Seat | None:
    """Note that a conversation is over. Returns the seat, None if the agent does not stay."""
    for _ in range(_LOOKS):
        seat = _of(campaign_id, agent_id, leg, crew)
        if seat is None or seat.doing is Doing.AWAY:
            return None
        with suppress(Conflict):
            if seat.doing is Doing.TALKING:
                seat = crew.seats.put(seating.freed(seat, crew.clock(), wraps_up=True))
            return None if seat.leaving else seat
    return None


def left(campaign_id: str, agent_id: str, leg: int, crew: Crewing) -> None:
    """Note that an agent's call has ended: they are not on duty for the campaign any more.

    But for one who went for a caller: they come back.
    """
    for _ in range(_LOOKS):
        seat = _of(campaign_id, agent_id, leg, crew)
        if seat is None or (seat.doing is Doing.AWAY and not seat.leaving):
            return
        with suppress(Conflict):
            _gone(seat, crew)
            return


def stand_up(campaign_id: str, agent_id: str, crew: Crewing) -> None:
    """Have an agent go off duty, after the conversation if there is one. Raises NotFound."""
    for _ in range(_LOOKS):
        seat = crew.seats.seat(campaign_id, agent_id)
        with suppress(Conflict):
            if seat.doing in (Doing.RESERVED, Doing.TALKING):
                crew.seats.put(replace(seat, leaving=True))
                return
            _gone(seat, crew)
            if seat.call_id:
                crew.carrier.hang_up(seat.call_id)
            return
    raise Unavailable("the agent is too busy", agent_id=agent_id)


def release(
    campaign_id: str, agents: Iterable[str], attempt: str, crew: Crewing, *, wraps_up: bool
) -> None:
    """Free whoever was kept for a call, or had it; whoever has another by now is left alone."""
    for agent_id in agents:
        for _ in range(_LOOKS):
            with suppress(Conflict):
                _freed(campaign_id, agent_id, attempt, crew, wraps_up=wraps_up)
                break


def mind(campaign: Campaign, crew: Crewing) -> None:
    """See to a campaign's agents: those on the line stay lent, others come, or are gone."""
    now, key = crew.clock(), holder(campaign.id)
    for seat in crew.seats.of(campaign.id):
        with suppress(Conflict, NotFound, Rejected):
            if campaign.state in OVER and seat.doing in (Doing.AWAY, Doing.CALLED, Doing.IDLE):
                stand_up(campaign.id, seat.agent_id, crew)
            elif seat.has_lapsed(now) and not _is_there(seat, crew):
                _gone(seat, crew)
            elif seat.doing is Doing.AWAY:
                bring(seat, campaign, crew)
            else:
                crew.floor.lend(seat.account_id, seat.agent_id, key, now)


def _is_there(seat: Seat, crew: Crewing) -> bool:
    """Ask the carrier after an agent of whom nothing is heard; one who is not up is hung up on."""
    if not seat.call_id or crew.carrier.ended(seat.call_id) is not None:
        return False
    if seat.doing is Doing.CALLED:
        crew.carrier.hang_up(seat.call_id)
        return False
    return True


def _of(campaign_id: str, agent_id: str, leg: int, crew: Crewing) -> Seat | None:
    try:
        seat = crew.seats.seat(campaign_id, agent_id)
    except NotFound:
        return None
    return seat if seat.leg == leg else None


def _gone(seat: Seat, crew: Crewing) -> None:
    crew.seats.drop(seat)
    crew.floor.give_back(seat.account_id, seat.agent_id, holder(seat.campaign_id), crew.clock())


def _freed(campaign_id: str, agent_id: str, attempt: str, crew: Crewing, *, wraps_up: bool) -> None:
    try:
        seat = crew.seats.seat(campaign_id, agent_id)
    except NotFound:
        return
    if seat.attempt == attempt and seat.doing in (Doing.RESERVED, Doing.TALKING):
        spoke = wraps_up and seat.doing is Doing.TALKING
        crew.seats.put(seating.freed(seat, crew.clock(), wraps_up=spoke))
