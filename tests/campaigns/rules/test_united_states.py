"""United States: 47 CFR 64.1200 (TCPA), the Do Not Call Registry, states that are stricter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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
    Person,
    Purpose,
    Register,
)
from chalicelib.campaigns.rules.american_numbers import ANYWHERE, area_codes
from chalicelib.campaigns.rules.united_states import State, UnitedStates
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

NEW_YORK, MIAMI, FARGO, DALLAS = "+12125550123", "+13055550123", "+17015550123", "+12145550123"
# Wednesday, 11 h in New York.
MORNING = datetime(2026, 11, 18, 16, tzinfo=UTC)
CHECKED = (Checked(register=Register.US_NATIONAL, at=MORNING - DAY),)
ANYBODY = Past(checked=CHECKED)


def american(**facts: Any) -> Campaign:
    return a_campaign("+12125550100", country="US", **{"mode": Mode.PREVIEW, **facts})


def asked(
    at: datetime = MORNING,
    past: Past = ANYBODY,
    person: Person | None = None,
    law: UnitedStates | None = None,
    **facts: Any,
) -> Decision:
    return decided(at, american(**facts), person or a_person(NEW_YORK), past, law)


def test_64_1200_c_2_whoever_is_not_on_the_registry_is_rung() -> None:
    decision = asked()

    assert decision.allowed
    assert decision.ground is not None
    assert decision.ground.kind == "opt-out"


@pytest.mark.parametrize("register", [Register.US_NATIONAL, Register.US_STATE])
def test_64_1200_c_2_whoever_is_on_it_is_not_but_with_consent_or_as_a_customer(
    register: Register,
) -> None:
    listed = (Listed(register=register),)

    decision = asked(past=Past(checked=CHECKED, listed=listed))

    assert codes(decision) == [f"listed.{register}"]
    assert texts(decision) == {"us.64.1200.c.2"}
    assert asked(past=Past(listed=listed, consents=(a_consent(),))).allowed
    left = a_contract(ended_at=MORNING - 539 * DAY, began_at=MORNING - 900 * DAY)
    long_gone = a_contract(ended_at=MORNING - 540 * DAY, began_at=MORNING - 900 * DAY)
    assert asked(past=Past(listed=listed, contracts=(left,)), link="policy").allowed
    assert not asked(past=Past(listed=listed, contracts=(long_gone,)), link="policy").allowed
    company = a_person(NEW_YORK, audience=Audience.COMPANY)
    assert asked(past=Past(listed=listed), person=company).allowed


@pytest.mark.parametrize(
    ("age", "allowed"), [(31 * DAY, True), (31 * DAY + timedelta(seconds=1), False)]
)
def test_64_1200_c_2_the_registry_is_of_31_days_ago_or_less(age: timedelta, allowed: bool) -> None:
    checked = (Checked(register=Register.US_NATIONAL, at=MORNING - age),)

    assert asked(past=Past(checked=checked)).allowed is allowed


@pytest.mark.parametrize(
    ("hour", "minute", "allowed"), [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False)]
)
@pytest.mark.parametrize(
    ("number", "zone"),
    [
        (NEW_YORK, "America/New_York"),
        (DALLAS, "America/Chicago"),
        ("+16025550123", "America/Phoenix"),
        ("+18085550123", "Pacific/Honolulu"),
        ("+17875550123", "America/Puerto_Rico"),
    ],
)
def test_64_1200_c_1_eight_to_twenty_one_where_the_called_party_is(
    number: str, zone: str, hour: int, minute: int, allowed: bool
) -> None:
    for day in (18, 22):  # a Wednesday, and a Sunday
        at = datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone))
        decision = asked(at, past=Past(consents=(a_consent(),)), person=a_person(number))
        assert decision.allowed is allowed
        assert texts(decision) == (set() if allowed else {"us.64.1200.c.1"})


@pytest.mark.parametrize(
    ("saturday", "opens"),
    [
        pytest.param("2027-03-13T21:00-05:00", "2027-03-14T08:00-04:00", id="to summer time"),
        pytest.param("2026-10-31T21:00-04:00", "2026-11-01T08:00-05:00", id="to winter time"),
    ],
)
def test_64_1200_c_1_clocks_change_in_the_night(saturday: str, opens: str) -> None:
    at = datetime.fromisoformat(saturday)
    past = Past(consents=(a_consent(at - DAY),))

    assert asked(at, past=past).earliest == datetime.fromisoformat(opens)


def test_64_1200_c_1_an_area_code_in_two_zones_is_rung_when_it_is_day_in_both() -> None:
    past, person = Past(consents=(a_consent(),)), a_person(FARGO)

    evening_in_chicago = asked(datetime(2026, 11, 19, 3, tzinfo=UTC), past=past, person=person)
    morning_in_chicago = asked(datetime(2026, 11, 18, 14, tzinfo=UTC), past=past, person=person)

    assert codes(evening_in_chicago) == codes(morning_in_chicago) == ["hours.closed"]
    assert morning_in_chicago.earliest == datetime(2026, 11, 18, 15, tzinfo=UTC)
    early = datetime(2026, 11, 18, 14, tzinfo=UTC)
    for said in ({"zone": "America/Chicago"}, {"list_zone": "America/Chicago"}):
        assert asked(early, past=past, person=a_person(FARGO, **said)).allowed
    nonsense = a_person(FARGO, list_zone="America/New_York")
    assert not asked(early, past=past, person=nonsense).allowed


def test_64_1200_c_1_a_new_area_code_is_rung_when_it_is_day_in_all_of_the_country() -> None:
    person, past = a_person("+12225550123", country="US"), Past(consents=(a_consent(),))

    assert asked(MORNING, past=past, person=person).earliest == MORNING.replace(hour=18)
    assert {zone for _, zones in area_codes().values() for zone in zones} >= set(ANYWHERE)


@pytest.mark.parametrize("mode", [Mode.POWER, Mode.PREDICTIVE, Mode.AGENTLESS])
def test_64_1200_a_1_to_3_a_machine_sells_to_whoever_agreed_to_it_in_writing(mode: Mode) -> None:
    decision = asked(mode=mode, past=Past(consents=(a_consent(),)))

    assert codes(decision) == ["automaton.consent"]
    assert texts(decision) == {"us.64.1200.a"}
    assert asked(mode=mode, past=Past(consents=(agreed(Covers.AUTOMATON),))).allowed
    company = a_person(NEW_YORK, audience=Audience.COMPANY)
    assert not asked(mode=mode, person=company).allowed


def test_64_1200_a_1_to_3_a_machine_that_sells_nothing_needs_a_consent_of_any_kind() -> None:
    survey: dict[str, Any] = {"purpose": Purpose.SURVEY, "mode": Mode.AGENTLESS}

    assert codes(asked(**survey)) == ["consent.missing"]
    assert asked(**survey, past=Past(consents=(a_consent(),))).allowed
    machine = a_consent(covers=frozenset({Covers.AUTOMATON}))
    assert asked(**survey, past=Past(consents=(machine,))).allowed
    assert asked(purpose=Purpose.SURVEY, mode=Mode.PREDICTIVE).allowed


def test_64_1200_d_whoever_asks_not_to_be_rung_is_not_for_ever() -> None:
    decision = asked(past=Past(checked=CHECKED, withdrawals=withdrew(NOW - 3000 * DAY)))

    assert codes(decision) == ["withdrawn"]
    assert texts(decision) == {"us.64.1200.d"}
    assert decision.earliest is None


def test_64_1200_a_7_three_per_cent_in_thirty_days() -> None:
    cap = LAWS["US"].abandonment()

    assert (cap.permille, cap.over, cap.answer_within) == (30, 30 * DAY, timedelta(seconds=2))
    assert cap.article.key == "us.64.1200.a.7"


def test_64_1601_e_a_number_is_shown_and_reaches_somebody() -> None:
    withheld = decided(MORNING, a_campaign(None, country="US", mode=Mode.MANUAL), a_person(MIAMI))

    assert texts(withheld) == {"us.64.1601.e"}
    assert codes(withheld) == ["caller-id.withheld"]


def test_state_law_florida_shuts_at_eight_and_has_three_calls_in_24_hours() -> None:
    """Fla. Stat. 501.616(6)."""
    person = a_person(MIAMI)
    at = datetime(2026, 11, 18, 20, 30, tzinfo=ZoneInfo("America/New_York"))
    calls = tuple(
        each for hours in (1, 5, 23) for each in tried(NOW - MORNING + timedelta(hours=hours))
    )
    past = Past(checked=CHECKED, attempts=calls)

    evening, fourth = asked(at, person=person), asked(past=past, person=person)

    assert codes(evening) == ["hours.closed"]
    assert texts(evening) == {"us.state"}
    assert asked(at).allowed
    assert codes(fourth) == ["attempts.too-many"]
    assert fourth.earliest == MORNING + timedelta(hours=1)
    assert asked(past=past).allowed
    assert asked(past=Past(checked=CHECKED, attempts=calls[1:]), person=person).allowed


def test_state_law_is_an_option() -> None:
    law = UnitedStates(states={"NY": State(hours=Hours(week=(((12, 13),),) * 7))})

    assert not asked(law=law).allowed
    assert asked(law=law).earliest == MORNING + timedelta(hours=1)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("911", "number.emergency"),
        ("+1911", "number.emergency"),
        ("+19005550123", "number.surcharged"),
        ("+14165550123", "number.abroad"),  # Toronto
        ("+18765550123", "number.abroad"),  # Jamaica
        ("+33612345678", "number.abroad"),
        ("+11125550123", "number.malformed"),
        ("2125550123", "number.malformed"),
        ("+1212555012", "number.malformed"),
    ],
)
def test_numbers_that_are_never_rung_there(number: str, code: str) -> None:
    """64.1200(a)(1) and the house's rule: emergency lines, surcharged and foreign numbers."""
    decision = asked(person=a_person(number), purpose=Purpose.SERVICE)

    assert codes(decision) == [code]


def test_64_1200_c_1_every_area_code_of_the_file_has_a_state_and_zones() -> None:
    assert len(area_codes()) > 350
    for state, zones in area_codes().values():
        assert len(state) == 2
        assert all(ZoneInfo(zone) for zone in zones)
    assert {area_codes()[code][0] for code in ("212", "305", "808", "787")} == {
        "NY",
        "FL",
        "HI",
        "PR",
    }
    assert area_codes()["208"][1] == ("America/Denver", "America/Los_Angeles")


def test_practice_whoever_wants_no_more_calls_is_not_surveyed_there_either() -> None:
    past = Past(withdrawals=withdrew(NOW - DAY))

    for purpose in (Purpose.SURVEY, Purpose.SERVICE):
        assert codes(asked(past=past, purpose=purpose)) == ["withdrawn"]
    chosen = UnitedStates(service_after_objection=True)
    assert asked(past=past, law=chosen, purpose=Purpose.SERVICE).allowed
    assert not asked(past=past, law=chosen, purpose=Purpose.SURVEY).allowed
