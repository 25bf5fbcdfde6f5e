"""Whatever visits, crashes and owners do, in whatever order: no number is two live visits'."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.tracking.pools import lending, usecases
from chalicelib.tracking.pools.deck import AT_MOST_IN_HAND, ON_THE_WAY, SECOND, Card
from chalicelib.tracking.pools.leases import Lease, millis
from chalicelib.tracking.sources import InPool
from tests.fakes import PoolsInMemory
from tests.tracking.pools.builders import (
    ACCOUNT,
    NOON,
    POOL,
    SHOWN_TO_ALL,
    an_order,
    keeping,
    number,
    open_pool,
)

SPANS = [0, 1, 9_999, 10_000, 60_000, 19 * 60_000, 20 * 60_000, 3_600_000]


class Died(Exception):
    """The function was cut between two requests."""


class Lending(RuleBasedStateMachine):
    """A pool of one to four numbers, visitors, and time that passes.

    `live` is what visitors believe: whose page shows which number until when. `resting` numbers
    are those of visits that were forgotten.
    """

    def __init__(self) -> None:
        super().__init__()
        self.store = PoolsInMemory()
        self.kept = keeping(self.store)
        self.now = NOON
        self.visitors = 0
        self.live: dict[str, tuple[Lease, int]] = {}
        self.resting: list[tuple[Lease, int]] = []
        self.died_at = self.passed_at = 0
        self.parted = False

    @initialize(numbers=st.integers(1, 4))
    def open(self, numbers: int) -> None:
        open_pool(self.kept, numbers, overflow=SHOWN_TO_ALL)

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: int) -> None:
        self.now += timedelta(milliseconds=span)

    @rule()
    def somebody_comes(self) -> None:
        free, about_to, wrong = self.free(), self.somebody_may_be_about_to(), self.wrong_cards()
        self.visitors += 1
        self.store.asked.clear()

        try:
            lent = lending.lend(an_order(str(self.visitors)), now=self.now, store=self.store)
        except Unavailable:
            assert wrong > 1
            return
        finally:
            assert len(self.store.asked) <= 3

        if lent.lease is None:
            assert lent.number == SHOWN_TO_ALL
            assert not free or about_to or wrong
            self.passed_at = self.at
            return
        assert lent.number in free
        self.live[lent.lease.visit_id] = (lent.lease, self.at + lent.lease.hold)

    @rule(source=st.sampled_from(["google", "bing"]))
    def somebody_comes_from_a_source(self, source: str) -> None:
        self.visitors += 1
        self.store.asked.clear()

        order = an_order(str(self.visitors))
        lent = lending.lend_to_source(order, source, now=self.now, store=self.store)

        assert len(self.store.asked) <= 3
        if lent.lease is not None and lent.until is not None:
            held = self.live.get(lent.lease.visit_id)
            assert lent.number in self.free() or held is not None
            assert held is None or self.at >= held[1] or held[0].number == lent.number
            self.live[lent.lease.visit_id] = (lent.lease, millis(lent.until))

    @rule(steps=st.integers(0, 3))
    def somebody_comes_and_the_function_dies(self, steps: int) -> None:
        self.visitors += 1
        left = iter(range(steps))

        def die(name: str) -> None:
            if next(left, None) is None:
                raise Died

        self.store.before = die
        try:
            lent = lending.lend(an_order(str(self.visitors)), now=self.now, store=self.store)
        except Died:
            self.died_at = self.at
        except Unavailable:
            pass
        else:
            if lent.lease is not None:
                self.live[lent.lease.visit_id] = (lent.lease, self.at + lent.lease.hold)
            else:
                self.passed_at = self.at
        finally:
            self.store.before = None

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def somebody_goes_on(self, data: Any) -> None:
        visit = data.draw(st.sampled_from(sorted(self.live)))
        lease, until = self.live[visit]

        kept = lending.extend(lease, now=self.now, store=self.store)

        if kept is None:
            assert self.at >= until
            del self.live[visit]
            return
        self.live[visit] = (lease, millis(kept))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def somebody_who_may_have_lost_a_number_comes_again(self, data: Any) -> None:
        visit = data.draw(st.sampled_from(sorted(self.live)))
        lease, until = self.live[visit]
        if self.at < until or "~" in visit:
            return
        del self.live[visit]
        self.store.asked.clear()
        order = an_order(visit.removeprefix("vis_"))
        order = replace(order, lease_id=f"lea_{len(self.store.visits)}x{self.at}")

        lent = lending.lend_anew(order, now=self.now, store=self.store)

        assert len(self.store.asked) == 2
        if lent.lease is not None:
            self.live[visit] = (lent.lease, self.at + lent.lease.hold)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def somebody_is_forgotten(self, data: Any) -> None:
        visit = data.draw(st.sampled_from(sorted(self.live)))

        if "~" in visit:
            return  # a source's
        lending.withdraw(ACCOUNT, visit, store=self.store)

        lease, until = self.live.pop(visit)
        self.resting.append((lease, until))
        try:
            lending.extend(lease, now=self.now, store=self.store)
        except NotFound:
            return
        raise AssertionError("a forgotten visit was kept")

    @rule()
    def the_schedule_lays_out(self) -> None:
        lending.lay_out(POOL, ACCOUNT, now=self.now, store=self.store)

    @rule(at=st.integers(0, 4))
    def a_number_comes(self, at: int) -> None:
        with suppress(InPool):  # it is leaving
            usecases.add_number(ACCOUNT, POOL, number(at), now=self.now, keeping=self.kept)

    @rule(at=st.integers(0, 4))
    def a_number_goes(self, at: int) -> None:
        try:
            usecases.remove_number(ACCOUNT, POOL, number(at), now=self.now, keeping=self.kept)
        except NotFound:
            return
        self.parted = True
        there = {slot.number for slot in self.store.slots(POOL)}
        assert self.held() <= there

    @invariant()
    def no_number_is_two_live_visits(self) -> None:
        shown = [lease.number for lease, until in self.everybody() if self.at < until]
        assert len(shown) == len(set(shown)), shown

    def somebody_may_be_about_to(self) -> bool:
        """Say whether somebody may still seem to be about to have a number, who is not.

        They got none a moment ago; or they died, or the number that they were dealt had left the
        pool, and came back since.
        """
        moment = self.at < self.passed_at + ON_THE_WAY + SECOND
        while_ago = self.at < self.died_at + AT_MOST_IN_HAND
        return moment or while_ago or (self.parted and self.recent())

    def wrong_cards(self) -> int:
        """Count the cards left that are wrong: numbers taken back or aside since, or gone."""
        deck, slots = self.store.look(POOL, ACCOUNT)
        right = {Card(slot.number, slot.ends) for slot in slots if slot.is_free(self.at)}
        return len(set(deck.left) - right)

    def recent(self) -> bool:
        deck, _ = self.store.look(POOL, ACCOUNT)
        return bool(deck.in_hand(self.at))

    @property
    def at(self) -> int:
        return millis(self.now)

    def everybody(self) -> list[tuple[Lease, int]]:
        return [*self.live.values(), *self.resting]

    def held(self) -> set[str]:
        """Return the numbers that live visits have, as they believe."""
        return {lease.number for lease, until in self.everybody() if self.at < until}

    def free(self) -> set[str]:
        """Return the other numbers, of those that may be lent."""
        slots = self.store.slots(POOL)
        return {slot.number for slot in slots if not slot.leaving} - self.held()


def test_a_number_that_is_put_back_at_once_is_lent_some_seconds_later() -> None:
    pool = Lending()
    pool.open(numbers=1)
    pool.a_number_goes(at=0)
    pool.somebody_comes()
    pool.a_number_comes(at=0)
    pool.somebody_comes()
    assert pool.live == {}

    pool.time_passes(AT_MOST_IN_HAND + SECOND)
    pool.somebody_comes()

    assert [lease.number for lease, _ in pool.live.values()] == [number(0)]


Lending.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLending = Lending.TestCase
