"""The call log on DynamoDB: one item a call, one conditional UpdateItem an event. And exports.

Rows are read in DynamoDB's own notation rather than through PynamoDB's attributes, because the
table's stream gives the same notation and both must read alike.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.constants import ALL_OLD, UPDATE_ITEM
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.operand import Path
from pynamodb.indexes import (
    GlobalSecondaryIndex,
    IncludeProjection,
    KeysOnlyProjection,
    Projection,
)
from pynamodb.models import Model

from chalicelib.calls import keys, search
from chalicelib.calls.call import Page
from chalicelib.calls.exports import LEASE, Export, from_document, to_document
from chalicelib.calls.facts import facts_of, together
from chalicelib.calls.late import Memory
from chalicelib.calls.rows import Image, call_in, plain
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime.tables import CONDITION_FAILED, TableMeta, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pynamodb.connection.table import TableConnection
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.calls.call import Call, CallQuery, CallRef
    from chalicelib.calls.events import Event
    from chalicelib.calls.facts import Offer, Together
    from chalicelib.calls.usecases import Value

EXPORT_ROW = "export"
TRIES = 3  # each leaves a condition out of the two that there may be
READS = 3  # what DynamoDB leaves out of a batch when it is busy is asked for again
FILTERED_PAGE = 1_000  # rows to ask for at once when a filter will drop some of them


def _index(
    name: str, attribute: str, carries: Projection | None = None
) -> GlobalSecondaryIndex[Any]:
    """Declare one of the table's indexes; they carry the summary, none the events."""

    class Meta:
        index_name = name
        projection = carries or IncludeProjection(list(keys.PROJECTED))

    parts = {
        "Meta": Meta,
        attribute: UnicodeAttribute(hash_key=True),
        "sort": UnicodeAttribute(range_key=True),
    }
    index: GlobalSecondaryIndex[Any] = type(name, (GlobalSecondaryIndex,), parts)()
    return index


class CallRow(Model):
    """A row of the table `calls`: its keys and indexes. Other attributes are `summary.Summary`."""

    class Meta(TableMeta):
        table = "calls"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    by_day = _index("by_day", "day_pk")
    by_number = _index("by_number", "number_pk")
    by_source = _index("by_source", "source_pk")
    by_caller = _index("by_caller", "caller_pk")
    by_outcome = _index("by_outcome", "outcome_pk")
    by_live = _index("by_live", "live_pk", KeysOnlyProjection())


class CallStore:
    """The `CallLog` port on a table."""

    def __init__(self, row: type[CallRow] = CallRow) -> None:
        self._row = row

    def append(self, ref: CallRef, *events: Event, memory: Memory | None = None) -> bool:
        """Store events with one request; more where what is there forbids a part of them.

        That is a better outcome, or the end of a call that is only now told to begin.
        """
        facts = together([facts_of(ref, event) for event in events])
        for _ in range(TRIES):
            stored = self._try(ref, events, facts, memory)
            if stored is None:
                return True
            known = stored.get("event_ids", ())
            new = [event for event in events if event.id not in known]
            if len(new) < len(events):  # delivered before; what was not is stored by itself
                return bool(new) and self.append(ref, *new)
            facts = facts.beside(stored)
        return False

    def memory(self, call_id: str) -> Mapping[str, Value]:
        """Return the call's variables, and nothing else of it."""
        found = self._remembered(call_id, "memory")
        return json.loads(found["memory"]) if "memory" in found else {}

    def recall(self, call_id: str, memory: Memory) -> None:
        """Add to the variables what a step could not store in its time."""
        found = self._remembered(call_id, "memory", "memory_step")
        stored = Memory(json.loads(found.get("memory", "{}")), int(found.get("memory_step", -1)))
        kept = Path("memory")
        same = kept == found["memory"] if "memory" in found else kept.does_not_exist()
        with translated("recall memory", call_id=call_id):
            self._table.update_item(
                call_id,
                keys.SUMMARY_ROW,
                actions=list(_remembers(memory.over(stored))),
                condition=same,
            )

    def _remembered(self, call_id: str, *names: str) -> dict[str, Any]:
        with translated("load memory", call_id=call_id):
            answer = self._table.get_item(
                call_id, keys.SUMMARY_ROW, consistent_read=True, attributes_to_get=list(names)
            )
        return plain(cast("Image", answer.get("Item", {})))

    def load(self, account_id: str, call_id: str) -> Call:
        """Return a call with its events."""
        with translated("load call", call_id=call_id):
            answer = self._table.get_item(call_id, keys.SUMMARY_ROW, consistent_read=True)
        call = call_in(cast("Image", answer.get("Item", {})))
        if call is None or call.account_id != account_id:
            raise NotFound("no such call", call_id=call_id)
        return call

    def page(self, query: CallQuery, limit: int, after: str | None = None) -> Page:
        """Read every shard of the best index, and merge them."""
        low, high = search.bounds(query, after)
        if low > high:
            return Page(())
        index = keys.index_for(query)
        size = limit + 2 if search.exact(query) else FILTERED_PAGE
        shards = [
            self._rows(index.name, key, Path("sort").between(low, high), query.newest_first, size)
            for key in index.keys
        ]
        return search.fill(search.merge(shards, query), query, limit, after)

    def going_on(
        self, account_id: str, log_shards: int, since: datetime, limit: int
    ) -> tuple[Call, ...]:
        """Return calls that go on, newest first: a Query a shard, and one read of the calls."""
        after = Path("sort") >= keys.instant(since)
        found: list[tuple[str, str]] = []
        for key in keys.live_keys(account_id, log_shards):
            with translated("list live calls", account_id=account_id):
                answer = self._table.query(
                    key,
                    range_key_condition=after,
                    index_name=CallRow.by_live.Meta.index_name,
                    limit=limit,
                    scan_index_forward=False,
                )
            found += [(row["sort"]["S"], row["pk"]["S"]) for row in answer["Items"]]
        newest = [call_id for _, call_id in sorted(found, reverse=True)[:limit]]
        calls = {call.call_id: call for call in self._summaries(newest)}
        return tuple(
            call for each in newest if (call := calls.get(each)) is not None and not call.ended
        )

    def _summaries(self, call_ids: list[str]) -> Iterator[Call]:
        left: list[Any] = [{"pk": each, "sk": keys.SUMMARY_ROW} for each in call_ids]
        for _ in range(READS):
            if not left:
                return
            with translated("load calls"):
                answer = self._table.batch_get_item(
                    left, attributes_to_get=[*keys.PROJECTED, "pk", "sk", "sort"]
                )
            name = self._table.table_name
            yield from filter(None, map(call_in, answer["Responses"][name]))
            unread = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", ())
            left = [plain(each) for each in unread]
        if left:
            raise Unavailable("load calls: the table is too busy", left=len(left))

    def _rows(
        self, index: str, key: str, within: Condition, newest_first: bool, size: int
    ) -> Iterator[Call]:
        start: Image | None = None
        while True:
            with translated("list calls", index=index):
                answer = self._table.query(
                    key,
                    range_key_condition=within,
                    index_name=index,
                    limit=size,
                    scan_index_forward=not newest_first,
                    exclusive_start_key=start,
                )
            yield from filter(None, map(call_in, answer["Items"]))
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def _try(
        self,
        ref: CallRef,
        events: tuple[Event, ...],
        facts: Together,
        memory: Memory | None,
    ) -> dict[str, Any] | None:
        """Send one UpdateItem. Return None if it was done, else the row that its condition met."""
        request = self._table.get_operation_kwargs(
            ref.call_id,
            keys.SUMMARY_ROW,
            actions=[
                *_appends(events),
                *_adds(facts),
                *_offers(ref, facts.outcome),
                *_lists(facts),
                *_remembers(memory),
            ],
            condition=_are_new(events, facts),
            return_values_on_condition_failure=ALL_OLD,
        )
        try:
            self._table.connection.dispatch(UPDATE_ITEM, request)
        except (ClientError, BotoCoreError) as error:
            found = _row_met(error)
            if found is not None:
                return plain(found)
            with translated("append event", call_id=ref.call_id, kind=events[0].kind):
                raise UpdateError("append", error) from error
        return None

    @property
    def _table(self) -> TableConnection:
        return self._row._get_connection()


class ExportRow(Model):
    """An export, in the same table: no index and no projection knows it."""

    class Meta(TableMeta):
        table = "calls"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=EXPORT_ROW)
    document = UnicodeAttribute()
    attempts = NumberAttribute(default=0)
    lease = UnicodeAttribute(null=True)
    leased_until = UnicodeAttribute(null=True)


class ExportStore:
    """The `Exports` port on a table."""

    def __init__(self, row: type[ExportRow] = ExportRow) -> None:
        self._row = row

    def create(self, export: Export) -> None:
        """Keep a new export."""
        with translated("create export", export_id=export.export_id):
            self._keyed(export.export_id, document=_written(export)).save(
                self._row.pk.does_not_exist()
            )

    def load(self, account_id: str, export_id: str) -> Export:
        """Return an export of this account."""
        with translated("load export", export_id=export_id):
            row = self._row.get(f"export#{export_id}", EXPORT_ROW, consistent_read=True)
        export = _read(row)
        if export.account_id != account_id:
            raise NotFound("no such export", export_id=export_id)
        return export

    def claim(self, export_id: str, lease: str, now: datetime) -> Export:
        """Take the lease if nobody holds it, or whoever did is dead."""
        row, instant = self._keyed(export_id), keys.instant(now)
        until = self._row.leased_until
        free = until.does_not_exist() | (until < instant) | (self._row.lease == lease)
        with translated("claim export", export_id=export_id):
            row.update(
                [
                    self._row.lease.set(lease),
                    until.set(keys.instant(now + LEASE)),
                    self._row.attempts.set((self._row.attempts | 0) + 1),
                ],
                condition=self._row.document.exists() & free,
            )
        return _read(row)

    def save(self, export: Export, lease: str, now: datetime, *, release: bool = False) -> None:
        """Write a checkpoint and renew the lease, or end it."""
        until = self._row.leased_until
        actions: list[Action] = [
            self._row.document.set(_written(export)),
            self._row.attempts.set(export.attempts),
            until.remove() if release else until.set(keys.instant(now + LEASE)),
        ]
        with translated("save export", export_id=export.export_id):
            self._keyed(export.export_id).update(actions, condition=self._row.lease == lease)

    def release(self, export_id: str, lease: str) -> None:
        """End the lease, unless another worker has it by now."""
        ends: list[Action] = [self._row.leased_until.remove()]
        try:
            with translated("release export", export_id=export_id):
                self._keyed(export_id).update(ends, condition=self._row.lease == lease)
        except Conflict:
            return

    def _keyed(self, export_id: str, **attributes: Any) -> ExportRow:
        return self._row(f"export#{export_id}", EXPORT_ROW, **attributes)


def _written(export: Export) -> str:
    return json.dumps(to_document(export), separators=(",", ":"))


def _read(row: ExportRow) -> Export:
    return from_document(json.loads(row.document), attempts=int(row.attempts))


def _appends(events: tuple[Event, ...]) -> Iterator[Action]:
    kept = Path("events")
    yield kept.set((kept | []).append([event.to_dict() for event in events]))
    yield Path("event_ids").add({"SS": [event.id for event in events]})


def _remembers(memory: Memory | None) -> Iterator[Action]:
    if memory is not None:
        yield Path("memory").set(json.dumps(dict(memory.values), separators=(",", ":")))
        yield Path("memory_step").set(memory.step)


def _adds(facts: Together) -> Iterator[Action]:
    for name, value in facts.once.items():
        if value is not None:
            yield _once(name, value)
    for name, number in facts.added.items():
        yield Path(name).add({"N": str(number)})
    for name, texts in facts.grown.items():
        yield Path(name).add({"SS": sorted(texts)})


def _offers(ref: CallRef, offer: Offer | None) -> Iterator[Action]:
    if offer is not None:
        yield Path("outcome").set(offer.outcome.value)
        yield Path("outcome_pk").set(keys.outcome_key(ref, offer.outcome))
        yield Path("rank").set(offer.rank)


def _lists(facts: Together) -> Iterator[Action]:
    """Show a call that begins among those that go on, and one that ends no more."""
    live = Path("live_pk")
    if facts.over:
        yield live.remove()
    elif facts.lists_as_live is not None:
        yield live.set(live | facts.lists_as_live)


def _once(name: str, value: str | int | bool) -> Action:
    path = Path(name)
    return path.set(path | value)


def _are_new(events: tuple[Event, ...], facts: Together) -> Condition:
    """None of the events is there, no better outcome than theirs, no end of what they begin."""
    condition: Condition = ~Path("event_ids").contains(events[0].id)
    for event in events[1:]:
        condition &= ~Path("event_ids").contains(event.id)
    if facts.outcome is not None:
        rank = Path("rank")
        condition &= rank.does_not_exist() | (rank <= facts.outcome.rank)
    if facts.lists_as_live is not None:
        condition &= Path("ended_at").does_not_exist()
    return condition


def _row_met(error: Exception) -> Image | None:
    """Return the row that a failed condition was held against, None if that is not what failed."""
    origin = error.__cause__  # PynamoDB keeps the code and drops the row: botocore has both
    if not isinstance(origin, ClientError) or not isinstance(error, ClientError):
        return None
    if error.response["Error"]["Code"] != CONDITION_FAILED:
        return None
    return cast("Image", origin.response.get("Item", {}))
