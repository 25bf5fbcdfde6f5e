"""A number for each visit: two requests, three when the deck is laid out, one to keep it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from chalicelib.tracking.pools.leases import Lease, Noted, millis, read_lease
from chalicelib.tracking.pools.lending import extend, lay_out, lend_to_source, withdraw
from tests.fakes import PoolsInMemory
from tests.tracking.pools.builders import (
    ACCOUNT,
    HOLD,
    NOON,
    POOL,
    SHOWN_TO_ALL,
    an_order,
    keeping,
    leased,
    lent,
    number,
    open_pool,
)

if TYPE_CHECKING:
    from datetime import datetime


def opened(numbers: int, **facts: object) -> PoolsInMemory:
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
    assert store.visits["vis_a"].steps == ['{"url":"/prix"}']


def test_an_empty_deck_is_laid_out_by_the_visit_that_finds_it_so_with_three_requests() -> None:
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


def test_a_number_that_its_visitor_took_back_from_the_deck_is_not_lent_to_another() -> None:
    store = opened(2)
    first, _ = leased(store, "a"), leased(store, "b")
    leased(store, "c", minutes=20)  # lays out both, and has the first
    kept = replace(first, id="lea_b", visit_id="vis_b", number=number(1))
    extend(kept, now=after(21), store=store)
    store.asked.clear()

    late = lent(store, "d", minutes=22)

    assert late.lease is None
    (line,) = store.log(ACCOUNT, POOL, 0, millis(after(60)))
    assert line.refused == 1
    assert store.asked[:2] == ["deal", "take"]


def test_after_a_number_that_was_taken_back_the_next_one_takes_one_request_more() -> None:
    store = opened(3)
    leases = [leased(store, name) for name in "abc"]
    leased(store, "d", minutes=20)
    extend(leases[1], now=after(21), store=store)
    store.asked.clear()

    lease = leased(store, "e", minutes=22)

    assert lease.number == number(2)
    assert store.asked == ["deal", "take", "take"]
    assert lent(store, "f", minutes=22).lease is None


def test_a_number_that_was_taken_back_and_came_free_again_is_lent_as_it_stands() -> None:
    store = opened(2)
    _, second = leased(store, "a"), leased(store, "b")
    leased(store, "c", minutes=20)
    extend(second, now=after(21), store=store)
    store.asked.clear()

    lease = leased(store, "d", minutes=41)

    assert lease.number == number(1)
    assert store.asked == ["deal", "take", "take"]
    (*_, line) = store.log(ACCOUNT, number(1), 0, millis(after(60)))
    assert (line.freed, line.refused) == (millis(after(41)), 0)


def test_a_number_that_was_dealt_to_somebody_who_died_is_lent_after_ten_seconds() -> None:
    store = opened(1)
    store.deal(POOL, ACCOUNT, millis(NOON))

    assert lent(store, "b").lease is None
    assert lent(store, "c", minutes=9.9 / 60).lease is None
    assert lent(store, "d", minutes=10 / 60).number == number(0)


def test_a_pool_that_is_too_busy_says_so() -> None:
    store = opened(1)
    rivals = iter(range(100))

    def others_first(name: str) -> None:
        if name == "take":
            store.before = None
            leased(store, f"rival{next(rivals)}", minutes=60 * next(rivals))
            store.before = others_first

    leased(store, "a", minutes=-60)
    store.before = others_first

    with pytest.raises(Unavailable):
        lent(store, "b", minutes=60 * 200)


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


def test_all_visits_of_a_source_share_a_number_and_those_of_another_have_another() -> None:
    store = opened(2)

    def of(source: str, minutes: float) -> str | None:
        order = an_order(f"{source}{minutes}")
        return lend_to_source(order, source, now=after(minutes), store=store).number

    shown = [of("google", 0), of("bing", 1), of("google", 19), of("google", 38), of("bing", 57)]

    assert shown == [number(0), number(1), number(0), number(0), number(1)]
    assert store.asked[:2] == ["lease_of", "deal"]
    assert store.asked[-2:] == ["lease_of", "extend"]
    assert all("google" not in visit for visit in store.visits)


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
