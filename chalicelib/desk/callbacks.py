"""Callbacks: people who asked to be rung, their turn, and what became of it. Pure.

An agent is rung first, hears whom it is about and presses 1; then the person is dialled. Each time
an agent is rung is an offer; each time the person is dialled is a try.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.desk import duty

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.desk.queues import Queue

# A callback without a slot that nobody had time for. Code de la consommation R223-4 (as of 11
# August 2026): what was asked for is no prospecting within five working days, which five days
# never exceed.
LASTS: Final = timedelta(days=5)
STILL_UP: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=30)  # once it is over: a number is somebody's
# When a waiting caller finds that it is a callback's turn, an agent is kept free for it, and
# whoever places it is told. If that does not happen, callers must not wait for it for ever.
CALLED_UP: Final = timedelta(seconds=60)
STANDS_BACK: Final = timedelta(minutes=5)
# How long whoever places it may take until somebody else looks whether they did. More than a
# worker is given (60 s), so that there are never two of them.
DOUBT: Final = timedelta(seconds=90)
_MISS: Final = timedelta(seconds=30)
_LONGEST_MISS: Final = timedelta(minutes=5)


class Stage(StrEnum):
    """How far a callback has come."""

    WAITING = "waiting"
    OFFERED = "offered"  # an agent is being rung
    TALKING = "talking"  # the agent took it, and the person is being dialled
    REACHED = "reached"
    GIVEN_UP = "given-up"  # did not answer as often as the queue has it
    EXPIRED = "expired"  # its slot passed, or five days did
    CANCELLED = "cancelled"
    REFUSED = "refused"  # a number that we do not ring, or that the carrier does not


OVER: Final = frozenset(
    {Stage.REACHED, Stage.GIVEN_UP, Stage.EXPIRED, Stage.CANCELLED, Stage.REFUSED}
)


@dataclass(frozen=True, slots=True)
class Slot:
    """When it may be placed: [opens, closes)."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Somebody to ring back at `number`, showing `line`.

    `call_id` is the call in which it was asked for, `source` says where else. Until `not_before`
    they are left alone. `offer` counts agents rung, `tries` times that the person was dialled,
    `misses` agents in a row who did not take it. `carrier_call_id` is empty while nobody knows
    whether the agent's telephone rings: `began_at` is when the offer was made, `looked_at` when
    somebody last set about it.
    """

    id: str
    queue: str
    number: str
    line: str
    arrived_at: datetime
    asked_at: datetime
    language: str
    label: str = ""
    source: str = ""
    call_id: str = ""
    priority: int = 0
    skills: frozenset[str] = frozenset()
    slot: Slot | None = None
    stage: Stage = Stage.WAITING
    not_before: datetime | None = None
    called_up_at: datetime | None = None
    offer: int = 0
    tries: int = 0
    misses: int = 0
    agent: str = ""
    began_at: datetime | None = None
    looked_at: datetime | None = None
    lease_until: datetime | None = None
    carrier_call_id: str = ""
    told: int = 0  # the last offer of which the carrier told how it ended
    last_status: str = ""
    ended_at: datetime | None = None
    revision: int = 0

    @property
    def key(self) -> str:
        """What an agent who is kept for it holds."""
        return f"callback#{self.id}"

    @property
    def over(self) -> bool:
        """Tell whether nothing more will be done."""
        return self.stage in OVER

    def is_due(self, queue: Queue, now: datetime) -> bool:
        """Tell whether it may be placed now, if it is its turn and an agent is free.

        Nobody is rung in their night, unless that is the slot that they chose themselves, or they
        asked in a call within the last hour: they are up, and wait for it.
        """
        if self.stage is not Stage.WAITING or (self.not_before and now < self.not_before):
            return False
        if not queue.calls_back(now):
            return False
        if self.slot is not None:
            return self.slot.opens <= now < self.slot.closes
        waits_for_it = bool(self.call_id) and now - self.asked_at < STILL_UP
        return waits_for_it or duty.is_polite(self.number, now)

    def keeps_agents(self, now: datetime) -> bool:
        """Tell whether callers behind it must leave it an agent.

        For a minute after it was called up; then it stands back, and is called up again later.
        """
        if self.called_up_at is None:
            return True
        since = now - self.called_up_at
        return since < CALLED_UP or since >= CALLED_UP + STANDS_BACK

    def is_to_be_called_up(self, now: datetime) -> bool:
        """Tell whether whoever places callbacks must be told of it."""
        return self.called_up_at is None or now - self.called_up_at >= CALLED_UP + STANDS_BACK

    def has_lapsed(self, now: datetime) -> bool:
        """Tell whether it can be placed no more: its slot is over, or five days are."""
        if self.stage is not Stage.WAITING:
            return False
        return now >= (self.slot.closes if self.slot else self.asked_at + LASTS)

    def is_in_doubt(self, now: datetime) -> bool:
        """Tell whether whoever was to place it must have failed on the way."""
        unknown = self.stage is Stage.OFFERED and not self.carrier_call_id
        return unknown and self.looked_at is not None and now - self.looked_at >= DOUBT

    @property
    def pause(self) -> timedelta:
        """How long to wait for the next agent: not at all after one who did not answer."""
        return min(_MISS * max(0, self.misses - 1), _LONGEST_MISS)


def id_of(queue: str, call_id: str) -> str:
    """Return the id of what a call asked for in a queue: asking twice asks once.

    >>> id_of("support", "CA1")
    'cb_ddb2a077f6747923af3e'
    """
    return "cb_" + hashlib.sha256(f"{queue}#{call_id}".encode()).hexdigest()[:20]
