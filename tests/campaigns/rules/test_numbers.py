"""Numbers that are never rung, in France; and whose law it is."""

from __future__ import annotations

import pytest

from chalicelib.campaigns.rules import Mode, Purpose
from chalicelib.campaigns.rules.french_numbers import NEVER
from chalicelib.kernel.destinations import REFUSED
from chalicelib.kernel.numbering import plan
from tests.campaigns.rules.builders import a_campaign, a_person, codes, decided

SERVICE = a_campaign(purpose=Purpose.SERVICE)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *((each, "number.emergency") for each in ("15", "17", "18", "112", "114", "115", "119")),
        *((each, "number.emergency") for each in ("191", "196", "197")),
        *((each, "number.surcharged") for each in ("+33810123456", "+33820123456")),
        *((each, "number.surcharged") for each in ("+33891234567", "118218", "+262891234567")),
        *((each, "number.short") for each in ("3006", "3631", "3949", "1014", "116000", "3179")),
        *((each, "number.unringable") for each in ("+33836123456", "+337000123456789")),
        *((each, "number.malformed") for each in ("", "+33", "0612345678", "+3361234567")),
        *((each, "number.malformed") for each in ("+330612345678", "+33 6 12 34 56 78", "+")),
        *((each, "number.malformed") for each in ("sip:moi@example.fr", "+3361234567x")),
        *((each, "number.malformed") for each in ("+33690123456", "６６６６", "+1" * 40)),
        *((each, "number.abroad") for each in ("+442079460018", "+12125551234", "+3212345678")),
    ],
)
def test_l33_1_emergency_surcharged_short_and_malformed_numbers_are_never_rung(
    number: str, code: str
) -> None:
    for campaign in (SERVICE, a_campaign()):
        decision = decided(campaign=campaign, person=a_person(number))
        assert codes(decision) == [code]
        assert decision.earliest is None


@pytest.mark.parametrize(
    "number", ["+33612345678", "+33145678901", "+33806123456", "+33162012345", "+590690123456"]
)
def test_numbers_that_people_have_are_rung(number: str) -> None:
    """No article: what the house's list does not name may be rung."""
    by_hand = a_campaign(purpose=Purpose.SERVICE, mode=Mode.PREVIEW)
    assert decided(campaign=by_hand, person=a_person(number)).allowed


def test_the_house_s_list_has_all_that_calls_are_never_put_through_to() -> None:
    """CPCE L33-1 and practice: what is refused as a destination is refused here."""
    assert set(REFUSED) <= set(NEVER)
    assert {each.family for each in plan()} >= set(NEVER)


def test_who_lives_in_france_with_a_foreign_number_is_rung_if_the_list_says_so() -> None:
    """The house's rule: a law is not applied to people of another country by mistake."""
    belgian = "+32470123456"

    assert codes(decided(person=a_person(belgian))) == ["number.abroad"]
    assert decided(person=a_person(belgian, country="FR")).allowed
    assert codes(decided(person=a_person(country="BE"))) == ["number.abroad"]
    premium = a_person("+34803123456", country="FR")
    assert codes(decided(person=premium)) == ["number.surcharged"]
