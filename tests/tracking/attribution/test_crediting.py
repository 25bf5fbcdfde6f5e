"""Which of a lead's touches gets how much, by each of the models that are rules."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction as F
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tracking.attribution.crediting import MODELS, by_channel
from chalicelib.tracking.attribution.touchpoints import Lead, Touchpoint, journey
from tests.tracking.attribution.rings import DAY, SECOND
from tests.tracking.builders import NOW


def a_lead(*touches: tuple[str, float], **facts: Any) -> Lead:
    """Return a lead that was won now, of channels and how many days ago each was touched."""
    known: dict[str, Any] = {"id": "lead_1", "won_at": NOW}
    touchpoints = tuple(Touchpoint(channel=name, at=NOW - days * DAY) for name, days in touches)
    return Lead(touchpoints=touchpoints, **known | facts)


def shares(model: str, lead: Lead) -> list[F]:
    return list(MODELS[model](lead, journey(lead)))


FOUR = [("ads", 20), ("social", 12), ("email", 5), ("direct", 1)]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", [1, 0, 0, 0]),
        ("last", [0, 0, 0, 1]),
        ("last-non-direct", [0, 0, 1, 0]),
        ("linear", [F(1, 4)] * 4),
        ("position-based", [F(40, 100), F(10, 100), F(10, 100), F(40, 100)]),
    ],
)
def test_each_model_credits_by_its_rule(model: str, expected: list[F]) -> None:
    assert shares(model, a_lead(*FOUR)) == expected


# "How to build position-based and time-decay models": 40 and 40, the rest among those between;
# one touch has everything, two a half each. W-shaped: 30, 30, 30, and 10 / (n - 3).
# https://adriennevermorel.com/articles/sql-attribution-position-based-time-decay
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [1]),
        (2, [F(1, 2), F(1, 2)]),
        (3, [F(40, 100), F(20, 100), F(40, 100)]),
        (5, [F(40, 100), F(20, 300), F(20, 300), F(20, 300), F(40, 100)]),
    ],
)
def test_position_based_as_published(count: int, expected: list[F]) -> None:
    lead = a_lead(*[("ads", 10 - at) for at in range(count)])

    assert shares("position-based", lead) == expected


@pytest.mark.parametrize(
    ("known_days_ago", "expected"),
    [
        pytest.param(3, [30, 5, 30, 5, 30], id="in the middle"),
        pytest.param(2.5, [30, 5, 30, 5, 30], id="half a day after the third touch"),
        pytest.param(9, [60, F(10, 3), F(10, 3), F(10, 3), 30], id="before the first"),
        pytest.param(0, [30, F(10, 3), F(10, 3), F(10, 3), 60], id="at the end"),
    ],
)
def test_w_shaped_credits_what_made_a_lead(known_days_ago: float, expected: list[F]) -> None:
    touches = [("ads", 5), ("social", 4), ("email", 3), ("search", 2), ("direct", 1)]
    lead = a_lead(*touches, known_at=NOW - known_days_ago * DAY)

    assert shares("w-shaped", lead) == [F(each) / 100 for each in expected]


def test_w_shaped_without_touches_in_between_has_nothing_to_lose() -> None:
    lead = a_lead(("ads", 3), ("social", 2), ("email", 1), known_at=NOW - 2 * DAY)

    assert shares("w-shaped", lead) == [F(1, 3)] * 3


# "2^(-days / half-life)", with seven days: 1, 1/2, 1/4, 1/8 at 0, 7, 14, 21 days.
# https://adriennevermorel.com/notes/time-decay-attribution-model/
def test_time_decay_as_published() -> None:
    lead = a_lead(("ads", 21), ("social", 14), ("email", 7), ("search", 0))

    assert shares("time-decay", lead) == [F(1, 15), F(2, 15), F(4, 15), F(8, 15)]


def test_time_decay_asks_for_the_time_between_touches_alone() -> None:
    soon, late = a_lead(("ads", 8), ("search", 1)), a_lead(("ads", 67), ("search", 60))

    assert shares("time-decay", soon) == shares("time-decay", late) == [F(1, 3), F(2, 3)]


def test_last_non_direct_of_people_who_always_came_directly_is_the_last() -> None:
    assert shares("last-non-direct", a_lead(("direct", 2), ("direct", 1))) == [0, 1]


def test_weights_of_channels_credit_those_that_were_touched() -> None:
    model = by_channel({"ads": F(1, 5), "social": F(2, 5), "email": F(2, 5)})
    lead = a_lead(("ads", 3), ("social", 2), ("ads", 1))

    assert model(lead, journey(lead)) == (F(1, 6), F(2, 3), F(1, 6))


def test_channels_without_a_weight_are_credited_alike() -> None:
    lead = a_lead(("radio", 2), ("tv", 1))

    assert by_channel({"ads": F(1)})(lead, journey(lead)) == (F(1, 2), F(1, 2))


@pytest.mark.parametrize(
    ("days", "touches"),
    [(90, 1), (90.0001, 0), (0, 1), (-0.0001, 0)],
    ids=["as far as one looks back", "further", "at the end", "afterwards"],
)
def test_a_journey_is_what_can_have_led_to_the_lead(days: float, touches: int) -> None:
    assert len(journey(a_lead(("ads", days)))) == touches


def test_a_journey_is_in_its_order() -> None:
    told = journey(a_lead(("email", 1), ("ads", 3), ("social", 2)))

    assert [each.channel for each in told] == ["ads", "social", "email"]
    assert all(before.at < after.at for before, after in pairwise(told))


some_touches = st.lists(
    st.tuples(st.sampled_from(["ads", "social", "direct"]), st.integers(0, 10**7)),
    min_size=1,
    max_size=8,
)


@given(st.sampled_from(sorted(MODELS)), some_touches, st.integers(0, 10**7))
def test_shares_always_add_up_to_exactly_one(
    model: str, touches: list[tuple[str, int]], known: int
) -> None:
    points = tuple(Touchpoint(channel=name, at=NOW - ago * SECOND) for name, ago in touches)
    lead = Lead(id="lead_1", won_at=NOW, touchpoints=points, known_at=NOW - known * SECOND)
    told = journey(lead, timedelta(days=365))

    given_out = MODELS[model](lead, told)

    assert sum(given_out) == 1
    assert len(given_out) == len(told)
    assert all(each >= 0 for each in given_out)
