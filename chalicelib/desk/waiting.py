"""What happens to callers who wait: how they stand afterwards, and what is to be stored. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.desk.agents import LONGEST_TALK
from chalicelib.desk.floor import Change, Offer
from chalicelib.desk.tickets import BOOKING, COUNTED, RINGING_MARGIN, Past, Phase, Ticket
from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.agents import Agent
    from chalicelib.desk.floor import Floor, Standing, Thing
    from chalicelib.desk.tickets import Arrival


def join(
    floor: Floor, queue: str, arrival: Arrival, now: datetime, *, offering: bool = True
) -> tuple[Standing, Change]:
    """Give a caller a place; one who has one keeps it. Places in other queues are given up."""
    floor.queue(queue)
    known = floor.ticket(queue, arrival.call_id)
    if known is not None and known.phase is Phase.TALKING:
        new = replace(arrived(queue, arrival, now), revision=known.revision)
    else:
        new = known or arrived(queue, arrival, now)
    others = [each for each in floor.tickets.values() if each.call_id == arrival.call_id]
    over = [each for each in others if each.queue != queue or new is not known]
    freed = [agent.freed(now) for each in over if (agent := floor.holder(each, now))]
    elsewhere = tuple(each for each in over if each.queue != queue)
    for each in elsewhere:
        floor = floor.without(each)
    standing, change = _turn(floor.having(*freed), new, now, offering=offering)
    return standing, replace(change.also(*freed), drops=elsewhere)


def ask(
    floor: Floor, queue: str, call_id: str, now: datetime, *, offering: bool = True
) -> tuple[Standing, Change]:
    """Tell how a caller stands, and keep an agent who is free for them. Raises NotFound."""
    floor.queue(queue)
    return _turn(floor, _ticket(floor, queue, call_id), now, offering=offering)


def picked_up(floor: Floor, queue: str, call_id: str, agent_id: str, now: datetime) -> Change:
    """Note that the agent took the call: the wait is over. Telling it twice changes nothing."""
    floor.queue(queue)
    ticket = floor.ticket(queue, call_id)
    if ticket is None or ticket.phase is Phase.TALKING:
        return Change()
    agent = floor.agents.get(agent_id)
    talking = replace(
        ticket, phase=Phase.TALKING, agent=agent_id, left_at=now, until=now + LONGEST_TALK
    )
    if agent is None or _is_anothers(agent, ticket, now):
        return Change(saves=(talking,))
    return Change(saves=(talking, agent.talking(ticket.key, queue, now)))


def answered(
    floor: Floor, queue: str, call_id: str, agent_id: str, now: datetime
) -> tuple[int | None, Change]:
    """Note that the conversation is over, and free the agent.

    Returns the seconds waited; None for a place that was given up before.
    """
    ticket = floor.ticket(queue, call_id)
    if ticket is None:
        return None, Change()
    if ticket.phase is not Phase.TALKING:  # nobody told that it began: when they were rung, then
        ticket = replace(ticket, left_at=ticket.seen_at)
    waited = ticket.waited_seconds(now)
    past = (Past(queue=queue, call_id=call_id, waited_seconds=waited),)
    agent = floor.agents.get(agent_id)
    # A webhook that comes again may have had somebody else kept meanwhile.
    others = tuple(each.freed(now) for each in floor.holders(ticket) if each.id != agent_id)
    if agent is None or agent.holds != ticket.key:
        return waited, Change(others, drops=(ticket,), pasts=past)
    if agent.talking_since is None:
        agent = agent.talking(ticket.key, queue, ticket.seen_at)
    done = agent.wrapped_up(floor.queue(queue), now)
    return waited, Change((done, *others), (ticket,), past, nudge_after(floor, done, now))


def missed(
    floor: Floor,
    queue: str,
    call_id: str,
    agent_id: str,
    now: datetime,
    *,
    offering: bool = True,
) -> tuple[Standing, Change]:
    """Note that the agent did not take the call, let them rest, and go on to the next one."""
    ticket = _ticket(floor, queue, call_id)
    agent = floor.agents.get(agent_id)
    if ticket.agent != agent_id or agent is None or agent.holds != ticket.key:
        return ask(floor, queue, call_id, now, offering=offering)
    rested = agent.rested(floor.queue(queue), now)
    standing, change = _turn(floor.having(rested), ticket, now, offering=offering)
    return standing, change.also(rested)


def leave(
    floor: Floor, queue: str, call_id: str, how: str, now: datetime
) -> tuple[int | None, Change]:
    """Give a place up; for a callback it is kept for as long as booking takes.

    Returns the seconds waited; None for a place that was given up before.
    """
    ticket = floor.ticket(queue, call_id)
    if ticket is None:
        return None, Change()
    if ticket.left_at is None:
        ticket = replace(ticket, left_at=now)
    waited = ticket.waited_seconds(now)
    freed = tuple(each.freed(now) for each in floor.holders(ticket))
    if how == "callback":
        booking = replace(ticket, phase=Phase.BOOKING, agent="", until=now + BOOKING)
        return waited, Change(saves=(booking, *freed))
    past = (Past(queue=queue, call_id=call_id, waited_seconds=waited),)
    nudge = nudge_after(floor, freed[0], now) if freed else None
    return waited, Change(freed, (ticket,), past, nudge)


def hung_up(floor: Floor, call_id: str, ended_at: datetime) -> Change:
    """Take a call that ended off the floor, and free whoever was rung for it or talked with it.

    Nothing is left to do where the flow told how it ended: then there is no such place.
    """
    drops = tuple(each for each in floor.tickets.values() if each.call_id == call_id)
    freed = tuple(
        _let_go(floor, each, agent, ended_at) for each in drops for agent in floor.holders(each)
    )
    pasts = tuple(
        Past(queue=each.queue, call_id=call_id, waited_seconds=each.waited_seconds(ended_at))
        for each in drops
    )
    nudges = (nudge_after(floor, each, ended_at) for each in freed)
    nudge = min((each for each in nudges if each is not None), default=None)
    return Change(freed, drops, pasts, nudge)


def arrived(queue: str, arrival: Arrival, now: datetime) -> Ticket:
    """Return the place of a caller who has just come."""
    return Ticket(
        queue=queue,
        call_id=arrival.call_id,
        dialled=arrival.dialled,
        caller=arrival.caller,
        arrived_at=arrival.arrived_at,
        language=arrival.language,
        priority=min(9, max(0, arrival.priority)),
        skills=frozenset(arrival.skills),
        label=arrival.label,
        seen_at=now,
        until=now + COUNTED,
    )


def nudge_after(floor: Floor, agent: Agent, now: datetime) -> int | None:
    """Return in how many seconds callbacks can have this agent; None if none waits."""
    ready = max(now, agent.rests_until or now)
    if not any(floor.is_due(each, ready) for each in floor.callbacks.values()):
        return None
    return -(-int((ready - now).total_seconds() * 1000) // 1000)


def _turn(
    floor: Floor, ticket: Ticket, now: datetime, *, offering: bool
) -> tuple[Standing, Change]:
    """Note that the caller is there, and offer them the agent whose turn it is."""
    queue = floor.queue(ticket.queue)
    ringing = floor.holder(ticket, now)
    if ringing is not None and ticket.phase is Phase.OFFERED:
        # Asked again while an agent is rung: the same answer, and nothing new to store.
        offer = Offer(ringing.id, ringing.number, queue.ring_seconds)
        return floor.standing(ticket, now, offer), Change()
    seen = replace(
        ticket, phase=Phase.WAITING, agent="", left_at=None, seen_at=now, until=now + COUNTED
    )
    floor = floor.having(seen)
    given = floor.matched(now) if offering else {}
    called = tuple(
        replace(each, called_up_at=now)
        for each in floor.callbacks.values()
        if each.key in given and each.is_to_be_called_up(now)
    )
    nudge = 0 if called else None
    agent = given.get(seen.key)
    if agent is None:
        return floor.standing(seen, now), Change(saves=(seen, *called), nudge_after=nudge)
    lease = now + timedelta(seconds=queue.ring_seconds) + RINGING_MARGIN
    offered = replace(seen, phase=Phase.OFFERED, agent=agent.id, until=lease + COUNTED)
    offer = Offer(agent.id, agent.number, queue.ring_seconds)
    saves: tuple[Thing, ...] = (offered, agent.kept_for(seen.key, lease), *called)
    return floor.standing(offered, now, offer), Change(saves=saves, nudge_after=nudge)


def _ticket(floor: Floor, queue: str, call_id: str) -> Ticket:
    ticket = floor.ticket(queue, call_id)
    if ticket is None:
        raise NotFound("the call has no place in the queue", queue=queue, call_id=call_id)
    return ticket


def _let_go(floor: Floor, ticket: Ticket, agent: Agent, now: datetime) -> Agent:
    queue = floor.queues.get(ticket.queue)
    talked = ticket.phase is Phase.TALKING
    return agent.wrapped_up(queue, now) if talked and queue else agent.freed(now)


def _is_anothers(agent: Agent, ticket: Ticket, now: datetime) -> bool:
    return agent.is_held(now) and agent.holds != ticket.key
