"""A month's end: one invoice, one number, late usage billed once, refusals that can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.billing.close import Status
from chalicelib.billing.closing import close_month
from chalicelib.billing.terms import Terms
from tests.billing.builders import (
    BUYER,
    NOVEMBER_22,
    SELLER,
    an_account,
)
from tests.billing.desk import DECEMBER_1, JANUARY_1, NOVEMBER, Desk


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
