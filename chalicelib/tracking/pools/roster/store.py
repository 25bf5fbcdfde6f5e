"""Pools, the numbers in them, and how they did by hour, on the table `tracking`.

A pool and a number of its are changed in one transaction with the row that says what the number
stands for, so that no number is in two places.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.transactions import TransactWrite

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.pools.health import Hour
from chalicelib.tracking.pools.leases import millis, moment, stamp
from chalicelib.tracking.pools.pool import Growth, Level, Member, Pool
from chalicelib.tracking.pools.rows import store as rows
from chalicelib.tracking.pools.rows.store import DECK, POOL, DueRow, HourRow, PoolRow
from chalicelib.tracking.pools.tending import Due
from chalicelib.tracking.store import LONGEST_ID, number_row, unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.expressions.update import Action

    from chalicelib.tracking.pools.deck import Slot
    from chalicelib.tracking.sources import Number

POOLS: Final = "pools"
# No person is in it: long enough for two years to be compared.
KEPT: Final = timedelta(days=760)


class RosterStore:
    """The port `Roster`."""

    def __init__(self, table_name: str) -> None:
        for row in rows.ROWS:
            bind(row, table_name)

    def pool(self, pool_id: str) -> Pool:
        """Return a pool."""
        if len(pool_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
            raise NotFound("no such pool")
        with translated("load pool", pool_id=pool_id):
            return _pool(PoolRow.get(rows.pool_key(pool_id), POOL, consistent_read=True))

    def pools(self, account_id: str, limit: int, after: str | None = None) -> Page[Pool]:
        """Return an account's pools."""
        owner = _owner(account_id)
        start = None if after is None else _position(owner, after)
        with translated("list pools", account_id=account_id):
            found = PoolRow.by_account.query(owner, limit=limit, last_evaluated_key=start)
            items = tuple(map(_pool, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))

    def create(self, pool: Pool) -> Pool:
        """Store a new pool with an empty deck."""
        due = DueRow(POOLS, pool.id, account_id=pool.account_id, summed=millis(pool.created_at))
        with self._changing(pool) as transaction:
            transaction.save(_deck_row(pool), condition=PoolRow.pk.does_not_exist())
            transaction.save(due)
        return replace(pool, version=pool.version + 1)

    def save(self, pool: Pool) -> Pool:
        """Store a changed pool, and in its deck what lending needs to know."""
        overflow, shown = PoolRow.overflow, pool.overflow
        actions: list[Action] = [
            PoolRow.hold.set(_hold(pool)),
            overflow.remove() if shown is None else overflow.set(shown),
        ]
        with self._changing(pool) as transaction:
            transaction.update(PoolRow(rows.pool_key(pool.id), DECK), actions=actions)
        return replace(pool, version=pool.version + 1)

    def archive(self, pool: Pool) -> None:
        """Store an archived pool, without its deck."""
        with self._changing(pool) as transaction:
            transaction.delete(PoolRow(rows.pool_key(pool.id), DECK))
            transaction.update(DueRow(POOLS, pool.id), actions=[_untidy(pool)])

    def join(self, pool: Pool, number: Number) -> Pool:
        """Store a pool with a number that it did not have."""
        slot = rows.slot_row(pool.id, number.number)
        slot.account_id, slot.since, slot.ends = pool.account_id, 0, 0
        with self._changing(pool) as transaction:
            transaction.save(slot, condition=PoolRow.pk.does_not_exist())
            transaction.save(number_row(number), condition=unchanged(number.version))
        return replace(pool, version=pool.version + 1)

    def mark(self, pool: Pool, number: str) -> Pool:
        """Store a pool of which a number is leaving."""
        with self._changing(pool) as transaction:
            transaction.update(rows.slot_row(pool.id, number), actions=[PoolRow.leaving.set(1)])
            transaction.update(DueRow(POOLS, pool.id), actions=[_untidy(pool)])
        return replace(pool, version=pool.version + 1)

    def part(self, pool: Pool, slot: Slot, number: Number) -> Pool:
        """Store a pool without a number, as long as its slot is as it was seen."""
        row = rows.slot_row(pool.id, slot.number)
        with self._changing(pool) as transaction:
            transaction.delete(row, condition=PoolRow.ends == slot.ends)
            transaction.save(number_row(number), condition=unchanged(number.version))
        return replace(pool, version=pool.version + 1)

    def slots(self, pool_id: str) -> tuple[Slot, ...]:
        """Return how the numbers of a pool stand."""
        key, slots = rows.pool_key(pool_id), PoolRow.sk.startswith(rows.SLOT)
        with translated("read slots", pool_id=pool_id):
            return tuple(map(rows.slot_of, PoolRow.query(key, slots, consistent_read=True)))

    def due(self) -> Iterator[Due]:
        """Yield every pool that is in use, or that numbers are leaving."""
        with translated("list pools to look after"):
            for row in DueRow.query(POOLS):
                untidy = None if row.untidy is None else int(row.untidy)
                yield Due(row.sk, row.account_id, int(row.summed), untidy)

    def tidied(self, due: Due, *, gone: bool) -> None:
        """Store that no number is leaving any more, unless one began to meanwhile."""
        row, same = DueRow(POOLS, due.pool_id), DueRow.untidy == due.untidy
        with suppress(Conflict), translated("tidy pool", pool_id=due.pool_id):
            if gone:
                row.delete(condition=same)
            else:
                row.update([DueRow.untidy.remove()], condition=same)

    def save_hour(self, pool_id: str, hour: Hour) -> None:
        """Put an hour, and that the log is summed up to its end."""
        row = HourRow(_hours(pool_id), stamp(hour.starts), facts=asdict(hour))
        row.expires_at = moment(hour.starts) + KEPT
        with translated("save hour", pool_id=pool_id):
            row.save()

    def note_summed(self, pool_id: str, until: int) -> None:
        """Note until when hours are summed; a pool that is gone stays so."""
        row = DueRow(POOLS, pool_id)
        with suppress(Conflict), translated("note hours", pool_id=pool_id):
            row.update([DueRow.summed.set(until)], condition=DueRow.pk.exists())

    def hours(self, pool_id: str, since: int, until: int) -> list[Hour]:
        """Return the hours that began in [since, until)."""
        span = HourRow.sk.between(stamp(since), stamp(until - 1))
        with translated("read hours", pool_id=pool_id):
            return [Hour(**row.facts) for row in HourRow.query(_hours(pool_id), span)]

    @contextmanager
    def _changing(self, pool: Pool) -> Iterator[TransactWrite]:
        connection = PoolRow._get_connection().connection
        with (
            translated("change pool", pool_id=pool.id),
            TransactWrite(connection=connection) as transaction,
        ):
            yield transaction
            transaction.save(_pool_row(pool), condition=unchanged(pool.version))


def _owner(account_id: str) -> str:
    return f"{account_id}#pools"


def _hours(pool_id: str) -> str:
    return f"hours#{pool_id}"


def _hold(pool: Pool) -> int:
    return pool.hold_minutes * 60_000


def _untidy(pool: Pool) -> Action:
    action: Action = DueRow.untidy.set(pool.version + 1)
    return action


def _position(owner: str, pool_id: str) -> dict[str, dict[str, str]]:
    values = {
        "pk": rows.pool_key(pool_id),
        "sk": POOL,
        "account_pk": owner,
        "account_sk": pool_id,
    }
    return {name: {"S": value} for name, value in values.items()}


def _deck_row(pool: Pool) -> PoolRow:
    row = PoolRow(rows.pool_key(pool.id), DECK, account_id=pool.account_id)
    row.hold, row.overflow, row.cards = _hold(pool), pool.overflow, []
    row.laid_at = row.turns = 0
    row.lately = {}
    return row


def _pool_row(pool: Pool) -> PoolRow:
    row = PoolRow(rows.pool_key(pool.id), POOL, account_id=pool.account_id)
    if pool.archived_at is None:
        row.account_pk, row.account_sk = _owner(pool.account_id), pool.id
    row.name, row.level, row.hold = pool.name, pool.level.value, _hold(pool)
    row.overflow, row.created_at, row.archived_at = pool.overflow, pool.created_at, pool.archived_at
    row.members = [[each.number, each.since.isoformat(), each.leaving] for each in pool.members]
    row.growth = None if pool.growth is None else asdict(pool.growth)
    row.ordered = list(pool.ordered) or None
    row.version = pool.version + 1
    return row


def _pool(row: PoolRow) -> Pool:
    members = [
        Member(number, datetime.fromisoformat(since), is_leaving)
        for number, since, is_leaving in row.members or ()
    ]
    created_at: Any = row.created_at
    return Pool(
        id=row.pk.partition("#")[2],
        account_id=row.account_id,
        name=row.name or "",
        created_at=created_at,
        level=Level(row.level),
        hold_minutes=int(row.hold or 0) // 60_000,
        overflow=row.overflow,
        archived_at=row.archived_at,
        version=int(row.version or 0),
        members=tuple(members),
        growth=None if row.growth is None else Growth(**row.growth),
        ordered=tuple(row.ordered or ()),
    )
