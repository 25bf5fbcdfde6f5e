"""How many visits go without: against published tables, Erlang's own sum, and what must hold."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.pools.erlang import numbers_needed, overflow

if TYPE_CHECKING:
    from fractions import Fraction

# Traffic that so many circuits carry at a loss, in erlangs: the Erlang-B table of ITU-T
# "Teletraffic Engineering Handbook" and of every textbook since (L. Parkinson's, for one).
TABLE = [
    (1, 0.01, 0.0101),
    (5, 0.01, 1.36),
    (10, 0.01, 4.46),
    (10, 0.001, 3.09),
    (10, 0.05, 6.22),
    (20, 0.01, 12.0),
    (20, 0.05, 15.2),
    (50, 0.01, 37.9),
    (100, 0.01, 84.1),
    (100, 0.05, 95.2),
]


@pytest.mark.parametrize(("numbers", "share", "load"), TABLE)
def test_the_published_table_is_met(numbers: int, share: float, load: float) -> None:
    assert overflow(load, numbers) == pytest.approx(share, rel=0.025)


@pytest.mark.parametrize(
    ("load", "target", "numbers"),
    [
        pytest.param(10, 0.05, 15, id="a visit of 3 minutes, no hold, 200 an hour, 5 %"),
        pytest.param(10, 0.01, 18, id="1 %"),
        pytest.param(10, 0.001, 21, id="0.1 %"),
        pytest.param(200 * 23 / 60, 0.05, 82, id="held for 20 minutes, 5 %"),
        pytest.param(200 * 23 / 60, 0.01, 93, id="held, 1 %"),
        pytest.param(200 * 23 / 60, 0.001, 102, id="held, 0.1 %"),
        pytest.param(200 * 33 / 60, 0.05, 115, id="held for 30 minutes, 5 %"),
        pytest.param(200 * 33 / 60, 0.01, 128, id="held for 30 minutes, 1 %"),
        pytest.param(200 * 33 / 60, 0.001, 139, id="held for 30 minutes, 0.1 %"),
        pytest.param(0, 0.01, 1, id="nobody yet: the first would find none"),
    ],
)
def test_worked_examples(load: float, target: float, numbers: int) -> None:
    assert numbers_needed(load, target) == numbers


def test_the_usual_advice_leaves_a_fifth_of_the_visitors_without() -> None:
    assert overflow(10, 10) == pytest.approx(0.2146, abs=0.0001)


@given(st.fractions(0, 60, max_denominator=20), st.integers(0, 60))
def test_the_recursion_is_erlangs_sum(load: Fraction, numbers: int) -> None:
    terms = [load**at / factorial(at) for at in range(numbers + 1)]

    assert overflow(float(load), numbers) == pytest.approx(float(terms[-1] / sum(terms)), rel=1e-9)


@given(st.floats(0.01, 2_000), st.floats(1e-6, 0.5))
def test_one_number_less_than_is_needed_is_too_few(load: float, target: float) -> None:
    numbers = numbers_needed(load, target)

    assert overflow(load, numbers) <= target
    assert overflow(load, numbers - 1) > target


@pytest.mark.parametrize("target", [0, 1, -0.1, float("nan")])
def test_a_target_that_is_no_share_is_refused(target: float) -> None:
    with pytest.raises(Rejected) as refusal:
        numbers_needed(10, target)

    assert refusal.value.faults[0].pointer == "/target"
