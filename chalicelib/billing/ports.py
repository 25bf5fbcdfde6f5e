"""What billing's use cases ask of storage and of the directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from chalicelib.kernel.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.billing.close import Closing
    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.publishing import Published
    from chalicelib.billing.service import ServiceEntry
    from chalicelib.billing.terms import Terms
    from chalicelib.directory.identity import Identity
    from chalicelib.kernel.periods import Month
    from chalicelib.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class BilledAccount:
    """What billing needs to know of an account. `seller` is its agency in law, if it has one."""

    id: str
    opened_at: datetime
    buyer: Identity | None
    seller: Identity | None
    agency_id: str | None = None


def may_price(account: BilledAccount, principal: Principal) -> None:
    """Raise Forbidden if a client's own key would set the prices that its agency charges it."""
    if account.agency_id is not None and principal.key_account_id != account.agency_id:
        raise Forbidden("the agency sets this account's prices", account_id=account.id)


EntryT = TypeVar("EntryT")


@dataclass(frozen=True, slots=True)
class EntryPage(Generic[EntryT]):
    """Some entries in the order of recording. `next` is None after the last one."""

    entries: tuple[EntryT, ...]
    next: str | None = None


class Accounts(Protocol):
    """Who is billed."""

    def billed(self, account_id: str) -> BilledAccount:
        """Return an account. Raises NotFound."""

    def everyone(self) -> Iterator[str]:
        """Yield the ids of all accounts, closed ones too: they may owe a last month."""


class Charges(Protocol):
    """The ledger. An entry is its call and its serial number; it never changes."""

    def add_entry(self, entry: Entry) -> None:
        """Store an entry. Raises Conflict if the call has one of this serial number."""

    def latest_entry(self, account_id: str, call_id: str) -> Entry:
        """Return a call's last entry. Raises NotFound."""

    def entries(self, account_id: str, since: datetime | None, until: datetime) -> Iterator[Entry]:
        """Yield the entries stamped from `since` to `until`, both included, in any order."""

    def entry_page(
        self, account_id: str, since: datetime, until: datetime, limit: int, after: str | None
    ) -> EntryPage[Entry]:
        """Return entries stamped in [since, until) in the order of recording."""


class Services(Protocol):
    """What callers owe for services: a ledger of its own, which no invoice reads."""

    def add_service(self, entry: ServiceEntry) -> None:
        """Store an entry. Raises Conflict if the call has one of this serial number."""

    def latest_service(self, account_id: str, call_id: str) -> ServiceEntry:
        """Return the last entry about a call's service. Raises NotFound."""

    def service_page(
        self, account_id: str, since: datetime, until: datetime, limit: int, after: str | None
    ) -> EntryPage[ServiceEntry]:
        """Return entries stamped in [since, until) in the order of recording."""


class Tariffs(Protocol):
    """Each account's price list."""

    def kept_tariff(self, account_id: str) -> Published:
        """Return a tariff that may be some seconds old. Raises NotFound."""

    def latest_tariff(self, account_id: str) -> Published:
        """Return the last tariff published. Raises NotFound."""

    def tariff(self, account_id: str, revision: int) -> Published:
        """Return a tariff as it was published then. Raises NotFound."""

    def add_tariff(self, account_id: str, published: Published) -> None:
        """Store a tariff. Raises Conflict if its revision is taken."""


class Invoices(Protocol):
    """Months that were closed, or could not be, and the series that number invoices."""

    def closings(self, account_id: str) -> tuple[Closing, ...]:
        """Return all of an account's months, oldest first."""

    def closing(self, account_id: str, month: Month) -> Closing:
        """Return one month. Raises NotFound."""

    def settle(self, closing: Closing) -> None:
        """Store a month without an invoice. Raises Conflict if it is settled already."""

    def last_serial(self, seller: str, series: str) -> int:
        """Return the number that a series has come to; 0 before its first invoice."""

    def issue(self, closing: Closing, seller: str, series: str, serial: int) -> None:
        """Store a month's invoice and move its series on from `serial` - 1, both or neither.

        Raises Conflict if the month is settled, or the series is elsewhere by now.
        """


class KeepsTerms(Protocol):
    """Each account's terms."""

    def terms(self, account_id: str) -> tuple[Terms, int]:
        """Return the terms and their version; the defaults and 0 if none were ever set."""

    def save_terms(self, account_id: str, terms: Terms, version: int) -> int:
        """Store terms over that version and return the new one. Raises Stale."""


class Keeps(Charges, Services, Tariffs, Invoices, KeepsTerms, Protocol):
    """All that billing keeps."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that billing keeps or reads."""

    accounts: Accounts
    charges: Charges
    services: Services
    tariffs: Tariffs
    invoices: Invoices
    terms: KeepsTerms

    @classmethod
    def of(cls, accounts: Accounts, store: Keeps) -> Self:
        """Return the books of which one store keeps everything."""
        return cls(
            accounts=accounts,
            charges=store,
            services=store,
            tariffs=store,
            invoices=store,
            terms=store,
        )
