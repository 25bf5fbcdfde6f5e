"""How high a rate may really be: against published tables, exact fractions, and what must hold."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.bounds import chance_of_at_most, most_allowed, upper_bound
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from fractions import Fraction

# Upper limits of two-sided 95 % intervals (so 97.5 % one-sided), as handbooks have them since
# C. Clopper and E. Pearson (1934).
TABLE = [
    (0, 10, 0.3085),
    (1, 10, 0.4450),
    (2, 10, 0.5561),
    (5, 10, 0.8129),
    (5, 20, 0.4910),
    (0, 100, 0.0362),
    (1, 100, 0.0545),
    (3, 100, 0.0852),
    (10, 100, 0.1762),
]


@pytest.mark.parametrize(("abandoned", "answered", "limit"), TABLE)
def test_the_published_table_is_met(abandoned: int, answered: int, limit: float) -> None:
    assert upper_bound(abandoned, answered, 0.975) == pytest.approx(limit, abs=0.0001)


def test_without_an_abandonment_it_is_the_rule_of_three() -> None:
    for answered in (50, 100, 1000):
        exact = 1 - 0.05 ** (1 / answered)

        assert upper_bound(0, answered) == pytest.approx(exact, rel=1e-9)
        assert upper_bound(0, answered) == pytest.approx(3 / answered, rel=0.05)


@given(st.integers(0, 60), st.integers(0, 60), st.fractions(0, 1, max_denominator=50))
def test_the_chance_is_the_binomial_sum(abandoned: int, answered: int, rate: Fraction) -> None:
    exact = sum(
        comb(answered, at) * rate**at * (1 - rate) ** (answered - at)
        for at in range(min(abandoned, answered) + 1)
    )

    assert chance_of_at_most(abandoned, answered, float(rate)) == pytest.approx(
        float(exact), abs=1e-12
    )


@given(st.integers(0, 100_000), st.sampled_from([0.005, 0.01, 0.03, 0.05]))
def test_one_more_than_is_allowed_is_above_the_cap(answered: int, cap: float) -> None:
    most = most_allowed(answered, cap)

    if most >= 0:
        assert most / answered < cap
        assert upper_bound(most, answered) <= cap + 1e-9
    assert upper_bound(most + 1, answered) > cap - 1e-9


def test_more_answers_never_allow_fewer_abandonments() -> None:
    allowed = [most_allowed(answered, 0.03) for answered in range(3000)]

    assert allowed == sorted(allowed)
    assert allowed.count(-1) == 99  # with fewer than 99 answers nothing is known


def test_a_hundred_thousand_answers_are_no_matter() -> None:
    assert chance_of_at_most(2_900, 100_000, 0.03) == pytest.approx(0.0326, abs=0.001)
    assert chance_of_at_most(100_000, 100_000, 0.03) == 1
    assert chance_of_at_most(-1, 10, 0.5) == 0


@pytest.mark.parametrize("confidence", [0, 1, -0.5, float("nan")])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    with pytest.raises(Rejected) as refusal:
        upper_bound(1, 10, confidence)

    assert refusal.value.faults[0].pointer == "/confidence"
