"""United Kingdom: PECR 2003, the Telephone Preference Service, Ofcom, the trade's hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.campaigns.rules import (
    LAWS,
    Audience,
    Campaign,
    Checked,
    Covers,
    Decision,
    Listed,
    Mode,
    Past,
    Purpose,
    Register,
    Sector,
)
from chalicelib.campaigns.rules.united_kingdom import UnitedKingdom
from chalicelib.campaigns.rules.windows import Hours
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    a_campaign,
    a_consent,
    a_contract,
    a_person,
    agreed,
    codes,
    decided,
    texts,
    tried,
    withdrew,
)

CHECKED = (Checked(register=Register.TPS, at=NOW - DAY),)
ANYBODY = Past(checked=CHECKED)
LONDONER = a_person("+447700900123")


def british(**facts: Any) -> Campaign:
    return a_campaign("+442079460018", country="GB", **facts)


def asked(
    at: datetime = NOW, past: Past = ANYBODY, law: UnitedKingdom | None = None, **facts: Any
) -> Decision:
    return decided(at, british(**facts), LONDONER, past, law)


def test_pecr_21_whoever_is_on_no_register_and_did_not_object_is_rung() -> None:
    decision = asked()

    assert decision.allowed
    assert decision.ground is not None
    assert decision.ground.kind == "opt-out"


@pytest.mark.parametrize("register", [Register.TPS, Register.CTPS])
def test_pecr_21_whoever_is_on_a_register_is_not_but_with_their_consent(
    register: Register,
) -> None:
    listed = (Listed(register=register),)

    decision = asked(past=Past(checked=CHECKED, listed=listed))

    assert codes(decision) == [f"listed.{register}"]
    assert texts(decision) == {"gb.pecr.21"}
    assert asked(past=Past(listed=listed, consents=(a_consent(),))).allowed


@pytest.mark.parametrize(
    ("age", "allowed"), [(28 * DAY, True), (28 * DAY + timedelta(seconds=1), False)]
)
def test_pecr_21_the_register_is_of_28_days_ago_or_less(age: timedelta, allowed: bool) -> None:
    checked = (Checked(register=Register.TPS, at=NOW - age),)

    assert asked(past=Past(checked=checked)).allowed is allowed
    assert codes(asked(past=Past())) == ["unchecked.tps"]


@pytest.mark.parametrize(
    ("audience", "registers"),
    [
        (Audience.CONSUMER, {"tps"}),
        (Audience.PROFESSIONAL, {"tps", "ctps"}),
        (Audience.COMPANY, {"ctps"}),
    ],
)
def test_pecr_26_companies_are_looked_for_in_their_own_register(
    audience: Audience, registers: set[str]
) -> None:
    both = (Register.TPS, Register.CTPS)

    def unchecked(*checked: Register) -> set[str]:
        done = tuple(Checked(register=each, at=NOW - DAY) for each in checked)
        somebody = replace(LONDONER, audience=audience)
        return set(codes(decided(NOW, british(), somebody, Past(checked=done))))

    assert unchecked() == {f"unchecked.{each}" for each in registers}
    assert unchecked(*both) == set()
    for each in both:
        assert unchecked(each) == {f"unchecked.{other}" for other in registers - {each}}


def test_pecr_21_whoever_objected_to_this_caller_is_never_rung() -> None:
    decision = asked(past=Past(checked=CHECKED, withdrawals=withdrew(NOW - 900 * DAY)))

    assert codes(decision) == ["withdrawn"]
    assert decision.earliest is None


def test_pecr_has_no_year_for_consents() -> None:
    """Reg. 21: "for the time being"."""
    assert asked(past=Past(consents=(a_consent(NOW - 900 * DAY),))).allowed


def test_pecr_19_a_machine_speaks_to_whoever_agreed_to_it() -> None:
    decision = asked(mode=Mode.AGENTLESS)

    assert codes(decision) == ["automaton.consent"]
    assert texts(decision) == {"gb.pecr.19"}
    assert asked(mode=Mode.AGENTLESS, past=Past(consents=(agreed(Covers.AUTOMATON),))).allowed


def test_pecr_21a_and_21b_claims_and_pensions_need_consent() -> None:
    claims, pensions = asked(sector=Sector.CLAIMS), asked(sector=Sector.PENSIONS, link="pension")
    customer = Past(checked=CHECKED, contracts=(a_contract(),))

    assert texts(claims) == {"gb.pecr.21a"}
    assert texts(pensions) == {"gb.pecr.21b"}
    assert codes(claims) == codes(pensions) == ["consent.missing"]
    assert asked(sector=Sector.CLAIMS, past=Past(consents=(a_consent(),))).allowed
    assert asked(sector=Sector.PENSIONS, link="pension", past=customer).allowed
    assert not asked(sector=Sector.CLAIMS, link="claim", past=customer).allowed


def test_pecr_21_a1_the_number_is_not_withheld() -> None:
    decision = decided(campaign=a_campaign(None, country="GB"), person=LONDONER, past=ANYBODY)

    assert texts(decision) == {"gb.pecr.21.cli"}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 18, 7, 59, tzinfo=UTC), ["hours.closed"]),
        (datetime(2026, 11, 18, 8, tzinfo=UTC), []),
        (datetime(2026, 11, 18, 20, 59, tzinfo=UTC), []),
        (datetime(2026, 11, 18, 21, tzinfo=UTC), ["hours.closed"]),
        (datetime(2026, 11, 21, 11, tzinfo=UTC), []),
        (datetime(2026, 11, 22, 11, tzinfo=UTC), ["day.weekend"]),
    ],
)
def test_hours_are_practice_there(at: datetime, expected: list[str]) -> None:
    decision = asked(at)

    assert codes(decision) == expected
    assert texts(decision) == ({"practice"} if expected else set())


def test_hours_of_practice_are_set() -> None:
    law = UnitedKingdom(hours=Hours(week=(((9, 18),),) * 7))

    assert asked(datetime(2026, 11, 22, 11, tzinfo=UTC), law=law).allowed
    assert not asked(datetime(2026, 11, 18, 8, tzinfo=UTC), law=law).allowed


def test_ofcom_three_per_cent_in_a_day_and_no_machine_for_72_hours() -> None:
    cap = LAWS["GB"].abandonment()
    past = Past(checked=CHECKED, attempts=tried(DAY, abandoned=True))

    assert (cap.permille, cap.over, cap.article.key) == (30, DAY, "gb.ofcom.2017")
    assert codes(asked(past=past)) == ["attempts.abandoned"]
    assert asked(past=past, mode=Mode.PREVIEW).allowed


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("999", "number.emergency"),
        ("+449098790000", "number.surcharged"),
        ("+448712345678", "number.surcharged"),
        ("+447012345678", "number.surcharged"),
        ("+4477009001", "number.malformed"),
        ("07700900123", "number.malformed"),
        ("+33612345678", "number.abroad"),
    ],
)
def test_numbers_that_are_never_rung_there(number: str, code: str) -> None:
    """The house's rule, by the National Telephone Numbering Plan."""
    campaign = british(purpose=Purpose.SERVICE)

    assert codes(decided(campaign=campaign, person=a_person(number), past=ANYBODY)) == [code]


def test_a_zone_of_the_list_counts_there_too() -> None:
    """Practice: somebody's number is British, and they are in Spain; or nowhere."""
    at = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)

    for zone, expected in (("Europe/Madrid", []), ("Europe/Madird", ["zone.unreadable"])):
        person = a_person("+447700900123", zone=zone)
        found = codes(decided(at, british(), person, ANYBODY))
        assert [code for code in found if code != "hours.closed"] == expected


def test_gdpr_21_whoever_wants_no_more_calls_is_not_surveyed_there_either() -> None:
    past = Past(withdrawals=withdrew(NOW - DAY))

    for purpose in (Purpose.SURVEY, Purpose.SERVICE):
        decision = asked(past=past, purpose=purpose)
        assert codes(decision) == ["withdrawn"]
        assert texts(decision) == {"gb.gdpr.21"}
    chosen = UnitedKingdom(service_after_objection=True)
    assert asked(past=past, law=chosen, purpose=Purpose.SERVICE).allowed
    assert not asked(past=past, law=chosen, purpose=Purpose.SURVEY).allowed
