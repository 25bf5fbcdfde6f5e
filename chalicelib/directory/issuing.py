"""Keys issued and revoked, and the first key of an installation. Texts are never kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.directory import keys as rules
from chalicelib.directory import scopes as scope_rules
from chalicelib.directory.accounts import Account, Kind
from chalicelib.directory.keys import Key
from chalicelib.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.directory.ports import Founds, Keys
    from chalicelib.kernel.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrder:
    """A key that somebody wants."""

    scopes: tuple[str, ...]
    label: str = ""
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key, and its text: the only time there is one."""

    key: Key
    text: str

    def __repr__(self) -> str:
        return f"Issued({self.key.id!r})"


def issue_key(
    order: KeyOrder, *, principal: Principal, key_id: str, secret: bytes, now: datetime, keys: Keys
) -> Issued:
    """Make a key of the account acted for, which can do no more than the key that asks."""
    scopes = scope_rules.check(order.scopes)
    by = keys.key(principal.key_id)
    rules.check_grant(scopes, order.valid_until, by=by, held=principal.scopes, now=now)
    key = Key(
        id=key_id,
        account_id=principal.account_id,
        digest=rules.digest(secret),
        scopes=scopes,
        created_at=now,
        label=order.label,
        valid_until=order.valid_until,
    )
    keys.add_key(key)
    return Issued(key, rules.text(key_id, secret))


def revoke_key(account_id: str, key_id: str, *, now: datetime, keys: Keys) -> None:
    """Stop a key at once, and for ever."""
    key = keys.key(key_id)
    if key.account_id != account_id:
        raise NotFound("no such key", key_id=key_id)
    keys.revoke_key(key.revoked(now))


@dataclass(frozen=True, slots=True)
class Founded:
    """The first account, and its key's text if it was made just now."""

    account_id: str
    text: str | None = None

    def __repr__(self) -> str:
        return f"Founded({self.account_id!r})"


def found(
    name: str, *, account_id: str, key_id: str, secret: bytes, now: datetime, store: Founds
) -> Founded:
    """Make the operator's agency and its key of every right, unless there is an agency already."""
    existing = store.founded()
    if existing is None:
        account = Account(id=account_id, name=name, kind=Kind.AGENCY, created_at=now)
        try:
            store.found(account, _operator_key(account_id, key_id, secret, now))
            return Founded(account_id, rules.text(key_id, secret))
        except Conflict:  # somebody was quicker
            existing = store.founded()
            if existing is None:
                raise
    return Founded(existing)


def reissue(account_id: str, *, key_id: str, secret: bytes, now: datetime, keys: Keys) -> Issued:
    """Make another key of every right, for an operator who lost the first one.

    There is no API for it: whoever may call this can write to the table anyway.
    """
    key = _operator_key(account_id, key_id, secret, now)
    keys.add_key(key)
    return Issued(key, rules.text(key_id, secret))


def _operator_key(account_id: str, key_id: str, secret: bytes, now: datetime) -> Key:
    return Key(
        id=key_id,
        account_id=account_id,
        digest=rules.digest(secret),
        scopes=frozenset({scope_rules.EVERYTHING}),
        created_at=now,
        label="operator",
    )
