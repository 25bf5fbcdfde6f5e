"""Whose call it is, by who else saw the number: everybody, one visitor, all visits of a source."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.pools import usecases as pools
from chalicelib.tracking.pools.lending import lend_to_source
from chalicelib.tracking.sources import Assignment
from tests.tracking.journeys.builders import ACCOUNT, NOON, NUMBER, Shop
from tests.tracking.pools.builders import SHOWN_TO_ALL, an_order, keeping


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_the_shop_s_own_number_rings_for_everybody_and_no_visit_is_credited(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.visited("b", 0, source="bing")  # the only one who was shown the overflow number

    callers = [
        shop.rings(3 + each, f"CA{each}", dialled=SHOWN_TO_ALL, caller_hash=f"hash-{each}")
        for each in range(4)
    ]

    assert [(each.visit_id, each.confidence) for each in callers] == [(None, 0.0)] * 4
    assert all("numéro de débordement" in each.reason["fr"] for each in callers)


@pytest.mark.parametrize(("gone", "credited"), [(None, None), (20, None), (40, "vis_a")])
def test_a_pool_s_number_that_is_on_a_poster_rings_for_everybody_till_the_poster_is_forgotten(
    shop: Shop, gone: int | None, credited: str | None
) -> None:
    until = None if gone is None else NOON - timedelta(days=gone)
    stood = Assignment(source_id="src_poster", since=NOON - timedelta(days=90), until=until)
    kept = shop.pools.tracking._numbers[ACCOUNT, NUMBER]
    shop.pools.tracking._numbers[ACCOUNT, NUMBER] = replace(kept, assignments=(stood,))
    shop.visited("a", 0)

    assert shop.ended(1).visit_id == credited
    assert bool(shop.lessons) == bool(credited)  # such a number has nothing to teach of visitors


def test_of_three_callers_within_minutes_one_alone_is_the_visitor(shop: Shop) -> None:
    shop.visited("a", 0)

    first, *others = [
        shop.rings(2 + each, f"CA{each}", caller_hash=f"hash-{each}") for each in range(3)
    ]

    assert first.visit_id == "vis_a"
    assert [(each.visit_id, each.confidence) for each in others] == [(None, 0.0)] * 2


def test_what_others_ring_later_changes_nothing_of_a_call(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.rings(2, "CA1")
    shop.rings(3, "CA2", caller_hash="hash-of-another")

    assert shop.ended(2, "CA1").visit_id == "vis_a"
    assert shop.ended(3, "CA2", caller_hash="hash-of-another").visit_id is None


def test_a_small_site_s_only_visitor_is_known_half_an_hour_later(shop: Shop) -> None:
    shop.visited("a", 0)

    journey = shop.rings(30)

    assert journey.visit_id == "vis_a"
    assert journey.confidence > 0.9


def test_an_advert_has_the_calls_of_half_a_year_and_each_of_them_does_not_begin_another(
    shop: Shop,
) -> None:
    shop.visited("a", 0)
    calls = [
        shop.ended(2 + 60 * 24 * days, f"CA{days}") for days in (0, 40, 120, 170, 190, 300, 400)
    ]

    assert [each.visit_id for each in calls] == ["vis_a"] * 4 + [None] * 3
    assert {each.first_at for each in calls[:4]} == {calls[0].rang_at.isoformat()}


def of_source(shop: Shop, source: str, minutes: float) -> str | None:
    """Have somebody come whom a source brought, whose visits share a number."""
    order = an_order(f"{source}_{minutes}")
    landing = json.dumps({"channel": "paid-search", "source": source, "campaign": source})
    order = replace(order, visit=replace(order.visit, landing=landing))
    now = NOON + timedelta(minutes=minutes)
    return lend_to_source(order, source, now=now, store=shop.pools).number


@pytest.mark.parametrize("later", [3, 24, 24 * 20])
def test_a_source_s_number_is_its_own_for_as_long_as_no_other_source_gets_it(
    shop: Shop, later: int
) -> None:
    of_source(shop, "noel", 0)

    journey = shop.rings(60 * later)

    assert journey.landing["campaign"] == "noel"
    assert journey.confidence > 0.95
    assert "visiteurs d'une même source" in journey.reason["fr"]
    assert "autre visite" not in journey.reason["fr"]
    assert journey.visit_id is None


def test_a_source_that_lost_its_number_to_another_has_lost_its_calls_too(shop: Shop) -> None:
    of_source(shop, "noel", 0)
    of_source(shop, "soldes", 60)

    at_once, later = shop.rings(61), shop.rings(60 * 24, "CA2", caller_hash="another")

    assert [each.landing["campaign"] for each in (at_once, later)] == ["soldes", "soldes"]
    assert 0.9 < later.confidence < at_once.confidence < 1


def test_a_campaign_that_has_had_its_number_for_months_has_its_calls(shop: Shop) -> None:
    for days in range(0, 100, 10):
        of_source(shop, "noel", 60 * 24 * days)

    ring = 60 * 24 * 92
    journey, at_end = shop.rings(ring), shop.ended(ring)  # somebody came on the day 90

    assert journey.landing["campaign"] == at_end.landing["campaign"] == "noel"


def test_a_visitor_who_comes_back_after_months_to_the_same_number_is_known(shop: Shop) -> None:
    shop.visited("a", 0)
    months = 60 * 24 * 70
    shop.comes_back("a", months, source="bing", click="again")

    assert shop.rings(months + 2).visit_id == "vis_a"


def test_a_number_that_left_its_pool_months_ago_tracks_nothing(shop: Shop) -> None:
    shop.visited("a", 0)
    later = NOON + timedelta(hours=1)
    pools.remove_number(ACCOUNT, "pool_shop", NUMBER, now=later, keeping=keeping(shop.pools))

    assert shop.rings(60 * 24 * 40).role is Role.UNKNOWN
