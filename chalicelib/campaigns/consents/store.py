"""Ledgers and do-not-call lists on the table `campaigns`.

All that deciding about a person takes is in one range of one partition, `person#<account>#<hash>`:
the head of the ledger (`book`), its lines, their last withdrawals (`said#`), the lists that they
are on (`stop#`). Who looked at it (`view#`), the lists that they were on (`was#`) and the number
(`who`) lie outside of that range. `consent#<id>` says whose a consent is.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.campaigns.consents import records
from chalicelib.campaigns.consents.consents import Consent, Withdrawal
from chalicelib.campaigns.consents.lines import Book, Head, Line, Whose
from chalicelib.campaigns.consents.ports import Ledger
from chalicelib.campaigns.consents.suppressions import Listed, Prefix, Prefixes, Suppression
from chalicelib.campaigns.store import CampaignRow
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

STOP: Final = "stop#"
WHO: Final = "who"
SAID: Final = "said#"  # the last withdrawal from somebody, or from all: it has no end
OWNER: Final = "owner"
PREFIXES: Final = "prefixes"
HEADS: Final = {Book.CONSENTS: "book", Book.ACCESSES: "views"}
ALL: Final = "all"
LAST: Final = "stop#~"
WAS: Final = "was#"
LISTED: Final = timedelta(days=4 * 365)
LONGEST_ID: Final = 100


class PersonRow(CampaignRow):
    """Anything in a person's partition, and the way to it."""

    seq = NumberAttribute(null=True)
    at = UnicodeAttribute(null=True)
    told = JSONAttribute(null=True)
    previous = UnicodeAttribute(null=True)
    previous_at = UnicodeAttribute(null=True)
    seal = UnicodeAttribute(null=True)
    number = UnicodeAttribute(null=True)
    since = UTCDateTimeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)
    account_id = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class PrefixesRow(CampaignRow):
    """An account's prefixes."""

    entries = JSONAttribute()
    version = NumberAttribute()


ROWS: Final = (PersonRow, PrefixesRow)


class ConsentStore:
    """The ports `Ledgers` and `Suppressions`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def ledger(self, whose: Whose, now: datetime) -> Ledger:
        """Query one range of the person's partition."""
        span = PersonRow.sk.between(HEADS[Book.CONSENTS], LAST)
        with translated("load ledger", account_id=whose.account_id):
            rows = list(PersonRow.query(person_key(whose), span, consistent_read=True))
        return ledger_in(rows, now)

    def append(
        self, whose: Whose, line: Line, *, book: Book = Book.CONSENTS, number: str | None = None
    ) -> None:
        """Put a line where none is, and move the head, in one transaction."""
        pk, head = person_key(whose), HEADS[book]
        free = _free(line.at)
        ends: Condition = PersonRow.seq == line.seq - 1
        with (
            translated("add to ledger", account_id=whose.account_id),
            TransactWrite(connection=PersonRow._get_connection().connection) as transaction,
        ):
            transaction.save(_line_row(whose, line, book), condition=free)
            moved = PersonRow(pk, head, seq=line.seq, at=line.at.isoformat(), seal=line.seal)
            moved.expires_at = line.expires_at
            transaction.save(moved, condition=free if line.seq == 1 else ends)
            if isinstance(line.told, Consent):
                transaction.save(_owner_row(whose, line.told, line.expires_at))
            if number is not None:
                transaction.save(PersonRow(pk, WHO, number=number, expires_at=line.expires_at))

    def keep(self, whose: Whose, withdrawal: Withdrawal) -> None:
        """Put one row, unless a later one is there."""
        row = PersonRow(person_key(whose), SAID + (withdrawal.siren or ALL))
        row.told, row.since = records.write(withdrawal), withdrawal.at
        earlier: Condition = PersonRow.since < withdrawal.at
        with suppress(Conflict), translated("keep withdrawal", account_id=whose.account_id):
            row.save(condition=PersonRow.pk.does_not_exist() | earlier)

    def head(self, whose: Whose, book: Book, now: datetime) -> Head:
        """Read one row."""
        row = self._row(person_key(whose), HEADS[book])
        return Head() if row is None or _over(row, now) else _head(row)

    def accesses(self, whose: Whose, now: datetime, limit: int) -> tuple[Line, ...]:
        """Query the other ledger backwards."""
        with translated("load accesses", account_id=whose.account_id):
            rows = list(
                PersonRow.query(
                    person_key(whose),
                    PersonRow.sk.startswith(Book.ACCESSES + "#"),
                    consistent_read=True,
                    scan_index_forward=False,
                    limit=limit,
                )
            )
        return tuple(_line(row) for row in reversed(rows) if not _over(row, now))

    def whose(self, account_id: str | None, consent_id: str) -> Whose:
        """Read one row."""
        row = self._row(f"consent#{consent_id}", OWNER) if len(consent_id) <= LONGEST_ID else None
        if row is None or account_id not in (None, row.account_id):
            raise NotFound("no such consent")
        return Whose(str(row.account_id), str(row.person))

    def number(self, whose: Whose) -> str | None:
        """Read one row."""
        row = self._row(person_key(whose), WHO)
        return None if row is None else row.number

    def forget(self, whose: Whose, until: datetime) -> None:
        """Delete the number, take it from lists, and let every row of a ledger end."""
        with translated("forget person", account_id=whose.account_id):
            PersonRow(person_key(whose), WHO).delete()
            rows = list(PersonRow.query(person_key(whose), consistent_read=True))
        for row in rows:
            ends: Action = PersonRow.expires_at.set(until)
            leaves: Action = PersonRow.number.remove()
            if row.sk.startswith(SAID):
                continue
            actions = [leaves if row.sk.startswith(STOP) else ends]
            there: Condition = PersonRow.pk.exists()
            with suppress(Conflict), translated("forget person", account_id=whose.account_id):
                row.update(actions=actions, condition=there)
            if isinstance(row.told, dict) and row.told["kind"] == records.CAPTURED:
                owner = PersonRow(f"consent#{row.told['id']}", OWNER)
                with suppress(Conflict), translated("forget person", account_id=whose.account_id):
                    owner.update(actions=[PersonRow.expires_at.set(until)], condition=there)

    def suppress(self, account_id: str, entries: Iterable[Suppression]) -> None:
        """Put rows in batches of 25, each person and list once."""
        rows = {(each.person, each.scope): each for each in entries}
        with (
            translated("suppress", account_id=account_id),
            PersonRow.batch_write() as batch,
        ):
            for each in rows.values():
                batch.save(_suppression_row(account_id, each))
                on = Listed(at=each.since, scope=each.scope, reason=each.reason, by=each.by)
                batch.save(_listed_row(Whose(account_id, each.person), on))

    def release(self, account_id: str, person: str, off: Listed) -> None:
        """Delete one row that is there, and put another that says so."""
        whose = Whose(account_id, person)
        row, there = PersonRow(person_key(whose), STOP + off.scope), PersonRow.pk.exists()
        try:
            with (
                translated("release", account_id=account_id),
                TransactWrite(connection=PersonRow._get_connection().connection) as transaction,
            ):
                transaction.delete(row, condition=there)
                transaction.save(_listed_row(whose, off))
        except Conflict:
            raise NotFound("they are not on this list") from None

    def history(self, account_id: str, person: str, limit: int) -> tuple[Listed, ...]:
        """Query the person's partition backwards."""
        pk, was = person_key(Whose(account_id, person)), PersonRow.sk.startswith(WAS)
        with translated("list what was", account_id=account_id):
            rows = PersonRow.query(pk, was, scan_index_forward=False, limit=limit)
            return tuple(map(_listed, rows))

    def page(self, account_id: str, limit: int, after: str | None) -> Page[Suppression]:
        """Query the index backwards."""
        owner = _lists(account_id)
        start = None if after is None else _position(account_id, after)
        with translated("list suppressions", account_id=account_id):
            found = PersonRow.gsi1.query(
                owner, limit=limit, last_evaluated_key=start, scan_index_forward=False
            )
            items = tuple(map(_suppression, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["gsi1sk"]["S"]))

    def prefixes(self, account_id: str) -> Prefixes:
        """Read one row."""
        try:
            with translated("load prefixes", account_id=account_id):
                row = PrefixesRow.get(_account(account_id), PREFIXES, consistent_read=True)
        except NotFound:
            return Prefixes(account_id=account_id)
        entries = tuple(
            Prefix(**(each | {"since": datetime.fromisoformat(each["since"])}))
            for each in row.entries
        )
        return Prefixes(account_id=account_id, entries=entries, version=int(row.version))

    def save_prefixes(self, prefixes: Prefixes) -> Prefixes:
        """Put them whole, if nobody else did since they were read."""
        stored = replace(prefixes, version=prefixes.version + 1)
        row = PrefixesRow(_account(prefixes.account_id), PREFIXES, version=stored.version)
        row.entries = [asdict(each) | {"since": each.since.isoformat()} for each in stored.entries]
        same: Condition = PrefixesRow.version == prefixes.version
        unchanged = same if prefixes.version else PrefixesRow.pk.does_not_exist()
        with translated("save prefixes", account_id=prefixes.account_id):
            row.save(condition=unchanged)
        return stored

    def _row(self, pk: str, sk: str) -> PersonRow | None:
        with translated("load row"):
            try:
                return PersonRow.get(pk, sk, consistent_read=True)
            except DoesNotExist:
                return None


def ledger_in(rows: Iterable[PersonRow], now: datetime) -> Ledger:
    """Return the ledger that is in rows of a person; what others keep there is left alone."""
    rows = list(rows)
    there = [row for row in rows if not _over(row, now)]
    heads = [_head(row) for row in there if row.sk == HEADS[Book.CONSENTS]]
    return Ledger(
        lines=tuple(_line(row) for row in there if row.sk.startswith(Book.CONSENTS + "#")),
        head=heads[0] if heads else Head(),
        suppressions=suppressions_in(rows),
        kept=withdrawals_in(rows),
    )


def suppressions_in(rows: Iterable[PersonRow]) -> tuple[Suppression, ...]:
    """Return the lists that are in rows of a person."""
    return tuple(_suppression(row) for row in rows if row.sk.startswith(STOP))


def withdrawals_in(rows: Iterable[PersonRow]) -> tuple[Withdrawal, ...]:
    """Return the last withdrawals that are in rows of a person."""
    return tuple(_withdrawal(row) for row in rows if row.sk.startswith(SAID))


def person_key(whose: Whose) -> str:
    """Return the partition of a person."""
    return f"person#{whose.account_id}#{whose.person}"


def _account(account_id: str) -> str:
    return f"account#{account_id}"


def _lists(account_id: str) -> str:
    return f"{account_id}#stops"


def _free(now: datetime) -> Condition:
    over: Condition = PersonRow.expires_at < now
    free: Condition = PersonRow.pk.does_not_exist() | over
    return free


def _over(row: PersonRow, now: datetime) -> bool:
    """Say whether a row's time is over: DynamoDB takes days to delete it."""
    return row.expires_at is not None and row.expires_at < now


def _head(row: PersonRow) -> Head:
    return Head(int(row.seq or 0), row.seal or "", datetime.fromisoformat(str(row.at)))


def _withdrawal(row: PersonRow) -> Withdrawal:
    told = records.read(row.told)
    assert isinstance(told, Withdrawal)
    return told


def _line(row: PersonRow) -> Line:
    before = row.previous_at
    return Line(
        seq=int(row.seq or 0),
        at=datetime.fromisoformat(str(row.at)),
        told=records.read(row.told),
        previous=row.previous or "",
        previous_at=None if before is None else datetime.fromisoformat(before),
        seal=row.seal or "",
    )


def _line_row(whose: Whose, line: Line, book: Book) -> PersonRow:
    return PersonRow(
        person_key(whose),
        f"{book}#{line.seq:06d}",
        seq=line.seq,
        at=line.at.isoformat(),
        told=records.write(line.told),
        previous=line.previous or None,
        previous_at=None if line.previous_at is None else line.previous_at.isoformat(),
        seal=line.seal,
        expires_at=line.expires_at,
    )


def _owner_row(whose: Whose, consent: Consent, until: datetime) -> PersonRow:
    row = PersonRow(f"consent#{consent.id}", OWNER, expires_at=until)
    row.account_id, row.person = whose.account_id, whose.person
    return row


def _suppression(row: PersonRow) -> Suppression:
    return Suppression(
        person=str(row.person),
        scope=row.sk.removeprefix(STOP),
        since=row.since or datetime.fromtimestamp(0, UTC),
        number=row.number,
        reason=row.reason or "",
        by=row.by or "",
    )


def _listed_row(whose: Whose, each: Listed) -> PersonRow:
    what = "off" if each.released else "on"
    return PersonRow(
        person_key(whose),
        f"{WAS}{int(each.at.timestamp() * 1000):013d}#{what}#{each.scope}",
        since=each.at,
        reason=each.reason or None,
        by=each.by or None,
        expires_at=each.at + LISTED,
    )


def _listed(row: PersonRow) -> Listed:
    _, _, what, scope = row.sk.split("#", 3)
    return Listed(
        at=row.since or datetime.fromtimestamp(0, UTC),
        scope=scope,
        released=what == "off",
        reason=row.reason or "",
        by=row.by or "",
    )


def _suppression_row(account_id: str, entry: Suppression) -> PersonRow:
    millis = int(entry.since.timestamp() * 1000)
    return PersonRow(
        person_key(Whose(account_id, entry.person)),
        STOP + entry.scope,
        gsi1pk=_lists(account_id),
        gsi1sk=f"{millis:013d}#{entry.person}#{entry.scope}",
        person=entry.person,
        number=entry.number,
        since=entry.since,
        reason=entry.reason or None,
        by=entry.by or None,
    )


def _position(account_id: str, after: str) -> dict[str, dict[str, str]]:
    _, person, scope = after.split("#", 2)
    key = {
        "pk": person_key(Whose(account_id, person)),
        "sk": STOP + scope,
        "gsi1pk": _lists(account_id),
        "gsi1sk": after,
    }
    return {name: {"S": value} for name, value in key.items()}
