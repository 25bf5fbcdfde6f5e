"""Pages with numbers of several pools: what each visit sees on them, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.kernel.errors import Rejected
from chalicelib.runtime import tracking_wiring
from chalicelib.tracking.sites.sites import MOST_POOLS, Swap, check_swaps
from chalicelib.tracking.store import TrackingRow
from tests.clouds import requests_counted
from tests.tracking.visits.builders import ADVERT, ORIGIN, OVERFLOW, open_page, requests_of

if TYPE_CHECKING:
    from tests.house.shops import Shop
    from tests.tracking.visits.builders import Page

PRINTED: Final = ["+33472001122", "+33472001133", "+33472001144", "+33472001155"]
INSIDE: Final = {"url": f"{ORIGIN}/prix", "referrer": ADVERT}
MAIL: Final = f"{ORIGIN}/?utm_source=lettre&utm_medium=email"


def open_site(shop: Shop, *levels: str, numbers: int = 3) -> Page:
    """Make a pool for each level, and a site that prints a number for each."""
    pages = [
        open_page(shop, numbers, 1000 + 100 * at, level=level, overflow=OVERFLOW)
        for at, level in enumerate(levels)
    ]
    swaps = [
        {"find": find, "pool_id": page.pool} for find, page in zip(PRINTED, pages, strict=False)
    ]
    site = shop.makes("/v1/sites", {"name": "Plusieurs", "origins": [ORIGIN], "swaps": swaps})
    pages[0].site = site["id"]
    pages[0].opened(consent=False)  # what the process keeps is there
    for page in pages:
        tracking_wiring.served_pools().get(page.pool)
    return pages[0]


def numbers_of(answer: dict[str, Any]) -> dict[str, str]:
    return {each["find"]: each["show"] for each in answer["numbers"]}


TURN_LOOK_LEND: Final = ["UpdateItem", "Query", "TransactWriteItems"]
TURN_READ_LEND: Final = ["UpdateItem", "BatchGetItem", "TransactWriteItems"]


@pytest.mark.parametrize(
    ("levels", "requests"),
    [
        (["session", "session"], TURN_LOOK_LEND),
        (["session"] * 3, TURN_READ_LEND),
        (["session"] * 4, TURN_READ_LEND),
        (["source", "session"], TURN_READ_LEND),
        (["source", "source", "session", "session"], TURN_READ_LEND),
        (["source", "source"], ["BatchGetItem", "TransactWriteItems"]),
    ],
)
def test_a_new_visit_takes_three_requests_at_most_and_one_that_goes_on_takes_one(
    shop: Shop, levels: list[str], requests: list[str]
) -> None:
    page = open_site(shop, *levels)
    first = page.lent()
    numbers = numbers_of(first)

    new = requests_of(page)
    going_on = requests_of(page, first["visit"], **INSIDE)
    shop.clock.passes(minutes=10)
    going_on_later = requests_of(page, first["visit"], **INSIDE)
    told = page.tells(first["visit"], {"kind": "beat", "at": 1})
    again = page.lent(first["visit"], **INSIDE)

    assert new == requests
    assert len(going_on) == len(going_on_later) == 1
    assert set(numbers) == set(PRINTED[: len(levels)])
    assert len(set(numbers.values()) - {OVERFLOW}) == len(levels)
    assert numbers_of(again) == numbers_of(told) == numbers


def test_a_visit_keeps_a_number_through_pages_that_do_not_print_it(shop: Shop) -> None:
    page = open_site(shop, "session", "session")
    first = page.lent(numbers=[PRINTED[0]])

    other = page.lent(first["visit"], numbers=[PRINTED[1]], **INSIDE)
    shop.clock.passes(minutes=15)
    neither = page.lent(other["visit"], numbers=["01 02 03 04 05"], **INSIDE)
    shop.clock.passes(minutes=15)
    strangers = [numbers_of(page.lent(numbers=PRINTED[:1])) for _ in range(3)]
    back = page.lent(neither["visit"], **INSIDE)

    assert numbers_of(back) == numbers_of(first) | numbers_of(other)
    assert numbers_of(neither) == {}
    assert numbers_of(first)[PRINTED[0]] not in {each[PRINTED[0]] for each in strangers}
    path = [each for each in page.remembered(back["visit"]).steps if "path" in each]
    assert len(path) == 4


def test_a_page_with_a_pool_more_is_two_requests_for_a_visit_that_is_known(shop: Shop) -> None:
    page = open_site(shop, "session", "session")
    first = page.lent(numbers=[PRINTED[0]])

    asked = requests_of(page, first["visit"], **INSIDE)

    assert asked == ["UpdateItem", "TransactWriteItems"]


def test_a_number_that_was_lost_meanwhile_is_no_obstacle_to_another(shop: Shop) -> None:
    page = open_site(shop, "session", "session", numbers=1)
    first = page.lent(numbers=[PRINTED[0]])
    shop.clock.passes(minutes=21)
    page.lent(numbers=[PRINTED[0]])

    with requests_counted(TrackingRow) as asked:
        second = page.lent(first["visit"], **INSIDE)
    third = page.lent(second["visit"], **INSIDE)

    assert asked == ["UpdateItem", "TransactWriteItems", "TransactWriteItems"]
    shown = numbers_of(second)[PRINTED[1]]
    assert shown != OVERFLOW
    assert numbers_of(third) == {PRINTED[0]: OVERFLOW, PRINTED[1]: shown}


def test_a_number_that_was_lost_is_replaced_and_the_others_stay(shop: Shop) -> None:
    page = open_site(shop, "session", "session", numbers=2)
    first = page.lent()
    shop.clock.passes(minutes=21)
    taken = [page.lent(numbers=[PRINTED[0]]) for _ in range(2)]
    page.tells(taken[0]["visit"], {"kind": "withdraw", "at": 1})
    shop.clock.passes(minutes=21)

    asked = requests_of(page, first["visit"], **INSIDE)
    again = page.lent(first["visit"], **INSIDE)

    assert asked == ["TransactWriteItems", "BatchGetItem", "TransactWriteItems"]
    assert numbers_of(again)[PRINTED[1]] == numbers_of(first)[PRINTED[1]]


def test_numbers_of_every_pool_are_lent_in_the_order_in_which_they_came_free(shop: Shop) -> None:
    page = open_site(shop, "session", "session", "session")

    first = [numbers_of(page.lent()) for _ in range(3)]
    shop.clock.passes(minutes=21)
    again = [numbers_of(page.lent()) for _ in range(3)]

    assert again == first
    for printed in PRINTED[:3]:
        numbers = [each[printed] for each in first]
        assert numbers == sorted(numbers)


def test_who_finds_no_number_of_one_pool_has_one_of_the_other(shop: Shop) -> None:
    page = open_site(shop, "session", "session", numbers=1)
    held = page.lent(numbers=[PRINTED[1]])

    asked = requests_of(page, numbers=[PRINTED[1], PRINTED[0]])
    second = page.lent()

    assert asked == TURN_LOOK_LEND
    assert numbers_of(second) == dict.fromkeys(PRINTED[:2], OVERFLOW)
    assert numbers_of(held)[PRINTED[1]] != OVERFLOW


def test_an_advert_changes_the_number_of_the_source_and_not_the_visits_own(shop: Shop) -> None:
    page = open_site(shop, "session", "source")
    first = page.lent()

    asked = requests_of(page, first["visit"], url=MAIL)
    brought = page.lent(first["visit"], url=MAIL)
    with_a_number_of_its_own = page.lent(url=MAIL)

    assert len(asked) <= 3
    assert numbers_of(brought)[PRINTED[0]] == numbers_of(first)[PRINTED[0]]
    assert numbers_of(brought)[PRINTED[1]] != numbers_of(first)[PRINTED[1]]
    assert numbers_of(brought)[PRINTED[1]] == numbers_of(with_a_number_of_its_own)[PRINTED[1]]


def test_a_visit_that_was_forgotten_is_somebody_new_for_three_requests(shop: Shop) -> None:
    page = open_site(shop, "session", "session", "source")
    first = page.lent()
    page.tells(first["visit"], {"kind": "withdraw", "at": 1})

    asked = requests_of(page, first["visit"], **INSIDE)

    assert asked == ["TransactWriteItems", "BatchGetItem", "TransactWriteItems"]


def test_a_large_pool_beside_others_is_looked_at_in_part_and_lends_all_it_has(shop: Shop) -> None:
    page = open_site(shop, "session", "session", "session", numbers=60)

    found = [numbers_of(page.lent()) for _ in range(60)]

    for printed in PRINTED[:3]:
        assert len({each[printed] for each in found} - {OVERFLOW}) > 40


def test_a_site_has_so_many_pools_as_one_transaction_lends_of() -> None:
    swaps = [Swap(find=f"+334720011{at:02}", pool_id=f"pool_{at}") for at in range(MOST_POOLS + 1)]

    assert check_swaps(swaps[1:])
    with pytest.raises(Rejected) as refused:
        check_swaps(swaps)

    assert [each.pointer for each in refused.value.faults] == ["/swaps"]
