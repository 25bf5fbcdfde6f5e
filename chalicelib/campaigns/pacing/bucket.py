"""How many calls an account may begin, and when: its carrier's limit, as a value.

Exact in whole numbers. Calls are granted *instants*, some moments ahead, so that one stored change
grants several, and workers who hold instants need not know of one another. Whoever comes late for
an instant has lost it. Then no second has more calls than the limit, however workers stall or die;
that is shown beside `SLACK`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
# How long a granted call counts as up if nobody says that it still is. Whoever holds the account
# says so once a minute (`renewed`), so a worker that dies leaks its calls for no longer.
LEASE: Final = 180_000
# An update of a row names each call that it adds: DynamoDB takes 4 KB of names.
_MOST_GRANTED: Final = 200


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
    """What is stored: when the next call is due, and which were granted and have not ended.

    `due` counts parts of a millisecond, as many as there are `calls` in a second: then the distance
    of two calls is a whole number, whatever the limit is. `leases` has each call that was granted
    under a limit of calls at a time, by its number, and until when it counts as up; `last` is the
    number of the last.
    """

    due: int = 0
    calls: int = 1
    last: int = 0
    leases: Mapping[int, int] = field(default_factory=dict)

    def under(self, limit: Limit) -> Bucket:
        """Return the same bucket under a limit that was changed."""
        due = -(-self.due * limit.calls // self.calls)
        return replace(self, due=due, calls=limit.calls)

    def flying(self, now: int) -> int:
        """Return how many count as up."""
        return sum(until > now for until in self.leases.values())


@dataclass(frozen=True, slots=True)
class Granted:
    """When calls may begin (milliseconds since 1970), the bucket then, and when to ask again.

    To be stored on the condition that the stored `due` is what it was. Of the leases only what
    changes is written, call by call (`added`, and those that are `over`), since others end
    meanwhile. Whoever lost that race asks anew with what is stored now; whoever found as many up
    as may be reads the row before they ask again.
    """

    bucket: Bucket
    starts: tuple[int, ...]
    ask_at: int
    added: tuple[int, ...] = ()
    over: tuple[int, ...] = ()


def grant(bucket: Bucket, limit: Limit, now: int, wanted: int) -> Granted:
    """Return up to `wanted` instants within the lead, from now on.

    >>> grant(Bucket(), Limit(calls=4), 1_000_000, 9).starts
    (1000000, 1000258, 1000515, 1000773)
    """
    bucket = bucket.under(limit)
    room = wanted if limit.at_once is None else _room(bucket, limit.at_once, now, wanted)
    step = SECOND + SLACK
    due = max(bucket.due, now * limit.calls - (limit.burst - 1) * step)
    starts: list[int] = []
    while len(starts) < room and (start := _instant(due, limit, now)) <= now + LEAD:
        starts.append(start)
        due += step
    if not starts:
        return Granted(bucket, (), _ask_at(bucket, limit, now))
    numbers = range(bucket.last + 1, bucket.last + 1 + len(starts))
    added = tuple(numbers) if limit.at_once is not None else ()
    over = tuple(number for number, until in bucket.leases.items() if until <= now)
    leases = {number: until for number, until in bucket.leases.items() if until > now}
    leases |= dict.fromkeys(added, now + LEASE)
    after = Bucket(due, limit.calls, numbers[-1], leases)
    return Granted(after, tuple(starts), _ask_at(after, limit, now), added, over)


def ended(bucket: Bucket, calls: Iterable[int]) -> Bucket:
    """Give back the room of calls that have ended, or were granted and never begun.

    By their numbers, so whoever ends one twice, or one that has expired, gives back nothing more.
    """
    gone = frozenset(calls)
    leases = {number: until for number, until in bucket.leases.items() if number not in gone}
    return replace(bucket, leases=leases)


def renewed(bucket: Bucket, up: Iterable[int], now: int) -> Bucket:
    """Have calls that are up count as such for longer, and forget what has expired."""
    leases = {number: until for number, until in bucket.leases.items() if until > now}
    return replace(bucket, leases=leases | dict.fromkeys(up, now + LEASE))


def may_begin(start: int, now: int) -> bool:
    """Tell whether it is time: not before the instant, and not when it has passed."""
    return start <= now <= start + LATEST


def _room(bucket: Bucket, at_once: int, now: int, wanted: int) -> int:
    return min(wanted, _MOST_GRANTED, at_once - bucket.flying(now))


def _instant(due: int, limit: Limit, now: int) -> int:
    return max(now, -(-due // limit.calls))


def _ask_at(bucket: Bucket, limit: Limit, now: int) -> int:
    if limit.at_once is not None and bucket.flying(now) >= limit.at_once:
        return now + FULL
    return max(now + 1, _instant(bucket.due, limit, now) - LEAD + REFILL)
