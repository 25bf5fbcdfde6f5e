"""Amounts are exact, and rounded only where the name says so."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.money import Money, half_up

micros = st.integers(min_value=-(10**15), max_value=10**15)
amounts = micros.map(Money)


@given(amounts)
def test_an_amount_survives_its_rendering(amount: Money) -> None:
    assert Money.euros(str(amount)) == amount
    assert Money.euros(amount.decimal) == amount


@given(amounts, amounts, st.integers(-1000, 1000))
def test_arithmetic_is_that_of_exact_fractions(one: Money, other: Money, times: int) -> None:
    assert (one + other).decimal == one.decimal + other.decimal
    assert (one - other) == one + -other
    assert (one * times).decimal == one.decimal * times == (times * one).decimal
    assert (one < other) == (one.decimal < other.decimal)


@given(st.lists(amounts))
def test_a_sum_of_amounts_needs_no_start(several: list[Money]) -> None:
    assert sum(several, Money.zero).micros == sum(each.micros for each in several)
    assert sum(several) in (0, sum(several, Money.zero))


@given(amounts)
def test_rounding_to_cents_moves_by_half_a_cent_at_most(amount: Money) -> None:
    rounded = amount.to_cents()

    assert rounded.is_whole_cents
    assert abs((rounded - amount).micros) <= 5_000
    assert rounded.to_cents() == rounded


@given(amounts)
def test_a_credit_note_cancels_its_invoice_to_the_cent(amount: Money) -> None:
    assert (-amount).to_cents() == -(amount.to_cents())


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_up_is_the_nearest_whole_number(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = half_up(numerator, denominator)

    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@pytest.mark.parametrize(
    ("exact", "cents"),
    [
        pytest.param("1.266667", "1.27", id="95 s at 0.80 a minute"),
        pytest.param("0.004999", "0.00", id="just under half a cent"),
        pytest.param("0.005", "0.01", id="half a cent goes up"),
        pytest.param("0.002", "0.00", id="20 % of one cent"),
        pytest.param("-0.005", "-0.01", id="half a cent of a credit goes away from zero"),
        pytest.param("24", "24.00", id="already whole"),
    ],
)
def test_cents_are_rounded_half_up(exact: str, cents: str) -> None:
    assert str(Money.euros(exact).to_cents()) == cents


def test_vat_is_taken_on_the_summed_base() -> None:
    base = Money.euros("0.33") * 3

    assert str(base.share_rounded_to_cents(20, 100)) == "0.20"


@pytest.mark.parametrize(
    "text",
    [
        "1.2345678",
        "abc",
        "",
        "NaN",
        "Infinity",
        "1_000",
        "1,25",
        "1e3",
        "1e99999999",
        "\u0661",
        "1.",
    ],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        Money.euros(text)


def test_binary_fractions_never_become_money() -> None:
    fraction: Any = 1.25

    with pytest.raises(TypeError):
        Money.euros(fraction)
    with pytest.raises(TypeError):
        Money(fraction)
    with pytest.raises(TypeError):
        Money(1) * fraction
    with pytest.raises(TypeError):
        Money(1) + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("12.345678", "12,345678\u00a0€"),
        ("12.35", "12,35\u00a0€"),
        ("1234567.8", "1\u202f234\u202f567,80\u00a0€"),
        ("-0.05", "-0,05\u00a0€"),
        ("-1234", "-1\u202f234,00\u00a0€"),
    ],
)
def test_a_french_reader_sees_commas_and_the_sign_behind(amount: str, shown: str) -> None:
    assert Money.euros(amount).in_french() == shown


def test_money_reads_decimals_and_whole_euros() -> None:
    assert Money.euros(Decimal("0.0142")).micros == 14_200
    assert Money.euros(3) == Money.cents(300)
    assert not Money.zero
    assert Money.currency == "EUR"


def test_more_decimals_than_six_are_seen_in_the_longest_decimal() -> None:
    with pytest.raises(Rejected):
        Money.euros(Decimal("100000000000.00000000000000000000000000001"))
    with pytest.raises(Rejected):
        Money.euros(Decimal("1e400000"))
    assert Money.euros(Decimal("1E+2")) == Money.euros("100.0000000")
