"""An attempt only goes forward; and whoever does not know what became of an order looks first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.life import (
    DOUBT,
    SLOWED_FOR,
    STALE,
    Attempt,
    Do,
    State,
    Told,
    claimed,
    moves,
    next_step,
)

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


def an_attempt(state: State = State.PLACING, **facts: Any) -> Attempt:
    just = NOW - timedelta(seconds=1)
    return Attempt(**{"state": state, "ordered_at": just, "claimed_at": just, **facts})


@given(st.lists(st.sampled_from(State), max_size=20))
def test_whatever_news_comes_in_whatever_order_it_never_goes_back(news: list[State]) -> None:
    states, order = [State.PLANNED], list(State)
    for each in news:
        if moves(states[-1], each):
            states.append(each)

    ranks = [order.index(each) for each in states]
    assert ranks == sorted(set(ranks))
    assert State.PLACED not in states or State.PLACING in states


@pytest.mark.parametrize(
    ("state", "facts", "step"),
    [
        pytest.param(State.QUEUED, {}, Do.CLAIM, id="it is its turn"),
        pytest.param(State.PLANNED, {}, Do.CLAIM, id="its message was faster than the plan"),
        pytest.param(State.QUEUED, {"allowed": False}, Do.DROP, id="withdrawn while queued"),
        pytest.param(State.PLACED, {}, Do.NOTHING, id="the message came twice"),
        pytest.param(State.ENDED, {}, Do.NOTHING, id="it is over"),
        pytest.param(State.PLACING, {}, Do.WAIT, id="another worker is at it"),
        pytest.param(
            State.PLACING, {"claimed_at": NOW - DOUBT}, Do.LOOK, id="nobody has told of it for long"
        ),
        pytest.param(
            State.PLACING,
            {"claimed_at": NOW - DOUBT, "allowed": False},
            Do.LOOK,
            id="withdrawn, but it may be ringing",
        ),
        pytest.param(State.PLACING, {"told": Told.TAKEN}, Do.ADOPT, id="the carrier has it"),
        pytest.param(State.PLACING, {"told": Told.FOUND}, Do.ADOPT, id="the carrier had it"),
        pytest.param(State.PLACING, {"told": Told.REFUSED}, Do.DROP, id="the carrier won't"),
        pytest.param(State.PLACING, {"told": Told.SLOWED}, Do.WAIT, id="429: in a moment"),
        pytest.param(
            State.PLACING,
            {"told": Told.SLOWED, "retry_at": NOW + timedelta(seconds=30)},
            Do.WAIT,
            id="429: when it says",
        ),
        pytest.param(
            State.PLACING, {"told": Told.SLOWED, "retry_at": NOW}, Do.CLAIM, id="and now it is"
        ),
        pytest.param(
            State.PLACING,
            {"told": Told.SLOWED, "claimed_at": NOW - SLOWED_FOR},
            Do.CLAIM,
            id="429: it did not say when",
        ),
        pytest.param(
            State.PLACING, {"told": Told.SLOWED, "allowed": False}, Do.DROP, id="429, and withdrawn"
        ),
        pytest.param(State.PLACING, {"told": Told.MISSING}, Do.CLAIM, id="it never arrived"),
        pytest.param(
            State.PLACING, {"told": Told.MISSING, "allowed": False}, Do.DROP, id="and may not now"
        ),
        pytest.param(
            State.PLACING,
            {"told": Told.MISSING, "ordered_at": NOW - STALE},
            Do.DROP,
            id="and is too old",
        ),
        pytest.param(
            State.PLACING,
            {"told": Told.FOUND, "ordered_at": NOW - STALE, "allowed": False},
            Do.ADOPT,
            id="it rings, whatever is allowed by now",
        ),
    ],
)
def test_what_to_do_about_an_attempt(state: State, facts: dict[str, Any], step: Do) -> None:
    assert next_step(an_attempt(state, **facts), NOW) is step


def test_an_order_is_only_sent_where_it_was_not_carried_out() -> None:
    for state, told, allowed, age in product(State, Told, (True, False), (0, 60, 120, 1200)):
        attempt = an_attempt(
            state, told=told, allowed=allowed, claimed_at=NOW - timedelta(seconds=age)
        )

        if next_step(attempt, NOW) is Do.CLAIM:
            assert allowed
            assert state is not State.PLACING or told in (Told.SLOWED, Told.MISSING)


def test_of_two_who_find_no_call_one_orders_it() -> None:
    stored = an_attempt(claimed_at=NOW - DOUBT)
    seen = replace(stored, told=Told.MISSING)
    assert next_step(seen, NOW) is Do.CLAIM

    first = claimed(seen, NOW)

    assert stored.stands_as(seen)
    assert not first.stands_as(seen)  # the other's claim, or its drop, is refused
    assert first.ordered_at == stored.ordered_at
    assert next_step(first, NOW + timedelta(seconds=1)) is Do.WAIT


def test_a_claim_by_a_clock_that_is_behind_is_a_later_one() -> None:
    seen = an_attempt(told=Told.MISSING)
    assert seen.claimed_at is not None

    again = claimed(seen, seen.claimed_at - timedelta(seconds=1))

    assert again.claimed_at is not None
    assert again.claimed_at > seen.claimed_at


# What may become of an order: what is told, and whether the carrier makes the call.
FATES = [
    (Told.TAKEN, True),
    (Told.NOTHING, True),
    (Told.NOTHING, False),
    (Told.SLOWED, False),
    (Told.REFUSED, False),
]


def test_a_call_that_the_carrier_dates_a_little_earlier_is_the_attempts() -> None:
    assert an_attempt(ordered_at=NOW).look_from == NOW - timedelta(seconds=30)
    assert Attempt(state=State.QUEUED).look_from is None


class Carrier:
    """A carrier that may swallow its answers."""

    def __init__(self, fates: list[tuple[Told, bool]]) -> None:
        self.fates = fates
        self.calls = 0

    def order(self) -> Told:
        told, carried_out = self.fates.pop() if self.fates else (Told.TAKEN, True)
        self.calls += carried_out
        return told

    def look(self) -> Told:
        return Told.FOUND if self.calls else Told.MISSING


class Worker:
    """One who knows what it has seen; between its claim and its order some seconds may pass."""

    def __init__(self) -> None:
        self.seen = Attempt(state=State.QUEUED)
        self.orders = False

    def visit(self, stored: Attempt, carrier: Carrier, now: datetime) -> Attempt:
        """Do the next step, and return what is stored then."""
        if self.orders:
            self._order(carrier, now)
            return stored
        step = next_step(self.seen, now)
        if step is Do.LOOK:
            self.seen = replace(self.seen, told=carrier.look())
            return stored
        if step in (Do.WAIT, Do.NOTHING) or not stored.stands_as(self.seen):
            self.seen = stored
            return stored
        self.orders = step is Do.CLAIM
        ends = {Do.ADOPT: State.PLACED, Do.DROP: State.ENDED}
        then = claimed(self.seen, now) if self.orders else replace(self.seen, state=ends[step])
        self.seen = then
        return replace(then, told=Told.NOTHING)

    def _order(self, carrier: Carrier, now: datetime) -> None:
        self.orders = False
        assert self.seen.claimed_at is not None
        if now - self.seen.claimed_at <= timedelta(seconds=60):  # else it was killed
            self.seen = replace(self.seen, told=carrier.order())


@given(
    st.lists(st.sampled_from(FATES), max_size=6),
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 30, 60, 91, 200]), st.integers(0, 9)),
        min_size=1,
        max_size=60,
    ),
)
def test_however_answers_are_lost_and_workers_die_nobody_is_rung_twice(
    fates: list[tuple[Told, bool]], visits: list[tuple[int, int, int]]
) -> None:
    carrier, stored, now = Carrier(fates), Attempt(state=State.QUEUED), NOW
    workers = [Worker() for _ in range(3)]
    for at, passes, dies in visits:
        now += timedelta(seconds=passes)
        if dies == 0:
            workers[at] = Worker()
            workers[at].seen = stored
        stored = workers[at].visit(stored, carrier, now)

    assert carrier.calls <= 1
