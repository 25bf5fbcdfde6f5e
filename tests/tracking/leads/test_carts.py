"""What a visitor has in the cart counts once, and as far as anybody believes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from chalicelib.runtime import tracking_wiring
from tests.house.carrier import Caller, a_forwarded_call
from tests.house.shops import open_shop
from tests.tracking.visits.builders import open_page, shown

if TYPE_CHECKING:
    from tests.clouds import Cloud
    from tests.tracking.visits.builders import Page

FIRST, SECOND, THIRD = ("CA" + digit * 32 for digit in "123")
NOVEMBER = "from=2026-11-01&to=2026-11-30"


@pytest.fixture
def page(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Page:
    return open_page(open_shop(cloud, monkeypatch))


def fills_a_cart(page: Page, total: Any) -> str:
    """A visitor has things for so much in the cart; return the number that they are shown."""
    answer = page.lent()
    page.tells(answer["visit"], {"kind": "cart", "data": {"total": total}})
    number = shown(answer)
    assert number is not None
    path = f"/v1/numbers/{quote(number)}"
    seen = page.shop.ask("GET", path).headers["ETag"]
    page.shop.ask("PATCH", path, {"flow_id": page.shop.flow_id}, if_match=seen)
    return number


def rings(page: Page, number: str, *calls: str) -> None:
    """Have each of these calls made, and taken into account, one after the other."""
    for call_id in calls:
        a_forwarded_call(Caller(call_id, to=number))
        page.shop.project()
        page.shop.track()


def worth(page: Page) -> dict[str, str]:
    """Return what each call is worth."""
    (lead,) = page.shop.gets("/v1/leads")["items"]
    return {each["id"]: each["value"]["amount"] for each in lead["interactions"]}


def in_all(page: Page) -> tuple[str, str]:
    """Return what the lead is worth, and what all calls of the report are."""
    (lead,) = page.shop.gets("/v1/leads")["items"]
    report = page.shop.gets(f"/v1/reports/calls?by=campaign&{NOVEMBER}")
    return lead["value"]["amount"], report["total"]["value"]["amount"]


def said_of_the_cart(page: Page) -> list[str | None]:
    (lead,) = page.shop.gets("/v1/leads")["items"]
    return [each["facts"].get("cart") for each in lead["interactions"]]


def test_a_cart_counts_for_the_first_call_that_is_worth_something(page: Page) -> None:
    number = fills_a_cart(page, "100.00")

    rings(page, number, FIRST, SECOND, THIRD)

    assert worth(page) == {FIRST: "100.00", SECOND: "0.00", THIRD: "0.00"}
    assert in_all(page) == ("100.00", "100.00")
    assert said_of_the_cart(page) == [None, "counted", "counted"]
    page.shop.project()
    page.shop.track()
    assert worth(page) == {FIRST: "100.00", SECOND: "0.00", THIRD: "0.00"}


def test_a_call_that_is_told_after_a_later_one_does_not_count_it_again(page: Page) -> None:
    number = fills_a_cart(page, "100.00")
    a_forwarded_call(Caller(FIRST, to=number))
    a_forwarded_call(Caller(SECOND, to=number))
    rows = {row["pk"]["S"]: row for row in page.shop.cloud.rows("calls")}

    for call_id in (SECOND, FIRST):
        page.shop.project(rows[call_id])
        page.shop.track()

    assert worth(page) == {FIRST: "0.00", SECOND: "100.00"}


@pytest.mark.parametrize("proves_bad", ["spam", "worthless"])
def test_it_counts_for_the_next_call_where_the_first_proves_to_be_nothing(
    page: Page, proves_bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_wiring, "SOON_SECONDS", 0)
    number = fills_a_cart(page, "100.00")
    rings(page, number, FIRST, SECOND)

    if proves_bad == "spam":
        page.shop.makes(f"/v1/calls/{FIRST}/spam")
    else:
        page.shop.makes(f"/v1/calls/{FIRST}/quality", {"qualified": False}, method="PUT")
    page.shop.track()
    page.shop.track()  # the other call, which the first had shown to tracking again

    found = worth(page)
    assert found.pop(FIRST, "0.00") == "0.00"
    assert found == {SECOND: "100.00"}
    assert in_all(page) == ("100.00", "100.00")


@pytest.mark.parametrize("total", ["10000.01", 10_000_000, 1e300, "9e999999"])
def test_a_cart_that_nobody_believes_counts_for_nothing(page: Page, total: Any) -> None:
    rings(page, fills_a_cart(page, total), FIRST)

    assert in_all(page) == ("0.00", "0.00")
    assert said_of_the_cart(page) == ["beyond"]


def test_an_account_says_how_much_it_believes(page: Page) -> None:
    rules = page.shop.gets("/v1/leads/rules")
    assert rules["most_cart"]["amount"] == "10000.00"
    body = {
        "rules": [{"name": "Gros", "qualified": True, "talk_seconds": 10, "cart": "20000"}],
        "most_cart": "25000.00",
    }
    heard = page.shop.ask("PUT", "/v1/leads/rules", body, if_match='"0"')
    assert heard.json["most_cart"]["amount"] == "25000.00"

    rings(page, fills_a_cart(page, "24000"), FIRST)

    assert in_all(page) == ("24000.00", "24000.00")
    assert page.shop.gets("/v1/leads/rules")["most_cart"]["amount"] == "25000.00"


def test_what_is_wrong_with_the_most_is_told(page: Page) -> None:
    heard = page.shop.ask(
        "PUT", "/v1/leads/rules", {"rules": [], "most_cart": "-1"}, if_match='"0"'
    )

    assert [each["pointer"] for each in heard.json["errors"]] == ["/most_cart"]
