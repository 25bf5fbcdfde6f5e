"""Billing on DynamoDB: the ledger, tariffs, terms, invoices and their series, in one table.

| pk | sk | what |
|---|---|---|
| `<account>#call#<call>` | serial | an entry of the ledger; `by_recorded` lists an account's |
| `<account>#service#<call>` | serial | what a caller owes for a service, in lists of its own |
| `<account>#tariff` | revision | a published tariff |
| `<account>#terms` | `terms` | the terms, with a version |
| `<account>#months` | month | a month: its invoice, or why there is none |
| `series#<seller>` | series | the last number of a series |
"""

from __future__ import annotations

import json
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.billing import ledger, records, service
from chalicelib.billing.ports import EntryPage
from chalicelib.billing.terms import Terms
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.kept import Kept
from chalicelib.runtime.tables import TableMeta, bind, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.billing.close import Closing
    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.publishing import Published
    from chalicelib.billing.service import ServiceEntry
    from chalicelib.billing.usecases import DatedT
    from chalicelib.kernel.periods import Month

# The index's key of an account ends in one of these, so that it takes this many thousand charges
# a second. A call's shard depends on the call alone: replayed, it falls on the same key.
SHARDS: Final = 8
TERMS: Final = "terms"
# Comes after "#" and before any digit: the end of everything stamped at one instant.
_AFTER_ALL_OF_IT: Final = "$"


class ByRecorded(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """An account's ledger, in the order of recording."""

    class Meta:
        index_name = "by_recorded"
        projection = AllProjection()

    recorded_pk = UnicodeAttribute(hash_key=True)
    recorded_at = UnicodeAttribute(range_key=True)


class BillingRow(Model):
    """A row of the table `billing`; `document` is its value as JSON."""

    class Meta(TableMeta):
        table = "billing"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    recorded_pk = UnicodeAttribute(null=True)
    recorded_at = UnicodeAttribute(null=True)
    document = UnicodeAttribute(null=True)
    settled = NumberAttribute(null=True)
    last = NumberAttribute(null=True)
    version = NumberAttribute(null=True)

    by_recorded = ByRecorded()


class BillingStore:
    """Every port of billing's storage, on the table of that name."""

    def __init__(self, table_name: str | None = None) -> None:
        if table_name is not None:
            bind(BillingRow, table_name)
        self._kept = Kept(self.latest_tariff)

    # --- the ledger

    def add_entry(self, entry: Entry) -> None:
        """Store an entry with one conditional put."""
        account, call = entry.call.account_id, entry.call.call_id
        row = BillingRow(
            _ledger_key(account, call),
            _serial(entry.serial),
            recorded_pk=_shard_of(account, call),
            recorded_at=entry.position,
            document=_written(ledger.to_document(entry)),
        )
        with translated("add charge", call_id=call):
            row.save(condition=_absent())

    def latest_entry(self, account_id: str, call_id: str) -> Entry:
        """Return a call's last entry, read consistently."""
        row = _last_of(_ledger_key(account_id, call_id), "load charge")
        return ledger.from_document(_read(row))

    def entries(self, account_id: str, since: datetime | None, until: datetime) -> Iterator[Entry]:
        """Read every shard in turn."""
        low = ledger.stamp(since) if since else "0"
        high = ledger.stamp(until) + _AFTER_ALL_OF_IT
        for shard in range(SHARDS):
            yield from _recorded(f"{account_id}#{shard}", low, high, None, ledger.from_document)

    def entry_page(
        self, account_id: str, since: datetime, until: datetime, limit: int, after: str | None
    ) -> EntryPage[Entry]:
        """Merge the shards."""
        return _page(account_id, (since, until), limit, after, ledger.from_document)

    # --- services

    def add_service(self, entry: ServiceEntry) -> None:
        """Store an entry with one conditional put."""
        account, call = entry.use.account_id, entry.use.call_id
        row = BillingRow(
            _service_key(account, call),
            _serial(entry.serial),
            recorded_pk=_shard_of(_services_of(account), call),
            recorded_at=entry.position,
            document=_written(service.to_document(entry)),
        )
        with translated("add service", call_id=call):
            row.save(condition=_absent())

    def latest_service(self, account_id: str, call_id: str) -> ServiceEntry:
        """Return a call's last entry, read consistently."""
        row = _last_of(_service_key(account_id, call_id), "load service")
        return service.from_document(_read(row))

    def service_page(
        self, account_id: str, since: datetime, until: datetime, limit: int, after: str | None
    ) -> EntryPage[ServiceEntry]:
        """Merge the shards."""
        owner = _services_of(account_id)
        return _page(owner, (since, until), limit, after, service.from_document)

    # --- tariffs

    def kept_tariff(self, account_id: str) -> Published:
        """Return a tariff read at most half a minute ago."""
        return self._kept.get(account_id)

    def latest_tariff(self, account_id: str) -> Published:
        """Return the last tariff published, read consistently."""
        return records.published(_read(_last_of(f"{account_id}#tariff", "load tariff")))

    def tariff(self, account_id: str, revision: int) -> Published:
        """Return a tariff as it was published."""
        with translated("load tariff", revision=revision):
            row = BillingRow.get(f"{account_id}#tariff", _serial(revision))
        return records.published(_read(row))

    def add_tariff(self, account_id: str, published: Published) -> None:
        """Store a tariff under its revision."""
        document = _written(records.published_document(published))
        row = BillingRow(f"{account_id}#tariff", _serial(published.revision), document=document)
        with translated("publish tariff", revision=published.revision):
            row.save(condition=_absent())
        self._kept.forget(account_id)

    # --- terms

    def terms(self, account_id: str) -> tuple[Terms, int]:
        """Return the account's terms, or the defaults."""
        try:
            with translated("load terms"):
                row = BillingRow.get(f"{account_id}#terms", TERMS, consistent_read=True)
        except NotFound:
            return Terms(), 0
        return records.terms(_read(row)), int(row.version or 0)

    def save_terms(self, account_id: str, terms: Terms, version: int) -> int:
        """Store terms over the version that was read."""
        document = _written(terms.to_document())
        row = BillingRow(f"{account_id}#terms", TERMS, document=document, version=version + 1)
        unchanged: Condition = BillingRow.version == version
        try:
            with translated("save terms", account_id=account_id):
                row.save(condition=unchanged if version else _absent())
        except Conflict as error:
            raise Stale("the terms changed meanwhile", account_id=account_id) from error
        return version + 1

    # --- months and series

    def closings(self, account_id: str) -> tuple[Closing, ...]:
        """Return all months, oldest first."""
        with translated("list months"):
            rows = BillingRow.query(f"{account_id}#months", consistent_read=True)
            return tuple(records.closing(_read(row)) for row in rows)

    def closing(self, account_id: str, month: Month) -> Closing:
        """Return one month."""
        with translated("load month", month=month.text):
            row = BillingRow.get(f"{account_id}#months", month.text, consistent_read=True)
        return records.closing(_read(row))

    def settle(self, closing: Closing) -> None:
        """Store a month without an invoice."""
        with translated("settle month", month=closing.month.text):
            _month_row(closing).save(condition=_unsettled())

    def last_serial(self, seller: str, series: str) -> int:
        """Return a series' last number, read consistently."""
        try:
            with translated("load series"):
                row = BillingRow.get(f"series#{seller}", series, consistent_read=True)
        except NotFound:
            return 0
        return int(row.last or 0)

    def issue(self, closing: Closing, seller: str, series: str, serial: int) -> None:
        """Move the series on and store the invoice, in one transaction."""
        counter = BillingRow(f"series#{seller}", series, last=serial)
        still: Condition = BillingRow.last == serial - 1
        connection = BillingRow._get_connection().connection
        facts = {"month": closing.month.text, "number": closing.number}
        with translated("issue invoice", **facts), TransactWrite(connection=connection) as both:
            both.save(counter, condition=_absent() if serial == 1 else still)
            both.save(_month_row(closing), condition=_unsettled())


def _page(
    owner: str,
    span: tuple[datetime, datetime],
    limit: int,
    after: str | None,
    read: Callable[[dict[str, Any]], DatedT],
) -> EntryPage[DatedT]:
    """Merge the shards of a ledger; a position is that of the last entry seen."""
    low, high = after or ledger.stamp(span[0]), ledger.stamp(span[1])
    if low > high:
        return EntryPage(())
    shards = (_recorded(f"{owner}#{n}", low, high, limit + 2, read) for n in range(SHARDS))
    merged = merge(*shards, key=lambda entry: entry.position)
    found = tuple(islice((each for each in merged if each.position != after), limit + 1))
    more = len(found) > limit
    return EntryPage(found[:limit], found[limit - 1].position if more else None)


def _recorded(
    key: str, low: str, high: str, size: int | None, read: Callable[[dict[str, Any]], DatedT]
) -> Iterator[DatedT]:
    within = ByRecorded.recorded_at.between(low, high)
    with translated("list charges"):
        for row in BillingRow.by_recorded.query(key, within, page_size=size):
            yield read(_read(row))


def _last_of(key: str, action: str) -> BillingRow:
    with translated(action):
        newest_first = BillingRow.query(
            key, scan_index_forward=False, limit=1, consistent_read=True
        )
        for row in newest_first:
            return row
    raise NotFound(f"{action}: no such row")


def _month_row(closing: Closing) -> BillingRow:
    return BillingRow(
        f"{closing.account_id}#months",
        closing.month.text,
        document=_written(records.closing_document(closing)),
        settled=int(closing.status.settled),
    )


def _ledger_key(account_id: str, call_id: str) -> str:
    return f"{account_id}#call#{call_id}"


def _service_key(account_id: str, call_id: str) -> str:
    return f"{account_id}#service#{call_id}"


def _services_of(account_id: str) -> str:
    """Return whose lists services are in: no list of what the account owes has them."""
    return f"{account_id}#services"


def _shard_of(owner: str, call_id: str) -> str:
    return f"{owner}#{crc32(call_id.encode()) % SHARDS}"


def _serial(number: int) -> str:
    return f"{number:06d}"


def _absent() -> Condition:
    return BillingRow.pk.does_not_exist()


def _unsettled() -> Condition:
    open_yet: Condition = BillingRow.settled == 0
    either: Condition = _absent() | open_yet
    return either


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _read(row: BillingRow) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(row.document or "{}")
    return document
