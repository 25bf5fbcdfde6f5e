"""Places in a queue: of callers who wait, and the order in which they are served. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import datetime

# A point of priority is worth so much waiting, and there are nine: so nobody is passed by a caller
# who comes more than two and a quarter hours later, and nobody starves.
POINT: Final = timedelta(minutes=15)
# A caller who waits comes back after each round of music. Whoever has not come back for so long
# is passed over, and after a while is not counted any more: their call has vanished.
PRESENT: Final = timedelta(seconds=45)
COUNTED: Final = timedelta(seconds=120)
# While somebody is rung, nothing is heard of the caller.
RINGING_MARGIN: Final = timedelta(seconds=30)
BOOKING: Final = timedelta(minutes=10)  # to key in a number for the callback


class Phase(StrEnum):
    """How a caller stands."""

    WAITING = "waiting"
    OFFERED = "offered"  # an agent is rung for them
    TALKING = "talking"
    BOOKING = "booking"  # left the music to ask for a callback


class Arrival(Protocol):
    """A caller as the flow tells of them."""

    @property
    def call_id(self) -> str:
        """Whose call it is."""

    @property
    def dialled(self) -> str:
        """Which of our numbers was rung (E.164)."""

    @property
    def caller(self) -> str | None:
        """Who rang (E.164); None if withheld."""

    @property
    def arrived_at(self) -> datetime:
        """Since when they wait, whatever happens to the call meanwhile."""

    @property
    def language(self) -> str:
        """What they hear."""

    @property
    def priority(self) -> int:
        """From 0 to 9: higher goes first."""

    @property
    def skills(self) -> frozenset[str]:
        """What an agent must know for them."""

    @property
    def label(self) -> str:
        """What the agent is told."""


class Span(Protocol):
    """When a callback may be placed."""

    @property
    def opens(self) -> datetime:
        """From then on."""

    @property
    def closes(self) -> datetime:
        """Not any more then."""


class Waiting(Protocol):
    """Anything that has a place in the order: a caller, or a callback."""

    @property
    def key(self) -> str:
        """Which place it is."""

    @property
    def queue(self) -> str:
        """In which queue."""

    @property
    def arrived_at(self) -> datetime:
        """Since when."""

    @property
    def priority(self) -> int:
        """From 0 to 9."""

    @property
    def skills(self) -> frozenset[str]:
        """What an agent must know, beside what the queue asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A caller's place. It counts `until` then, unless somebody hears of the caller before.

    `agent` is who was rung for them, or talks with them; `left_at` when their wait ended.
    """

    queue: str
    call_id: str
    dialled: str
    caller: str | None = None
    arrived_at: datetime
    language: str
    priority: int = 0
    skills: frozenset[str] = frozenset()
    label: str = ""
    phase: Phase = Phase.WAITING
    seen_at: datetime
    until: datetime
    agent: str = ""
    left_at: datetime | None = None
    revision: int = 0

    @property
    def key(self) -> str:
        """What an agent who is kept for them holds."""
        return f"ticket#{self.queue}#{self.call_id}"

    def waited_seconds(self, now: datetime) -> int:
        """Return for how long they have waited, or had when their wait ended."""
        return max(0, int(((self.left_at or now) - self.arrived_at).total_seconds()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A place that was given up: kept for a day, for those who ask twice."""

    queue: str
    call_id: str
    waited_seconds: int
    callback_id: str = ""


def rank(place: Waiting) -> tuple[datetime, str]:
    """Return what orders places: arrival, a quarter of an hour earlier for a point of priority."""
    return place.arrived_at - place.priority * POINT, place.key
