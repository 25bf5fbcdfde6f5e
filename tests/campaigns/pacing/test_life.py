"""An attempt only goes forward; and whoever does not know what became of an order looks first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.life import (
    DOUBT,
    STALE,
    Attempt,
    Do,
    State,
    Told,
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
        pytest.param(State.PLACING, {"told": Told.SLOWED}, Do.PLACE, id="429: send it again"),
        pytest.param(State.PLACING, {"told": Told.MISSING}, Do.PLACE, id="it never arrived"),
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

        step = next_step(attempt, NOW)

        if step is Do.PLACE:
            assert state is State.PLACING
            assert told in (Told.SLOWED, Told.MISSING)
        if step in (Do.PLACE, Do.CLAIM):
            assert allowed


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


@given(
    st.lists(st.sampled_from(FATES), max_size=6),
    st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=1, max_size=30),
)
def test_however_answers_are_lost_and_workers_die_nobody_is_rung_twice(
    fates: list[tuple[Told, bool]], visits: list[tuple[int, bool]]
) -> None:
    carrier, attempt, now = Carrier(fates), Attempt(state=State.QUEUED), NOW
    for passes, dies in visits:
        now += timedelta(seconds=passes)
        step = next_step(attempt, now)
        told = attempt.told
        if step in (Do.CLAIM, Do.PLACE):
            # Stored before the carrier is asked: whoever dies then has told of nothing.
            ordered = attempt.ordered_at or now
            attempt = Attempt(state=State.PLACING, ordered_at=ordered, claimed_at=now)
            told = carrier.order()
        elif step is Do.LOOK:
            told = carrier.look()
        elif step is Do.ADOPT:
            attempt = Attempt(state=State.PLACED, ordered_at=attempt.ordered_at)
        elif step is Do.DROP:
            attempt = Attempt(state=State.ENDED, ordered_at=attempt.ordered_at)
        if not dies and attempt.state is State.PLACING:
            attempt = Attempt(
                state=State.PLACING,
                ordered_at=attempt.ordered_at,
                claimed_at=attempt.claimed_at,
                told=told,
            )

    assert carrier.calls <= 1
