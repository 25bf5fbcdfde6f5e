"""A month's end when things break: whatever fails, and however often it is tried, one invoice."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.accounts import DirectoryAccounts
from chalicelib.billing.closing import ATTEMPTS, usage_so_far
from chalicelib.billing.handlers import charging, close_account_month, close_months
from chalicelib.billing.publishing import Published
from chalicelib.billing.usecases import charge_call
from chalicelib.directory.accounts import Account, Kind
from chalicelib.kernel.errors import Conflict, Unavailable
from tests.billing.builders import (
    BUYER,
    NOVEMBER_22,
    SELLER,
    a_logged_call,
    a_rate,
    a_tariff,
)
from tests.billing.desk import DECEMBER_1, NOVEMBER, Desk
from tests.billing.ledgers import BillingInMemory


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
