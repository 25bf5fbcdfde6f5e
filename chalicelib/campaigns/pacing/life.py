"""The life of an attempt: forward only, whatever news comes twice, late or in the wrong order.

And what to do about an attempt that somebody began to place and nobody tells of. A call costs money
and rings somebody; the carrier has no key that would make a repeated order harmless. So whoever
does not know looks before they leap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

# The carrier's REST API is given up after 8 seconds, a worker is killed after 60 at the most, and
# the first status callback of a call that exists comes within seconds: after this, it is worth
# looking.
DOUBT: Final = timedelta(seconds=90)
# By so much our clock may be ahead of the carrier's: a call of this order may seem to be older.
SKEW: Final = timedelta(seconds=30)
# An order that is this old is not placed any more: the plan it came from is not today's.
STALE: Final = timedelta(minutes=15)
# How long to wait where the carrier asked to slow down and did not say for how long.
SLOWED_FOR: Final = timedelta(seconds=5)
# What is stored of an instant.
_TICK: Final = timedelta(milliseconds=1)


class State(StrEnum):
    """How far an attempt has come."""

    PLANNED = "planned"  # it is to be made
    QUEUED = "queued"  # a message is on its way to a worker
    PLACING = "placing"  # a worker has it, and nobody else: stored before the carrier is asked
    PLACED = "placed"  # the carrier has the call
    ENDED = "ended"  # it is over: with an outcome, or without ever having rung


# Each may be skipped but `placing`: nothing is with the carrier that nobody was to place.
FORWARD: Final = {
    State.PLANNED: frozenset({State.QUEUED, State.PLACING, State.ENDED}),
    State.QUEUED: frozenset({State.PLACING, State.ENDED}),
    State.PLACING: frozenset({State.PLACED, State.ENDED}),
    State.PLACED: frozenset({State.ENDED}),
    State.ENDED: frozenset[State](),
}


def moves(state: State, to: State) -> bool:
    """Tell whether an attempt goes from one state to another; if not, the news is old.

    >>> moves(State.PLACING, State.ENDED), moves(State.ENDED, State.PLACED)
    (True, False)
    """
    return to in FORWARD[state]


class Told(StrEnum):
    """What the carrier has told of an order, if anything."""

    NOTHING = "nothing"  # not asked, or no answer, or a server error: it may have been carried out
    TAKEN = "taken"  # it has the call
    REFUSED = "refused"  # it will not make it: the number, the account, the caller ID
    SLOWED = "slowed"  # 429: not carried out, to be sent again when it says (Retry-After)
    FOUND = "found"  # it was looked for, and is there
    MISSING = "missing"  # it was looked for, and is not


class Do(StrEnum):
    """What a worker does then."""

    CLAIM = "claim"  # store `claimed` if it `stands_as` seen; then, and only then, order the call
    LOOK = "look"  # ask the carrier whether the call exists
    WAIT = "wait"  # leave it, and come back later
    ADOPT = "adopt"  # store the carrier's call as the attempt's
    DROP = "drop"  # store that it is over, without a call or refused
    NOTHING = "nothing"  # it is settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What decides of an attempt. `claimed_at` is when it began to be placed the last time.

    `ordered_at` is when it was claimed for the first time, and never changes: by it the carrier's
    call of this order is told from older ones to the same number. `told` is of the last claim, and
    `retry_at` is when the carrier takes orders again.
    """

    state: State
    ordered_at: datetime | None = None
    claimed_at: datetime | None = None
    told: Told = Told.NOTHING
    retry_at: datetime | None = None
    allowed: bool = True

    def stands_as(self, seen: Attempt) -> bool:
        """Tell whether what somebody has seen still holds: the condition of a claim and a drop."""
        return (self.state, self.claimed_at) == (seen.state, seen.claimed_at)

    @property
    def look_from(self) -> datetime | None:
        """From when on a call to that number is this attempt's; nobody else's may be as young."""
        return None if self.ordered_at is None else self.ordered_at - SKEW


def next_step(attempt: Attempt, now: datetime) -> Do:
    """Tell what to do about an attempt, now.

    `allowed` says whether it may still be rung (law, pause, withdrawal): it stops orders, never
    looks, since a call that exists must be known whatever has changed meanwhile.
    """
    if attempt.state in (State.PLACED, State.ENDED):
        return Do.NOTHING
    if attempt.state is not State.PLACING:
        return Do.CLAIM if attempt.allowed else Do.DROP
    if attempt.told is Told.NOTHING:
        return Do.LOOK if _in_doubt(attempt, now) else Do.WAIT
    if attempt.told not in (Told.SLOWED, Told.MISSING):
        return _SETTLED[attempt.told]
    if not attempt.allowed or _is_stale(attempt, now):
        return Do.DROP
    return Do.WAIT if attempt.told is Told.SLOWED and now < _again_from(attempt, now) else Do.CLAIM


def claimed(seen: Attempt, now: datetime) -> Attempt:
    """Return what is stored before each order, the first and any later one.

    On the condition that the attempt `stands_as` it was seen. Each claim is later than the one
    before, so of several who have seen the same, one orders the call. An order needs an instant of
    the account's pace as well, each time.
    """
    before = seen.claimed_at
    at = now if before is None else max(now, before + _TICK)
    return Attempt(state=State.PLACING, ordered_at=seen.ordered_at or at, claimed_at=at)


_SETTLED: Final = {Told.TAKEN: Do.ADOPT, Told.FOUND: Do.ADOPT, Told.REFUSED: Do.DROP}


def _again_from(attempt: Attempt, now: datetime) -> datetime:
    return attempt.retry_at or (attempt.claimed_at or now) + SLOWED_FOR


def _in_doubt(attempt: Attempt, now: datetime) -> bool:
    return attempt.claimed_at is None or now - attempt.claimed_at >= DOUBT


def _is_stale(attempt: Attempt, now: datetime) -> bool:
    return attempt.ordered_at is not None and now - attempt.ordered_at >= STALE
