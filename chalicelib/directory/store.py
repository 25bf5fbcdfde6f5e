"""The directory on DynamoDB: accounts, keys and lines, one row each, of one table.

`by_account` lists them: an agency's clients, an account's keys, an account's lines. A row's
version guards changes; what a line copies from its account is outside of it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.transactions import TransactWrite

from chalicelib.directory.accounts import Account, AccountState, Kind
from chalicelib.directory.identity import Address, Identity, VatTerritory
from chalicelib.directory.keys import Key
from chalicelib.directory.lines import Line, LineState
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.kept import Kept
from chalicelib.runtime.tables import Listed, TableMeta, bind, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.directory.ports import FindsLines

ACCOUNT: Final = "account"
KEY: Final = "key"
LINE: Final = "line"
# The row that tells whether the installation has begun; it names the first account.
FOUNDING: Final = "founding"
LONGEST_ID: Final = 200

RowT = TypeVar("RowT", bound="DirectoryRow")
ItemT = TypeVar("ItemT")


class DirectoryRow(Listed):
    """What all rows of the table have."""

    class Meta(TableMeta):
        table = "directory"

    account_id = UnicodeAttribute()
    version = NumberAttribute(default=0)


class AccountRow(DirectoryRow):
    """An account; `account_pk` is its agency's."""

    name = UnicodeAttribute()
    kind = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    parent_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    legal = JSONAttribute(null=True)
    language = UnicodeAttribute()
    log_shards = NumberAttribute()


class KeyRow(DirectoryRow):
    """A key: its digest, never its text."""

    digest = UnicodeAttribute()
    scopes = UnicodeSetAttribute()
    created_at = UTCDateTimeAttribute()
    label = UnicodeAttribute(null=True)
    valid_until = UTCDateTimeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)


class LineRow(DirectoryRow):
    """A line, by its number."""

    state = UnicodeAttribute()
    family = UnicodeAttribute()
    flow_id = UnicodeAttribute(null=True)
    fallback = UnicodeAttribute(null=True)
    label = UnicodeAttribute(null=True)
    carrier_id = UnicodeAttribute(null=True)
    cooling_until = UTCDateTimeAttribute(null=True)
    account_active = BooleanAttribute()
    log_shards = NumberAttribute()
    stock_id = UnicodeAttribute()


ROWS: Final = (DirectoryRow, AccountRow, KeyRow, LineRow)


class Directory:
    """Every port of the directory, on the table of that name."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def account(self, account_id: str) -> Account:
        """Return an account."""
        return _account(_load(AccountRow, ACCOUNT, account_id))

    def clients(self, agency_id: str, limit: int, after: str | None = None) -> Page[Account]:
        """Return an agency's clients."""
        return _page(AccountRow, ACCOUNT, agency_id, _account, limit, after)

    def add_account(self, account: Account) -> Account:
        """Store a new account."""
        stored = replace(account, version=1)
        with translated("add account", account_id=account.id):
            _account_row(stored).save(condition=_absent())
        return stored

    def save_account(self, account: Account) -> Account:
        """Store a changed account."""
        stored = replace(account, version=account.version + 1)
        with _versioned(), translated("save account", account_id=account.id):
            _account_row(stored).save(condition=_unchanged(account.version))
        return stored

    def key(self, key_id: str) -> Key:
        """Return a key. Read consistently: a revoked key stops at once."""
        return _key(_load(KeyRow, KEY, key_id))

    def keys(self, account_id: str, limit: int, after: str | None = None) -> Page[Key]:
        """Return an account's keys."""
        return _page(KeyRow, KEY, account_id, _key, limit, after)

    def add_key(self, key: Key) -> None:
        """Store a new key."""
        with translated("add key", key_id=key.id):
            _key_row(key).save(condition=_absent())

    def revoke_key(self, key: Key) -> None:
        """Store when a key was revoked, unless it was already."""
        first = KeyRow.revoked_at | key.revoked_at
        with translated("revoke key", key_id=key.id):
            _key_row(key).update(actions=[KeyRow.revoked_at.set(first)], condition=_present())

    def line(self, number: str) -> Line:
        """Return a line with one GetItem."""
        return _line(_load(LineRow, LINE, number))

    def lines(self, account_id: str, limit: int, after: str | None = None) -> Page[Line]:
        """Return an account's lines."""
        return _page(LineRow, LINE, account_id, _line, limit, after)

    def put_line(self, line: Line, account: Account) -> Line:
        """Store a line with its account's copies, in one transaction with a look at the account."""
        copied = replace(line, account_active=True, log_shards=account.log_shards)
        stored = replace(copied, version=line.version + 1)
        free = _unchanged(line.version) if line.version else _absent()
        with translated("put line", number=line.number), _transaction() as transaction:
            transaction.condition_check(
                AccountRow, *_key_of(ACCOUNT, account.id), condition=_still_active(account)
            )
            transaction.save(_line_row(stored), condition=free)
        return stored

    def save_line(self, line: Line) -> Line:
        """Store what its owner may change of a line, and its state."""
        stored = replace(line, version=line.version + 1)
        with _versioned(), translated("save line", number=line.number):
            _line_row(line).update(
                actions=_line_changes(stored), condition=_unchanged(line.version)
            )
        return stored

    def drop_line(self, line: Line) -> None:
        """Delete a line's row."""
        with _versioned(), translated("drop line", number=line.number):
            _line_row(line).delete(condition=_unchanged(line.version))

    def copy_account(self, account: Account, line: Line) -> None:
        """Write the account's copies, unless the line has another account by now."""
        copies: list[Action] = [
            LineRow.account_active.set(account.active),
            LineRow.log_shards.set(account.log_shards),
        ]
        try:
            with translated("copy account to line", number=line.number):
                _line_row(line).update(actions=copies, condition=LineRow.account_id == account.id)
        except Conflict:
            return

    def founded(self) -> str | None:
        """Return the first account's id."""
        with translated("look for the first account"):
            for row in DirectoryRow.query(FOUNDING, consistent_read=True, limit=1):
                return row.account_id
        return None

    def found(self, account: Account, key: Key) -> None:
        """Store the first account, its key, and that there is one: all or nothing."""
        begun = DirectoryRow(pk=FOUNDING, sk=FOUNDING, account_id=account.id)
        with translated("found the installation"), _transaction() as transaction:
            transaction.save(begun, condition=_absent())
            transaction.save(_account_row(replace(account, version=1)), condition=_absent())
            transaction.save(_key_row(key), condition=_absent())


class CachedLines:
    """Lines for incoming calls: at most 30 s old, older while the table does not answer."""

    def __init__(self, lines: FindsLines) -> None:
        self._kept = Kept(lines.line)

    def line(self, number: str) -> Line:
        """Return a line by its number. Raises NotFound."""
        return self._kept.get(number)

    def forget(self, number: str) -> None:
        """Read the line anew next time: this process has just changed it."""
        self._kept.forget(number)


def _key_of(kind: str, item_id: str) -> tuple[str, str]:
    return f"{kind}#{item_id}", kind


def _load(row: type[RowT], kind: str, item_id: str) -> RowT:
    if len(item_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
        raise NotFound(f"load {kind}: no such row")
    with translated(f"load {kind}", id=item_id):
        return row.get(*_key_of(kind, item_id), consistent_read=True)


def _page(
    row: type[RowT],
    kind: str,
    account_id: str,
    read: Callable[[RowT], ItemT],
    limit: int,
    after: str | None,
) -> Page[ItemT]:
    """Read one page of `by_account`; a position is the id of the last one seen."""
    owner = f"{account_id}#{kind}s"
    start = None if after is None else _position(kind, owner, after)
    with translated(f"list {kind}s", account_id=account_id):
        found = row.by_account.query(owner, limit=limit, last_evaluated_key=start)
        items = tuple(read(each) for each in found)
    last = found.last_evaluated_key
    return Page(items, None if last is None else str(last["account_sk"]["S"]))


def _position(kind: str, owner: str, item_id: str) -> dict[str, dict[str, str]]:
    pk, sk = _key_of(kind, item_id)
    values = {"pk": pk, "sk": sk, "account_pk": owner, "account_sk": item_id}
    return {name: {"S": value} for name, value in values.items()}


def _absent() -> Condition:
    return DirectoryRow.pk.does_not_exist()


def _present() -> Condition:
    return DirectoryRow.pk.exists()


def _unchanged(version: int) -> Condition:
    same: Condition = DirectoryRow.version == version
    return same


def _still_active(account: Account) -> Condition:
    active: Condition = AccountRow.state == AccountState.ACTIVE.value
    unchanged: Condition = AccountRow.version == account.version
    both: Condition = active & unchanged
    return both


@contextmanager
def _versioned() -> Iterator[None]:
    """A condition on the version that fails is the caller's copy being old."""
    try:
        yield
    except Conflict as error:
        raise Stale("changed meanwhile: load it again", **error.facts) from error


def _transaction() -> TransactWrite:
    return TransactWrite(connection=DirectoryRow._get_connection().connection)


def _facts(value: Account | Key | Line) -> dict[str, Any]:
    """Return a value's fields by name: rows have attributes of the same names."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _read(row: DirectoryRow, kind: type[Account | Key | Line]) -> dict[str, Any]:
    return {field.name: getattr(row, field.name, None) for field in fields(kind)}


def _id_in(row: DirectoryRow) -> str:
    return row.pk.partition("#")[2]


def _listed(kind: str, item_id: str, owner: str | None) -> dict[str, Any]:
    pk, sk = _key_of(kind, item_id)
    if owner is None:
        return {"pk": pk, "sk": sk}
    return {"pk": pk, "sk": sk, "account_pk": f"{owner}#{kind}s", "account_sk": item_id}


def _account_row(account: Account) -> AccountRow:
    facts = _facts(account)
    account_id = facts.pop("id")
    facts["legal"] = None if account.legal is None else asdict(account.legal)
    return AccountRow(
        **_listed(ACCOUNT, account.id, account.parent_id), account_id=account_id, **facts
    )


def _account(row: AccountRow) -> Account:
    told = {
        "id": row.account_id,
        "kind": Kind(row.kind),
        "state": AccountState(row.state),
        "legal": _legal(row.legal),
    }
    return Account(**_read(row, Account) | told)


def _legal(values: dict[str, Any] | None) -> Identity | None:
    if values is None:
        return None
    address = {**values["address"], "lines": tuple(values["address"]["lines"])}
    territory = values["territory"] and VatTerritory(values["territory"])
    return Identity(**{**values, "address": Address(**address), "territory": territory})


def _key_row(key: Key) -> KeyRow:
    facts = _facts(key)
    facts["scopes"] = set(key.scopes)
    return KeyRow(**_listed(KEY, facts.pop("id"), key.account_id), **facts)


def _key(row: KeyRow) -> Key:
    told = {"id": _id_in(row), "scopes": frozenset(row.scopes), "label": row.label or ""}
    return Key(**_read(row, Key) | told)


def _line_row(line: Line) -> LineRow:
    facts = _facts(line)
    return LineRow(**_listed(LINE, facts.pop("number"), line.account_id), **facts)


def _line(row: LineRow) -> Line:
    told = {"number": _id_in(row), "state": LineState(row.state), "label": row.label or ""}
    return Line(**_read(row, Line) | told)


def _line_changes(line: Line) -> list[Action]:
    """Set what its owner may change: not the copies, which another request may be writing."""
    facts = _facts(line)
    changed = ("state", "flow_id", "fallback", "label", "carrier_id", "cooling_until", "version")
    attributes = LineRow.get_attributes()
    return [
        attributes[name].remove() if facts[name] is None else attributes[name].set(facts[name])
        for name in changed
    ]
