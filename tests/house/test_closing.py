"""The month's end while things fail: each account gets one invoice, with the right amount on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest

from app import close_account_month, close_months
from chalicelib.runtime import wiring
from tests.clouds import STAGE
from tests.gateway import Context
from tests.house.carrier import Caller, a_forwarded_call
from tests.house.faults import Trouble, from_, trouble, watched
from tests.house.shops import LEGAL, a_shop
from tests.world import messages_of, schedule_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

DECEMBER: Final = "2026-12-01T06:00:00Z"
DUE: Final = {"account_id": "acct_shop", "now": "2026-12-01T06:00:00+00:00"}
NET: Final = "0.76"  # two calls of 95 s at 0.24 a minute


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop that sells in its own name and has two calls to pay for; months are forgotten."""
    with a_shop() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "pause", lambda attempt: None)
        set_terms(opened, {"seller": LEGAL})
        for digit in "12":
            a_forwarded_call(Caller(call_id="CA" + digit * 32))
        opened.project()
        yield opened


@pytest.fixture(autouse=True)
def _nothing_closed(shop: Shop) -> Iterator[None]:
    yield
    shop.forget_rows("billing", "#months")
    shop.forget_rows("billing", "series#")
    while shop.taken("invoices"):
        pass


def set_terms(shop: Shop, terms: dict[str, Any]) -> None:
    tag = shop.ask("GET", "/v1/billing/terms").headers["ETag"]
    heard = shop.ask("PUT", "/v1/billing/terms", terms, if_match=tag)
    assert heard.status == 200, heard.text


def close(*messages: dict[str, Any]) -> None:
    close_account_month(messages_of(messages), Context())


def assert_one_invoice(shop: Shop) -> None:
    months = shop.gets("/v1/invoices")["items"]
    assert [(month["status"], month["number"]) for month in months] == [("issued", "F2026-000001")]
    assert months[0]["invoice"]["totals"]["net"] == NET
    (series,) = [row for row in shop.cloud.rows("billing") if row["pk"]["S"].startswith("series#")]
    assert series["last"] == {"N": "1"}


def test_the_schedule_has_each_account_closed_by_a_message_of_its_own(shop: Shop) -> None:
    close_months(schedule_at(DECEMBER), Context())
    messages = shop.taken("invoices")

    close(*messages)

    assert messages == [DUE]
    assert_one_invoice(shop)


def test_a_month_closed_twice_has_one_invoice(shop: Shop) -> None:
    for _ in range(3):
        close(DUE, DUE)

    assert_one_invoice(shop)


@pytest.mark.parametrize("kind", Trouble)
def test_whichever_request_fails_the_month_has_one_invoice(shop: Shop, kind: Trouble) -> None:
    with watched() as network:
        close(DUE)
    for number in range(1, len(network.sent) + 1):
        shop.forget_rows("billing", "#months")
        shop.forget_rows("billing", "series#")

        with trouble(kind, from_(number, number)) as disturbed:
            _close_or_fail()
        close(DUE)

        assert disturbed.failed
        assert_one_invoice(shop)


@pytest.mark.parametrize("kind", Trouble)
def test_a_database_that_goes_away_in_mid_close_leaves_no_half_of_an_invoice(
    shop: Shop, kind: Trouble
) -> None:
    with watched() as network:
        close(DUE)
    for number in range(1, len(network.sent) + 1):
        shop.forget_rows("billing", "#months")
        shop.forget_rows("billing", "series#")

        with trouble(kind, from_(number)):
            _close_or_fail()
        numbered = [r for r in shop.cloud.rows("billing") if r["pk"]["S"].startswith("series#")]
        stored = [r for r in shop.cloud.rows("billing") if r["pk"]["S"].endswith("#months")]

        assert len(numbered) == len(stored)
        close(DUE)
        assert_one_invoice(shop)


def _close_or_fail() -> None:
    """Close while something fails: the queue would bring back what raises."""
    try:
        close(DUE)
    except ExceptionGroup:
        return


def test_an_account_with_bad_data_holds_up_no_other(shop: Shop) -> None:
    garbage = {
        "pk": {"S": "acct_bad#months"},
        "sk": {"S": "2026-10"},
        "document": {"S": "{"},
    }
    boto3.client("dynamodb").put_item(TableName=f"cadran-{STAGE}-billing", Item=garbage)
    bad = {**DUE, "account_id": "acct_bad"}
    nobody = {**DUE, "account_id": "acct_nobody"}

    with pytest.raises(ExceptionGroup):
        close(bad, {"nonsense": ""}, DUE, nobody)

    assert_one_invoice(shop)


def test_what_is_missing_is_shown_and_mended_by_the_next_hour(shop: Shop) -> None:
    set_terms(shop, {})
    close(DUE)
    (refused,) = shop.gets("/v1/invoices")["items"]

    set_terms(shop, {"seller": LEGAL})
    close(DUE)

    assert refused["status"] == "refused"
    assert refused["reasons"]
    assert_one_invoice(shop)
