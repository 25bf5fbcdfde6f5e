"""Who is asking, and how accounts are made, changed, suspended and resumed.

Every function takes the account that the request acts for; another account's things are NotFound.
Keys (`issuing`) and numbers (`numbers`) have their own modules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypedDict

from chalicelib.directory import accounts as rules
from chalicelib.directory import keys as key_rules
from chalicelib.directory.accounts import Account, AccountState, Kind
from chalicelib.directory.identity import Identity, check
from chalicelib.kernel.errors import Forbidden, NotFound, Stale
from chalicelib.kernel.principal import Principal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Protocol

    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Accounts, Keys, Lines

    class WithLines(Accounts, Lines, Protocol):
        """Accounts and their lines, which keep copies of them."""


PAGE: Final = 100


def authenticate(
    header: str, acting_for: str | None, *, now: datetime, keys: Keys, accounts: Accounts
) -> Principal:
    """Tell who asks from `Authorization` and `Cadran-Account`.

    Raises WrongKey when there is no working key, Forbidden when the account it asks for is not
    the key's own nor a client of it, or is not active.
    """
    presented = key_rules.present(header)
    try:
        key = keys.key(presented.key_id)
    except NotFound:
        raise key_rules.wrong_key() from None
    key_rules.verify(presented, key, now)
    own = accounts.account(key.account_id)
    rules.check_active(own)
    account = own if acting_for in (None, own.id) else _client(own, str(acting_for), accounts)
    rules.check_active(account)
    return Principal(
        account_id=account.id,
        key_account_id=own.id,
        key_id=key.id,
        scopes=key.scopes,
        log_shards=account.log_shards,
    )


def _client(agency: Account, account_id: str, accounts: Accounts) -> Account:
    try:
        account = accounts.account(account_id)
    except NotFound:
        account = None
    if account is None or not agency.owns(account):
        raise Forbidden("the key may not act for this account", account_id=account_id)
    return account


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """A client account that an agency wants."""

    name: str
    kind: Kind = Kind.BUSINESS
    legal: Identity | None = None
    language: str = "fr"


class AccountChanges(TypedDict, total=False):
    """What may be changed of an account: only what is there is touched."""

    name: str
    legal: Identity | None
    language: str
    log_shards: int


def create_account(
    order: AccountOrder, *, agency_id: str, account_id: str, now: datetime, accounts: Accounts
) -> Account:
    """Make a client of an agency. Only the first agency makes agencies."""
    agency = accounts.account(agency_id)
    rules.check_agency(agency)
    if order.kind is Kind.AGENCY and agency.parent_id is not None:
        raise Forbidden("an agency's clients are businesses", account_id=agency_id)
    account = Account(
        id=account_id,
        name=order.name,
        kind=order.kind,
        created_at=now,
        parent_id=agency.id,
        legal=order.legal and check(order.legal),
        language=order.language,
    )
    return accounts.add_account(account)


def account_seen_by(viewer_id: str, account_id: str, accounts: Accounts) -> Account:
    """Return an account to itself or to its agency; NotFound to anybody else."""
    account = accounts.account(account_id)
    if viewer_id not in (account.id, account.parent_id):
        raise NotFound("no such account", account_id=account_id)
    return account


def edit_account(
    changes: AccountChanges, *, account_id: str, editor_id: str, version: int, store: WithLines
) -> Account:
    """Change what is said of an account. Its shards are its agency's to set. Raises Stale."""
    account = account_seen_by(editor_id, account_id, store)
    if account.version != version:
        raise Stale("the account changed meanwhile", account_id=account_id)
    changed = account
    if "log_shards" in changes:
        if editor_id != account.stock_id:
            raise Forbidden("only the agency sets this", account_id=account_id)
        changed = account.with_shards(changes["log_shards"])
    changed = replace(changed, **changes)
    if changed.legal is not None:
        check(changed.legal)
    saved = store.save_account(changed)
    if saved.log_shards != account.log_shards:
        copy_to_lines(account_id, store)
    return saved


def move_account(account_id: str, to: AccountState, *, agency_id: str, store: WithLines) -> Account:
    """Suspend, resume or close a client, and tell all of its lines.

    If this fails half way, doing it again finishes it.
    """
    account = store.account(account_id)
    if account.parent_id != agency_id:
        raise NotFound("no such client account", account_id=account_id)
    moved = account.moved(to)
    if moved is not account:
        store.save_account(moved)
    return copy_to_lines(account_id, store)


def copy_to_lines(account_id: str, store: WithLines) -> Account:
    """Write the account's copies into all of its lines, and return the account.

    Every line is written, whatever the list says of it: an index may lag behind a change. Where
    the account changed meanwhile, another request may have overtaken this one: start again.
    """
    while True:
        account = store.account(account_id)
        for line in _all_lines(account_id, store):
            store.copy_account(account, line)
        if store.account(account_id).version == account.version:
            return account


def _all_lines(account_id: str, lines: Lines) -> Iterator[Line]:
    after: str | None = None
    while True:
        page = lines.lines(account_id, PAGE, after)
        yield from page.items
        if page.next is None:
            return
        after = page.next
