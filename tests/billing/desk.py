"""A platform with a tariff and calls that it charges: where the tests of a month's end begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.billing.closing import close_account
from chalicelib.billing.publishing import Published
from chalicelib.billing.usecases import charge_call
from chalicelib.kernel.periods import Month
from tests.billing.builders import NOVEMBER_22, a_logged_call, a_tariff, an_account
from tests.billing.ledgers import AccountsInMemory, BillingInMemory, books_of

if TYPE_CHECKING:
    from chalicelib.billing.ports import Books

NOVEMBER = Month("2026-11")
DECEMBER_1 = datetime(2026, 12, 1, 5, tzinfo=UTC)
JANUARY_1 = datetime(2027, 1, 1, 5, tzinfo=UTC)


class Desk:
    """A platform of a few accounts, with a tariff, and calls that it charges."""

    def __init__(self, *accounts: str) -> None:
        self.store = BillingInMemory()
        self.accounts = AccountsInMemory({each: an_account(each) for each in accounts or ["acc_1"]})
        for each in self.accounts.known:
            self.store.tariffs[each] = [Published(a_tariff(), 1, NOVEMBER_22)]
        self.pauses = 0

    @property
    def books(self) -> Books:
        return books_of(self.store, self.accounts)

    def call(self, call_id: str = "CA1", *, late: timedelta = timedelta(), **call: Any) -> None:
        logged = a_logged_call(call_id, **call)
        now = logged.started_at + timedelta(minutes=3) + late
        charge_call(logged, now=now, charges=self.store, tariffs=self.store)

    def pause(self, attempt: int) -> None:
        self.pauses += 1

    def close(self, account: str = "acc_1", now: datetime = DECEMBER_1) -> list[Any]:
        return close_account(account, now=now, books=self.books, pause=self.pause)

    def numbers(self) -> list[str]:
        return sorted(each.number for each in self.store.months.values() if each.number)

    def billed(self) -> Decimal:
        """Everything invoiced so far, before VAT."""
        documents = [each.document for each in self.store.months.values() if each.document]
        return sum((Decimal(each["totals"]["net"]) for each in documents), Decimal(0))
