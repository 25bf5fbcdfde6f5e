"""How much risk is left: by the day, by the last days, and by how many have answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.tallies import (
    CAP,
    KEPT_SECONDS,
    MOST_RISK,
    SLOT_SECONDS,
    OfTheDay,
    Tally,
    risk,
)
from chalicelib.campaigns.rules import LAWS

if TYPE_CHECKING:
    from chalicelib.campaigns.rules import Country

DAY = 86_400
MIDNIGHT = 20_000 * DAY
NOON = MIDNIGHT + DAY / 2


def a_tally(*, yesterday: tuple[int, int] = (0, 0), today: tuple[int, int] = (0, 0)) -> Tally:
    before = Tally().noted(NOON - DAY, answered=yesterday[0], abandoned=yesterday[1])
    return before.noted(NOON - 2 * SLOT_SECONDS, answered=today[0], abandoned=today[1])


@pytest.mark.parametrize(
    ("yesterday", "today", "some"),
    [
        pytest.param((0, 0), (0, 0), False, id="nobody has answered yet"),
        pytest.param((0, 0), (98, 0), False, id="too few to know anything"),
        pytest.param((0, 0), (99, 0), False, id="enough to know, not to take any"),
        pytest.param((0, 0), (160, 0), True, id="enough, and nobody abandoned"),
        pytest.param((0, 0), (150, 1), False, id="the bound of one in 150 is over three per cent"),
        pytest.param((1000, 10), (20, 0), False, id="today's first call may not be the one"),
        pytest.param((1000, 10), (36, 0), True, id="today may have one, and it is kept back"),
        pytest.param((1000, 10), (71, 1), True, id="today may have two, and had one"),
        pytest.param((1000, 10), (70, 2), False, id="today has had what it may have"),
        pytest.param((1000, 35), (500, 3), False, id="yesterday was too many"),
    ],
)
def test_risk_is_taken_only_where_both_promises_leave_some(
    yesterday: tuple[int, int], today: tuple[int, int], some: bool
) -> None:
    tally = a_tally(yesterday=yesterday, today=today)

    assert (risk(tally, NOON, MIDNIGHT) > 0) is some


def test_the_cap_is_the_countrys() -> None:
    tally = a_tally(today=(400, 2))

    assert risk(tally, NOON, MIDNIGHT, OfTheDay(30)) > 0
    assert risk(tally, NOON, MIDNIGHT, OfTheDay(10)) == 0


@pytest.mark.parametrize("law", LAWS.values(), ids=list(LAWS))
def test_every_countrys_cap_is_one(law: Country) -> None:
    cap = law.abandonment()

    assert cap.over.total_seconds() <= KEPT_SECONDS
    assert risk(a_tally(today=(400, 2)), NOON, MIDNIGHT, cap) > 0


def test_a_cap_over_thirty_days_is_kept_of_thirty_days_and_of_each() -> None:
    month = OfTheDay(30, timedelta(days=30))
    long_ago = Tally().noted(NOON - 20 * DAY, answered=1000, abandoned=60)
    fine = long_ago.noted(NOON - 3600, answered=400, abandoned=2)
    bad = Tally().noted(NOON - 20 * DAY, answered=9000).noted(NOON - DAY, answered=900)
    bad = bad.noted(NOON - 3600, answered=100, abandoned=4)

    assert risk(fine, NOON, MIDNIGHT) > 0
    assert risk(fine, NOON, MIDNIGHT, month) == 0
    assert risk(bad, NOON, MIDNIGHT, month) == 0


def test_what_is_out_of_the_window_is_forgotten() -> None:
    tally = Tally().noted(NOON, answered=500, abandoned=100)

    later = tally.noted(NOON + 32 * DAY, answered=1)

    assert later.since(0) == (1, 0)
    assert tally.since(NOON + SLOT_SECONDS) == (0, 0)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 300), st.integers(0, 300))
def test_risk_is_none_once_the_cap_is_reached(
    before: int, answered: int, before_lost: int, lost: int
) -> None:
    tally = a_tally(yesterday=(before, min(before, before_lost)), today=(answered, lost))

    taken = risk(tally, NOON, MIDNIGHT)

    assert 0 <= taken <= MOST_RISK
    if taken:
        assert lost + 1 <= CAP * answered
