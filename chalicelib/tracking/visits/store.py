"""Visits that nothing is lent to, on the table `tracking`; with a number, `pools` stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.pools.leases import millis, moment, read_lease, stamp
from chalicelib.tracking.pools.rows import store as rows
from chalicelib.tracking.pools.rows.store import VisitRow
from chalicelib.tracking.visits.visits import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.tracking.pools.leases import Lease, Noted, Visit


class VisitStore:
    """The port `Visits`."""

    def __init__(self, table_name: str) -> None:
        bind(VisitRow, table_name)

    def begin(self, visit: Visit, at: int) -> None:
        """Store a visit, new or known."""
        with translated("begin visit", visit_id=visit.id):
            rows.visit_row(visit.id).update(rows.begun(visit, at))

    def note(self, account_id: str, visit_id: str, noted: Noted, at: int) -> None:
        """Store what a known visit did; of too many steps the oldest go. Raises NotFound."""
        actions = rows.noting(account_id, visit_id, noted, at)
        try:
            with translated("note visit", visit_id=visit_id):
                rows.visit_row(visit_id).update(
                    actions, condition=VisitRow.account_id == account_id
                )
        except Conflict as error:
            raise NotFound("no such visit", visit_id=visit_id) from error

    def count_cart(self, account_id: str, visit_id: str, call_id: str) -> bool:
        """Have a visit's cart count for a call; say whether it does, or counts for another."""
        mine = VisitRow.counted.does_not_exist() | (VisitRow.counted == call_id)
        return self._counting(account_id, visit_id, VisitRow.counted.set(call_id), mine)

    def uncount_cart(self, account_id: str, visit_id: str, call_id: str) -> bool:
        """Have it count for that call no more; say whether it did."""
        mine = VisitRow.counted == call_id
        return self._counting(account_id, visit_id, VisitRow.counted.remove(), mine)

    def visit(self, account_id: str, visit_id: str) -> Remembered:
        """Return a visit, with one consistent read. Raises NotFound, also for another account."""
        key = rows.visit_row(visit_id)
        with translated("load visit", visit_id=visit_id):
            row = VisitRow.get(key.pk, key.sk, consistent_read=True)
        if row.account_id != account_id:
            raise NotFound("no such visit", visit_id=visit_id)
        return _remembered(row)

    def visits(self, account_id: str, visit_ids: Iterable[str]) -> dict[str, Remembered]:
        """Return some visits, a hundred at most, with one consistent read."""
        keys = [(row.pk, row.sk) for row in map(rows.visit_row, dict.fromkeys(visit_ids))]
        with translated("load visits", account_id=account_id):
            found = list(VisitRow.batch_get(keys, consistent_read=True)) if keys else []
        mine = (_remembered(row) for row in found if row.account_id == account_id)
        return {each.id: each for each in mine}

    def on_site(self, account_id: str, since: datetime, limit: int) -> tuple[Remembered, ...]:
        """Return who was heard of since then, the latest first, with one Query."""
        after = VisitRow.account_sk >= stamp(millis(since))
        with translated("list visitors", account_id=account_id):
            found = VisitRow.by_account.query(
                rows.on_site_key(account_id), after, scan_index_forward=False, limit=limit
            )
            return tuple(map(_remembered, found))

    def seen(self, account_id: str, since: datetime, until: datetime) -> Iterator[Remembered]:
        """Yield who was heard of last in [since, until)."""
        first, last = stamp(millis(since)), stamp(millis(until) - 1) + "~"
        with translated("list visits", account_id=account_id):
            for row in VisitRow.by_account.query(
                rows.on_site_key(account_id), VisitRow.account_sk.between(first, last)
            ):
                yield _remembered(row)

    def _counting(
        self, account_id: str, visit_id: str, action: Action, condition: Condition
    ) -> bool:
        known = VisitRow.account_id == account_id
        try:
            with translated("count cart", visit_id=visit_id):
                rows.visit_row(visit_id).update([action], condition=known & condition)
        except Conflict:
            return False
        return True


def _remembered(row: VisitRow) -> Remembered:
    return Remembered(
        id=row.pk.partition("#")[2],
        site_id=row.site,
        landing=row.landing,
        latest=row.latest,
        clicks=rows.clicks_in(row),
        first_seen=moment(int(row.first_seen)),
        last_seen=moment(int(row.last_seen)),
        steps=rows.steps_in(row),
        cart=row.cart,
        form=row.form,
        counted=row.counted,
        lease=_lease(row),
        calls=tuple(_calls(row.log or ())),
    )


def _calls(lines: Iterable[str]) -> Iterator[str]:
    """Yield the calls among the lines that a visit is to be erased from."""
    for line in lines:
        kind, _, name = line.rpartition("|")[0].partition("#")
        if kind == "call":
            yield name


def _lease(row: VisitRow) -> Lease | None:
    if not row.lease:
        return None
    visit_id = row.pk.partition("#")[2]
    return read_lease(row.lease, account_id=row.account_id, visit_id=visit_id)
