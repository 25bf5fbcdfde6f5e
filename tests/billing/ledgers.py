"""Billing's ports in memory, which behave as the real ones: `test_store` holds both to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.billing.ledger import stamp
from chalicelib.billing.ports import BilledAccount, Books, EntryPage
from chalicelib.billing.terms import Terms
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.billing.close import Closing
    from chalicelib.billing.ledger import Entry
    from chalicelib.billing.publishing import Published
    from chalicelib.billing.service import ServiceEntry
    from chalicelib.kernel.periods import Month


@dataclass
class BillingInMemory:
    """All of billing's storage. `fails_after` makes the n-th request from now find it down."""

    fails_after: int | None = None
    requests: list[str] = field(default_factory=list)
    ledger: dict[tuple[str, str, int], Entry] = field(default_factory=dict)
    services: dict[tuple[str, str, int], ServiceEntry] = field(default_factory=dict)
    tariffs: dict[str, list[Published]] = field(default_factory=dict)
    agreed: dict[str, tuple[Terms, int]] = field(default_factory=dict)
    months: dict[tuple[str, str], Closing] = field(default_factory=dict)
    series: dict[tuple[str, str], int] = field(default_factory=dict)

    def add_entry(self, entry: Entry) -> None:
        self._answer("add_entry")
        key = (entry.call.account_id, entry.call.call_id, entry.serial)
        if key in self.ledger:
            raise Conflict("there is one")
        self.ledger[key] = entry

    def latest_entry(self, account_id: str, call_id: str) -> Entry:
        self._answer("latest_entry")
        of_call = [e for (a, c, _), e in self.ledger.items() if (a, c) == (account_id, call_id)]
        if not of_call:
            raise NotFound("no charge")
        return max(of_call, key=lambda entry: entry.serial)

    def entries(self, account_id: str, since: datetime | None, until: datetime) -> Iterator[Entry]:
        self._answer("entries")
        for (account, _, _), entry in list(self.ledger.items()):
            after = since is None or stamp(entry.recorded_at) >= stamp(since)
            if account == account_id and after and entry.recorded_at <= until:
                yield entry

    def entry_page(
        self, account_id: str, since: datetime, until: datetime, limit: int, after: str | None
    ) -> EntryPage[Entry]:
        self._answer("entry_page")
        low, high = after or stamp(since), stamp(until)
        mine = (entry for (a, _, _), entry in self.ledger.items() if a == account_id)
        fits = (e for e in mine if low <= e.position <= high and e.position != after)
        found = sorted(fits, key=lambda entry: entry.position)
        more = len(found) > limit
        return EntryPage(tuple(found[:limit]), found[limit - 1].position if more else None)

    def add_service(self, entry: ServiceEntry) -> None:
        self._answer("add_service")
        key = (entry.use.account_id, entry.use.call_id, entry.serial)
        if key in self.services:
            raise Conflict("there is one")
        self.services[key] = entry

    def latest_service(self, account_id: str, call_id: str) -> ServiceEntry:
        self._answer("latest_service")
        of_call = [e for (a, c, _), e in self.services.items() if (a, c) == (account_id, call_id)]
        if not of_call:
            raise NotFound("no service")
        return max(of_call, key=lambda entry: entry.serial)

    def service_page(
        self, account_id: str, since: datetime, until: datetime, limit: int, after: str | None
    ) -> EntryPage[ServiceEntry]:
        self._answer("service_page")
        low, high = after or stamp(since), stamp(until)
        mine = (entry for (a, _, _), entry in self.services.items() if a == account_id)
        fits = (e for e in mine if low <= e.position <= high and e.position != after)
        found = sorted(fits, key=lambda entry: entry.position)
        more = len(found) > limit
        return EntryPage(tuple(found[:limit]), found[limit - 1].position if more else None)

    def kept_tariff(self, account_id: str) -> Published:
        return self.latest_tariff(account_id)

    def latest_tariff(self, account_id: str) -> Published:
        self._answer("latest_tariff")
        if account_id not in self.tariffs:
            raise NotFound("no tariff")
        return self.tariffs[account_id][-1]

    def tariff(self, account_id: str, revision: int) -> Published:
        self._answer("tariff")
        for published in self.tariffs.get(account_id, ()):
            if published.revision == revision:
                return published
        raise NotFound("no such revision")

    def add_tariff(self, account_id: str, published: Published) -> None:
        self._answer("add_tariff")
        shelf = self.tariffs.setdefault(account_id, [])
        if any(each.revision == published.revision for each in shelf):
            raise Conflict("revision taken")
        shelf.append(published)

    def terms(self, account_id: str) -> tuple[Terms, int]:
        self._answer("terms")
        return self.agreed.get(account_id, (Terms(), 0))

    def save_terms(self, account_id: str, terms: Terms, version: int) -> int:
        self._answer("save_terms")
        if self.agreed.get(account_id, (None, 0))[1] != version:
            raise Stale("changed")
        self.agreed[account_id] = (terms, version + 1)
        return version + 1

    def closings(self, account_id: str) -> tuple[Closing, ...]:
        self._answer("closings")
        return tuple(self.months[key] for key in sorted(self.months) if key[0] == account_id)

    def closing(self, account_id: str, month: Month) -> Closing:
        self._answer("closing")
        if (account_id, month.text) not in self.months:
            raise NotFound("not closed")
        return self.months[account_id, month.text]

    def settle(self, closing: Closing) -> None:
        self._answer("settle")
        key = (closing.account_id, closing.month.text)
        if key in self.months and self.months[key].status.settled:
            raise Conflict("settled already")
        self.months[key] = closing

    def last_serial(self, seller: str, series: str) -> int:
        self._answer("last_serial")
        return self.series.get((seller, series), 0)

    def issue(self, closing: Closing, seller: str, series: str, serial: int) -> None:
        if self.series.get((seller, series), 0) != serial - 1:
            raise Conflict("series moved on")
        self.settle(closing)
        self.series[seller, series] = serial

    def _answer(self, request: str) -> None:
        self.requests.append(request)
        if self.fails_after is None:
            return
        self.fails_after -= 1
        if self.fails_after < 0:
            self.fails_after = None
            raise Unavailable("the table did not answer")


@dataclass
class AccountsInMemory:
    """The `Accounts` port."""

    known: dict[str, BilledAccount] = field(default_factory=dict)

    def billed(self, account_id: str) -> BilledAccount:
        if account_id not in self.known:
            raise NotFound("no such account")
        return self.known[account_id]

    def everyone(self) -> Iterator[str]:
        yield from self.known

    def change(self, account_id: str, **changes: object) -> None:
        self.known[account_id] = replace(self.known[account_id], **changes)  # type: ignore[arg-type]


def books_of(store: BillingInMemory, accounts: AccountsInMemory) -> Books:
    """Put the ports together."""
    return Books.of(accounts, store)
