"""What a page gives a visit of several pools: read with one request, and stored with one.

A transaction takes a hundred rows: `MOST_POOLS` of a site keeps within that, as its slot, its
source and its line of the log are three for a pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import Conflict
from chalicelib.runtime.tables import translated
from chalicelib.tracking.pools.leases import NOTHING, Kept, Seen, Unsettled, read_lease
from chalicelib.tracking.pools.lending import Forgotten
from chalicelib.tracking.pools.rows import store as rows
from chalicelib.tracking.pools.rows.store import DECK, SLOT, VISIT, FoundRow, PoolRow, VisitRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pynamodb.expressions.update import Action

    from chalicelib.tracking.pools.leases import Lease, Loan, Settlement, Wanted
    from chalicelib.tracking.pools.rows.store import LogRow

ALL_OLD: Final = "ALL_OLD"
# DynamoDB's limit for a batch of reads.
MOST_ROWS: Final = 100


class SettlingStore:
    """What lending asks of storage for several pools at once."""

    def look_at(self, wanted: Wanted) -> Seen:
        """Read decks, slots, and what sources have; of large pools as many slots as there is room.

        Which, follows from the turn: those who come one after another look at others.
        """
        keys = dict.fromkeys(_keys(wanted))
        with translated("look at pools", account_id=wanted.account_id):
            found = list(FoundRow.batch_get(keys, consistent_read=True)) if keys else []
        mine = [row for row in found if row.account_id == wanted.account_id]
        decks = [rows.deck_of(row) for row in mine if row.sk == DECK]
        slots: dict[str, list[Any]] = {each.pool_id: [] for each in decks}
        for row in mine:
            if row.sk.startswith(SLOT) and _owner(row) in slots:
                slots[_owner(row)].append(rows.slot_of(row))
        by_lease = {row.lease: row for row in mine if row.sk.startswith(SLOT)}
        return Seen(
            decks={each.pool_id: each for each in decks},
            slots={pool_id: tuple(each) for pool_id, each in slots.items()},
            own=frozenset(each.id for each in wanted.leases if each.id in by_lease),
            kept={_owner(row): _kept(row) for row in mine if row.sk == VISIT and row.lease},
        )

    def settle(self, settlement: Settlement) -> Unsettled | None:
        """Store all of it in one transaction."""
        visit = settlement.visit
        try:
            with translated("settle", visit_id=visit.id), transaction() as changes:
                _write(changes, settlement)
        except Conflict as error:
            return _unsettled(settlement, reasons(error), error)
        return None


def _keys(wanted: Wanted) -> Iterator[tuple[str, str]]:
    for source in wanted.sources:
        yield f"{VISIT}#{source}", VISIT
    for lease in wanted.leases:
        yield rows.pool_key(lease.pool_id), f"{SLOT}{lease.number}"
    for pool_id in wanted.pools:
        yield rows.pool_key(pool_id), DECK
    others = len(wanted.sources) + len(wanted.leases) + len(wanted.pools)
    room = (MOST_ROWS - others) // max(1, len(wanted.pools))
    for pool_id, numbers in wanted.pools.items():
        for number in _some(numbers, room, wanted.turn):
            yield rows.pool_key(pool_id), f"{SLOT}{number}"


def _some(numbers: Sequence[str], room: int, turn: int) -> Iterable[str]:
    if len(numbers) <= room:
        return numbers
    first = turn * room % len(numbers)
    return (*numbers[first:], *numbers[:first])[:room]


def _owner(row: FoundRow) -> str:
    return row.pk.partition("#")[2]


def _kept(row: FoundRow) -> Kept:
    lease = read_lease(row.lease or "", account_id=row.account_id, visit_id=_owner(row))
    return Kept(lease, int(row.last_seen or 0))


def _write(changes: TransactWrite, settlement: Settlement) -> None:
    """Put lines of the log, and change slots, sources and the visit: in this order."""
    visit, at = settlement.visit, settlement.at
    lent = [
        (each.visit, rows.log_row(rows.entry_of(each)), each.lease) for each in settlement.loans
    ]
    none = [
        (each.visit, rows.log_row(rows.entry_without(each, at)), None)
        for each in settlement.without
    ]
    given: list[tuple[Any, LogRow, Lease | None]] = [*lent, *none]
    for _, line, _ in given:
        changes.save(line)
    for lease in settlement.keeping:
        keep(changes, lease, at)
    for loan in settlement.loans:
        lend(changes, loan)
    for lease in _of_sources(settlement):
        seen = rows.noting(lease.account_id, lease.visit_id, NOTHING, at)
        known = VisitRow.account_id == lease.account_id
        changes.update(rows.visit_row(lease.visit_id), actions=seen, condition=known)
    for whose, line, had in given:
        if whose.id != visit.id:
            actions = rows.visit_changes(whose, at, [line], had)
            gone: list[Action] = [] if had is not None else [VisitRow.lease.remove()]
            changes.update(rows.visit_row(whose.id), actions=[*actions, *gone])
    own = [(line, had) for whose, line, had in given if whose.id == visit.id]
    _write_visit(changes, settlement, own)


def _write_visit(
    changes: TransactWrite, settlement: Settlement, own: Sequence[tuple[LogRow, Lease | None]]
) -> None:
    visit, at = settlement.visit, settlement.at
    row = rows.visit_row(visit.id)
    if settlement.known and not own:
        actions = rows.noting(visit.account_id, visit.id, visit.noted, at)
        changes.update(row, actions=actions, condition=VisitRow.account_id == visit.account_id)
        return
    last = next((had for _, had in reversed(own) if had is not None), None)
    changes.update(row, actions=rows.visit_changes(visit, at, [line for line, _ in own], last))


def _of_sources(settlement: Settlement) -> list[Lease]:
    return [each for each in settlement.keeping if each.visit_id != settlement.visit.id]


def _unsettled(settlement: Settlement, told: Sequence[Any], error: Conflict) -> Unsettled | None:
    """Read why a transaction was cancelled, in the order in which it was written."""
    if not told:
        return Unsettled()
    keeping, loans = settlement.keeping, settlement.loans
    slots = told[len(loans) + len(settlement.without) :]
    lost = zip(keeping, slots, strict=False)
    lent = list(zip(loans, slots[len(keeping) :], strict=False))
    differ = {loan.lease.number: _standing(reason) for loan, reason in lent if fails(reason)}
    own = [loan for loan in loans if loan.visit.id == settlement.visit.id]
    if any(_is_lent_by(loan, differ) for loan in own):
        return None  # our own first try was carried out, and its answer lost
    visits = slots[len(keeping) + len(loans) :]
    if any(map(fails, visits)):
        raise Forgotten("no such visit", visit_id=settlement.visit.id) from error
    return Unsettled(
        lost=frozenset(lease.id for lease, reason in lost if fails(reason)), differ=differ
    )


def _standing(reason: Any) -> Any:
    return rows.slot_of(PoolRow.from_raw_data(reason.raw_item)) if reason.raw_item else None


def _is_lent_by(loan: Loan, differ: dict[str, Any]) -> bool:
    slot = differ.get(loan.lease.number)
    return slot is not None and slot.lease_id == loan.lease.id


def keep(changes: TransactWrite, lease: Lease, at: int) -> None:
    """Have a number kept, on the condition that it is still the lease's."""
    mine = (PoolRow.lease == lease.id) & (PoolRow.account_id == lease.account_id)
    slot = rows.slot_row(lease.pool_id, lease.number)
    changes.update(slot, actions=[PoolRow.ends.set(at + lease.hold)], condition=mine)


def lend(changes: TransactWrite, loan: Loan) -> None:
    """Have a number lent, on the condition that it stands as its card says: nobody has it then."""
    free = (PoolRow.ends == loan.card.freed) & PoolRow.leaving.does_not_exist()
    free &= PoolRow.account_id == loan.lease.account_id
    taking: list[Action] = [
        PoolRow.lease.set(loan.lease.id),
        PoolRow.since.set(loan.at),
        PoolRow.ends.set(loan.ends),
        PoolRow.turn.set(loan.turn),
    ]
    slot = rows.slot_row(loan.lease.pool_id, loan.lease.number)
    changes.update(slot, actions=taking, condition=free, return_values=ALL_OLD)


def transaction() -> TransactWrite:
    """Return changes that are stored at once, or not at all."""
    return TransactWrite(connection=PoolRow._get_connection().connection)


def reasons(error: Conflict) -> list[Any]:
    """Return why a transaction was cancelled, in order: what is put first, then what is changed."""
    cause = error.__cause__
    return cause.cancellation_reasons if isinstance(cause, TransactWriteError) else []


def fails(reason: Any) -> bool:
    """Say whether a condition is what it was cancelled for."""
    return reason is not None and reason.code == "ConditionalCheckFailed"
