"""The French plan, row by row, and the numbers that only look French."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import (
    PLAN_FILE,
    Confidence,
    Family,
    Range,
    ServicePrice,
    classify,
    plan,
)
from chalicelib.kernel.territory import Territory

rows = st.sampled_from(plan())
ids = [f"{row.prefix}/{row.length}" for row in plan()]


def a_number_of(row: Range, filler: str = "0") -> str:
    return row.prefix.ljust(row.length, filler)


def winner(number: str) -> Range | None:
    """The rule in its plainest words, as an oracle."""
    fits = [row for row in plan() if len(number) == row.length and number.startswith(row.prefix)]
    return max(fits, key=lambda row: len(row.prefix), default=None)


def test_the_plan_is_complete_and_says_where_it_comes_from() -> None:
    text = PLAN_FILE.read_text(encoding="utf-8")

    assert len(plan()) == 122
    assert "2018-0881" in text
    assert "2025-2215" in text
    assert {row.family for row in plan()} == set(Family)
    assert {row.territory for row in plan()} == set(Territory)


@pytest.mark.parametrize("row", plan(), ids=ids)
def test_a_row_classifies_a_number_of_its_own(row: Range) -> None:
    number = next(n for filler in "0123456789" if winner(n := a_number_of(row, filler)) == row)

    line = classify(number)

    assert line.number == number
    assert (line.family, line.territory) == (row.family, row.territory)
    assert (line.cap_per_minute, line.cap_per_call) == (row.cap_per_minute, row.cap_per_call)
    assert (line.caller_pays, line.service_price) == (row.caller_pays, row.service_price)
    assert line.confidence == row.confidence


@given(rows, st.text("0123456789", min_size=14, max_size=14))
def test_the_longest_prefix_of_the_right_length_wins(row: Range, tail: str) -> None:
    number = (row.prefix + tail)[: row.length]
    best = winner(number)

    assert best is not None
    assert classify(number).family == best.family
    assert classify(number).territory == best.territory


@given(st.text("0123456789", max_size=16))
def test_any_digits_are_classified_by_the_rule_or_rejected(digits: str) -> None:
    best = winner(digits)

    if best is None:
        # 00 is the international prefix: such digits may still be a number with its country code.
        if not digits.startswith("00"):
            with pytest.raises(Rejected):
                classify(digits)
    else:
        assert classify(digits).family == best.family


@pytest.mark.parametrize("row", [row for row in plan() if row.length >= 10], ids=str)
@pytest.mark.parametrize("length", [9, 11, 12, 15])
def test_a_digit_too_many_or_too_few_is_no_number(row: Range, length: int) -> None:
    with pytest.raises(Rejected):
        classify(row.prefix.ljust(length, "1"))


@pytest.mark.parametrize("row", [row for row in plan() if row.length >= 10], ids=str)
def test_international_and_national_writings_agree(row: Range) -> None:
    national = classify(next(n for f in "0123456789" if winner(n := a_number_of(row, f)) == row))

    if national.e164 is None:
        assert national.territory.country_code is None
    else:
        assert classify(national.e164) == national


@pytest.mark.parametrize(
    "written",
    [
        "01 62 01 23 45",
        "01.62.01.23.45",
        "01-62-01-23-45",
        "+33162012345",
        "+33 1 62 01 23 45",
        "+33 (0)1 62 01 23 45",
        "0033162012345",
        " 01\u00a062\u202f01 23 45 ",
    ],
)
def test_a_number_is_read_however_it_is_written(written: str) -> None:
    line = classify(written)

    assert line.number == "0162012345"
    assert line.e164 == "+33162012345"
    assert line.family is Family.NPV


@pytest.mark.parametrize(
    ("number", "family", "territory"),
    [
        ("0612345678", Family.MOBILE, Territory.METROPOLE),
        ("0690123456", Family.MOBILE, Territory.GUADELOUPE),
        ("+590690123456", Family.MOBILE, Territory.GUADELOUPE),
        ("+262639123456", Family.MOBILE, Territory.MAYOTTE),
        ("0639981234", Family.MOBILE, Territory.METROPOLE),
        ("+262692123456", Family.MOBILE, Territory.REUNION),
        ("+508708123456", Family.MOBILE, Territory.SAINT_PIERRE_MIQUELON),
        ("+508412345", Family.POLYVALENT, Territory.SAINT_PIERRE_MIQUELON),
        ("0508412345", Family.POLYVALENT, Territory.SAINT_PIERRE_MIQUELON),
        ("+594594123456", Family.POLYVALENT, Territory.GUYANE),
        ("+596596123456", Family.POLYVALENT, Territory.MARTINIQUE),
        ("0947512345", Family.NPV, Territory.GUADELOUPE),
        ("+33947512345", Family.NPV, Territory.GUADELOUPE),
        ("+590947512345", Family.NPV, Territory.GUADELOUPE),
        ("0946512345", Family.POLYVALENT, Territory.METROPOLE),
        ("0892123456", Family.SVA_MAJORE, Territory.NATIONAL),
        ("+262892123456", Family.SVA_MAJORE, Territory.NATIONAL),
        ("07000123456789", Family.MOBILE_LONG_M2M, Territory.METROPOLE),
        ("+337000123456789", Family.MOBILE_LONG_M2M, Territory.METROPOLE),
        ("0700512345678", Family.MOBILE_LONG_M2M, Territory.GUADELOUPE),
        ("3639", Family.COURT_GENERALISTE, Territory.NATIONAL),
        ("3008", Family.COURT_FONCTIONNALITE_BANALISEE, Territory.NATIONAL),
        ("3009", Family.COURT_GRATUIT, Territory.NATIONAL),
        ("118218", Family.RENSEIGNEMENTS, Territory.NATIONAL),
        ("112", Family.URGENCE, Territory.NATIONAL),
        ("15", Family.URGENCE, Territory.NATIONAL),
    ],
)
def test_known_numbers(number: str, family: Family, territory: Territory) -> None:
    line = classify(number)

    assert (line.family, line.territory) == (family, territory)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "   ",
        "anonymous",
        "+33690123456",  # overseas mobiles are not +33 numbers
        "+262690123456",  # Guadeloupe's range under Réunion's code
        "+590162012345",  # a metropolitan number under an overseas code
        "+33112",
        "+333639",
        "3301",  # 33xx is not opened
        "3339",
        "+330162012345",
        "+442079460018",
        "+687123456",  # New Caledonia is outside the plan
        "0162012345;ext=1",
        "\u0660\u0661\u0666\u0662\u0660\u0661\u0662\u0663\u0664\u0665",  # Arabic-Indic digits
        "0" * 5000,
        "+" + "3" * 5000,
    ],
)
def test_what_is_no_french_number_is_rejected(number: str) -> None:
    with pytest.raises(Rejected):
        classify(number)


def test_premium_numbers_carry_their_caps() -> None:
    line = classify("0899123456")

    assert line.cap_per_minute == Decimal("0.80")
    assert line.cap_per_call == Decimal("3.00")
    assert line.service_price is ServicePrice.TIER
    assert classify("0820123456").confidence is Confidence.B
    assert classify("118218").cap_per_call is None


def test_the_plan_is_read_without_loading_phone_metadata() -> None:
    program = (
        "import sys; from chalicelib.kernel.numbering import classify; classify('3639');"
        "from chalicelib.kernel import holidays, phone; phone.parse('0690123456');"
        "print([m for m in ('phonenumbers', 'holidays') if m in sys.modules])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"
