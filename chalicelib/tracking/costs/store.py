"""Costs on the table `tracking`: one partition an account, in order of their first day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.kernel.money import Money
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.costs.costs import LONGEST_DAYS, Cost, Target, first_day_of
from chalicelib.tracking.store import TrackingRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class CostRow(TrackingRow):
    """A cost. `target` is what it is of, as JSON without what is not said."""

    account_id = UnicodeAttribute()
    source_id = UnicodeAttribute(null=True)
    target = JSONAttribute()
    micros = NumberAttribute()
    last = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    imported = BooleanAttribute(default=False)
    created_at = UTCDateTimeAttribute()


class CostStore:
    """The port `Costs`."""

    def __init__(self, table_name: str) -> None:
        bind(CostRow, table_name)

    def put(self, costs: Iterable[Cost]) -> None:
        """Store costs; one that is there under its id is replaced."""
        with translated("save costs"), CostRow.batch_write() as batch:
            for cost in costs:
                batch.save(_row(cost))

    def remove(self, account_id: str, cost_id: str, source_id: str | None = None) -> None:
        """Delete a cost, one of a source's if that is named. Raises NotFound."""
        first = first_day_of(cost_id)
        if first is None:
            raise NotFound("no such cost")
        row = CostRow(_owner(account_id), f"{first.isoformat()}#{cost_id}")
        there = CostRow.account_id == account_id
        if source_id is not None:
            there = there & (CostRow.source_id == source_id)
        try:
            with translated("delete cost", cost_id=cost_id):
                row.delete(condition=there)
        except Conflict as error:
            raise NotFound("no such cost", cost_id=cost_id) from error

    def reaching(self, account_id: str, first: date, last: date) -> Iterator[Cost]:
        """Yield the costs that have days in a span: none begins longer ago than costs may last."""
        since = date.fromordinal(max(1, first.toordinal() - LONGEST_DAYS))
        with translated("read costs", account_id=account_id):
            span = CostRow.sk.between(f"{since.isoformat()}#", f"{last.isoformat()}$")
            for row in CostRow.query(_owner(account_id), span):
                cost = _cost(row)
                if cost.last >= first:
                    yield cost

    def page(
        self, account_id: str, limit: int, after: str | None = None, source_id: str | None = None
    ) -> Page[Cost]:
        """Return an account's costs, newest first; of one source, if it is named."""
        owner = _owner(account_id)
        start = None if after is None else {"pk": {"S": owner}, "sk": {"S": after}}
        mine = None if source_id is None else CostRow.source_id == source_id
        with translated("list costs", account_id=account_id):
            found = CostRow.query(
                owner,
                filter_condition=mine,
                limit=limit,
                last_evaluated_key=start,
                scan_index_forward=False,
            )
            items = tuple(map(_cost, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["sk"]["S"]))


def _owner(account_id: str) -> str:
    return f"costs#{account_id}"


def _row(cost: Cost) -> CostRow:
    target = cost.target
    names = ("channel", "source", "medium", "campaign", "term")
    return CostRow(
        pk=_owner(cost.account_id),
        sk=f"{cost.first.isoformat()}#{cost.id}",
        account_id=cost.account_id,
        source_id=cost.source_id,
        target={name: getattr(target, name) for name in names if getattr(target, name)},
        micros=cost.amount.micros,
        last=cost.last.isoformat(),
        note=cost.note or None,
        imported=cost.imported,
        created_at=cost.created_at,
    )


def _cost(row: CostRow) -> Cost:
    first, _, cost_id = row.sk.partition("#")
    return Cost(
        id=cost_id,
        account_id=row.account_id,
        target=Target(**row.target),
        amount=Money(int(row.micros)),
        first=date.fromisoformat(first),
        last=date.fromisoformat(row.last),
        created_at=row.created_at,
        source_id=row.source_id,
        note=row.note or "",
        imported=bool(row.imported),
    )
