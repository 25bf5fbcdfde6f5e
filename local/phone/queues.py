"""Queues of waiting callers: who is in them, since when, and who is taken next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone.legs import future

if TYPE_CHECKING:
    import asyncio

    from local.phone.exchange import Exchange
    from local.phone.legs import Leg, Source

LARGEST = 1000


@dataclass(slots=True, eq=False)
class Member:
    """One caller who waits, and what comes of it."""

    leg: Leg
    since: float
    whisper: Source | None = None
    taken_by: Leg | None = None
    ready: asyncio.Future[None] = field(default_factory=future)  # whispered to, or gone
    over: asyncio.Future[None] = field(default_factory=future)  # the bridge


@dataclass(slots=True)
class Queue:
    """A queue exists from its first caller on."""

    sid: str
    name: str
    members: list[Member] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # of those who left
    arrivals: list[asyncio.Future[None]] = field(default_factory=list)

    def join(self, member: Member) -> None:
        self.members.append(member)
        for arrival in self.arrivals:
            if not arrival.done():
                arrival.set_result(None)
        self.arrivals.clear()

    def leave(self, member: Member, now: float) -> None:
        if member in self.members:
            self.members.remove(member)
            self.waits.append(now - member.since)

    def arrival(self) -> asyncio.Future[None]:
        """Give a future that is done when the next caller joins."""
        awaited = future()
        self.arrivals.append(awaited)
        return awaited


def named(exchange: Exchange, name: str) -> Queue:
    """Find a queue, or make it."""
    if name not in exchange.queues:
        exchange.queues[name] = Queue(exchange.dice.sid("QU"), name)
    return exchange.queues[name]
