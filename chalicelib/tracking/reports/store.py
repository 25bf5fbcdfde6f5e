"""Counters on the table `tracking`: what each call added, who rang when, and what it comes to.

A counter is a row of numbers that grow by `ADD`; which numbers a row has depends on what it counts,
so that rows of counters are written and read without a class. All that a call changes is one
transaction, on the condition that nobody changed the call or its caller meanwhile.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.reports.callers import month_of
from chalicelib.tracking.reports.contributing import REMEMBERED, Contribution, Dim, Verdict
from chalicelib.tracking.reports.reporting import Counted
from chalicelib.tracking.reports.tallying import Seen, Tallied
from chalicelib.tracking.store import TrackingRow, unchanged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from chalicelib.tracking.reports.callers import Days
    from chalicelib.tracking.reports.contributing import Cell
    from chalicelib.tracking.reports.tallying import Key, Tally

TALLY: Final = "tally"
SEEN: Final = "seen"
# Rows beside it, which others write: the rules of spam, and whoever judges calls.
SPAM: Final = "spam"
QUALITY: Final = "quality"
# Calls are put right for so long; what is needed for it is there until nobody does any more.
_MARGIN: Final = timedelta(days=31)
# Numbers that one update adds to: an expression takes 4 KB.
_MOST_NAMES: Final = 100
_MONTH: Final = len("2026-11")
_NOT_COUNTERS: Final = frozenset({"pk", "sk"})


class TallyRow(TrackingRow):
    """What a call has added to counters, as JSON; nothing, once it was taken out."""

    account_id = UnicodeAttribute()
    told = UnicodeAttribute(null=True)
    placed = UnicodeAttribute(null=True)
    shard = NumberAttribute(default=0)
    expires_at = TTLAttribute(null=True)


class SeenRow(TrackingRow):
    """A caller of an account: the days they rang on, as JSON. The key is a keyed hash."""

    days = UnicodeAttribute()
    shard = NumberAttribute()
    expires_at = TTLAttribute(null=True)


class TallyStore:
    """The ports `Tallies`, `Counters` and `Verdicts`."""

    def __init__(self, table_name: str) -> None:
        for row in (TrackingRow, TallyRow, SeenRow):
            bind(row, table_name)

    def look(self, account_id: str, call_id: str, caller: str | None) -> tuple[Tallied, Seen]:
        """Return what a call has added, and its caller, with one consistent read."""
        keys = [_call_key(call_id)]
        keys += [] if caller is None else [_seen_key(account_id, caller)]
        rows = {item["sk"]["S"]: item for item in _got(keys, consistent=True)}
        tallied, seen = rows.get(TALLY), rows.get(SEEN)
        return (
            Tallied() if tallied is None else _tallied(call_id, tallied),
            Seen() if seen is None else _seen(seen),
        )

    def known(
        self, account_id: str, day: date, cells: Iterable[Cell], shard: int
    ) -> tuple[frozenset[Cell], Mapping[Dim, int]]:
        """Return which cells have a counter of a day's month, and how many values each thing has.

        One request.
        """
        counters = {
            (counter_key(account_id, (dim, month_of(day), value), shard)): (dim, value)
            for dim, value in cells
        }
        heads = {_head_key(account_id, dim, day, shard): dim for dim, _ in counters.values()}
        there: set[Cell] = set()
        many: dict[Dim, int] = {}
        for item in _got([*counters, *heads]) if counters else ():
            key = (item["pk"]["S"], item["sk"]["S"])
            if key in counters:
                there.add(counters[key])
            else:
                many[heads[key]] = _numbers(item).get("values", 0)
        return frozenset(there), many

    def save(self, tally: Tally) -> None:
        """Store a change as one transaction. Raises Conflict where its call or caller moved on."""
        told = tally.after.contribution or tally.before.contribution
        if told is None:
            return
        row = _tally_row(tally, told)
        connection = TrackingRow._get_connection().connection
        with (
            translated("tally call", call_id=told.call_id),
            TransactWrite(connection=connection) as transaction,
        ):
            transaction.save(row, condition=unchanged(tally.before.version))
            if told.caller is not None:
                seen = _seen_row(told.account_id, told.caller, tally)
                transaction.save(seen, condition=unchanged(tally.seen.version))
            for key, names in tally.added.items():
                counter = TrackingRow(*counter_key(told.account_id, key, tally.shard))
                transaction.update(counter, actions=[Path(n).add(a) for n, a in names.items()])
            for dim, _ in tally.fresh:
                head = TrackingRow(*_head_key(told.account_id, dim, told.day, tally.shard))
                transaction.update(head, actions=[Path("values").add(1)])

    def hold(self, account_id: str, call_id: str, version: int, day: date) -> None:
        """Store that a call adds nothing. Raises Conflict where its version is another by now."""
        row = TallyRow(
            *_call_key(call_id),
            account_id=account_id,
            version=version + 1,
            expires_at=_remembered(day),
        )
        with translated("hold call", call_id=call_id):
            row.save(condition=unchanged(version))

    def correct(self, account_id: str, key: Key, amounts: Mapping[str, int]) -> None:
        """Add to a counter that is not the sum of its calls."""
        row = TrackingRow(*counter_key(account_id, key, 0))
        names = sorted(amounts)
        with translated("correct counter", account_id=account_id):
            for at in range(0, len(names), _MOST_NAMES):
                some = names[at : at + _MOST_NAMES]
                row.update([Path(name).add(amounts[name]) for name in some])

    def verdict(self, account_id: str, call_id: str) -> Verdict:
        """Return what rules and people made of a call, with one read of its partition."""
        pk, _ = _call_key(call_id)
        with translated("load verdict", call_id=call_id):
            page = TrackingRow._get_connection().query(pk, consistent_read=True)
        rows = {
            item["sk"]["S"]: item
            for item in page["Items"]
            if item.get("account_id") == {"S": account_id}
        }
        quality = {name: _plain(value) for name, value in rows.get(QUALITY, {}).items()}
        spam = {name: _plain(value) for name, value in rows.get(SPAM, {}).items()}
        value = quality.get("value_cents")
        return Verdict(
            spam=bool(spam) and not spam.get("restored"),
            qualified=quality.get("qualified"),
            value_cents=None if value is None else int(value),
        )

    def counted(
        self,
        account_id: str,
        dim: Dim,
        first: str,
        last: str,
        log_shards: int,
        names: Collection[str] | None = None,
    ) -> Iterator[Counted]:
        """Read the counters of a span, both ends included, from every shard."""
        table = TrackingRow._get_connection()
        wanted = None if names is None else ["sk", *names]
        for period in _periods(first, last):
            for shard in range(log_shards):
                after: Any = None
                while True:
                    with translated("read counters", account_id=account_id, dim=dim):
                        page = table.query(
                            f"tally#{account_id}#{dim}#{period}#{shard}",
                            TrackingRow.sk.between(f"{first}#", f"{last}$"),
                            exclusive_start_key=after,
                            attributes_to_get=wanted,
                        )
                    yield from map(_counted, page["Items"])
                    after = page.get("LastEvaluatedKey")
                    if after is None:
                        break


def _got(keys: list[tuple[str, str]], *, consistent: bool = False) -> list[dict[str, Any]]:
    """Read rows by their keys, with one request."""
    table = TrackingRow._get_connection()
    asked: Any = [{"pk": pk, "sk": sk} for pk, sk in keys]
    with translated("read tallies"):
        answer = table.connection.batch_get_item(
            table.table_name, asked, consistent_read=consistent
        )
    if answer.get("UnprocessedKeys"):
        raise Unavailable("the table read a part only")
    found: list[dict[str, Any]] = answer["Responses"][table.table_name]
    return found


def _plain(value: Mapping[str, Any]) -> Any:
    """Return an attribute without the name of its type; None for DynamoDB's null."""
    return None if "NULL" in value else next(iter(value.values()))


def _periods(first: str, last: str) -> Iterator[str]:
    """Name what counters of a span lie together by: those of months by the year."""
    if len(first) == _MONTH:
        yield from (f"{year:04d}" for year in range(int(first[:4]), int(last[:4]) + 1))
        return
    begin, end = (12 * int(each[:4]) + int(each[5:7]) - 1 for each in (first, last))
    for month in range(begin, end + 1):
        yield f"{month // 12:04d}-{month % 12 + 1:02d}"


def _period(when: str) -> str:
    return when[:4] if len(when) == _MONTH else when[:_MONTH]


def _remembered(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + REMEMBERED + _MARGIN


def _call_key(call_id: str) -> tuple[str, str]:
    return f"call#{call_id}", TALLY


def _seen_key(account_id: str, caller: str) -> tuple[str, str]:
    return f"seen#{account_id}#{caller}", SEEN


def counter_key(account_id: str, key: Key, shard: int) -> tuple[str, str]:
    """Return where a counter lies: those of days by the month, those of months by the year."""
    dim, when, value = key
    return f"tally#{account_id}#{dim}#{_period(when)}#{shard}", f"{when}#{value}"


def _head_key(account_id: str, dim: Dim, day: date, shard: int) -> tuple[str, str]:
    """Return the row that says how many values there are: its key is outside of every span."""
    month = month_of(day)
    return f"tally#{account_id}#{dim}#{_period(month)}#{shard}", f"values#{month}"


def _counted(item: Mapping[str, Any]) -> Counted:
    when, _, value = item["sk"]["S"].partition("#")
    return Counted(when, value, _numbers(item))


def _numbers(item: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(value["N"]) for name, value in item.items() if name not in _NOT_COUNTERS}


def _tally_row(tally: Tally, told: Contribution) -> TallyRow:
    pk, sk = _call_key(told.call_id)
    after = tally.after
    return TallyRow(
        pk=pk,
        sk=sk,
        account_id=told.account_id,
        told=None if after.contribution is None else _written(after.contribution),
        placed=None if after.placed is None else json.dumps(dict(after.placed.values)),
        shard=tally.shard,
        version=after.version,
        expires_at=_remembered(told.day),
    )


def _written(contribution: Contribution) -> str:
    facts = asdict(contribution)
    del facts["call_id"], facts["account_id"]
    facts["day"], facts["slot"] = contribution.day.isoformat(), contribution.slot.isoformat()
    return json.dumps(facts, ensure_ascii=False)


def _tallied(call_id: str, item: dict[str, Any]) -> Tallied:
    row = TallyRow.from_raw_data(item)
    facts: dict[str, Any] = json.loads(row.told or "{}")
    if not facts:
        return Tallied(version=int(row.version or 0))
    told = Contribution(
        call_id=call_id,
        account_id=row.account_id,
        day=date.fromisoformat(facts.pop("day")),
        slot=datetime.fromisoformat(facts.pop("slot")),
        values=_values(facts.pop("values")),
        **facts,
    )
    placed = replace(told, values=_values(json.loads(row.placed)), shard=int(row.shard))
    return Tallied(told, placed, int(row.version or 0))


def _values(written: Mapping[str, str]) -> dict[Dim, str]:
    return {Dim(name): value for name, value in written.items()}


def _seen_row(account_id: str, caller: str, tally: Tally) -> SeenRow:
    pk, sk = _seen_key(account_id, caller)
    last = max((*tally.days, *tally.seen.days))
    return SeenRow(
        pk=pk,
        sk=sk,
        days=_days_written(tally.days),
        shard=tally.shard,
        expires_at=_remembered(last),
        version=tally.seen.version + 1,
    )


def _seen(item: dict[str, Any]) -> Seen:
    row = SeenRow.from_raw_data(item)
    written = json.loads(row.days)
    cells: list[Cell] = [(Dim(dim), value) for dim, value in written["cells"]]
    days = {
        date.fromisoformat(day): {cells[int(at)]: count for at, count in known.items()}
        for day, known in written["days"].items()
    }
    return Seen(days, int(row.shard), int(row.version or 0))


def _days_written(days: Days) -> str:
    """Write a caller's days; each cell is spelt once, as most callers stay with theirs."""
    cells = {
        cell: at for at, cell in enumerate({cell: 0 for known in days.values() for cell in known})
    }
    written = {
        day.isoformat(): {str(cells[cell]): count for cell, count in known.items()}
        for day, known in sorted(days.items())
    }
    facts = {"cells": list(cells), "days": written}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
