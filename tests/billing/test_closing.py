"""A month's end: one invoice, one number, whatever breaks and however often it is tried."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.accounts import DirectoryAccounts
from chalicelib.billing.close import Status
from chalicelib.billing.closing import ATTEMPTS, close_account, close_month, usage_so_far
from chalicelib.billing.handlers import charging, close_account_month, close_months
from chalicelib.billing.publishing import Published
from chalicelib.billing.terms import Terms
from chalicelib.billing.usecases import charge_call
from chalicelib.directory.accounts import Account, Kind
from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.kernel.periods import Month
from tests.billing.builders import (
    BUYER,
    NOVEMBER_22,
    SELLER,
    a_logged_call,
    a_rate,
    a_tariff,
    an_account,
)
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


def test_a_month_becomes_a_numbered_invoice() -> None:
    desk = Desk()
    desk.call("CA1", seconds=95)
    desk.call("CA2", seconds=60)

    (closing,) = desk.close()

    assert closing.status is Status.ISSUED
    assert closing.number == "F2026-000001"
    assert closing.document["totals"] == {
        "lines": "0.16",
        "net": "0.16",
        "vat": "0.03",
        "gross": "0.19",
        "payable": "0.19",
    }
    assert closing.document["lines"][0]["quantity"] == "155"


def test_closing_twice_gives_the_same_invoice() -> None:
    desk = Desk()
    desk.call()
    (first,) = desk.close()

    again = desk.close(now=DECEMBER_1 + timedelta(hours=1))
    direct = close_month(
        desk.accounts.billed("acc_1"), NOVEMBER, now=JANUARY_1, books=desk.books, pause=desk.pause
    )

    assert again == []
    assert direct == first
    assert desk.numbers() == ["F2026-000001"]


def test_a_month_is_not_closed_before_its_time() -> None:
    desk = Desk()
    desk.call()

    assert desk.close(now=datetime(2026, 12, 1, 3, 59, tzinfo=UTC)) == []


def test_a_month_closed_ahead_of_its_end_loses_nothing_that_comes_later() -> None:
    desk = Desk()
    desk.call("CA1", seconds=60)
    desk.close(now=DECEMBER_1)  # somebody's clock is wrong: it is still November
    desk.call("CA2", seconds=60, late=timedelta(hours=1))
    desk.call("CA1", seconds=90, late=timedelta(hours=2))

    (december,) = desk.close(now=JANUARY_1)

    assert december.document["lines"][0]["quantity"] == "90"


def test_an_empty_month_closed_ahead_of_its_end_loses_nothing_either() -> None:
    desk = Desk()
    desk.call("CA1", seconds=60)
    desk.close(now=DECEMBER_1)
    desk.close(now=JANUARY_1)
    desk.call("CA2", seconds=60, started_at=NOVEMBER_22 + timedelta(days=20))

    (january,) = desk.close(now=datetime(2027, 2, 1, 5, tzinfo=UTC))

    assert desk.store.months["acc_1", "2026-12"].status is Status.EMPTY
    assert [line["quantity"] for line in january.document["lines"]] == ["60"]


def test_an_empty_month_uses_no_number() -> None:
    desk = Desk()

    (november,) = desk.close()
    desk.call(started_at=NOVEMBER_22 + timedelta(days=20))
    (december,) = desk.close(now=JANUARY_1)

    assert (november.status, november.number) == (Status.EMPTY, "")
    assert (december.month.text, december.number) == ("2026-12", "F2027-000001")


def test_calls_go_to_the_month_in_which_they_began() -> None:
    desk = Desk()
    midnight = NOVEMBER.end
    desk.call("CA1", started_at=midnight - timedelta(microseconds=1), seconds=3600)
    desk.call("CA2", started_at=midnight, seconds=60)

    (november,) = desk.close()
    (december,) = desk.close(now=JANUARY_1)

    assert november.document["lines"][0]["quantity"] == "3600"
    assert december.document["lines"][0]["quantity"] == "60"


def test_what_is_charged_after_the_close_is_late_usage_of_the_next_invoice() -> None:
    desk = Desk()
    desk.call("CA1")
    desk.close()
    desk.call("CA2", late=timedelta(days=12), seconds=60)
    desk.call("CA3", started_at=NOVEMBER_22 + timedelta(days=20), seconds=60)

    (december,) = desk.close(now=JANUARY_1)

    lines = december.document["lines"]
    assert [(line["usage_month"], line["late_usage"]) for line in lines] == [
        ("2026-11", True),
        ("2026-12", False),
    ]
    assert "usage tardif de novembre 2026" in lines[0]["name"]


def test_a_call_corrected_after_its_invoice_changes_only_the_next_one() -> None:
    desk = Desk()
    desk.call(seconds=95)
    (november,) = desk.close()
    before = dict(november.document)
    desk.call(seconds=155, late=timedelta(days=12))

    (december,) = desk.close(now=JANUARY_1)

    assert desk.store.months["acc_1", "2026-11"].document == before
    assert [(line["quantity"], line["net_amount"]) for line in december.document["lines"]] == [
        ("60", "0.06")
    ]


def test_a_correction_that_owes_the_customer_waits_for_usage_to_set_it_off() -> None:
    desk = Desk()
    desk.call("CA1", seconds=600)
    desk.close()
    desk.call("CA1", seconds=60, late=timedelta(days=12))

    (december,) = desk.close(now=JANUARY_1)
    desk.call("CA2", seconds=1200, started_at=JANUARY_1 + timedelta(days=3))
    (january,) = desk.close(now=datetime(2027, 2, 1, 5, tzinfo=UTC))

    assert (december.status, december.number) == (Status.CARRIED, "")
    assert january.document["totals"]["net"] == "0.66"
    assert desk.billed() == Decimal("0.60") - Decimal("0.54") + Decimal("1.20")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"buyer": None}, "/legal"),
        ({"seller": None}, "/terms/seller"),
    ],
)
def test_missing_legal_data_is_a_refusal_that_can_be_read_and_mended(
    change: dict[str, Any], pointer: str
) -> None:
    desk = Desk()
    desk.call()
    desk.accounts.change("acc_1", **change)

    (refused,) = desk.close()
    desk.accounts.change("acc_1", buyer=BUYER, seller=SELLER)
    (issued,) = desk.close(now=DECEMBER_1 + timedelta(hours=1))

    assert (refused.status, refused.code) == (Status.REFUSED, "unbillable")
    assert [fault.pointer for fault in refused.reasons] == [pointer]
    assert refused.number == ""
    assert (issued.status, issued.number) == (Status.ISSUED, "F2026-000001")


def test_an_account_without_a_tariff_is_refused_until_it_has_one() -> None:
    desk = Desk()
    tariff = desk.store.tariffs.pop("acc_1")
    desk.call()

    (refused,) = desk.close()
    desk.store.tariffs["acc_1"] = tariff
    (priced,) = desk.close(now=DECEMBER_1 + timedelta(hours=1))
    (issued,) = desk.close(now=DECEMBER_1 + timedelta(hours=2))

    assert [fault.reason for fault in refused.reasons] == ["the account has no tariff"]
    assert priced.status is Status.REFUSED  # the price is younger than the cut-off
    assert (issued.status, issued.document["totals"]["net"]) == (Status.ISSUED, "0.10")


def test_a_month_that_cannot_be_closed_holds_up_the_later_ones_only_of_its_account() -> None:
    desk = Desk("acc_1", "acc_2")
    desk.accounts.change("acc_1", buyer=None)
    for account in ("acc_1", "acc_2"):
        desk.call(f"CA1{account}", account_id=account)
        desk.call(f"CA2{account}", account_id=account, started_at=NOVEMBER_22 + timedelta(days=20))

    held, through = (desk.close(each, now=JANUARY_1) for each in ("acc_1", "acc_2"))

    assert [(each.month.text, each.status.value) for each in held] == [("2026-11", "refused")]
    assert [each.number for each in through] == ["F2027-000001", "F2027-000002"]


def test_a_later_close_of_a_refused_month_takes_what_came_meanwhile() -> None:
    desk = Desk()
    desk.accounts.change("acc_1", buyer=None)
    desk.call("CA1", seconds=60)
    desk.close()
    desk.call("CA2", seconds=60, late=timedelta(days=9))
    desk.accounts.change("acc_1", buyer=BUYER)

    (november,) = desk.close(now=DECEMBER_1 + timedelta(days=10))
    (december,) = desk.close(now=JANUARY_1)

    assert november.document["lines"][0]["quantity"] == "120"
    assert december.status is Status.EMPTY


def test_sellers_have_series_of_their_own_and_accounts_of_one_seller_share_it() -> None:
    desk = Desk("acc_1", "acc_2", "acc_3")
    other = an_account(seller=BUYER)
    desk.accounts.change("acc_3", seller=other.seller)
    desk.store.agreed["acc_2"] = (Terms(series="AG"), 1)
    for account in desk.accounts.known:
        desk.call(f"CA{account}", account_id=account)
        desk.close(account)

    assert desk.store.series == {
        ("732829320", "F2026"): 1,
        ("732829320", "AG2026"): 1,
        ("303265045", "F2026"): 1,
    }


@pytest.mark.parametrize("failing", range(9))
def test_whichever_request_fails_the_next_run_makes_the_one_invoice(failing: int) -> None:
    desk = Desk()
    desk.call()
    desk.store.requests.clear()
    desk.store.fails_after = failing
    with suppress(Unavailable):
        desk.close()
    was_hit = desk.store.fails_after is None
    desk.store.fails_after = None

    desk.close(now=DECEMBER_1 + timedelta(hours=1))

    assert was_hit == (failing < 8)
    assert desk.numbers() == ["F2026-000001"]
    assert desk.store.series == {("732829320", "F2026"): 1}
    assert desk.billed() == Decimal("0.10")


def test_an_answer_that_was_lost_after_the_invoice_was_stored_makes_no_second_one() -> None:
    class Deaf(BillingInMemory):
        def issue(self, *args: Any) -> None:
            super().issue(*args)
            raise Conflict("the first attempt went through, its repetition met it")

    desk = Desk()
    tariffs = desk.store.tariffs
    desk.store = Deaf()
    desk.store.tariffs = tariffs
    desk.call()

    (closing,) = desk.close()

    assert closing.number == "F2026-000001"
    assert desk.numbers() == ["F2026-000001"]


def test_rivals_for_a_number_wait_and_try_again() -> None:
    class Contested(BillingInMemory):
        rivals = 3

        def last_serial(self, seller: str, series: str) -> int:
            last = super().last_serial(seller, series)
            if self.rivals:
                self.rivals -= 1
                self.series[seller, series] = last + 1
            return last

    desk = Desk()
    tariffs = desk.store.tariffs
    desk.store = Contested()
    desk.store.tariffs = tariffs
    desk.call()

    (closing,) = desk.close()

    assert (closing.number, desk.pauses) == ("F2026-000004", 3)


def test_an_endless_contest_is_left_to_the_queue() -> None:
    class Hopeless(BillingInMemory):
        def issue(self, *args: Any) -> None:
            raise Conflict("lost again")

    desk = Desk()
    tariffs = desk.store.tariffs
    desk.store = Hopeless()
    desk.store.tariffs = tariffs
    desk.call()

    with pytest.raises(Conflict):
        desk.close()

    assert desk.pauses == ATTEMPTS
    assert desk.numbers() == []


def test_usage_so_far_changes_nothing() -> None:
    desk = Desk()
    tariff = desk.store.tariffs.pop("acc_1")
    desk.call("CA1")
    desk.store.tariffs["acc_1"] = tariff
    desk.call("CA2", seconds=60)
    entries = dict(desk.store.ledger)

    usage = usage_so_far(
        "acc_1", NOVEMBER, now=NOVEMBER_22 + timedelta(minutes=5), books=desk.books
    )

    assert [line.quantity for line in usage.lines()] == [60]
    assert list(usage.unpriced) == ["CA1"]
    assert desk.store.ledger == entries


def test_every_account_is_looked_at_by_a_message_of_its_own() -> None:
    class List:
        def __init__(self) -> None:
            self.messages: list[dict[str, Any]] = []

        def put(self, message: dict[str, Any]) -> None:
            if message["account_id"] == "acc_2":
                raise Unavailable("the queue is down")
            self.messages.append(message)

    desk, queue = Desk("acc_1", "acc_2", "acc_3"), List()

    with pytest.raises(ExceptionGroup):
        close_months(DECEMBER_1, desk.accounts, queue)

    assert [each["account_id"] for each in queue.messages] == ["acc_1", "acc_3"]


def test_one_account_s_trouble_does_not_stop_the_others() -> None:
    desk = Desk("acc_1", "acc_2")
    for account in desk.accounts.known:
        charging(lambda: desk.books, lambda: NOVEMBER_22)(
            a_logged_call(f"CA{account}", account_id=account)
        )
    bodies = [
        f'{{"account_id": "{each}", "now": "{DECEMBER_1.isoformat()}"}}'
        for each in ("acc_gone", "acc_1", "acc_2")
    ]

    close_account_month(bodies, desk.books, desk.pause)

    assert desk.numbers() == ["F2026-000001", "F2026-000002"]


def test_the_directory_tells_who_sells_to_whom() -> None:
    class Directory:
        def account(self, account_id: str) -> Account:
            parent = None if account_id == "agency" else "agency"
            legal = SELLER if account_id == "agency" else BUYER
            return Account(
                id=account_id,
                name=account_id,
                kind=Kind.AGENCY,
                created_at=NOVEMBER_22,
                parent_id=parent,
                legal=legal,
            )

        def founded(self) -> str:
            return "agency"

        def clients(self, agency_id: str, limit: int, after: str | None = None) -> Any:
            from chalicelib.directory.ports import Page

            if after is None:
                return Page((self.account("acc_1"),), "acc_1")
            return Page((self.account("acc_2"),))

    directory: Any = Directory()
    accounts = DirectoryAccounts(directory)

    assert list(accounts.everyone()) == ["agency", "acc_1", "acc_2"]
    assert (accounts.billed("acc_1").seller, accounts.billed("acc_1").buyer) == (SELLER, BUYER)
    assert accounts.billed("agency").seller is None


seconds = st.integers(0, 4_000)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 5), st.integers(0, 100), seconds),
        st.tuples(st.just("close"), st.integers(0, 100), st.just(0), st.just(0)),
        st.tuples(st.just("break"), st.integers(0, 100), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("close ahead"), st.integers(0, 100), st.just(0), st.just(0)),
    ),
    max_size=40,
)


@given(happenings)
def test_whatever_happens_all_usage_is_billed_once(
    happened: list[tuple[str, int, int, int]],
) -> None:
    desk = Desk()
    desk.store.tariffs["acc_1"] = [Published(a_tariff(a_rate(per_minute="0.6")), 1, NOVEMBER_22)]
    now, lengths, starts = NOVEMBER_22, dict[str, int](), dict[str, datetime]()

    for what, one, other, length in happened:
        if what == "close ahead":
            desk.close(now=now + timedelta(days=one))
            continue
        now += timedelta(days=one if what != "call" else 1)
        if what == "call":
            lengths[f"CA{one}"] = length
            began = max(NOVEMBER_22, now - timedelta(days=other))
            started_at = starts.setdefault(f"CA{one}", began)
            call = a_logged_call(f"CA{one}", started_at=started_at, seconds=length)
            charge_call(call, now=now, charges=desk.store, tariffs=desk.store)
            continue
        desk.store.fails_after = other if what == "break" else None
        with suppress(Unavailable):
            desk.close(now=now)
        desk.store.fails_after = None
    # Enough usage in the end that nothing more is carried over.
    now += timedelta(days=40)
    charge_call(
        a_logged_call("CALAST", started_at=now, seconds=100_000),
        now=now,
        charges=desk.store,
        tariffs=desk.store,
    )
    desk.close(now=now + timedelta(days=400))

    owed = sum(lengths.values()) + 100_000
    assert desk.billed() == Decimal(owed) / 100
    for year in {number[:5] for number in desk.numbers()}:
        serials = [int(number[-6:]) for number in desk.numbers() if number.startswith(year)]
        assert serials == list(range(1, len(serials) + 1))
