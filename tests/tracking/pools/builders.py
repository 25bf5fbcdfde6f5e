"""Pools with numbers in them, and visits that want one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.directory.lines import Line, LineState
from chalicelib.tracking.pools import usecases
from chalicelib.tracking.pools.leases import Lease, Lent, Visit
from chalicelib.tracking.pools.lending import Decks, Order, lend
from chalicelib.tracking.pools.pool import Pool
from chalicelib.tracking.pools.usecases import Keeping, Roster

if TYPE_CHECKING:
    from chalicelib.directory.ports import Lines
    from chalicelib.tracking.usecases import Numbers

ACCOUNT = "acct_1"
POOL = "pool_shop"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOLD = timedelta(minutes=20)
SHOWN_TO_ALL = "+33162019999"


def number(at: int) -> str:
    """Return one of the account's numbers."""
    return f"+3316201{at:04}"


class EveryLine:
    """The directory's port: every number is the account's, and in service."""

    def __init__(self, account_id: str = ACCOUNT) -> None:
        self.account_id = account_id

    def line(self, number: str) -> Line:
        return Line(number=number, account_id=self.account_id, state=LineState.ACTIVE, family="npv")


def a_pool(**facts: Any) -> Pool:
    known: dict[str, Any] = {
        "id": POOL,
        "account_id": ACCOUNT,
        "name": "Boutique",
        "created_at": NOON - timedelta(hours=1),
    }
    return Pool(**known | facts)


def keeping(store: Any, numbers: Numbers | None = None, lines: Lines | None = None) -> Keeping:
    """Return what changing pools needs, on a store that has all of it."""
    roster: Roster = store
    decks: Decks = store
    every: Any = EveryLine() if lines is None else lines
    known = store.tracking if numbers is None else numbers
    return Keeping(roster, decks, known, every, lambda account_id, number: None)


def open_pool(kept: Keeping, numbers: int, first: int = 0, **facts: Any) -> Pool:
    """Make a pool with so many numbers."""
    pool = usecases.create_pool(a_pool(**facts), kept)
    for at in range(first, first + numbers):
        pool = usecases.add_number(
            pool.account_id, pool.id, number(at), now=pool.created_at, keeping=kept
        )
    return pool


def a_visit(name: str = "a", **facts: Any) -> Visit:
    known: dict[str, Any] = {
        "id": f"vis_{name}",
        "account_id": ACCOUNT,
        "site_id": "site_1",
        "landing": '{"source":"google"}',
    }
    return Visit(**known | facts)


def an_order(name: str = "a", pool_id: str = POOL, **facts: Any) -> Order:
    return Order(pool_id=pool_id, visit=a_visit(name, **facts), lease_id=f"lea_{name}")


def lent(store: Decks, name: str = "a", *, minutes: float = 0, pool_id: str = POOL) -> Lent:
    """Lend a visit a number, so many minutes after noon."""
    now = NOON + timedelta(minutes=minutes)
    return lend(an_order(name, pool_id), now=now, store=store)


def leased(store: Decks, name: str = "a", *, minutes: float = 0) -> Lease:
    """Lend a visit a number, which there must be."""
    lease = lent(store, name, minutes=minutes).lease
    assert lease is not None
    return lease
