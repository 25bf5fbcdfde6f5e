"""A number for each visit: two requests, three at most, whatever others do; one to keep it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from chalicelib.tracking.pools.leases import Lease, Lent, Noted, millis, read_lease
from chalicelib.tracking.pools.lending import (
    Renewals,
    extend,
    extend_shared,
    lay_out,
    lend_anew,
    lend_to_source,
    withdraw,
)
from tests.fakes import PoolsInMemory
from tests.tracking.pools.builders import (
    ACCOUNT,
    HOLD,
    NOON,
    POOL,
    SHOWN_TO_ALL,
    a_visit,
    an_order,
    keeping,
    leased,
    lent,
    number,
    open_pool,
)

if TYPE_CHECKING:
    from datetime import datetime


def opened(numbers: int, **facts: Any) -> PoolsInMemory:
    store = PoolsInMemory()
    open_pool(keeping(store), numbers, **facts)
    store.asked.clear()
    return store


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_a_new_visit_takes_two_requests_and_keeps_its_number_with_one() -> None:
    store = opened(3)

    lease = leased(store)
    until = extend(lease, now=after(5), store=store, noted=Noted(steps=('{"url":"/prix"}',)))

    assert store.asked == ["deal", "take", "extend"]
    assert lease.number == number(0)
    assert until == after(25)
    assert store.visits["vis_a"].steps == ('{"url":"/prix"}',)


def test_a_visit_that_finds_no_card_looks_what_is_free_with_three_requests() -> None:
    store = opened(1)
    leased(store, "a")
    store.asked.clear()

    again = leased(store, "b", minutes=20)

    assert store.asked == ["deal", "look", "take"]
    assert again.number == number(0)


def test_a_visit_that_finds_no_number_free_is_shown_the_overflow_number() -> None:
    store = opened(1, overflow=SHOWN_TO_ALL)
    leased(store, "a")
    store.asked.clear()

    late = lent(store, "b", minutes=19.99)

    assert (late.number, late.lease, late.until) == (SHOWN_TO_ALL, None, None)
    assert store.asked == ["deal", "look", "pass_over"]
    assert [line.visit_id for line in store.log(ACCOUNT, POOL, 0, millis(after(60)))] == ["vis_b"]


def test_a_pool_without_an_overflow_number_leaves_the_page_its_own() -> None:
    assert lent(opened(0)).number is None


def test_the_number_that_rested_longest_is_lent_first() -> None:
    store = opened(3)
    leases = [leased(store, name, minutes=at) for at, name in enumerate("abc")]
    extend(leases[0], now=after(10), store=store)

    order = [leased(store, name, minutes=40).number for name in "def"]

    assert order == [number(1), number(2), number(0)]


def test_a_visitor_who_comes_back_keeps_the_number_until_somebody_else_has_it() -> None:
    store = opened(1)
    lease = leased(store, "a")

    assert extend(lease, now=after(90), store=store) == after(110)
    assert lent(store, "b", minutes=100).lease is None
    assert lent(store, "c", minutes=110).number == lease.number
    assert extend(lease, now=after(111), store=store) is None


def lays_out(store: PoolsInMemory, minutes: float) -> bool:
    return lay_out(POOL, ACCOUNT, now=after(minutes), store=store)


def test_the_last_card_that_its_visitor_took_back_is_not_lent_to_another() -> None:
    store = opened(1, overflow=SHOWN_TO_ALL)
    lease = leased(store)
    assert lays_out(store, 20)
    extend(lease, now=after(21), store=store)
    store.asked.clear()

    late = lent(store, "d", minutes=22)

    assert (late.number, late.lease) == (SHOWN_TO_ALL, None)
    (line,) = store.log(ACCOUNT, POOL, 0, millis(after(60)))
    assert line.refused == 1
    assert store.asked[:3] == ["deal", "take", "pass_over"]


def test_after_a_number_that_was_taken_back_another_takes_one_request_more() -> None:
    store = opened(4)
    leases = [leased(store, name) for name in "abcd"]
    assert lays_out(store, 20)
    extend(leases[0], now=after(21), store=store)
    store.asked.clear()

    lease = leased(store, "e", minutes=22)

    assert lease.number in {number(2), number(3)}  # not the one that is about to be dealt
    assert store.asked == ["deal", "take", "take"]
    assert leased(store, "f", minutes=22).number == number(1)


def test_a_number_that_was_taken_back_and_came_free_again_is_lent_as_it_stands() -> None:
    store = opened(2)
    first, _ = leased(store, "a"), leased(store, "b")
    assert lays_out(store, 20)
    extend(first, now=after(21), store=store)
    store.asked.clear()

    lease = leased(store, "d", minutes=41)

    assert lease.number == number(0)
    assert store.asked == ["deal", "take", "take"]
    (*_, line) = store.log(ACCOUNT, number(0), 0, millis(after(60)))
    assert (line.freed, line.refused) == (millis(after(41)), 0)


def test_a_deck_with_a_card_that_was_taken_back_is_laid_out_anew_by_the_schedule() -> None:
    store = opened(4)
    leases = [leased(store, name) for name in "abcd"]
    assert lays_out(store, 20)

    extend(leases[0], now=after(21), store=store)

    assert [lays_out(store, 22), lays_out(store, 23)] == [True, False]
    store.asked.clear()
    assert leased(store, "e", minutes=24).number == number(1)
    assert store.asked == ["deal", "take"]


def test_whoever_meets_others_with_every_request_is_told_so_after_three() -> None:
    store = opened(4)
    leases = [leased(store, name) for name in "abcd"]
    assert lays_out(store, 20)
    for lease in leases:
        extend(lease, now=after(21), store=store)
    store.asked.clear()

    with pytest.raises(Unavailable):
        lent(store, "e", minutes=22)

    assert store.asked == ["deal", "take", "take"]


def test_a_number_that_was_dealt_to_somebody_who_died_is_lent_after_ten_seconds() -> None:
    store = opened(1)
    store.deal(POOL, ACCOUNT, millis(NOON))

    assert lent(store, "b").lease is None
    assert lent(store, "c", minutes=9.4 / 60).lease is None
    assert lent(store, "d", minutes=11 / 60).number == number(0)


@pytest.mark.parametrize("ahead_of", ["look", "take"])
def test_visits_without_a_card_pass_by_the_numbers_that_others_are_about_to_have(
    ahead_of: str,
) -> None:
    store = opened(4, overflow=SHOWN_TO_ALL)
    for name in "abcd":
        leased(store, name)
    rivals, found = iter("fghi"), []

    def others_first(name: str) -> None:
        rival = next(rivals, None) if name == ahead_of else None
        if rival is not None:
            found.append(lent(store, rival, minutes=20))

    store.before = others_first
    store.asked.clear()
    found.append(lent(store, "e", minutes=20))

    numbers = sorted(str(each.number) for each in found)
    assert numbers == sorted([*map(number, range(4)), SHOWN_TO_ALL])
    assert len(store.asked) == 3 * len(found)


def test_nobody_is_lent_another_accounts_number() -> None:
    store = opened(2)
    stranger = an_order("a", account_id="acct_rival")

    with pytest.raises(NotFound):
        lend_to_source(stranger, "google", now=NOON, store=store)
    with pytest.raises(NotFound):
        lent(store, "b", pool_id="pool_none")


def test_a_forgotten_visit_comes_back_for_nothing_and_its_number_rests_until_the_hold_ends() -> (
    None
):
    store = opened(1)
    lease = leased(store, "a")

    withdraw(ACCOUNT, "vis_a", store=store)

    with pytest.raises(NotFound):
        extend(lease, now=after(1), store=store)
    assert lent(store, "b", minutes=19).lease is None
    assert lent(store, "c", minutes=20).number == number(0)


def of_source(store: PoolsInMemory, source: str, minutes: float) -> Lent:
    """Have a visit come from a source; each is somebody new."""
    order = an_order(f"{source[0]}{minutes}")
    return lend_to_source(order, source, now=after(minutes), store=store)


def test_all_visits_of_a_source_share_a_number_and_those_of_another_have_another() -> None:
    store = opened(2)

    shown = [
        of_source(store, source, minutes).number
        for source, minutes in [
            ("google", 0),
            ("bing", 1),
            ("google", 19),
            ("google", 38),
            ("bing", 57),
        ]
    ]

    google, bing = shown[0], shown[1]
    assert {google, bing} == {number(0), number(1)}
    assert shown == [google, bing, google, google, bing]
    assert all("google" not in visit for visit in store.visits)


def test_a_number_that_a_source_shares_takes_one_request_most_of_the_time() -> None:
    store = opened(2)

    def asked(minutes: float) -> tuple[list[str], bool]:
        store.asked.clear()
        lent = of_source(store, "google", minutes)
        return list(store.asked), lent.stored

    assert asked(0) == (["kept_by", "look", "take"], True)
    assert asked(0.5) == (["kept_by"], False)
    assert asked(1) == (["kept_by", "extend"], False)
    assert asked(1.9) == (["kept_by"], False)
    assert asked(60) == (["kept_by", "look", "take"], True)


def test_two_first_visits_of_a_source_at_once_have_one_number() -> None:
    store = opened(3)
    found: list[Lent] = []

    def other_first(name: str) -> None:
        if name in {"look", "take"}:
            store.before = None
            found.append(of_source(store, "google", 0.001))

    for ahead_of in ("look", "take"):
        store.before = lambda name, ahead=ahead_of: other_first(name) if name == ahead else None
        found.append(of_source(store, "google", 0))

    assert len({each.number for each in found}) == 1
    assert len({each.lease for each in found}) == 1


def test_a_source_that_lost_its_number_gets_one_for_all_its_visits() -> None:
    store = opened(2)
    first = of_source(store, "google", 0).lease
    assert first is not None
    while leased(store, f"{len(store.visits)}", minutes=20).number != first.number:
        pass
    order = an_order("g0")

    kept = extend_shared(first, order.visit, now=after(21), store=store, kept=Renewals())
    store.asked.clear()
    again = [
        lend_to_source(
            replace(order, visit=each), "google", now=after(40.5), store=store, lost=first
        )
        for each in (order.visit, a_visit("other"))
    ]

    assert kept is None
    assert again[0].lease == again[1].lease != first
    assert [each.stored for each in again] == [True, False]
    assert store.asked == ["look", "take", "look"]


def test_a_visit_that_lost_its_number_gets_another_with_two_requests_more() -> None:
    store = opened(2)
    lease = leased(store, "a")
    assert [leased(store, name, minutes=20).number for name in "bc"] != []
    assert extend(lease, now=after(21), store=store) is None
    store.asked.clear()

    again = lend_anew(an_order("a"), now=after(40), store=store)

    assert again.number in {number(0), number(1)}
    assert store.asked == ["look", "take"]


def test_a_lease_is_read_back_from_what_was_written_of_it() -> None:
    lease = Lease(
        id="lea_0f",
        account_id="acct_1",
        visit_id="vis_1",
        pool_id="pool_9",
        number=number(7),
        hold=60,
    )

    assert read_lease(lease.text, account_id="acct_1", visit_id="vis_1") == lease
    for text in ("", "lea_0f", f"{lease.text} ", lease.text.replace("+", ""), lease.text * 2):
        with pytest.raises(Rejected):
            read_lease(text, account_id="acct_1", visit_id="vis_1")


def test_a_deck_is_laid_out_ahead_of_visitors_when_little_is_left_of_it() -> None:
    store = opened(4)
    for name in "abc":
        leased(store, name)

    def laid_out(minutes: float) -> bool:
        return lay_out(POOL, ACCOUNT, now=after(minutes), store=store)

    assert [laid_out(19), laid_out(20), laid_out(21)] == [False, True, False]
    assert timedelta(minutes=20) == HOLD
    store.asked.clear()
    assert leased(store, "d", minutes=22).number == number(3)
    assert store.asked == ["deal", "take"]
