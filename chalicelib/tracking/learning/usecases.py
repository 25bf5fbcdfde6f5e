"""Learning how an account's visitors behave, once a day, from its own calls.

It may be done twice, and broken off anywhere: what is found replaces what was known, and no call
that has an answer is shown another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.tracking.learning.assumptions import ASSUMED
from chalicelib.tracking.learning.learnt import learnt_from
from chalicelib.tracking.learning.lessons import BEFORE, material
from chalicelib.tracking.pools.leases import millis
from chalicelib.tracking.pools.pool import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from chalicelib.tracking.learning.learnt import Learnt
    from chalicelib.tracking.learning.lessons import Lesson
    from chalicelib.tracking.pools.health import Hour
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.pools.tending import Due

EVERY: Final = timedelta(days=1)
# What visitors did last winter says little of this one; and so much is read and fitted in a while.
LOOKED_BACK: Final = timedelta(days=90)
MOST_LESSONS: Final = 3_000


class Lessons(Protocol):
    """What calls taught, and what was learnt from it. Everything raises Unavailable."""

    def lessons(self, account_id: str, since: int, limit: int) -> list[Lesson]:
        """Return an account's lessons of the hours since then, newest first."""

    def learnt(self, account_id: str) -> Learnt | None:
        """Return what was learnt of an account last."""

    def save_learnt(self, learnt: Learnt) -> None:
        """Store it in place of what was."""


class Pools(Protocol):
    """Pools, and how they did."""

    def due(self) -> Iterator[Due]:
        """Yield every pool that is in use."""

    def hours(self, pool_id: str, since: int, until: int) -> list[Hour]:
        """Return the hours that began in [since, until), in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that learning takes. `pools_of` gives an account's pools in use."""

    lessons: Lessons
    pools: Pools
    pools_of: Callable[[str], Iterable[Pool]]


def due(now: datetime, desk: Desk) -> Iterator[str]:
    """Yield the accounts whose turn it is: those first that have waited longest."""
    accounts = dict.fromkeys(each.account_id for each in desk.pools.due())
    last = {each: desk.lessons.learnt(each) for each in accounts}
    waiting = {each: -1 if known is None else millis(known.at) for each, known in last.items()}
    for account_id in sorted(waiting, key=lambda each: waiting[each]):
        if waiting[account_id] <= millis(now - EVERY):
            yield account_id


def learn(account_id: str, now: datetime, desk: Desk) -> Learnt:
    """Find how an account's visitors behave, and keep it."""
    lessons = desk.lessons.lessons(account_id, millis(now - LOOKED_BACK), MOST_LESSONS)
    hours: dict[str, Sequence[Hour]] = {}
    if lessons:
        since = min(each.hour for each in lessons) - BEFORE
        pools = (each for each in desk.pools_of(account_id) if each.level is Level.SESSION)
        hours = {each.id: desk.pools.hours(each.id, since, millis(now)) for each in pools}
    found = learnt_from(material(lessons, hours, ASSUMED), account_id, now)
    desk.lessons.save_learnt(found)
    return found
