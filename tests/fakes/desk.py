"""The desk kept in memory: the product's own decisions, on floors that are dictionaries.

desk = DeskInMemory(queues=["support"], agents={"agt_1": "+33162010009"})
desk.join("acc_1", "support", ticket, now)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.desk.agents import Agent
from chalicelib.desk.callbacks import Callback
from chalicelib.desk.floor import Floor, key_of
from chalicelib.desk.queues import Queue
from chalicelib.desk.usecases import FloorDesk
from chalicelib.desk.visits import asked_of
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from chalicelib.desk.floor import Change, Thing
    from chalicelib.desk.tickets import Past, Ticket
    from chalicelib.desk.visits import Asked, Visit

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class FloorsInMemory:
    """Every port of the desk's storage."""

    def __init__(self) -> None:
        self.floors: dict[str, Floor] = {}
        self.pasts: dict[tuple[str, str, str], Past] = {}
        self.done: dict[tuple[str, str], Callback] = {}
        self.stamps: dict[str, str] = {}
        self.kept_visits: dict[tuple[str, str, str], Visit] = {}
        self.kept_asked: dict[tuple[str, str], Asked] = {}

    def floor(self, account_id: str) -> Floor:
        """Return everything of a floor."""
        return self.floors.get(account_id, Floor(account_id))

    def apply(self, account_id: str, change: Change) -> None:
        """Store a change if everything is as it was."""
        floor = self.floor(account_id)
        for each in (*change.saves, *change.drops):
            if _revision(floor, each) != each.revision:
                raise Conflict("changed meanwhile", key=key_of(each))
        for drop in change.drops:
            floor = floor.without(drop)
            self._note(account_id, drop, over=True)
        for save in change.saves:
            floor = floor.having(replace(save, revision=save.revision + 1))
            self._note(account_id, save)
        for past in change.pasts:
            self.pasts[account_id, past.queue, past.call_id] = past
        self.floors[account_id] = floor

    def past(self, account_id: str, queue: str, call_id: str) -> Past | None:
        """Return a place that was given up."""
        return self.pasts.get((account_id, queue, call_id))

    def save_queue(self, account_id: str, queue: Queue) -> Queue:
        """Store a queue."""
        floor = self.floor(account_id)
        known = floor.queues.get(queue.name)
        if (known.version if known else 0) != queue.version:
            raise Conflict("changed meanwhile", queue=queue.name)
        stored = replace(queue, version=queue.version + 1)
        self.floors[account_id] = replace(floor, queues={**floor.queues, queue.name: stored})
        return stored

    def drop_queue(self, account_id: str, name: str) -> None:
        """Forget a queue."""
        floor = self.floor(account_id)
        left = {key: each for key, each in floor.queues.items() if key != name}
        self.floors[account_id] = replace(floor, queues=left)

    def save_agent(self, account_id: str, agent: Agent) -> Agent:
        """Store an agent."""
        floor = self.floor(account_id)
        known = floor.agents.get(agent.id)
        seen = (known.version, known.revision) if known else (0, agent.revision)
        if seen != (agent.version, agent.revision):
            raise Conflict("changed meanwhile", agent_id=agent.id)
        stored = replace(agent, version=agent.version + 1, revision=agent.revision + 1)
        self.floors[account_id] = floor.having(stored)
        return stored

    def drop_agent(self, account_id: str, agent_id: str) -> None:
        """Forget an agent."""
        floor = self.floor(account_id)
        left = {key: each for key, each in floor.agents.items() if key != agent_id}
        self.floors[account_id] = replace(floor, agents=left)

    def over(self, account_id: str, callback_id: str) -> Callback:
        """Return a callback that is over."""
        try:
            return self.done[account_id, callback_id]
        except KeyError:
            raise NotFound("no such callback") from None

    def history(self, account_id: str, limit: int, after: str | None = None) -> Page[Callback]:
        """Return callbacks that are over."""
        mine = sorted(id for account, id in self.done if account == account_id)
        ids = [each for each in mine if after is None or each > after]
        items = tuple(self.done[account_id, each] for each in ids[:limit])
        return Page(items, ids[limit - 1] if len(ids) > limit else None)

    def awaited(self) -> Iterator[tuple[str, str]]:
        """Yield the accounts that have callbacks."""
        yield from sorted(self.stamps.items())

    def settle(self, account_id: str, stamp: str) -> None:
        """Note that an account has no callback any more."""
        if self.stamps.get(account_id) == stamp:
            del self.stamps[account_id]

    def put_visit(self, account_id: str, shard: int, visit: Visit) -> None:
        """Store a visit."""
        key = (account_id, visit.call_id, visit.id)
        known = self.kept_visits.get(key)
        if known is None or known.events <= visit.events:
            self.kept_visits[key] = visit

    def visits(self, account_id: str, day: date, shards: int) -> Iterator[Visit]:
        """Yield the visits of a day."""
        for (account, _, _), visit in self.kept_visits.items():
            if account == account_id and visit.day == day:
                yield visit

    def asked(self, account_id: str, day: date) -> Iterator[Asked]:
        """Yield the callbacks of a day."""
        for (account, _), asked in self.kept_asked.items():
            if account == account_id and asked.day == day:
                yield asked

    def _note(self, account_id: str, thing: Thing, *, over: bool = False) -> None:
        """Count a callback, keep one that is over, and note whose new one is."""
        if not isinstance(thing, Callback):
            return
        self.kept_asked[account_id, thing.id] = asked_of(thing)
        if over:
            self.done[account_id, thing.id] = replace(thing, revision=thing.revision + 1)
        elif not thing.revision:
            self.stamps[account_id] = thing.asked_at.isoformat()


@dataclass
class NudgesInMemory:
    """Nudges, as they were given: account and seconds."""

    given: list[tuple[str, int]] = field(default_factory=list)

    def nudge(self, account_id: str, after_seconds: int = 0) -> None:
        """Note it."""
        self.given.append((account_id, after_seconds))


class DeskInMemory(FloorDesk):
    """The port `ivr.queueing.Desk`: queues and agents of one account, always on duty."""

    def __init__(
        self,
        queues: Iterable[str | Queue] = ("support",),
        agents: Mapping[str, str] | None = None,
        *,
        account_id: str = "acc_1",
        **queue: Any,
    ) -> None:
        self.account_id = account_id
        self.floors = FloorsInMemory()
        self.nudges = NudgesInMemory()
        super().__init__(self.floors, self.nudges)
        for each in queues:
            named = Queue(name=each, **queue) if isinstance(each, str) else each
            self.floors.save_queue(account_id, named)
        for agent_id, number in (agents or {}).items():
            self.add_agent(agent_id, number)

    def add_agent(self, agent_id: str, number: str = "+33162010009", **facts: Any) -> None:
        """Have somebody answer; `skills=frozenset({...})`, `available=False` and the like."""
        known: dict[str, Any] = {"name": agent_id, "created_at": LONG_AGO, "idle_since": LONG_AGO}
        self.floors.save_agent(
            self.account_id, Agent(id=agent_id, number=number, **{**known, **facts})
        )

    def ticket(self, queue: str, call_id: str) -> Ticket | None:
        """Return a call's place, None if it has none."""
        return self.floors.floor(self.account_id).ticket(queue, call_id)

    @property
    def callbacks(self) -> list[Callback]:
        """The callbacks that are to be placed, first come first."""
        found = self.floors.floor(self.account_id).callbacks.values()
        return sorted(found, key=lambda each: each.arrived_at)


def _revision(floor: Floor, thing: Thing) -> int:
    known: Any = {**floor.tickets, **floor.callbacks}.get(key_of(thing))
    if isinstance(thing, Agent):
        known = floor.agents.get(thing.id)
    return 0 if known is None else int(known.revision)
