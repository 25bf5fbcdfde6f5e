"""Pools made, changed and retired; their numbers; and what a schedule does for them.

Every function takes the account that the request acts for; another account's pool is NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.directory.numbers import line_of
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Stale
from chalicelib.tracking import sources
from chalicelib.tracking.pools import pool as rules
from chalicelib.tracking.pools.leases import millis
from chalicelib.tracking.pools.lending import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Lines, Page
    from chalicelib.tracking.pools.deck import Slot
    from chalicelib.tracking.pools.lending import Decks
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sources import Number
    from chalicelib.tracking.usecases import Numbers

# A pool's rows are changed while visits are lent its numbers: each attempt that fails met one.
ATTEMPTS: Final = 4
PAGE: Final = 200


class Roster(Protocol):
    """Pools, and which numbers are in them. What changes one raises Conflict if it changed."""

    def pool(self, pool_id: str) -> Pool:
        """Return a pool, archived or not. Raises NotFound."""

    def pools(self, account_id: str, limit: int, after: str | None = None) -> Page[Pool]:
        """Return an account's pools in use, in order of id."""

    def create(self, pool: Pool) -> Pool:
        """Store a new pool, without numbers."""

    def save(self, pool: Pool) -> Pool:
        """Store what is said of a pool."""

    def archive(self, pool: Pool) -> None:
        """Store that a pool lends no more."""

    def join(self, pool: Pool, number: Number) -> Pool:
        """Store a pool with a number more, and what the number stands for."""

    def mark(self, pool: Pool, number: str) -> Pool:
        """Store that a number is leaving: it is lent to nobody else from now on."""

    def part(self, pool: Pool, slot: Slot, number: Number) -> Pool:
        """Store a pool without a number, and what the number stands for."""

    def slots(self, pool_id: str) -> tuple[Slot, ...]:
        """Return how the numbers of a pool stand."""


class ShownToAll(Conflict):
    """Everybody may see the number: a pool shows its numbers to one visit at a time."""

    code = "number-shown-to-all"

    def __init__(self, where: str) -> None:
        super().__init__("the number is shown to everybody", where=where)
        self.faults = (Fault("/number", f"is shown to everybody by {where}"),)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What changing pools needs. `lines` tells whose numbers are whose.

    `shown_on` tells the site on which everybody may see a number of an account's.
    """

    roster: Roster
    decks: Decks
    numbers: Numbers
    lines: Lines
    shown_on: Callable[[str, str], str | None]


def create_pool(pool: Pool, keeping: Keeping) -> Pool:
    """Make a pool without numbers."""
    _check_overflow(pool, keeping)
    model_of(pool, keeping.lines)
    return keeping.roster.create(pool)


def pool_of_account(account_id: str, pool_id: str, roster: Roster) -> Pool:
    """Return an account's pool. Somebody else's, or an archived one, is NotFound."""
    pool = roster.pool(pool_id)
    if pool.account_id != account_id or pool.archived_at is not None:
        raise NotFound("no such pool", pool_id=pool_id)
    return pool


def all_pools(account_id: str, roster: Roster) -> Iterator[Pool]:
    """Yield every pool of an account that is in use."""
    after: str | None = None
    while True:
        page = roster.pools(account_id, PAGE, after)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def edit_pool(
    changes: dict[str, Any], *, account_id: str, pool_id: str, version: int, keeping: Keeping
) -> Pool:
    """Change what is said of a pool; a new hold is that of leases to come. Raises Stale."""
    for _ in range(ATTEMPTS):
        pool = pool_of_account(account_id, pool_id, keeping.roster)
        if pool.version != version:
            raise Stale("the pool changed meanwhile", pool_id=pool_id)
        changed = replace(pool, **changes)
        if "overflow" in changes:
            _check_overflow(changed, keeping)
        if "growth" in changes:
            model_of(changed, keeping.lines)
        try:
            return keeping.roster.save(changed)
        except Conflict:
            continue
    raise Conflict("the pool is busy", pool_id=pool_id)


def archive_pool(account_id: str, pool_id: str, *, now: datetime, keeping: Keeping) -> None:
    """Retire a pool: it lends no more, and its numbers are free for others after their hold."""
    for _ in range(ATTEMPTS):
        pool = pool_of_account(account_id, pool_id, keeping.roster)
        try:
            keeping.roster.archive(replace(pool, archived_at=now))
        except Conflict:
            continue
        tidy(pool_id, now=now, keeping=keeping)
        return
    raise Conflict("the pool is busy", pool_id=pool_id)


def add_number(
    account_id: str, pool_id: str, number: str, *, now: datetime, keeping: Keeping
) -> Pool:
    """Put one of the account's numbers into a pool. Raises InPool, AlreadyAssigned, ShownToAll.

    One that is leaving the pool stays out until it has left.
    """
    pool = pool_of_account(account_id, pool_id, keeping.roster)
    _check_in_service(account_id, number, keeping.lines, "/number")
    if any(each.number == number and not each.leaving for each in pool.members):
        return pool
    _check_unseen(pool, number, keeping)
    known = sources.pooled(keeping.numbers.number(account_id, number), pool_id, now)
    stored = keeping.roster.join(rules.joined(pool, number, now), known)
    lay_out(pool_id, account_id, now=now, store=keeping.decks, whole=True)
    return stored


def remove_number(
    account_id: str, pool_id: str, number: str, *, now: datetime, keeping: Keeping
) -> None:
    """Take a number out of a pool: at once if nobody has it, otherwise after its hold."""
    pool = pool_of_account(account_id, pool_id, keeping.roster)
    if not pool.member(number).leaving:
        keeping.roster.mark(rules.leaving(pool, number), number)
    tidy(pool_id, now=now, keeping=keeping)
    lay_out(pool_id, account_id, now=now, store=keeping.decks, whole=True)


def tidy(pool_id: str, *, now: datetime, keeping: Keeping) -> bool:
    """Let numbers go that are leaving and that nobody has any more. Says whether all have gone.

    Done again, it goes on where it stopped.
    """
    pool = keeping.roster.pool(pool_id)
    left = True
    for slot in keeping.roster.slots(pool_id):
        if pool.archived_at is None and not slot.leaving:
            continue
        if slot.is_held(millis(now)):
            left = False
            continue
        number = keeping.numbers.number(pool.account_id, slot.number)
        outside = replace(number, pool=None)
        try:
            pool = keeping.roster.part(rules.without(pool, slot.number), slot, outside)
        except Conflict:
            return False
    return left


def expel(pool: Pool, keeping: Keeping) -> Pool:
    """Have numbers leave that do not answer for the account any more."""
    for each in pool.members:
        if not each.leaving and not _in_service(pool.account_id, each.number, keeping.lines):
            pool = keeping.roster.mark(rules.leaving(pool, each.number), each.number)
    return pool


def model_of(pool: Pool, lines: Lines) -> Line | None:
    """Return the line that numbers which the pool buys are like; None: it buys none.

    Raises Rejected if it is not in service, or none of its kind can be bought.
    """
    if pool.growth is None:
        return None
    _check_in_service(pool.account_id, pool.growth.like, lines, "/growth/like")
    rules.kind_of(pool.growth.like)
    return line_of(pool.account_id, pool.growth.like, lines)


def _check_overflow(pool: Pool, keeping: Keeping) -> None:
    if pool.overflow is None:
        return
    _check_in_service(pool.account_id, pool.overflow, keeping.lines, "/overflow")
    rules.check_overflow(pool)
    pooled = keeping.numbers.number(pool.account_id, pool.overflow).pool
    if pooled is not None:
        raise sources.InPool(pooled.pool_id, "/overflow")


def _check_unseen(pool: Pool, number: str, keeping: Keeping) -> None:
    """Refuse a number that everybody may see elsewhere: a call to it could be anybody's."""
    for each in all_pools(pool.account_id, keeping.roster):
        if each.overflow == number and each.id != pool.id:
            raise ShownToAll(each.id)
    site_id = keeping.shown_on(pool.account_id, number)
    if site_id is not None:
        raise ShownToAll(site_id)


def _check_in_service(account_id: str, number: str, lines: Lines, pointer: str) -> None:
    if not _in_service(account_id, number, lines):
        reason = "not a number of yours that is in service"
        raise Rejected("the pool can't have the number", faults=(Fault(pointer, reason),))


def _in_service(account_id: str, number: str, lines: Lines) -> bool:
    try:
        return line_of(account_id, number, lines).in_service
    except NotFound:
        return False
