"""Which number is shown, in which dialling mode, in France: every cell of the matrix.

The order of 5 July 2016, the numbering plan (ARCEP 2018-0881: decisions 2022-1583 and 2025-2215),
C. conso. L221-17, CPCE L44.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.campaigns.rules import Audience, Covers, Mode, Past, Purpose
from chalicelib.campaigns.rules.caller_id import KIND_OF, MATRIX, Kind, kind_of
from chalicelib.campaigns.rules.france import France
from chalicelib.kernel.numbering import Family
from tests.campaigns.rules.builders import (
    NOW,
    WILLING,
    a_campaign,
    a_consent,
    a_number,
    a_person,
    agreed,
    codes,
    decided,
    paris,
    texts,
)

BY_HAND = (Mode.MANUAL, Mode.PREVIEW)
AUTOMATED = (Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE, Mode.AGENTLESS)
PLAN, ORDER, WITHHELD = "fr.plan.2026", "fr.order-2016-07-05", "fr.l221-17"
AGREED_TO_ALL = Past(consents=(agreed(Covers.AUTOMATON),))

# Number shown, and what is against it: by somebody who dials, by a machine.
CELLS = [
    *((each, "", "") for each in ("+33162012345", "+33270123456", "+33424123456", "+33948123456")),
    ("+262947912345", "", ""),  # NPV of Réunion
    ("+33937123456", "", ""),
    ("+33939123456", "", ""),
    ("+337000123456789", "caller-id.by-hand", ""),
    *((each, "", "") for each in ("+33800123456", "+33805123456", "+33806123456", "+33809123456")),
    ("3006", "", ""),
    ("3101", "", ""),
    ("+33145678901", "", "caller-id.automated"),
    ("+33545678901", "", "caller-id.automated"),
    ("+33912345678", "", "caller-id.automated"),
    ("+262262123456", "", "caller-id.automated"),
    ("+33612345678", "caller-id.mobile", "caller-id.mobile"),
    ("+33712345678", "caller-id.mobile", "caller-id.mobile"),
    ("+590690123456", "caller-id.mobile", "caller-id.mobile"),
    ("+33810123456", "", "caller-id.automated"),
    ("+33820123456", "", "caller-id.automated"),
    ("+33891234567", "caller-id.premium", "caller-id.premium"),
    *((each, "caller-id.short", "caller-id.short") for each in ("3210", "3400", "3631", "3949")),
    ("1014", "caller-id.short", "caller-id.short"),
    ("118218", "caller-id.short", "caller-id.short"),
    ("112", "caller-id.unusable", "caller-id.unusable"),
    ("3179", "caller-id.unusable", "caller-id.unusable"),
    ("116000", "caller-id.unusable", "caller-id.unusable"),
    ("+33836123456", "caller-id.unusable", "caller-id.unusable"),
    ("+442079460018", "caller-id.abroad", "caller-id.abroad"),
    ("+3312", "caller-id.unusable", "caller-id.unusable"),
    (None, "caller-id.withheld", "caller-id.withheld"),
    ("", "caller-id.withheld", "caller-id.withheld"),
]
ARTICLES = {
    "caller-id.withheld": WITHHELD,
    "caller-id.premium": ORDER,
    "caller-id.short": ORDER,
    "caller-id.unusable": ORDER,
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("number", "by_hand", "automated"), CELLS, ids=lambda each: each)
def test_the_plan_the_order_of_2016_and_l221_17_every_cell(
    number: str | None, by_hand: str, automated: str, mode: Mode
) -> None:
    expected = automated if mode in AUTOMATED else by_hand

    decision = decided(campaign=a_campaign(number, mode=mode), past=AGREED_TO_ALL)

    assert codes(decision) == ([expected] if expected else [])
    assert texts(decision) == ({ARTICLES.get(expected, PLAN)} if expected else set())


def test_the_matrix_has_a_row_for_every_family_and_the_cells_above_are_of_every_row() -> None:
    """The plan (ARCEP 2018-0881): a family that is added later has to be thought about."""
    assert set(KIND_OF) == set(Family)
    assert set(MATRIX) == set(Kind)
    assert {kind_of(number) for number, _, _ in CELLS} == set(Kind)
    assert {*BY_HAND, *AUTOMATED} == set(Mode)


def test_l32_progressive_dialling_is_an_automated_system_and_preview_is_none() -> None:
    assert not any(mode.is_automated for mode in BY_HAND)
    assert all(mode.is_automated for mode in AUTOMATED)


@pytest.mark.parametrize("purpose", [Purpose.SURVEY, Purpose.SERVICE])
def test_the_plan_has_no_exception_for_surveys_nor_for_businesses(purpose: Purpose) -> None:
    """Conseil d'État, 6 June 2024, no. 489787."""
    campaign = a_campaign("+33145678901", purpose=purpose)

    assert codes(decided(campaign=campaign)) == ["caller-id.automated"]
    company = a_person(audience=Audience.COMPANY)
    assert codes(decided(campaign=campaign, person=company)) == ["caller-id.automated"]


@pytest.mark.parametrize(
    ("day", "article"),
    [
        ("2022-12-30", None),
        ("2023-01-02", "fr.plan.2023"),
        ("2025-12-31", "fr.plan.2023"),
        ("2026-01-02", "fr.plan.2026"),
    ],
)
def test_the_plan_has_been_in_force_since_2023(day: str, article: str | None) -> None:
    campaign = a_campaign("+33145678901", purpose=Purpose.SERVICE)

    assert texts(decided(paris(f"{day} 11:00"), campaign)) == ({article} if article else set())


@pytest.mark.parametrize(
    ("options", "facts", "allowed"),
    [
        pytest.param({}, {"rung": 1, "sent": 1, "received": 100}, False, id="nothing is chosen"),
        pytest.param({"few_numbers": 5}, {"rung": 4}, True, id="this is the fifth number"),
        pytest.param({"few_numbers": 5}, {"rung": 5}, False, id="this is the sixth number"),
        pytest.param({"few_numbers": 5}, {}, False, id="nobody knows how many"),
        pytest.param({"sent_per_hundred": 20}, {"sent": 19, "received": 100}, True, id="a fifth"),
        pytest.param(
            {"sent_per_hundred": 20}, {"sent": 20, "received": 100}, False, id="over a fifth"
        ),
        pytest.param(
            {"few_numbers": 5, "sent_per_hundred": 20},
            {"rung": 900, "sent": 1, "received": 1000},
            True,
            id="many numbers, and few calls",
        ),
        pytest.param(
            {"sent_per_hundred": 120}, {"sent": 119, "received": 100}, True, id="20 % more"
        ),
        pytest.param({"sent_per_hundred": 20}, {"sent": 0}, False, id="nobody counted"),
    ],
)
def test_the_plan_s_exceptions_for_ordinary_numbers_are_choices(
    options: dict[str, Any], facts: dict[str, Any], allowed: bool
) -> None:
    ordinary = a_campaign(shown=a_number(number="+33145678901", **facts))
    mobile = a_campaign(shown=a_number(number="+33612345678", **facts))

    assert decided(campaign=ordinary, law=France(**options)).allowed is allowed
    assert codes(decided(campaign=mobile, law=France(**options))) == ["caller-id.mobile"]


def test_the_plan_says_nothing_of_foreign_numbers_so_they_are_a_choice() -> None:
    campaign = a_campaign("+442079460018")

    assert decided(campaign=campaign, law=France(foreign_caller_ids=True)).allowed


def test_l44_and_the_plan_a_number_is_theirs_and_reaches_them() -> None:
    not_theirs = decided(campaign=a_campaign(shown=a_number(entitled=False)))
    dead = decided(campaign=a_campaign(shown=a_number(answers=False)))

    assert codes(not_theirs) == ["caller-id.not-entitled"]
    assert texts(not_theirs) == {"fr.l44"}
    assert codes(dead) == ["caller-id.no-answer"]
    assert texts(dead) == {PLAN}
    assert not_theirs.earliest is None
    assert dead.earliest is None


def test_what_is_shown_is_told_beside_every_other_reason() -> None:
    """L221-17, R223-1, D223-9: each has its reason."""
    past = Past(consents=(a_consent(NOW.replace(year=2025)),))

    decision = decided(paris("2026-11-21 21:00"), a_campaign(None), past=past)

    assert set(codes(decision)) == {
        "consent.expired",
        "day.weekend",
        "hours.closed",
        "caller-id.withheld",
    }
    assert WILLING.consents
