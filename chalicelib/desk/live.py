"""A queue as it is at this moment: who waits, who talks, what the agents do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.desk.callbacks import Callback
from chalicelib.desk.tickets import Phase, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.agents import Agent
    from chalicelib.desk.floor import Floor


class Doing(StrEnum):
    """What an agent is doing."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    RESTING = "resting"  # writing up, or left alone after a missed offer
    OFF_DUTY = "off-duty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Somebody in a queue: a caller, or a person who asked to be rung back."""

    position: int | None
    call_id: str
    callback_id: str
    number: str | None
    label: str
    state: str
    arrived_at: datetime
    waited_seconds: int
    agent: str


def places(floor: Floor, queue: str, now: datetime) -> list[Seen]:
    """Return who is in a queue, in order; then who talks."""
    line = floor.counted(queue, now)
    talking = [
        each
        for each in floor.tickets.values()
        if each.queue == queue and each.phase is Phase.TALKING and now < each.until
    ]
    waiting = [_seen(each, now, at) for at, each in enumerate(line, start=1)]
    return waiting + [_seen(each, now, None) for each in talking]


def doing(agent: Agent, now: datetime) -> Doing:
    """Tell what an agent is doing."""
    if agent.is_held(now):
        return Doing.TALKING if agent.talking_since else Doing.RINGING
    if not agent.is_on_duty(now):
        return Doing.OFF_DUTY
    return Doing.FREE if agent.is_free(now) else Doing.RESTING


def _seen(place: object, now: datetime, position: int | None) -> Seen:
    assert isinstance(place, Ticket | Callback)
    if isinstance(place, Ticket):
        number, state, waited = place.caller, place.phase.value, place.waited_seconds(now)
        callback_id = ""
    else:
        number, state, callback_id = place.number, place.stage.value, place.id
        waited = max(0, int((now - place.arrived_at).total_seconds()))
    return Seen(
        position=position,
        call_id=place.call_id,
        callback_id=callback_id,
        number=number,
        label=place.label,
        state=state,
        arrived_at=place.arrived_at,
        waited_seconds=waited,
        agent=place.agent,
    )
