"""Accounts: who owns numbers, keys and calls. An agency owns client accounts, one level deep.

Decides what an account may become and who may act for it; stores nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Forbidden, Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.directory.identity import Identity

# Readers ask every shard of a list: a hundred is as many as a page of calls can afford.
MAX_LOG_SHARDS: Final = 100


class Kind(StrEnum):
    """What an account is for: an agency has clients, a business has callers."""

    AGENCY = "agency"
    BUSINESS = "business"


class AccountState(StrEnum):
    """Whether an account works: closed is for ever."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


TRANSITIONS: Final[dict[AccountState, frozenset[AccountState]]] = {
    AccountState.ACTIVE: frozenset({AccountState.SUSPENDED, AccountState.CLOSED}),
    AccountState.SUSPENDED: frozenset({AccountState.ACTIVE, AccountState.CLOSED}),
    AccountState.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer of the installation, or the agency that serves it.

    `log_shards` spreads a busy account's calls over as many index keys; it only ever grows.
    """

    id: str
    name: str
    kind: Kind
    created_at: datetime
    parent_id: str | None = None
    state: AccountState = AccountState.ACTIVE
    legal: Identity | None = None
    language: str = "fr"
    log_shards: int = 1
    version: int = 0

    @property
    def active(self) -> bool:
        """Say whether its calls are answered and its keys work."""
        return self.state is AccountState.ACTIVE

    @property
    def stock_id(self) -> str:
        """Return the account whose stock its numbers go back to: its agency, or itself."""
        return self.parent_id or self.id

    def owns(self, other: Account) -> bool:
        """Say whether `other` is a client of this agency."""
        return self.kind is Kind.AGENCY and other.parent_id == self.id

    def moved(self, to: AccountState) -> Account:
        """Return the account in another state; the state it is in already is no error."""
        if to is self.state:
            return self
        if to not in TRANSITIONS[self.state]:
            raise Rejected("the account can't do that any more", state=self.state, to=to)
        return replace(self, state=to)

    def with_shards(self, log_shards: int) -> Account:
        """Return the account with its calls spread wider; what was written stays readable."""
        if not self.log_shards <= log_shards <= MAX_LOG_SHARDS:
            reason = f"between {self.log_shards} and {MAX_LOG_SHARDS}"
            raise Rejected("shards only grow", faults=(Fault("/log_shards", reason),))
        return replace(self, log_shards=log_shards)


def check_active(account: Account) -> None:
    """Raise Forbidden unless the account works."""
    if not account.active:
        raise Forbidden("the account is not active", account_id=account.id, state=account.state)


def check_agency(account: Account) -> None:
    """Raise Forbidden unless the account may have clients."""
    if account.kind is not Kind.AGENCY:
        raise Forbidden("only an agency has client accounts", account_id=account.id)
