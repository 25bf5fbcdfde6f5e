"""What a call costs, to the millionth, on both sides of every boundary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.origin import Origin
from chalicelib.billing.pricelist import parse
from chalicelib.billing.rates import Rate
from chalicelib.billing.rating import rate
from chalicelib.billing.tariff import NoPrice
from chalicelib.kernel.money import Money
from chalicelib.kernel.numbering import Family
from tests.billing.builders import a_call, a_document, a_rate, a_tariff, a_version

INDIVISIBLE_MINUTE = {"per_minute": "0.06", "first_seconds": 60}
WHOLE_MINUTES = {"per_minute": "0.06", "first_seconds": 60, "next_seconds": 60}


@pytest.mark.parametrize(
    ("increments", "seconds", "billed", "amount"),
    [
        pytest.param({}, 0, 0, "0.00", id="never connected"),
        pytest.param({}, 1, 1, "0.001", id="one second, by the second"),
        pytest.param({}, 59, 59, "0.059", id="59 s by the second"),
        pytest.param({}, 61, 61, "0.061", id="61 s by the second"),
        pytest.param(INDIVISIBLE_MINUTE, 0, 0, "0.00", id="an indivisible minute needs a call"),
        pytest.param(INDIVISIBLE_MINUTE, 1, 60, "0.06", id="1 s of an indivisible minute"),
        pytest.param(INDIVISIBLE_MINUTE, 59, 60, "0.06", id="59 s of an indivisible minute"),
        pytest.param(INDIVISIBLE_MINUTE, 60, 60, "0.06", id="exactly a minute"),
        pytest.param(INDIVISIBLE_MINUTE, 61, 61, "0.061", id="then by the second"),
        pytest.param(WHOLE_MINUTES, 59, 60, "0.06", id="59 s in whole minutes"),
        pytest.param(WHOLE_MINUTES, 60, 60, "0.06", id="60 s in whole minutes"),
        pytest.param(WHOLE_MINUTES, 61, 120, "0.12", id="61 s in whole minutes"),
        pytest.param(WHOLE_MINUTES, 120, 120, "0.12", id="120 s in whole minutes"),
        pytest.param(WHOLE_MINUTES, 121, 180, "0.18", id="121 s in whole minutes"),
        pytest.param(
            {"first_seconds": 30, "next_seconds": 6}, 31, 36, "0.036", id="30 s then steps of 6"
        ),
    ],
)
def test_a_call_is_billed_in_the_increments_of_its_rate(
    increments: dict[str, Any], seconds: int, billed: int, amount: str
) -> None:
    charge = rate(a_call(seconds), a_tariff(a_rate(**increments)))

    assert charge.billed_seconds == billed
    assert str(charge.amount) == amount


@pytest.mark.parametrize(
    ("seconds", "price", "shown", "before_vat"),
    [
        pytest.param(95, "1.266667", "1.27", "1.055556", id="95 s"),
        pytest.param(1799, "23.986667", "23.99", "19.988889", id="just under the cap"),
        pytest.param(1800, "24.00", "24.00", "20.00", id="the cap of half an hour"),
        pytest.param(1801, "24.00", "24.00", "20.00", id="time beyond the cap is free"),
    ],
)
def test_a_premium_minute_is_priced_with_vat_and_capped(
    seconds: int, price: str, shown: str, before_vat: str
) -> None:
    d080 = a_rate("D080", per_minute="0.80", includes_vat=True, longest_seconds=1800)

    charge = rate(a_call(seconds, family=Family.SVA_MAJORE), a_tariff(d080))

    assert str(charge.price) == price
    assert str(charge.price.to_cents()) == shown
    assert str(charge.amount) == before_vat


@pytest.mark.parametrize(("seconds", "shown"), [(3, "1.50"), (0, "0.00"), (3600, "1.50")])
def test_a_premium_call_is_a_flat_price_once_connected(seconds: int, shown: str) -> None:
    a150 = a_rate("A150", per_minute="0", per_call="1.50", includes_vat=True)

    assert str(rate(a_call(seconds), a_tariff(a150)).price) == shown


def test_a_connection_and_a_minimum_count_once_a_call() -> None:
    tariff = a_tariff(a_rate(per_call="0.05", minimum="0.08"))

    short, long, never = (rate(a_call(seconds), tariff) for seconds in (10, 60, 0))

    assert (str(short.amount), str(long.amount), str(never.amount)) == ("0.08", "0.11", "0.00")
    assert (str(short.connection), str(short.time)) == ("0.05", "0.03")
    assert never.connection == Money.zero


def test_the_price_is_that_of_the_instant_the_call_started() -> None:
    change = datetime(2026, 11, 30, 23, tzinfo=UTC)  # midnight in Paris, 1 December
    tariff = parse(
        a_document(
            a_version(a_rate(per_minute="0.06")),
            a_version(a_rate(per_minute="0.12"), since="2026-12-01T00:00:00+01:00"),
        )
    )

    before = rate(a_call(3600, started_at=change - timedelta(microseconds=1)), tariff)
    after = rate(a_call(3600, started_at=change), tariff)

    assert (str(before.amount), str(after.amount)) == ("3.60", "7.20")


def test_a_call_before_any_price_has_no_price() -> None:
    with pytest.raises(NoPrice):
        rate(a_call(started_at=datetime(2025, 12, 31, 22, 59, tzinfo=UTC)), a_tariff())


def test_a_call_no_rate_covers_has_no_price() -> None:
    tariff = a_tariff(a_rate(families=["mobile"]))

    with pytest.raises(NoPrice):
        rate(a_call(), tariff)


def test_the_more_precise_rate_wins() -> None:
    tariff = a_tariff(
        a_rate("all", per_minute="0.60"),
        a_rate("mobiles", per_minute="0.12", origins=["mobile_metro"]),
        a_rate("npv", per_minute="0.06", families=["npv"]),
        a_rate("both", per_minute="0.03", families=["npv"], origins=["overseas"]),
    )

    def name(family: Family, origin: Origin) -> str:
        return rate(a_call(family=family, origin=origin), tariff).rate.name

    assert name(Family.POLYVALENT, Origin.FIXED_METRO) == "all"
    assert name(Family.POLYVALENT, Origin.MOBILE_METRO) == "mobiles"
    assert name(Family.NPV, Origin.MOBILE_METRO) == "npv"
    assert name(Family.NPV, Origin.OVERSEAS) == "both"


def test_an_unknown_origin_costs_the_dearest_for_that_very_call() -> None:
    tariff = a_tariff(
        a_rate("minutes", per_minute="0.60", origins=["fixed_metro", "overseas"]),
        a_rate("calls", per_minute="0", per_call="0.30", origins=["mobile_metro"]),
    )

    short = rate(a_call(10, origin=Origin.UNKNOWN), tariff)
    long = rate(a_call(60, origin=Origin.UNKNOWN), tariff)

    assert (short.rate.name, long.rate.name) == ("calls", "minutes")


def test_an_unknown_origin_may_have_a_price_of_its_own() -> None:
    tariff = a_tariff(
        a_rate("dear", per_minute="0.60"), a_rate("unknown", per_minute="0.01", origins=["unknown"])
    )

    assert rate(a_call(origin=Origin.UNKNOWN), tariff).rate.name == "unknown"
    assert rate(a_call(origin=Origin.FIXED_METRO), tariff).rate.name == "dear"


rates = st.builds(
    Rate,
    name=st.just("any"),
    per_minute=st.integers(0, 10**8).map(Money),
    per_call=st.integers(0, 10**8).map(Money),
    first_seconds=st.integers(1, 3600),
    next_seconds=st.integers(1, 3600),
    minimum=st.integers(0, 10**8).map(Money),
    vat=st.sampled_from([0, 210, 850, 2000]),
    includes_vat=st.booleans(),
    longest_seconds=st.none() | st.integers(1, 86400),
)


@given(rates, st.integers(0, 100_000))
def test_billed_time_covers_the_call_and_wastes_less_than_an_increment(
    any_rate: Rate, seconds: int
) -> None:
    billed = any_rate.billed_seconds(seconds)
    paid_for = min(seconds, any_rate.longest_seconds or seconds)

    assert billed >= paid_for
    assert billed <= any_rate.first_seconds or billed - paid_for < any_rate.next_seconds
    assert billed == 0 or billed >= any_rate.first_seconds
    assert (billed - any_rate.first_seconds) % any_rate.next_seconds == 0 or billed == 0


@given(rates, st.integers(0, 100_000))
def test_a_longer_call_never_costs_less(any_rate: Rate, seconds: int) -> None:
    shorter, longer = (any_rate.billed_seconds(each) for each in (seconds, seconds + 1))

    assert any_rate.price_micros(shorter) <= any_rate.price_micros(longer)


@given(rates, st.integers(1, 100_000))
def test_a_price_is_the_exact_one_to_half_a_micro(any_rate: Rate, seconds: int) -> None:
    billed = any_rate.billed_seconds(seconds)
    exact = any_rate.per_call.micros + Fraction(any_rate.per_minute.micros * billed, 60)
    exact = max(exact, Fraction(any_rate.minimum.micros))

    price = any_rate.price_micros(billed)
    net = any_rate.net_micros(price)

    assert abs(price - exact) <= Fraction(1, 2)
    if any_rate.includes_vat:
        assert abs(net - Fraction(price * 10_000, 10_000 + any_rate.vat)) <= Fraction(1, 2)
    else:
        assert net == price


@given(rates)
def test_a_rate_survives_its_document(any_rate: Rate) -> None:
    assert Rate.from_document(any_rate.to_document()) == any_rate


def test_an_explanation_adds_up_in_both_languages() -> None:
    charge = rate(a_call(95), a_tariff(a_rate("Fixe", per_call="0.05", first_seconds=60)))

    french, english = charge.explanation.in_french(), charge.explanation.in_english()

    assert "Durée 95 s, facturée 95 s (60 s indivisibles puis à la seconde)" in french
    assert "0,145\u00a0€ HT (TVA 20 %)" in french
    assert "22/11/2026 à 10:30:00" in french
    assert "EUR 0.145 before VAT (VAT 20 %)" in english
    assert charge.call.number[3:] not in french + english


@pytest.mark.parametrize("origin", list(Origin))
@pytest.mark.parametrize("family", list(Family))
def test_every_charge_can_be_explained(family: Family, origin: Origin) -> None:
    tariff = a_tariff(a_rate(minimum="1", includes_vat=True, longest_seconds=10, next_seconds=7))
    charge = rate(a_call(family=family, origin=origin), tariff)

    assert "au minimum" in charge.explanation.in_french()
    assert "at least EUR 1.00" in str(charge.explanation)


def test_the_basis_changes_with_anything_that_was_rated() -> None:
    same = rate(a_call(95), a_tariff()).basis

    assert rate(a_call(95), a_tariff()).basis == same
    assert rate(a_call(96), a_tariff()).basis != same
    assert rate(a_call(95), a_tariff(a_rate(per_minute="0.07"))).basis != same
    assert rate(a_call(95, origin=Origin.OVERSEAS), a_tariff()).basis != same
