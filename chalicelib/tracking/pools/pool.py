"""A pool: numbers of an account's that are lent to visits in turn. Who may be in it, and when.

A number is in one pool, or stands for one source, at a time. It leaves only when nobody may have
it in view any more, so that no visitor's call is credited to what the number stands for next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, NotFound, Rejected

if TYPE_CHECKING:
    from datetime import datetime

# The deck is one row, which each visit reads: at 200 numbers it has 6 KB.
MOST_NUMBERS: Final = 200
# Assumption: CallRail holds numbers for about 20 minutes, which most systems follow.
HOLD_MINUTES: Final = 20

# What the carrier calls a kind of numbers, and how many digits of one tell it, its zone included.
KINDS: Final = {
    **{f"+33{zone}": ("local", 4) for zone in range(1, 6)},
    **{f"+33{zone}": ("mobile", 4) for zone in (6, 7)},
    "+339": ("national", 4),
    **{f"+3380{zone}": ("toll_free", 6) for zone in range(6)},
}


class Level(StrEnum):
    """Whether each visit has a number of its own, or all visits that one source brought."""

    SESSION = "session"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Member:
    """A number of a pool. A leaving one is lent to nobody else."""

    number: str
    since: datetime
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Growth:
    """That a pool buys numbers by itself, and until it has how many.

    New ones are of the kind and the zone of `like`, and answer as it does.
    """

    like: str
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool. `overflow` is the number shown when none is free; None: what the page has stays.

    It buys nothing without `growth`; `ordered` are numbers that it is about to buy.
    """

    id: str
    account_id: str
    name: str
    created_at: datetime
    level: Level = Level.SESSION
    hold_minutes: int = HOLD_MINUTES
    overflow: str | None = None
    members: tuple[Member, ...] = ()
    growth: Growth | None = None
    ordered: tuple[str, ...] = ()
    archived_at: datetime | None = None
    version: int = 0

    @property
    def hold(self) -> timedelta:
        """How long after its visitor's last activity a number is lent to nobody else."""
        return timedelta(minutes=self.hold_minutes)

    def member(self, number: str) -> Member:
        """Return a number of the pool. Raises NotFound."""
        for each in self.members:
            if each.number == number:
                return each
        raise NotFound("no such number in the pool", pool_id=self.id)


def joined(pool: Pool, number: str, now: datetime) -> Pool:
    """Return a pool with a number more. Raises Rejected if it is full."""
    if number == pool.overflow:
        raise _refused("/number", "is the pool's overflow number, which everybody is shown")
    if len(pool.members) >= MOST_NUMBERS:
        raise _refused("/number", f"a pool has at most {MOST_NUMBERS} numbers")
    members = sorted((*pool.members, Member(number, now)), key=lambda each: each.number)
    ordered = tuple(each for each in pool.ordered if each != number)
    return replace(pool, members=tuple(members), ordered=ordered)


def leaving(pool: Pool, number: str) -> Pool:
    """Return a pool of which a number is about to leave."""
    pool.member(number)
    changed = (
        replace(each, leaving=True) if each.number == number else each for each in pool.members
    )
    return replace(pool, members=tuple(changed))


def without(pool: Pool, number: str) -> Pool:
    """Return a pool that a number has left."""
    return replace(pool, members=tuple(each for each in pool.members if each.number != number))


def check_overflow(pool: Pool) -> None:
    """Refuse an overflow number that is lent to visits."""
    if any(each.number == pool.overflow for each in pool.members):
        raise _refused("/overflow", "is in the pool: it would be shown to two visitors at once")


def kind_of(number: str) -> tuple[str, int]:
    """Return what the carrier calls numbers like this, and how many digits tell. Raises Rejected.

    >>> kind_of("+33162012345")
    ('local', 4)
    """
    for begins, kind in KINDS.items():
        if number.startswith(begins):
            return kind
    raise _refused("/growth/like", "no numbers of its kind are on sale")


def _refused(pointer: str, reason: str) -> Rejected:
    return Rejected("the pool can't be like that", faults=(Fault(pointer, reason),))
