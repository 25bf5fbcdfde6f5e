"""The directory on DynamoDB: accounts, keys and lines, one row each, of one table.

`by_account` lists them: an agency's clients, an account's keys, an account's lines. A row's
version guards changes; what a line copies from its account is outside of it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from pynamodb.transactions import TransactWrite

from chalicelib.directory.accounts import AccountState
from chalicelib.directory.ports import Page
from chalicelib.directory.rows import store as rows
from chalicelib.directory.rows.store import DirectoryRow
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.kept import Kept
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.keys import Key
    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Attached, FindsLines

__all__ = ["CachedLines", "Directory", "DirectoryRow"]

# The row that tells whether the installation has begun; it names the first account.
FOUNDING: Final = "founding"
LONGEST_ID: Final = 200

RowT = TypeVar("RowT", bound="DirectoryRow")
ItemT = TypeVar("ItemT")


class Directory:
    """Every port of the directory, on the table of that name."""

    def __init__(self, table_name: str) -> None:
        for row in rows.ROWS:
            bind(row, table_name)

    def account(self, account_id: str) -> Account:
        """Return an account."""
        return rows.account_in(_load(rows.AccountRow, rows.ACCOUNT, account_id))

    def clients(self, agency_id: str, limit: int, after: str | None = None) -> Page[Account]:
        """Return an agency's clients."""
        return _page(rows.AccountRow, rows.ACCOUNT, agency_id, rows.account_in, limit, after)

    def add_account(self, account: Account) -> Account:
        """Store a new account."""
        stored = replace(account, version=1)
        with translated("add account", account_id=account.id):
            rows.account_row(stored).save(condition=_absent())
        return stored

    def save_account(self, account: Account) -> Account:
        """Store a changed account."""
        stored = replace(account, version=account.version + 1)
        with _versioned(), translated("save account", account_id=account.id):
            rows.account_row(stored).save(condition=_unchanged(account.version))
        return stored

    def key(self, key_id: str) -> Key:
        """Return a key. Read consistently: a revoked key stops at once."""
        return rows.key_in(_load(rows.KeyRow, rows.KEY, key_id))

    def keys(self, account_id: str, limit: int, after: str | None = None) -> Page[Key]:
        """Return an account's keys."""
        return _page(rows.KeyRow, rows.KEY, account_id, rows.key_in, limit, after)

    def add_key(self, key: Key) -> None:
        """Store a new key."""
        with translated("add key", key_id=key.id):
            rows.key_row(key).save(condition=_absent())

    def revoke_key(self, key: Key) -> None:
        """Store when a key was revoked, unless it was already."""
        first = rows.KeyRow.revoked_at | key.revoked_at
        with translated("revoke key", key_id=key.id):
            rows.key_row(key).update(
                actions=[rows.KeyRow.revoked_at.set(first)], condition=_present()
            )

    def line(self, number: str) -> Line:
        """Return a line with one GetItem."""
        return rows.line_in(_load(rows.LineRow, rows.LINE, number))

    def lines(self, account_id: str, limit: int, after: str | None = None) -> Page[Line]:
        """Return an account's lines."""
        return _page(rows.LineRow, rows.LINE, account_id, rows.line_in, limit, after)

    def put_line(self, line: Line, account: Account) -> Line:
        """Store a line with its account's copies, in one transaction with a look at the account."""
        copied = replace(line, account_active=True, log_shards=account.log_shards)
        stored = replace(copied, version=line.version + 1)
        free = _unchanged(line.version) if line.version else _absent()
        before = self._attachment(line.number) if line.version else None
        with translated("put line", number=line.number), _transaction() as transaction:
            transaction.condition_check(
                rows.AccountRow,
                *rows.key_of(rows.ACCOUNT, account.id),
                condition=_still_active(account),
            )
            transaction.save(rows.line_row(stored), condition=free)
            rows.attach(before, rows.attachment_of(stored), transaction)
        return stored

    def save_line(self, line: Line) -> Line:
        """Store what its owner may change of a line, its state, and which flow it is under."""
        stored, row = replace(line, version=line.version + 1), rows.line_row(line)
        before, after = self._attachment(line.number), rows.attachment_of(stored)
        changes, unchanged = rows.line_changes(stored), _unchanged(line.version)
        with _versioned(), translated("save line", number=line.number):
            if before == after:
                row.update(actions=changes, condition=unchanged)
            else:
                with _transaction() as transaction:
                    transaction.update(row, actions=changes, condition=unchanged)
                    rows.attach(before, after, transaction)
        return stored

    def drop_line(self, line: Line) -> None:
        """Delete a line's row, and the one under its flow."""
        before, unchanged = self._attachment(line.number), _unchanged(line.version)
        with (
            _versioned(),
            translated("drop line", number=line.number),
            _transaction() as transaction,
        ):
            transaction.delete(rows.line_row(line), condition=unchanged)
            rows.attach(before, None, transaction)

    def lines_of_flow(self, account_id: str, flow_id: str) -> tuple[Attached, ...]:
        """Return the lines under a flow, with one query, read consistently."""
        with translated("list lines of flow", flow_id=flow_id):
            found = rows.attached_to(flow_id)
            return tuple(each for account, each in found if account == account_id)

    def copy_account(self, account: Account, line: Line) -> None:
        """Write the account's copies, unless the line has another account by now."""
        copies: list[Action] = [
            rows.LineRow.account_active.set(account.active),
            rows.LineRow.log_shards.set(account.log_shards),
        ]
        try:
            with translated("copy account to line", number=line.number):
                rows.line_row(line).update(
                    actions=copies, condition=rows.LineRow.account_id == account.id
                )
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
            transaction.save(rows.account_row(replace(account, version=1)), condition=_absent())
            transaction.save(rows.key_row(key), condition=_absent())

    def _attachment(self, number: str) -> rows.Attachment | None:
        try:
            return rows.attachment_of(self.line(number))
        except NotFound:
            return None


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


def _load(row: type[RowT], kind: str, item_id: str) -> RowT:
    if len(item_id) > LONGEST_ID:  # no id of ours; DynamoDB refuses the key as malformed
        raise NotFound(f"load {kind}: no such row")
    with translated(f"load {kind}", id=item_id):
        return row.get(*rows.key_of(kind, item_id), consistent_read=True)


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
    pk, sk = rows.key_of(kind, item_id)
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
    active: Condition = rows.AccountRow.state == AccountState.ACTIVE.value
    unchanged: Condition = rows.AccountRow.version == account.version
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
