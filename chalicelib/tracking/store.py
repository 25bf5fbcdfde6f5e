"""Sources and what numbers stand for, on the table `tracking`: a call asks for one row."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.transactions import TransactWrite

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.runtime.kept import Kept
from chalicelib.runtime.tables import Listed, TableMeta, bind, translated
from chalicelib.tracking.sources import (
    Assignment,
    Channel,
    Number,
    Period,
    Pooled,
    Source,
    source_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.expressions.condition import Condition

    from chalicelib.tracking.usecases import Assigns

SOURCE: Final = "source"
SOURCES: Final = "sources"
LONGEST_ID: Final = 200


class TrackingRow(Listed):
    """What all rows of the table have."""

    class Meta(TableMeta):
        table = "tracking"

    version = NumberAttribute(null=True)


class SourceRow(TrackingRow):
    """A source."""

    account_id = UnicodeAttribute()
    name = UnicodeAttribute()
    channel = UnicodeAttribute()
    campaign = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    periods = JSONAttribute()
    archived_at = UTCDateTimeAttribute(null=True)


class NumberRow(TrackingRow):
    """What an account's number stands for: history and future in one row."""

    assignments = JSONAttribute()
    pool = UnicodeAttribute(null=True)
    pooled_at = UTCDateTimeAttribute(null=True)


ROWS: Final = (TrackingRow, SourceRow, NumberRow)


class Tracking:
    """Every port of tracking, on the table of that name."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def source(self, source_id: str) -> Source:
        """Return a source."""
        if len(source_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
            raise NotFound("no such source")
        with translated("load source", source_id=source_id):
            return _source(SourceRow.get(f"source#{source_id}", SOURCE, consistent_read=True))

    def sources(
        self, account_id: str, limit: int, after: str | None = None, *, archived: bool = False
    ) -> Page[Source]:
        """Return an account's sources."""
        owner = _owner(account_id, archived=archived)
        start = None if after is None else _position(owner, after)
        with translated("list sources", account_id=account_id):
            found = SourceRow.by_account.query(owner, limit=limit, last_evaluated_key=start)
            items = tuple(map(_source, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))

    def save_source(self, source: Source) -> Source:
        """Store a source."""
        stored = replace(source, version=source.version + 1)
        with versioned(), translated("save source", source_id=source.id):
            _source_row(stored).save(condition=unchanged(source.version))
        return stored

    def number(self, account_id: str, number: str) -> Number:
        """Return what a number stands for, with one GetItem."""
        try:
            with translated("load number of sources"):
                row = NumberRow.get(*_number_key(account_id, number), consistent_read=True)
        except NotFound:
            return Number(account_id=account_id, number=number)
        return _number(account_id, number, row)

    def save_both(self, source: Source, number: Number) -> Source:
        """Store a source and one of its numbers in one transaction."""
        stored = replace(source, version=source.version + 1)
        with translated("assign number", source_id=source.id), _transaction() as transaction:
            transaction.save(_source_row(stored), condition=unchanged(source.version))
            transaction.save(number_row(number), condition=unchanged(number.version))
        return stored


class Dialled(Protocol):
    """A number of an account's. Lines are."""

    @property
    def account_id(self) -> str:
        """Whose it is."""

    @property
    def number(self) -> str:
        """The number (E.164)."""


class CachedSources:
    """What numbers stand for as calls come in: at most 30 s old while the table answers."""

    def __init__(self, store: Assigns) -> None:
        self._kept: Kept[tuple[str, str], Number] = Kept(lambda key: store.number(*key))
        self._sources: Kept[str, Source] = Kept(store.source)

    def about(self, account_id: str, source_id: str) -> Source | None:
        """Return a source of the account's, None where nobody can tell."""
        try:
            source = self._sources.get(source_id)
        except (NotFound, Unavailable):
            return None
        return source if source.account_id == account_id else None

    def source_of(self, line: Dialled, now: datetime) -> str | None:
        """Return the source that a line stands for, None if for none.

        Also None where the table does not answer and nothing is known from before: the caller
        must not wait, and counting the call finds its source later.
        """
        try:
            number = self._kept.get((line.account_id, line.number))
        except Unavailable:
            return None
        return source_at(number.assignments, now)

    def forget(self, account_id: str, number: str) -> None:
        """Read a number anew next time: this process has just changed it."""
        self._kept.forget((account_id, number))


def _owner(account_id: str, *, archived: bool) -> str:
    return f"{account_id}#{'archived' if archived else 'sources'}"


def _position(owner: str, source_id: str) -> dict[str, dict[str, str]]:
    values = {
        "pk": f"source#{source_id}",
        "sk": SOURCE,
        "account_pk": owner,
        "account_sk": source_id,
    }
    return {name: {"S": value} for name, value in values.items()}


def _number_key(account_id: str, number: str) -> tuple[str, str]:
    return f"number#{account_id}#{number}", SOURCES


def unchanged(version: int) -> Condition:
    """Return the condition that a row still has the version that was seen; 0: is not there."""
    same: Condition = TrackingRow.version == version if version else TrackingRow.pk.does_not_exist()
    return same


@contextmanager
def versioned() -> Iterator[None]:
    """A condition on the version that fails is the caller's copy being old."""
    try:
        yield
    except Conflict as error:
        raise Stale("changed meanwhile: load it again", **error.facts) from error


def _transaction() -> TransactWrite:
    return TransactWrite(connection=TrackingRow._get_connection().connection)


def _source_row(source: Source) -> SourceRow:
    return SourceRow(
        pk=f"source#{source.id}",
        sk=SOURCE,
        account_pk=_owner(source.account_id, archived=source.archived_at is not None),
        account_sk=source.id,
        account_id=source.account_id,
        name=source.name,
        channel=source.channel.value,
        campaign=source.campaign,
        created_at=source.created_at,
        periods=[[each.number, *_written(each)] for each in source.periods],
        archived_at=source.archived_at,
        version=source.version,
    )


def _source(row: SourceRow) -> Source:
    return Source(
        id=row.pk.partition("#")[2],
        account_id=row.account_id,
        name=row.name,
        channel=Channel(row.channel),
        campaign=row.campaign,
        created_at=row.created_at,
        periods=tuple(
            Period(number=number, **_read(since, until)) for number, since, until in row.periods
        ),
        archived_at=row.archived_at,
        version=int(row.version or 0),
    )


def number_row(number: Number) -> NumberRow:
    """Write what a number stands for."""
    pk, sk = _number_key(number.account_id, number.number)
    assignments = [[each.source_id, *_written(each)] for each in number.assignments]
    row = NumberRow(pk=pk, sk=sk, assignments=assignments, version=number.version + 1)
    if number.pool is not None:
        row.pool, row.pooled_at = number.pool.pool_id, number.pool.since
    return row


def _number(account_id: str, number: str, row: NumberRow) -> Number:
    assignments = tuple(
        Assignment(source_id=source_id, **_read(since, until))
        for source_id, since, until in row.assignments
    )
    return Number(
        account_id=account_id,
        number=number,
        assignments=assignments,
        pool=None if row.pool is None else Pooled(row.pool, row.pooled_at),
        version=int(row.version or 0),
    )


def _written(span: Assignment | Period) -> tuple[str, str | None]:
    return span.since.isoformat(), None if span.until is None else span.until.isoformat()


def _read(since: str, until: str | None) -> dict[str, Any]:
    return {
        "since": datetime.fromisoformat(since),
        "until": None if until is None else datetime.fromisoformat(until),
    }
