"""Whose visit a call is: told while it rings, and once more when it has ended."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.tracking.attribution import Behaviour
from chalicelib.tracking.attribution.curves import ENDS, Curve
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.evidence import MOST_LEASES
from chalicelib.tracking.journeys.rings import from_message, to_message
from chalicelib.tracking.journeys.usecases import journey_of, note_ring
from chalicelib.tracking.pools import usecases as pools
from chalicelib.tracking.pools.leases import millis
from chalicelib.tracking.pools.lending import lend_to_source
from chalicelib.tracking.sources import Assignment, Number
from tests.tracking.journeys.builders import (
    ACCOUNT,
    CALLER,
    NOON,
    NUMBER,
    Shop,
    a_rung,
)
from tests.tracking.pools.builders import SHOWN_TO_ALL, an_order, keeping

if TYPE_CHECKING:
    from chalicelib.tracking.journeys.journeys import Journey

ELSEWHERE = "+33162019876"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def names(journey: Journey) -> list[str | None]:
    return [each.visit_id for each in journey.candidates]


def leases(journey: Journey) -> set[str | None]:
    return {each.lease_id for each in journey.candidates}


def test_a_ring_is_read_as_it_was_left() -> None:
    for rung in (a_rung(1.5), a_rung(caller="+33612340001", source_id="src_1", caller_hash=None)):
        assert from_message(json.loads(json.dumps(to_message(rung)))) == rung


def test_somebody_who_rings_from_the_page_is_known_with_what_brought_them(shop: Shop) -> None:
    shop.visited("a", 0)

    journey = shop.rings(2)

    assert (journey.visit_id, journey.role, journey.pool_id) == ("vis_a", Role.POOL, "pool_shop")
    assert journey.confidence > 0.95
    assert journey.landing["click"] == ["gclid", "a"]
    assert journey.site_id == "site_1"
    assert "minutes avant" in journey.reason["fr"]
    assert "minutes before" in journey.reason["en"]
    assert names(journey) == ["vis_a", None]
    assert journey.candidates[0].source == {"channel": "paid-search", "source": "google"}
    assert sum(each.weight for each in journey.candidates) == pytest.approx(1, abs=0.001)
    assert not journey.final
    assert shop.journeys.journey(ACCOUNT, "CA1") == journey


def test_a_number_that_nobody_was_ever_lent_has_no_visit(shop: Shop) -> None:
    journey = shop.rings(2)

    assert (journey.visit_id, journey.confidence) == (None, 0.0)
    assert "Aucun visiteur connu" in journey.reason["fr"]
    assert journey.candidates[0].is_nobody


def test_a_number_that_is_not_used_for_tracking_needs_no_request_of_the_log(shop: Shop) -> None:
    shop.pools.asked.clear()

    journey = shop.rings(2, dialled=ELSEWHERE)

    assert (journey.role, journey.visit_id, journey.final) == (Role.UNKNOWN, None, True)
    assert "lent" not in shop.pools.asked


def test_a_poster_s_number_is_certain(shop: Shop) -> None:
    journey = shop.rings(2, dialled=ELSEWHERE, source_id="src_poster")

    assert (journey.role, journey.source_id) == (Role.STATIC, "src_poster")
    assert (journey.confidence, journey.visit_id, journey.final) == (1.0, None, True)


def test_what_a_number_stood_for_is_found_where_nobody_could_tell_at_the_ring(shop: Shop) -> None:
    stands = Assignment(source_id="src_poster", since=NOON - timedelta(days=1))
    kept = Number(account_id=ACCOUNT, number=ELSEWHERE, assignments=(stands,))
    shop.pools.tracking._numbers[ACCOUNT, ELSEWHERE] = replace(kept, version=1)

    assert shop.ended(2, dialled=ELSEWHERE).source_id == "src_poster"


def test_of_two_visitors_the_one_who_saw_the_number_last_is_likelier(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.visited("b", 21, source="bing")

    journey = shop.rings(22)

    assert journey.visit_id == "vis_b"
    assert leases(journey) == {"lea_a", "lea_b", None}


def test_visits_that_are_not_credited_are_candidates_without_a_name(shop: Shop) -> None:
    shop.visited("a", 0, source="qwant")
    shop.visited("b", 21, source="bing")

    journey = shop.rings(22)

    assert names(journey).count("vis_b") == 1
    assert "vis_a" not in repr(journey)
    assert "qwant" not in repr(journey)
    assert sum(each.weight for each in journey.candidates) == pytest.approx(1, abs=0.001)
    assert [each.is_nobody for each in journey.candidates].count(True) == 1


def test_an_overflow_number_was_seen_by_all_who_found_the_pool_empty(shop: Shop) -> None:
    for name in "abc":
        shop.visited(name, 0)

    journey = shop.rings(1, dialled=SHOWN_TO_ALL)

    assert (journey.role, journey.pool_id) == (Role.OVERFLOW, "pool_shop")
    assert {"lea_b", "lea_c"} <= leases(journey)
    assert "lea_a" not in leases(journey)
    assert journey.confidence < 0.9


def test_a_visit_that_was_erased_stays_a_candidate_without_a_name(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.erased("a")

    journey = shop.rings(2)

    assert journey.visit_id is None
    assert names(journey) == [None, None]
    assert journey.candidates[0].lease_id == "lea_a"
    assert "vis_a" not in repr(journey)
    assert "gclid" not in repr(journey)


def test_a_withheld_number_has_no_past(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.rings(2, "CA0", caller_hash=None)

    journey = shop.rings(3, caller_hash=None)

    assert (journey.visit_id, journey.earlier_calls, journey.last_call) == ("vis_a", 0, {})
    assert "masqué" in journey.reason["fr"]


def test_somebody_who_rings_again_is_known_from_the_first_call(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.ended(2, "CA0")
    shop.visited("b", 60 * 24, source="bing")

    journey = shop.rings(60 * 24 + 5)

    assert journey.visit_id == "vis_a"
    assert journey.landing["click"] == ["gclid", "a"]
    assert (journey.earlier_calls, journey.last_call["outcome"]) == (1, "abandoned")
    assert "déjà composé" in journey.reason["fr"]


def test_a_visitor_who_comes_back_by_an_advert_is_credited_to_the_advert(shop: Shop) -> None:
    shop.visited("a", 0, source="qwant")
    shop.comes_back("a", 9, source="google", click="march")

    journey = shop.rings(10)

    assert (journey.landing["source"], journey.landing["click"]) == ("google", ["gclid", "march"])
    assert journey.landing["at"] == millis(NOON + timedelta(minutes=9))


def test_a_visitor_who_is_lent_another_number_is_credited_to_what_brought_them_then(
    shop: Shop,
) -> None:
    shop.visited("a", 0, source="qwant")
    shop.visited("a", 60, evidence="click")
    shop.visited("a", 90, source="boutique", evidence="internal")

    journey = shop.rings(91)

    assert journey.landing["source"] == "google"
    assert journey.landing["at"] == millis(NOON + timedelta(hours=1))


def test_an_advert_that_is_clicked_while_they_talk_brought_no_call(shop: Shop) -> None:
    shop.visited("a", 0, source="qwant")
    shop.comes_back("a", 1, source="google", click="march")
    rang = shop.rings(2)
    shop.comes_back("a", 3, source="bing", click="too-late")

    assert shop.ended(2).landing == rang.landing
    assert rang.landing["click"] == ["gclid", "march"]


def test_a_call_has_the_clicks_that_went_before_it_whatever_came_after(shop: Shop) -> None:
    shop.visited("a", 0, source="qwant")
    shop.comes_back("a", 1, source="google", click="march")
    shop.rings(2)
    shop.comes_back("a", 3, source="google", click="too-late")

    found = shop.ended(2)

    assert found.landing["clicks"] == {"gclid": ["march", millis(NOON + timedelta(minutes=1))]}


def test_a_page_of_the_advert_that_is_opened_again_is_the_same_click(shop: Shop) -> None:
    shop.visited("a", 0, evidence="click")
    shop.comes_back("a", 5, source="google", click="a")

    assert "at" not in shop.rings(6).landing


def test_a_visit_that_goes_on_after_the_ring_proves_that_the_page_was_open(shop: Shop) -> None:
    shop.visited("a", 0)
    before = shop.rings(15)
    shop.pools.visits["vis_a"].last_seen = millis(NOON + timedelta(minutes=17))

    after = shop.ended(15)

    assert before.confidence < after.confidence
    assert after.final
    assert shop.journeys.journey(ACCOUNT, "CA1") == after


def test_an_end_that_is_told_twice_changes_nothing(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.rings(2)

    assert shop.ended(2) == shop.ended(2)


def test_a_ring_that_comes_after_the_end_changes_nothing(shop: Shop) -> None:
    shop.visited("a", 0)
    ended = shop.ended(2)

    assert note_ring(a_rung(2), shop.desk) is None
    assert shop.journeys.journey(ACCOUNT, "CA1") == ended


def test_a_lease_that_ends_while_the_phone_rings_is_the_one_that_rang(shop: Shop) -> None:
    shop.visited("a", 0)
    journey = shop.rings(19.9)
    shop.visited("b", 20.1)

    assert journey.visit_id == "vis_a"
    assert shop.ended(19.9).visit_id == "vis_a"


def test_a_number_that_changed_pools_is_still_rung_by_those_who_saw_it(shop: Shop) -> None:
    shop.visited("a", 0)
    kept, later = keeping(shop.pools), NOON + timedelta(hours=1)
    pools.remove_number(ACCOUNT, "pool_shop", NUMBER, now=later, keeping=kept)
    left = shop.rings(61)
    other = replace(shop.pools.pool("pool_shop"), id="pool_other", version=0, members=())
    pools.create_pool(other, kept)
    pools.add_number(ACCOUNT, "pool_other", NUMBER, now=later, keeping=kept)

    moved = shop.rings(62, "CA2")

    assert left.role is Role.POOL
    assert "lea_a" in leases(left)
    assert (moved.role, moved.pool_id) == (Role.POOL, "pool_other")
    assert "lea_a" in leases(moved)


def test_a_number_that_a_source_s_visits_share_has_a_source_and_no_visit(shop: Shop) -> None:
    order = an_order("a")
    visit = replace(
        order.visit, landing='{"channel":"organic-search","source":"qwant","click":["gclid","a"]}'
    )
    lend_to_source(replace(order, visit=visit), "qwant", now=NOON, store=shop.pools)

    journey = shop.rings(2)
    again = shop.rings(60, "CA2")

    assert journey.visit_id is None
    assert (journey.shared_id or "").startswith("pool_shop~")
    assert journey.landing == {"channel": "organic-search", "source": "qwant"}
    assert journey.confidence > 0.9
    assert again.landing == journey.landing
    assert "gclid" not in repr(again)


def test_a_busy_number_s_older_leases_count_without_being_read(shop: Shop) -> None:
    for minutes in range(MOST_LEASES + 5):
        shop.visited(f"v{minutes}", minutes * 21)
    last = (MOST_LEASES + 4) * 21

    journey = shop.rings(last + 5)

    assert journey.visit_id == f"vis_v{MOST_LEASES + 4}"
    assert len(journey.candidates) == 21


def test_another_account_s_visits_are_never_candidates(shop: Shop) -> None:
    shop.visited("a", 0)

    journey = shop.rings(2, account_id="acct_rival")

    assert (journey.role, journey.visit_id, journey.candidates) == (Role.UNKNOWN, None, ())


def test_a_call_older_than_journeys_is_told_on_the_spot(shop: Shop) -> None:
    shop.visited("a", 0)
    kept = shop.ended(2)
    call = shop.log.load(ACCOUNT, "CA1")
    assert journey_of(call, shop.desk) == kept

    shop.journeys = type(shop.journeys)()
    found = journey_of(call, shop.desk)

    assert (found.visit_id, found.final) == ("vis_a", True)
    with pytest.raises(NotFound):
        shop.journeys.journey(ACCOUNT, "CA1")


def test_a_visit_that_is_erased_while_the_phone_rings_is_not_credited(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.journeys.visits = set()
    asked: list[str] = []

    def erase(name: str) -> None:
        asked.append(name)
        if name == "lent" and asked.count("lent") == 2:
            shop.pools.before = None
            shop.erased("a")

    shop.pools.before = erase
    journey = shop.rings(2)

    assert journey.visit_id is None
    assert "vis_a" not in repr(shop.journeys.journey(ACCOUNT, "CA1"))


@pytest.mark.parametrize("what", ["pools", "journeys", "log"])
def test_a_table_that_is_down_has_the_ring_brought_again(shop: Shop, what: str) -> None:
    shop.visited("a", 0)
    getattr(shop, what).down = True
    with pytest.raises(Unavailable):
        shop.rings(2)
    getattr(shop, what).down = False

    assert shop.rings(2).visit_id == "vis_a"


def test_a_caller_s_hash_is_all_that_is_kept_of_them(shop: Shop) -> None:
    journey = shop.rings(2, caller="+33612340001")

    assert journey.caller_hash == CALLER
    assert "+33612340001" not in repr(journey)


IMPATIENT = Behaviour(curve=Curve((0.5, *(1e-9,) * (len(ENDS) - 1))))


def test_an_answer_stays_whatever_is_learnt_of_visitors_later(shop: Shop) -> None:
    shop.visited("a", 0)
    answered = shop.ended(10)
    assert answered.visit_id == "vis_a"

    shop.behaviour = IMPATIENT

    assert shop.ended(10) == answered
    assert shop.journeys.journey(ACCOUNT, "CA1") == answered
    assert shop.ended(10, "CA2", caller_hash="somebody-else").visit_id is None


def test_nobody_inherits_the_call_of_a_visit_that_was_erased(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.visited("b", 25, source="bing")
    assert shop.ended(26).visit_id == "vis_b"
    shop.erased("b")
    shop.journeys.withdraw(ACCOUNT, "vis_b")

    shop.behaviour = Behaviour(curve=Curve((0.5,) * len(ENDS)))
    again = shop.ended(26)

    assert (again.visit_id, again.confidence, again.erased) == (None, 0.0, True)
    assert "vis_" not in repr(again)


def test_a_call_that_ended_teaches_and_a_ring_does_not(shop: Shop) -> None:
    shop.visited("a", 0)
    shop.rings(2)
    assert shop.lessons == {}

    shop.ended(2)
    shop.ended(30)  # told once more
    shop.ended(40, "CA2")  # the same caller's second call

    assert list(shop.lessons) == ["CA1"]
    assert shop.lessons["CA1"].pool_id == "pool_shop"
    assert shop.lessons["CA1"].heard.seconds == (120.0,)


def test_a_number_that_a_source_s_visits_share_teaches_nothing(shop: Shop) -> None:
    lend_to_source(an_order("a"), "qwant", now=NOON, store=shop.pools)

    shop.ended(2)

    assert shop.lessons == {}
