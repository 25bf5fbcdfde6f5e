"""What billing's storage promises, in memory and on DynamoDB; then what only DynamoDB can do."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from chalicelib.billing.close import Closing, Status
from chalicelib.billing.closing import close_account
from chalicelib.billing.ledger import Entry, correction
from chalicelib.billing.ports import Books
from chalicelib.billing.publishing import Published
from chalicelib.billing.service import ServiceEntry, first_entry
from chalicelib.billing.service import correction as service_correction
from chalicelib.billing.store import SHARDS, BillingRow, BillingStore
from chalicelib.billing.terms import Terms
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Stale, Unavailable
from chalicelib.kernel.periods import Month
from tests.billing.builders import NOVEMBER_22, a_rate, a_tariff, a_use, an_account, an_entry
from tests.billing.ledgers import AccountsInMemory, BillingInMemory
from tests.clouds import requests_counted, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.models import Model

NOVEMBER = Month("2026-11")
LATER = NOVEMBER_22 + timedelta(days=60)

Store = BillingStore | BillingInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield BillingInMemory()
        return
    with tables(BillingRow):
        yield BillingStore()


def corrected(entry: Entry, seconds: int) -> Entry:
    fixed = correction(entry, an_entry(seconds, call_id=entry.call.call_id))
    assert fixed is not None
    return fixed


def a_closing(status: Status = Status.ISSUED, **changes: Any) -> Closing:
    facts: dict[str, Any] = {
        "account_id": "acc_1",
        "month": NOVEMBER,
        "cutoff": LATER,
        "closed_at": LATER,
        "number": "F2026-000001" if status is Status.ISSUED else "",
        "document": {"number": "F2026-000001"} if status is Status.ISSUED else None,
    }
    return Closing(**{**facts, "status": status, **changes})


def test_an_entry_is_stored_once(store: Store) -> None:
    entry = an_entry()
    store.add_entry(entry)

    with pytest.raises(Conflict):
        store.add_entry(an_entry(120))

    assert store.latest_entry("acc_1", "CA1") == entry


def a_service(call_id: str = "CA1", seconds: int = 65, minute: int = 0) -> ServiceEntry:
    now = NOVEMBER_22 + timedelta(minutes=minute)
    return first_entry(a_use(seconds, call_id=call_id), now)


def test_a_service_is_stored_once_and_corrected_by_another_entry(store: Store) -> None:
    first = a_service()
    store.add_service(first)
    with pytest.raises(Conflict):
        store.add_service(a_service(seconds=70))

    again = service_correction(first, a_service(seconds=70))
    assert again is not None
    store.add_service(again)

    assert store.latest_service("acc_1", "CA1") == again
    for account, call in (("acc_2", "CA1"), ("acc_1", "CA2")):
        with pytest.raises(NotFound):
            store.latest_service(account, call)


def test_services_are_in_no_list_of_what_the_account_owes(store: Store) -> None:
    until = NOVEMBER_22 + timedelta(days=1)
    services = [a_service(f"CA{at}", minute=at) for at in range(5)]
    for each in services:
        store.add_service(each)
    store.add_entry(an_entry())

    first = store.service_page("acc_1", NOVEMBER_22, until, 3, None)
    second = store.service_page("acc_1", NOVEMBER_22, until, 3, first.next)

    assert [*first.entries, *second.entries] == services
    assert second.next is None
    assert [each.call.call_id for each in store.entries("acc_1", None, until)] == ["CA1"]
    assert store.entry_page("acc_1", NOVEMBER_22, until, 9, None).entries == (an_entry(),)


def test_the_latest_entry_is_that_of_the_highest_serial(store: Store) -> None:
    first = an_entry()
    second = corrected(first, 120)
    for entry in (first, second, corrected(second, 130)):
        store.add_entry(entry)

    assert store.latest_entry("acc_1", "CA1").call.seconds == 130
    assert store.latest_entry("acc_1", "CA1").superseded == second.charge


@pytest.mark.parametrize(
    ("account", "call"), [("acc_1", "CA2"), ("acc_2", "CA1"), ("acc", "1#CA1")]
)
def test_another_account_s_charge_is_not_found(store: Store, account: str, call: str) -> None:
    store.add_entry(an_entry())

    with pytest.raises(NotFound):
        store.latest_entry(account, call)


def test_entries_are_read_by_when_they_were_recorded(store: Store) -> None:
    for at in range(30):
        entry = an_entry(call_id=f"CA{at}")
        store.add_entry(replace(entry, recorded_at=NOVEMBER_22 + timedelta(seconds=at)))
    store.add_entry(an_entry(account_id="acc_2"))

    found = store.entries(
        "acc_1", NOVEMBER_22 + timedelta(seconds=5), NOVEMBER_22 + timedelta(seconds=20)
    )

    assert {entry.call.call_id for entry in found} == {f"CA{at}" for at in range(5, 21)}
    assert len(list(store.entries("acc_1", None, LATER))) == 30


@pytest.mark.parametrize("limit", [1, 4, 7, 11, 12, 200])
def test_pages_follow_one_another_without_gap_or_repetition(store: Store, limit: int) -> None:
    for at in range(11):
        entry = an_entry(call_id=f"CA{at}")
        # Several share an instant, as in a busy second.
        store.add_entry(replace(entry, recorded_at=NOVEMBER_22 + timedelta(seconds=at // 3)))
    seen: list[str] = []
    after = None

    while True:
        page = store.entry_page("acc_1", NOVEMBER_22, LATER, limit, after)
        seen += [entry.position for entry in page.entries]
        after = page.next
        if after is None:
            break

    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == 11


def test_a_page_leaves_out_its_end(store: Store) -> None:
    store.add_entry(an_entry())
    recorded = an_entry().recorded_at

    assert store.entry_page("acc_1", NOVEMBER_22, recorded, 10, None).entries == ()
    assert len(store.entry_page("acc_1", recorded, LATER, 10, None).entries) == 1
    assert store.entry_page("acc_1", LATER, NOVEMBER_22, 10, None).entries == ()


def test_tariffs_are_kept_by_revision(store: Store) -> None:
    first = Published(a_tariff(), 1, NOVEMBER_22)
    second = Published(a_tariff(a_rate("new", families=["npv"])), 2, NOVEMBER_22)
    store.add_tariff("acc_1", first)
    store.add_tariff("acc_1", second)

    with pytest.raises(Conflict):
        store.add_tariff("acc_1", second)

    assert store.latest_tariff("acc_1") == second
    assert store.kept_tariff("acc_1") == second
    assert store.tariff("acc_1", 1) == first
    with pytest.raises(NotFound):
        store.tariff("acc_1", 3)
    with pytest.raises(NotFound):
        store.latest_tariff("acc_2")


def test_terms_are_changed_over_what_was_read(store: Store) -> None:
    assert store.terms("acc_1") == (Terms(), 0)

    first = store.save_terms("acc_1", Terms(days_to_pay=15), 0)
    second = store.save_terms("acc_1", Terms(days_to_pay=20), first)

    for stale in (0, first):
        with pytest.raises(Stale):
            store.save_terms("acc_1", Terms(), stale)
    assert store.terms("acc_1") == (Terms(days_to_pay=20), second)


@pytest.mark.parametrize("status", [Status.EMPTY, Status.CARRIED])
def test_a_settled_month_stays_as_it_is(store: Store, status: Status) -> None:
    store.settle(a_closing(Status.REFUSED, reasons=(Fault("/legal", "missing"),), code="x"))
    store.settle(a_closing(Status.REFUSED))
    store.settle(a_closing(status))

    with pytest.raises(Conflict):
        store.settle(a_closing(Status.REFUSED))
    with pytest.raises(Conflict):
        store.issue(a_closing(), "732829320", "F2026", 1)

    assert store.closing("acc_1", NOVEMBER) == a_closing(status)
    assert store.last_serial("732829320", "F2026") == 0


def test_an_invoice_and_its_number_are_stored_together(store: Store) -> None:
    refused = a_closing(
        Status.REFUSED, reasons=(Fault("/legal", "missing"),), code="x", message="y"
    )
    store.settle(refused)
    assert store.closing("acc_1", NOVEMBER) == refused

    store.issue(a_closing(), "732829320", "F2026", 1)

    with pytest.raises(Conflict):
        store.issue(a_closing(account_id="acc_2"), "732829320", "F2026", 1)
    with pytest.raises(Conflict):
        store.issue(a_closing(account_id="acc_2"), "732829320", "F2026", 3)
    with pytest.raises(Conflict):
        store.issue(a_closing(), "732829320", "F2026", 2)
    assert store.closing("acc_1", NOVEMBER) == a_closing()
    assert store.last_serial("732829320", "F2026") == 1
    with pytest.raises(NotFound):
        store.closing("acc_2", NOVEMBER)


def test_months_are_listed_oldest_first(store: Store) -> None:
    for month in ("2026-12", "2026-11", "2027-01"):
        store.settle(a_closing(Status.EMPTY, month=Month(month)))
    store.settle(a_closing(Status.EMPTY, account_id="acc_2"))

    found = store.closings("acc_1")

    assert [each.month.text for each in found] == ["2026-11", "2026-12", "2027-01"]


# --- DynamoDB's own ---------------------------------------------------------------------------


def test_a_charge_is_one_conditional_put() -> None:
    with tables(BillingRow):
        store = BillingStore()
        with requests_counted(BillingRow) as sent:
            store.add_entry(an_entry())

    assert sent == ["PutItem"]


def test_a_busy_account_s_charges_are_spread_by_the_call_alone() -> None:
    with tables(BillingRow):
        store = BillingStore()
        for at in range(100):
            store.add_entry(an_entry(call_id=f"CA{at}"))
        keys = {row.sk + row.pk: row.recorded_pk for row in BillingRow.scan()}

    assert len(set(keys.values())) == SHARDS
    assert all(
        key == f"acc_1#{crc32(name.rpartition('#')[2].encode()) % SHARDS}"
        for name, key in keys.items()
    )


def test_a_table_that_does_not_answer_is_unavailable() -> None:
    with tables(BillingRow):
        store = BillingStore()
        BillingRow.delete_table()

        for request in (
            lambda: store.add_entry(an_entry()),
            lambda: store.latest_entry("acc_1", "CA1"),
            lambda: list(store.entries("acc_1", None, LATER)),
            lambda: store.entry_page("acc_1", NOVEMBER_22, LATER, 1, None),
            lambda: store.latest_tariff("acc_1"),
            lambda: store.terms("acc_1"),
            lambda: store.closings("acc_1"),
            lambda: store.settle(a_closing(Status.EMPTY)),
            lambda: store.last_serial("s", "F2026"),
            lambda: store.issue(a_closing(), "s", "F2026", 1),
        ):
            with pytest.raises(Unavailable):
                request()


def test_a_tariff_read_a_moment_ago_costs_no_read() -> None:
    with tables(BillingRow):
        store = BillingStore()
        store.add_tariff("acc_1", Published(a_tariff(), 1, NOVEMBER_22))
        store.kept_tariff("acc_1")
        with requests_counted(BillingRow) as sent:
            store.kept_tariff("acc_1")

    assert sent == []


@contextmanager
def one_request_at_a_time(row: type[Model]) -> Iterator[list[str]]:
    """Make moto as atomic as DynamoDB: its tables are plain dictionaries. Collects conflicts."""
    connection: Any = row._get_connection().connection
    lock, lost, dispatch = threading.Lock(), list[str](), connection.dispatch

    def locked(name: str, request: dict[str, Any]) -> Any:
        with lock:
            try:
                return dispatch(name, request)
            except Exception:
                lost.append(name)
                raise

    connection.dispatch = locked
    yield lost
    del connection.dispatch


def test_sixty_four_closes_at_once_leave_no_hole_and_no_double() -> None:
    accounts = [f"acc_{at}" for at in range(64)]
    known = AccountsInMemory({each: an_account(each) for each in accounts})
    december = datetime(2026, 12, 1, 5, tzinfo=UTC)
    with tables(BillingRow):
        store = BillingStore()
        books = Books.of(known, store)
        for each in accounts:
            store.add_tariff(each, Published(a_tariff(), 1, NOVEMBER_22))
            store.add_entry(an_entry(account_id=each))
        ready = threading.Barrier(len(accounts))

        def pause(attempt: int) -> None:
            threading.Event().wait(random.uniform(0, min(0.04 * 2**attempt, 1)))

        def close(account: str) -> list[Closing]:
            ready.wait()
            closed = close_account(account, now=december, books=books, pause=pause)
            # The queue may bring a message twice.
            return closed + close_account(account, now=december, books=books, pause=pause)

        with one_request_at_a_time(BillingRow) as lost, ThreadPoolExecutor(len(accounts)) as pool:
            closed = list(pool.map(close, accounts))
        numbers = [each.number for account in accounts for each in store.closings(account)]

    assert "TransactWriteItems" in lost  # they did meet
    assert sorted(numbers) == [f"F2026-{serial:06d}" for serial in range(1, 65)]
    assert [each.number for closings in closed for each in closings] == numbers
