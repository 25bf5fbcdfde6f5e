"""What a schedule does for pools: numbers let go or bought, hours summed, decks laid out.

All of it may be done twice, and broken off anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.pools import forecast, health
from chalicelib.tracking.pools.growing import NOTHING, Grown, grow
from chalicelib.tracking.pools.leases import millis
from chalicelib.tracking.pools.lending import Decks, lay_out
from chalicelib.tracking.pools.usecases import expel, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.tracking.pools.forecast import Shortage
    from chalicelib.tracking.pools.growing import Market
    from chalicelib.tracking.pools.health import Hour
    from chalicelib.tracking.pools.leases import LogEntry
    from chalicelib.tracking.pools.usecases import Keeping

# An hour is summed when whoever was lent a number at its very end has surely been stored.
SETTLED: Final = 60_000
# Hours that nobody summed are made up for, as far back as a report of a quarter of a year.
FURTHEST_BACK: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Due:
    """A pool to look after. `summed` is until when its hours are known; `untidy`: numbers leave."""

    pool_id: str
    account_id: str
    summed: int
    untidy: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an hour that is over has shown, and what was done about it."""

    short: Shortage | None = None
    grown: Grown = NOTHING


class Tends(Protocol):
    """Pools to look after, and their hours."""

    def due(self) -> Iterator[Due]:
        """Yield every pool that is in use, or that numbers are leaving."""

    def tidied(self, due: Due, *, gone: bool) -> None:
        """Store that no number is leaving any more; `gone`: that the pool is looked after no more.

        Not if one began to leave meanwhile.
        """

    def save_hour(self, pool_id: str, hour: Hour) -> None:
        """Store an hour in place of what was known of it."""

    def note_summed(self, pool_id: str, until: int) -> None:
        """Store until when hours are known."""

    def hours(self, pool_id: str, since: int, until: int) -> list[Hour]:
        """Return the hours that began in [since, until), in order."""


class Logs(Decks, Protocol):
    """Decks, and the log of leases."""

    def log(self, account_id: str, name: str, since: int, until: int) -> Iterator[LogEntry]:
        """Yield what was lent of a number in [since, until); by a pool's id, who got none."""


@dataclass(frozen=True, slots=True)
class Tending:
    """What looking after pools needs."""

    keeping: Keeping
    tends: Tends
    logs: Logs
    market: Market


def tend(due: Due, *, now: datetime, tending: Tending) -> Found:
    """Do what is to be done for a pool now. Returns what an hour that is over has shown."""
    keeping, tends, logs = tending.keeping, tending.tends, tending.logs
    if due.untidy is not None:
        pool = keeping.roster.pool(due.pool_id)
        if tidy(due.pool_id, now=now, keeping=keeping):
            tends.tidied(due, gone=pool.archived_at is not None)
    try:
        lay_out(due.pool_id, due.account_id, now=now, store=logs)
        return _look_back(due, now, tending)
    except NotFound:
        return Found()  # it was archived


def _look_back(due: Due, now: datetime, tending: Tending) -> Found:
    """Sum the hours that are over; if there are any, say how the pool did, and have it grow."""
    keeping, tends, logs = tending.keeping, tending.tends, tending.logs
    at = millis(now)
    until = health.hour_of(at - SETTLED)
    since = max(health.hour_of(due.summed), health.hour_of(millis(now - FURTHEST_BACK)))
    if since >= until:
        return Found()
    for starts in range(since, until, health.HOUR):
        tends.save_hour(due.pool_id, sum_hour(due, starts, at, logs))
    tends.note_summed(due.pool_id, until)
    pool = expel(keeping.roster.pool(due.pool_id), keeping)
    hours = tends.hours(due.pool_id, at - forecast.LOOKED_BACK, at)
    return Found(
        forecast.shortage(hours, len(pool.members), pool.hold, at),
        grow(pool, hours, now=now, keeping=keeping, market=tending.market),
    )


def sum_hour(due: Due, starts: int, at: int, logs: Logs) -> Hour:
    """Sum an hour of a pool from its log, as it is at an instant."""
    _, slots = logs.look(due.pool_id, due.account_id)
    lent = {
        slot.number: [
            entry
            for entry in logs.log(due.account_id, slot.number, starts, at)
            if entry.pool_id == due.pool_id
        ]
        for slot in slots
    }
    passed = logs.log(due.account_id, due.pool_id, starts, starts + health.HOUR)
    return health.summed(starts, slots, lent, passed)
