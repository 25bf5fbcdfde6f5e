"""How many calls an account may begin, and when: its carrier's limit, as a value.

Exact in whole numbers. Calls are granted *instants*, some moments ahead, so that one stored change
grants several, and workers who hold instants need not know of one another. Whoever comes late for
an instant has lost it. Then no second has more calls than the limit, however workers stall or die;
that is shown beside `SLACK`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND: Final = 1000
# How late a call may begin, and by how much the clocks of two workers may differ. Instants lie so
# that no window of SECOND + SLACK has more than the limit, and a call begins at most so much off
# its own: so those of any second lie in such a window.
LATEST: Final = 20
CLOCKS: Final = 10
SLACK: Final = LATEST + CLOCKS
# How far ahead instants are granted: what a pause, a stop or a withdrawal waits at the most.
LEAD: Final = 800
# Instants are taken in batches: who asks waits until so much of the lead is free again.
REFILL: Final = 400
# How soon to ask again when as many calls are up as may be.
FULL: Final = 1000
_MOST_CALLS: Final = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """What a carrier takes of an account: calls a second, and how many at a time.

    With a `burst` of more than one, calls that were not made in the seconds before may be made up
    for: a second then has up to `calls + burst - 1`. `at_once` is without end if it is None.
    """

    calls: int = 1
    burst: int = 1
    at_once: int | None = None

    def __post_init__(self) -> None:
        faults = tuple(self._faults())
        if faults:
            raise Rejected("no such limit", faults=faults)

    def _faults(self) -> Iterator[Fault]:
        if not 1 <= self.calls <= _MOST_CALLS:
            yield Fault("/calls_per_second", f"1 to {_MOST_CALLS}")
        if not 1 <= self.burst <= _MOST_CALLS:
            yield Fault("/burst", f"1 to {_MOST_CALLS}")
        if self.at_once is not None and self.at_once < 1:
            yield Fault("/calls_at_once", "at least 1, or null for no limit")


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is stored: when the next call is due, and how many were granted and have not ended.

    `due` counts parts of a millisecond, as many as there are `calls` in a second: then the distance
    of two calls is a whole number, whatever the limit is.
    """

    due: int = 0
    calls: int = 1
    flying: int = 0

    def under(self, limit: Limit) -> Bucket:
        """Return the same bucket under a limit that was changed."""
        due = -(-self.due * limit.calls // self.calls)
        return replace(self, due=due, calls=limit.calls)


@dataclass(frozen=True, slots=True)
class Granted:
    """When calls may begin (milliseconds since 1970), the bucket then, and when to ask again.

    To be stored on the condition that the stored `due` is what it was and that no more are up than
    may be; `flying` is added to, since calls end meanwhile. Whoever lost that race asks anew with
    what is stored now.
    """

    bucket: Bucket
    starts: tuple[int, ...]
    ask_at: int


def grant(bucket: Bucket, limit: Limit, now: int, wanted: int) -> Granted:
    """Return up to `wanted` instants within the lead, from now on.

    >>> grant(Bucket(), Limit(calls=4), 1_000_000, 9).starts
    (1000000, 1000258, 1000515, 1000773)
    """
    bucket = bucket.under(limit)
    room = wanted if limit.at_once is None else min(wanted, limit.at_once - bucket.flying)
    step = SECOND + SLACK
    due = max(bucket.due, now * limit.calls - (limit.burst - 1) * step)
    starts: list[int] = []
    while len(starts) < room and (start := _instant(due, limit, now)) <= now + LEAD:
        starts.append(start)
        due += step
    after = Bucket(due if starts else bucket.due, limit.calls, bucket.flying + len(starts))
    return Granted(after, tuple(starts), _ask_at(after, limit, now))


def ended(bucket: Bucket, calls: int = 1) -> Bucket:
    """Give back the room of calls that have ended, or were granted and never begun."""
    return replace(bucket, flying=max(0, bucket.flying - calls))


def may_begin(start: int, now: int) -> bool:
    """Tell whether it is time: not before the instant, and not when it has passed."""
    return start <= now <= start + LATEST


def _instant(due: int, limit: Limit, now: int) -> int:
    return max(now, -(-due // limit.calls))


def _ask_at(bucket: Bucket, limit: Limit, now: int) -> int:
    if limit.at_once is not None and bucket.flying >= limit.at_once:
        return now + FULL
    return max(now + 1, _instant(bucket.due, limit, now) - LEAD + REFILL)
