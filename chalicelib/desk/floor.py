"""An account's floor: its queues, its agents, and everybody who waits. Pure.

All of it is read at once, so that whoever asks sees the same order. What is decided is a `Change`:
it holds only if everything in it is still as it was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.desk.callbacks import Callback, Stage
from chalicelib.desk.pace import expected_in
from chalicelib.desk.tickets import PRESENT, Phase, Ticket, rank
from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from chalicelib.desk.agents import Agent
    from chalicelib.desk.queues import Queue
    from chalicelib.desk.tickets import Past, Waiting

    Thing = Agent | Ticket | Callback


@dataclass(frozen=True, slots=True)
class Offer:
    """An agent who is kept for a caller, and rung now."""

    agent: str
    number: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands."""

    position: int
    waiting: int
    waited_seconds: int
    expected_seconds: int | None
    agents_on_duty: int
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be stored, all or nothing.

    Each thing has the revision that was read: it is stored if it still has it. `nudge_after` says
    in how many seconds callbacks should be looked at; None if nothing changed for them.
    """

    saves: tuple[Thing, ...] = ()
    drops: tuple[Ticket | Callback, ...] = ()
    pasts: tuple[Past, ...] = ()
    nudge_after: int | None = None

    def __bool__(self) -> bool:
        return bool(self.saves or self.drops or self.pasts)

    def also(self, *things: Thing) -> Change:
        """Return the change with more to store, except what is in it already."""
        known = {key_of(each) for each in self.saves}
        return replace(self, saves=(*self.saves, *(t for t in things if key_of(t) not in known)))


def key_of(thing: Thing) -> str:
    """Return how a thing is known on the floor."""
    return thing.key if isinstance(thing, Ticket | Callback) else f"agent#{thing.id}"


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything of an account's contact centre, as it was at one instant."""

    account_id: str
    queues: Mapping[str, Queue] = field(default_factory=dict)
    agents: Mapping[str, Agent] = field(default_factory=dict)
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    callbacks: Mapping[str, Callback] = field(default_factory=dict)

    def queue(self, name: str) -> Queue:
        """Return a queue. Raises NotFound."""
        try:
            return self.queues[name]
        except KeyError:
            raise NotFound("no such queue", queue=name) from None

    def ticket(self, queue: str, call_id: str) -> Ticket | None:
        """Return a call's place in a queue, None if it has none."""
        return self.tickets.get(f"ticket#{queue}#{call_id}")

    def having(self, *things: Thing) -> Floor:
        """Return the floor with these in place of what was there."""
        agents, tickets, callbacks = dict(self.agents), dict(self.tickets), dict(self.callbacks)
        for each in things:
            if isinstance(each, Ticket):
                tickets[each.key] = each
            elif isinstance(each, Callback):
                callbacks[each.key] = each
            else:
                agents[each.id] = each
        return replace(self, agents=agents, tickets=tickets, callbacks=callbacks)

    def without(self, place: Waiting) -> Floor:
        """Return the floor without a place."""
        return replace(
            self,
            tickets={key: each for key, each in self.tickets.items() if key != place.key},
            callbacks={key: each for key, each in self.callbacks.items() if key != place.key},
        )

    def skills_for(self, place: Waiting) -> frozenset[str]:
        """Return all that an agent must know: what the queue asks, and the place."""
        queue = self.queues.get(place.queue)
        return place.skills | queue.skills if queue is not None else place.skills

    def holder(self, place: Waiting, now: datetime) -> Agent | None:
        """Return the agent who is kept for a place, None once the lease is over."""
        return next((each for each in self.holders(place) if each.is_held(now)), None)

    def holders(self, place: Waiting) -> list[Agent]:
        """Return whoever was kept for a place, the lease over or not."""
        return [each for each in self.agents.values() if each.holds == place.key]

    def counted(self, queue: str, now: datetime) -> list[Waiting]:
        """Return those who wait in a queue, in order: callers, and callbacks that may be placed."""
        callers = (
            each
            for each in self.tickets.values()
            if each.queue == queue and each.phase is not Phase.TALKING and now < each.until
        )
        asked = (
            each
            for each in self.callbacks.values()
            if each.queue == queue and (each.stage is Stage.OFFERED or self.is_due(each, now))
        )
        return sorted((*callers, *asked), key=rank)

    def is_due(self, callback: Callback, now: datetime) -> bool:
        """Tell whether a callback may be placed now."""
        queue = self.queues.get(callback.queue)
        return queue is not None and callback.is_due(queue, now)

    def matched(self, now: datetime, *, patient: bool = True) -> dict[str, Agent]:
        """Give each free agent, longest idle first, to the first place that they can serve.

        Places are gone through in order, of all queues together; so nobody is given an agent whom
        somebody before them could have. Not `patient`: callbacks that stand back take part too.
        """
        free = self._free(now)
        given: dict[str, Agent] = {}
        for place in self._hopeful(now, patient=patient):
            if not free:
                break
            skills = self.skills_for(place)
            agent = next((each for each in free if each.can(skills)), None)
            if agent is not None:
                given[place.key] = agent
                # Two agents may share a telephone: it rings for one caller at a time.
                free = [each for each in free if each.number != agent.number]
        return given

    def unserved(self, now: datetime) -> list[Waiting]:
        """Return those whose turn it is, in order, and for whom no agent is free."""
        given = self.matched(now)
        return [each for each in self._hopeful(now, patient=True) if each.key not in given]

    def standing(self, ticket: Ticket, now: datetime, offer: Offer | None = None) -> Standing:
        """Tell how a caller stands."""
        line = [each.key for each in self.counted(ticket.queue, now)]
        position = line.index(ticket.key) + 1 if ticket.key in line else 1
        on_duty = self.on_duty(ticket, now)
        expected = expected_in(ticket.queue, position, on_duty, self.agents.values(), now)
        return Standing(
            position=position,
            waiting=len(line),
            waited_seconds=ticket.waited_seconds(now),
            expected_seconds=expected,
            agents_on_duty=on_duty,
            offer=offer,
        )

    def on_duty(self, place: Waiting, now: datetime) -> int:
        """Count the agents who could serve a place, were they free."""
        skills = self.skills_for(place)
        return sum(each.can(skills) and each.is_on_duty(now) for each in self.agents.values())

    def _free(self, now: datetime) -> list[Agent]:
        busy = {each.number for each in self.agents.values() if each.is_held(now)}
        free = (a for a in self.agents.values() if a.is_free(now) and a.number not in busy)
        return sorted(free, key=lambda each: (each.idle_from(now), each.id))

    def _hopeful(self, now: datetime, *, patient: bool) -> list[Waiting]:
        return sorted((*self._present(now), *self._due(now, patient=patient)), key=rank)

    def _present(self, now: datetime) -> Iterator[Ticket]:
        """Yield callers who wait and are heard of: for others no agent is kept."""
        held = {each.holds for each in self.agents.values() if each.is_held(now)}
        for each in self.tickets.values():
            waits = each.phase in (Phase.WAITING, Phase.OFFERED) and each.key not in held
            if waits and now - each.seen_at <= PRESENT:
                yield each

    def _due(self, now: datetime, *, patient: bool) -> Iterator[Callback]:
        for each in self.callbacks.values():
            if self.is_due(each, now) and (not patient or each.keeps_agents(now)):
                yield each
