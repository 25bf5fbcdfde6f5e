"""Agents lent to campaigns: kept from the floor while they are on a campaign's line. Pure.

Callers who wait come first: nobody is lent whom one of them could have, and whoever could serve one
whom no free agent can is wanted back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.desk.floor import Change

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.floor import Floor

# Whoever lends renews it each minute: who dies with it has an agent for no longer.
LENT: Final = timedelta(minutes=5)
# Their telephone is hung up before anybody else rings it.
_BREATH: Final = timedelta(seconds=3)
_NOTHING: Final = Change()


@dataclass(frozen=True, slots=True)
class Lent:
    """An agent as a campaign knows them."""

    agent_id: str
    name: str
    number: str
    wrap_up_seconds: int


def able(floor: Floor, agent_id: str, queue: str) -> Lent | None:
    """Return an agent who answers in a queue; None: there is none, or not for this queue."""
    agent, asked = floor.agents.get(agent_id), floor.queues.get(queue)
    if agent is None or asked is None or not agent.can(asked.skills):
        return None
    own = agent.wrap_up_seconds
    seconds = asked.wrap_up_seconds if own is None else own
    return Lent(agent.id, agent.name, agent.number, seconds)


def lend(floor: Floor, agent_id: str, key: str, now: datetime) -> tuple[bool, Change]:
    """Keep an agent for a campaign who is free, and whom nobody who waits could have.

    One who is kept for it already is kept for longer.
    """
    agent = floor.agents.get(agent_id)
    if agent is None:
        return False, _NOTHING
    if agent.holds == key and agent.is_held(now):
        return True, Change(saves=(replace(agent, held_until=now + LENT),))
    taken = {each.id for each in floor.matched(now).values()}
    if not agent.is_free(now) or agent.id in taken:
        return False, _NOTHING
    return True, Change(saves=(agent.kept_for(key, now + LENT),))


def give_back(floor: Floor, agent_id: str, key: str, now: datetime) -> tuple[None, Change]:
    """Have an agent on the floor again; one who is not lent to this campaign is left alone."""
    agent = floor.agents.get(agent_id)
    if agent is None or agent.holds != key:
        return None, _NOTHING
    return None, Change(saves=(replace(agent.freed(now), rests_until=now + _BREATH),))


def is_wanted(floor: Floor, agent_id: str, now: datetime) -> bool:
    """Tell whether an agent who is lent is to come back: for a caller, or to go off duty."""
    agent = floor.agents.get(agent_id)
    if agent is None or not agent.is_on_duty(now):
        return True
    return any(agent.can(floor.skills_for(each)) for each in floor.unserved(now))
