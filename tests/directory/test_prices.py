"""The prices of a surcharged line: from which day, and what may become of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from chalicelib.directory.prices import (
    Price,
    PriceOrder,
    announced,
    changed,
    in_force,
    withdrawn,
)
from chalicelib.kernel import tiers
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.directory.prices import Prices

NUMBER = "+33892123456"
# In Paris it is already the 27th.
NOW = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
TODAY, DECEMBER, JANUARY = date(2026, 11, 27), date(2026, 12, 1), date(2027, 1, 1)


def a_price(tier: str = "D080", since: date = TODAY) -> Price:
    return Price(since, tiers.parse(tier))


def ordered(before: Prices, tier: str, since: date | None = None) -> Prices:
    return changed(before, PriceOrder(tier, since), NUMBER, NOW)


def test_the_first_price_is_in_force_at_once() -> None:
    prices = ordered((), "D080")

    assert prices == (a_price("D080", TODAY),)
    assert in_force(prices, NOW) == prices[0]
    assert announced(prices, NOW) is None


def test_the_first_price_may_begin_on_any_day_to_come() -> None:
    prices = ordered((), "D080", date(2026, 12, 15))

    assert in_force(prices, NOW) is None
    assert announced(prices, NOW) == a_price("D080", date(2026, 12, 15))


def test_a_change_waits_for_the_next_month() -> None:
    prices = ordered((a_price(),), "D050")

    assert prices == (a_price(), a_price("D050", DECEMBER))
    assert in_force(prices, NOW) == a_price()


def test_a_price_begins_at_midnight_in_paris() -> None:
    prices = (a_price("D080", TODAY), a_price("D050", DECEMBER))

    last = in_force(prices, datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC))
    first = in_force(prices, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))

    assert (last, first) == (prices[0], prices[1])


def test_a_change_to_come_is_replaced_by_another_one() -> None:
    prices = ordered((a_price(), a_price("D050", DECEMBER)), "A150", JANUARY)

    assert prices == (a_price(), a_price("A150", JANUARY))


def test_asking_for_the_price_in_force_drops_the_change_to_come() -> None:
    assert ordered((a_price(), a_price("D050", DECEMBER)), "D080") == (a_price(),)


def test_asking_for_a_change_twice_is_one_change() -> None:
    once = ordered((a_price(),), "D050")

    assert ordered(once, "D050") == once


@pytest.mark.parametrize(
    ("since", "pointer"),
    [
        pytest.param(date(2026, 11, 26), "/service_price/from", id="yesterday"),
        pytest.param(TODAY, "/service_price/from", id="today"),
        pytest.param(date(2026, 11, 1), "/service_price/from", id="the first of this month"),
        pytest.param(date(2026, 12, 2), "/service_price/from", id="the second of a month"),
    ],
)
def test_a_price_never_changes_backwards_nor_within_a_month(since: date, pointer: str) -> None:
    with pytest.raises(Rejected) as refused:
        ordered((a_price("D050", date(2026, 10, 1)),), "D080", since)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_the_first_price_is_not_in_the_past_either() -> None:
    with pytest.raises(Rejected) as refused:
        ordered((), "D080", date(2026, 11, 26))

    assert [fault.pointer for fault in refused.value.faults] == ["/service_price/from"]


@pytest.mark.parametrize("tier", ["D081", "80", "A301"])
def test_a_tier_that_the_number_may_not_have_is_pointed_at(tier: str) -> None:
    with pytest.raises(Rejected) as refused:
        ordered((), tier)

    assert [fault.pointer for fault in refused.value.faults] == ["/service_price/tier"]


def test_only_what_is_to_come_can_be_withdrawn() -> None:
    assert withdrawn((a_price(), a_price("D050", DECEMBER)), NOW) == (a_price(),)

    with pytest.raises(Rejected) as refused:
        withdrawn((a_price(),), NOW)

    assert [fault.pointer for fault in refused.value.faults] == ["/service_price"]
