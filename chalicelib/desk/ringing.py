"""Callbacks on their way: booked, an agent rung, the person dialled, and how it ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.desk.agents import LONGEST_TALK
from chalicelib.desk.callbacks import DOUBT, Callback, Slot, Stage, id_of
from chalicelib.desk.floor import Change
from chalicelib.desk.pace import expected_in
from chalicelib.desk.tickets import Past
from chalicelib.desk.waiting import arrived, nudge_after

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.agents import Agent
    from chalicelib.desk.floor import Floor
    from chalicelib.desk.queues import Queue
    from chalicelib.desk.tickets import Arrival, Span

# What the carrier may take to ring an agent, beside our own doubt whether it was asked to.
_MARGIN: Final = timedelta(seconds=60)
ANSWERED: Final = "answered"
NOTHING: Final = Change()
MOST_CALLBACKS: Final = 1_000  # of an account, waiting


@dataclass(frozen=True, slots=True)
class Booked:
    """A callback that will be placed."""

    id: str
    position: int
    expected_seconds: int | None


def book(
    floor: Floor, queue: str, arrival: Arrival, number: str, slot: Span | None, now: datetime
) -> tuple[Booked, Change]:
    """Turn a caller's place into a callback of the same arrival; one who has none takes one."""
    floor.queue(queue)
    known = floor.callbacks.get(f"callback#{id_of(queue, arrival.call_id)}")
    if known is not None:
        return booked(floor, known, now), Change()
    ticket = floor.ticket(queue, arrival.call_id)
    place = ticket or arrived(queue, arrival, now)
    callback = Callback(
        id=id_of(queue, arrival.call_id),
        queue=queue,
        number=number,
        line=place.dialled,
        arrived_at=place.arrived_at,
        asked_at=now,
        language=place.language,
        label=arrival.label or place.label,
        call_id=place.call_id,
        priority=place.priority,
        skills=place.skills,
        slot=None if slot is None else Slot(slot.opens, slot.closes),
    )
    past = Past(
        queue=queue,
        call_id=place.call_id,
        waited_seconds=place.waited_seconds(now),
        callback_id=callback.id,
    )
    drops = () if ticket is None else (ticket,)
    agent = floor.holder(ticket, now) if ticket is not None else None
    freed = () if agent is None else (agent.freed(now),)
    after = floor.without(place).having(callback, *freed)
    nudge = 0 if callback.key in after.matched(now) else None
    return booked(after, callback, now), Change((callback, *freed), drops, (past,), nudge)


def booked(floor: Floor, callback: Callback, now: datetime) -> Booked:
    """Tell where a callback stands; when it comes is unknown where it has a slot."""
    line = [each.key for each in floor.counted(callback.queue, now)]
    position = line.index(callback.key) + 1 if callback.key in line else len(line) + 1
    if callback.slot is not None:
        return Booked(callback.id, position, None)
    on_duty = floor.on_duty(callback, now)
    expected = expected_in(callback.queue, position, on_duty, floor.agents.values(), now)
    return Booked(callback.id, position, expected)


def asked(callback: Callback) -> Change:
    """Return what is to be stored of a new callback that nobody waited in a call for."""
    return Change(saves=(callback,), nudge_after=0)


def changed(callback: Callback) -> Change:
    """Return what is to be stored of a callback that was moved."""
    return Change(saves=(callback,), nudge_after=0)


def next_due(floor: Floor, now: datetime) -> tuple[Callback, Agent] | None:
    """Return the first callback whose turn it is, and the agent who is free for it."""
    given = floor.matched(now, patient=False)
    due = (each for each in floor.callbacks.values() if each.key in given)
    first = min(due, key=lambda each: (each.arrived_at, each.id), default=None)
    return None if first is None else (first, given[first.key])


def claim(floor: Floor, callback: Callback, agent: Agent, now: datetime) -> tuple[Callback, Change]:
    """Keep an agent for a callback, who is rung next: an offer of its own number."""
    lease = now + DOUBT + _ringing(floor, callback)
    claimed = replace(
        callback,
        stage=Stage.OFFERED,
        agent=agent.id,
        offer=callback.offer + 1,
        began_at=now,
        looked_at=now,
        lease_until=lease,
        called_up_at=None,
        carrier_call_id="",
    )
    return claimed, Change(saves=(claimed, agent.kept_for(callback.key, lease)))


def resume(floor: Floor, callback: Callback, now: datetime) -> tuple[Callback, Change]:
    """Take over an offer that whoever made it did not finish: the same number, a new lease."""
    lease = now + DOUBT + _ringing(floor, callback)
    resumed = replace(callback, looked_at=now, lease_until=lease)
    agent = floor.agents.get(callback.agent)
    held = agent is not None and agent.holds == callback.key
    agents = (agent.kept_for(callback.key, lease),) if agent is not None and held else ()
    return resumed, Change(saves=(resumed, *agents))


def placed(callback: Callback, carrier_call_id: str) -> Change:
    """Note that the agent's telephone rings."""
    return Change(saves=(replace(callback, carrier_call_id=carrier_call_id),))


def taken(floor: Floor, callback: Callback, now: datetime) -> Change:
    """Note that the agent takes it: the person is dialled. Telling it twice changes nothing."""
    if callback.stage is not Stage.OFFERED:
        return Change()
    lease = now + LONGEST_TALK
    talking = replace(
        callback, stage=Stage.TALKING, misses=0, tries=callback.tries + 1, lease_until=lease
    )
    agent = _agent(floor, callback)
    busy = () if agent is None else (agent.talking(callback.key, callback.queue, now),)
    return Change(saves=(talking, *busy))


def not_taken(floor: Floor, callback: Callback, now: datetime) -> Change:
    """Note that the agent did not take it: the next one's turn, and this one rests."""
    if callback.stage is not Stage.OFFERED:
        return Change()
    waits = replace(
        callback, stage=Stage.WAITING, misses=callback.misses + 1, agent="", lease_until=None
    )
    waits = replace(waits, not_before=now + waits.pause)
    agent, queue = _agent(floor, callback), floor.queues.get(callback.queue)
    rested = (agent.rested(queue, now),) if agent is not None and queue is not None else ()
    return Change(saves=(waits, *rested), nudge_after=int(waits.pause.total_seconds()))


def over(floor: Floor, callback: Callback, status: str, now: datetime, *, told: bool) -> Change:
    """Note how it went with the person: reached, or to be tried again until it is given up.

    `told` is False where the carrier did not say, and the agent's call has ended.
    """
    if not _is_news(callback, told=told):
        return Change()
    queue = floor.queues.get(callback.queue)
    done = _after(callback, queue, status, now, told=told)
    agent = _agent(floor, callback)
    freed = () if agent is None else (_released(agent, queue, status, now),)
    nudge = nudge_after(floor, freed[0], now) if freed else None
    if done.over:
        return Change(freed, (done,), nudge_after=nudge)
    return Change((done, *freed), nudge_after=nudge)


def ended(callback: Callback, stage: Stage, now: datetime) -> Change:
    """Take a callback off the floor: cancelled, expired, refused or given up."""
    done = replace(callback, stage=stage, ended_at=now, lease_until=None)
    return Change(drops=(done,))


def lapse(floor: Floor, callback: Callback, now: datetime) -> Change:
    """Put right what time has overtaken: a slot that is over, an offer nobody told the end of."""
    if callback.has_lapsed(now):
        return ended(callback, Stage.EXPIRED, now)
    if callback.lease_until is None or now < callback.lease_until:
        return Change()
    if callback.stage is Stage.OFFERED:
        return not_taken(floor, callback, now)
    return over(floor, callback, "failed", now, told=False)


def _is_news(callback: Callback, *, told: bool) -> bool:
    """Tell whether an end is the first word of this offer, or a better one than was guessed."""
    if callback.stage is Stage.TALKING:
        return True
    return told and callback.stage is Stage.WAITING and callback.told < callback.offer > 0


def _after(
    callback: Callback, queue: Queue | None, status: str, now: datetime, *, told: bool
) -> Callback:
    done = replace(
        callback,
        last_status=status,
        told=callback.offer if told else callback.told,
        lease_until=None,
        agent="",
    )
    if status == ANSWERED:
        return replace(done, stage=Stage.REACHED, ended_at=now)
    if queue is None or callback.tries >= queue.callback_attempts:
        return replace(done, stage=Stage.GIVEN_UP, ended_at=now)
    return replace(done, stage=Stage.WAITING, not_before=now + queue.retry)


def _released(agent: Agent, queue: Queue | None, status: str, now: datetime) -> Agent:
    if status == ANSWERED and queue is not None:
        return agent.wrapped_up(queue, now)
    return agent.freed(now)


def _agent(floor: Floor, callback: Callback) -> Agent | None:
    agent = floor.agents.get(callback.agent)
    return agent if agent is not None and agent.holds == callback.key else None


def _ringing(floor: Floor, callback: Callback) -> timedelta:
    return timedelta(seconds=floor.queue(callback.queue).ring_seconds) + _MARGIN
