"""Lending's storage on the table `tracking`: each method is one request, but for `withdraw`.

A pool's partition is read whole by one consistent Query. What must hold together is one
transaction, whose conditions say why it was refused.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import CONDITION_FAILED, bind, translated
from chalicelib.tracking.pools.leases import NOTHING, Kept, Refusal, Without, read_lease, stamp
from chalicelib.tracking.pools.lending import Forgotten
from chalicelib.tracking.pools.rows import store as rows
from chalicelib.tracking.pools.rows.store import DECK, LogRow, PoolRow, VisitRow
from chalicelib.tracking.pools.settling.store import (
    SettlingStore,
    fails,
    keep,
    lend,
    reasons,
    transaction,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.expressions.update import Action
    from pynamodb.transactions import TransactWrite

    from chalicelib.tracking.pools.deck import Deck, Slot
    from chalicelib.tracking.pools.leases import Lease, Loan, LogEntry, Noted, Visit
    from chalicelib.tracking.pools.lending import Order

# What the log says of a visit that may be taken back.
_PERSONAL: Final[Any] = (LogRow.visit, LogRow.site, LogRow.landing)
_SLOT: Final = 1  # its place in the transaction of `take`: after the line of the log


class DeckStore(SettlingStore):
    """The port `Decks`, and the log to read."""

    def __init__(self, table_name: str) -> None:
        for row in rows.ROWS:
            bind(row, table_name)

    def deal(self, pool_id: str, account_id: str, at: int) -> Deck:
        """Count a turn."""
        row = PoolRow(rows.pool_key(pool_id), DECK)
        try:
            with translated("deal", pool_id=pool_id):
                row.update(rows.one_more_turn(at), condition=PoolRow.account_id == account_id)
        except Conflict as error:
            if getattr(error.__cause__, "cause_response_code", None) == CONDITION_FAILED:
                raise NotFound("no such pool", pool_id=pool_id) from error
            raise
        return rows.deck_of(row)

    def look(self, pool_id: str, account_id: str) -> tuple[Deck, tuple[Slot, ...]]:
        """Read a deck and its slots."""
        deck, slots = None, []
        with translated("look at pool", pool_id=pool_id):
            for row in PoolRow.query(rows.pool_key(pool_id), consistent_read=True):
                if row.sk == DECK:
                    deck = rows.deck_of(row)
                elif row.sk.startswith(rows.SLOT):
                    slots.append(rows.slot_of(row))
        if deck is None or deck.account_id != account_id:
            raise NotFound("no such pool", pool_id=pool_id)
        return deck, tuple(slots)

    def relay(self, seen: Deck, deck: Deck) -> bool:
        """Store a deck in place of the one that was seen; False if that one has moved."""
        row = PoolRow(rows.pool_key(seen.pool_id), DECK)
        try:
            with translated("lay out", pool_id=seen.pool_id):
                row.update(rows.deck_changes(deck), condition=rows.deck_unmoved(seen))
        except Conflict:
            return False
        return True

    def take(self, loan: Loan) -> Refusal | None:
        """Store a lease."""
        line = rows.log_row(rows.entry_of(loan))
        try:
            with translated("lend", pool_id=loan.lease.pool_id), transaction() as changes:
                changes.save(line)
                lend(changes, loan)
                visited = rows.visit_changes(loan.visit, loan.at, [line], loan.lease)
                changes.update(rows.visit_row(loan.visit.id), actions=visited)
                if loan.guest is not None:
                    _store_guest(changes, loan.guest, loan.at)
        except Conflict as error:
            return _refusal(error, loan)
        return None

    def pass_over(self, order: Order, at: int, refused: int = 0) -> None:
        """Store a visit without a number."""
        visit = order.visit
        without = Without(
            pool_id=order.pool_id, lease_id=order.lease_id, visit=visit, refused=refused
        )
        line = rows.log_row(rows.entry_without(without, at))
        visited = rows.visit_changes(visit, at, [line])
        if order.guest is not None:  # the source has no number any more
            visited.append(VisitRow.lease.remove())
        with translated("pass over", pool_id=order.pool_id), transaction() as changes:
            changes.save(line)
            changes.update(rows.visit_row(visit.id), actions=visited)
            if order.guest is not None:
                _store_guest(changes, order.guest, at)

    def extend(
        self, lease: Lease, at: int, noted: Noted = NOTHING, guest: Visit | None = None
    ) -> bool:
        """Keep a number, and what was done."""
        known = VisitRow.account_id == lease.account_id
        done = noted if guest is None else NOTHING
        seen = rows.noting(lease.account_id, lease.visit_id, done, at)
        try:
            with translated("extend", pool_id=lease.pool_id), transaction() as changes:
                keep(changes, lease, at)
                changes.update(rows.visit_row(lease.visit_id), actions=seen, condition=known)
                if guest is not None:
                    doing = rows.noting(guest.account_id, guest.id, noted, at)
                    changes.update(rows.visit_row(guest.id), actions=doing, condition=known)
        except Conflict as error:
            mine, *visits = [fails(each) for each in reasons(error)] or [False]
            if any(visits):
                raise Forgotten("no such visit", visit_id=lease.visit_id) from error
            if not mine:
                raise  # two tabs at once
            return False
        return True

    def kept_by(self, account_id: str, visit_id: str) -> Kept | None:
        """Return the lease that a visit had last, and when it was heard of."""
        key = rows.visit_row(visit_id)
        try:
            with translated("load visit", visit_id=visit_id):
                row = VisitRow.get(key.pk, key.sk, consistent_read=True)
        except NotFound:
            return None
        if row.account_id != account_id or row.lease is None:
            return None
        lease = read_lease(row.lease, account_id=account_id, visit_id=visit_id)
        return Kept(lease, int(row.last_seen))

    def withdraw(self, account_id: str, visit_id: str) -> None:
        """Erase a visit, after who it was in the log: done again, it goes on where it stopped."""
        row = rows.visit_row(visit_id)
        try:
            with translated("load visit", visit_id=visit_id):
                row = VisitRow.get(row.pk, row.sk, consistent_read=True)
        except NotFound:
            return
        if row.account_id != account_id:
            return
        for line in row.log or ():
            pk, _, sk = line.rpartition("|")
            actions: list[Action] = [each.remove() for each in _PERSONAL]
            with suppress(Conflict), translated("forget lease", visit_id=visit_id):
                LogRow(pk, sk).update(actions, condition=LogRow.visit == visit_id)
        with translated("forget visit", visit_id=visit_id):
            row.delete()

    def log(self, account_id: str, name: str, since: int, until: int) -> Iterator[LogEntry]:
        """Read the log of a number or, by a pool's id, of those who got none."""
        key = rows.log_key(account_id, name)
        span = LogRow.sk.between(stamp(since), stamp(until))
        with translated("read leases", account_id=account_id):
            for row in LogRow.query(key, span, consistent_read=True):
                yield rows.log_entry(row)

    def lent(
        self, account_id: str, name: str, since: int, until: int, limit: int
    ) -> tuple[LogEntry, ...]:
        """Read the newest lines of the log of a number or, by a pool's id, of those without."""
        span = LogRow.sk.between(stamp(since), stamp(until + 1))
        with translated("read leases", account_id=account_id):
            found = LogRow.query(
                rows.log_key(account_id, name),
                span,
                consistent_read=True,
                scan_index_forward=False,
                limit=limit,
            )
            return tuple(map(rows.log_entry, found))


def _store_guest(changes: TransactWrite, guest: Visit, at: int) -> None:
    changes.update(rows.visit_row(guest.id), actions=rows.begun(guest, at))


def _refusal(error: Conflict, loan: Loan) -> Refusal | None:
    told = reasons(error)[_SLOT]
    slot = None
    if told is not None and told.raw_item:
        slot = rows.slot_of(PoolRow.from_raw_data(told.raw_item))
    if slot is not None and slot.lease_id == loan.lease.id and loan.guest is None:
        return None  # our own first try was carried out, and its answer lost
    return Refusal(slot_differs=fails(told), slot=slot)
