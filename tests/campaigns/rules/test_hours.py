"""D223-9 (France): days, hours on the person's clock, calls in thirty days, sixty after a no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.campaigns.rules import Audience, Covers, Mode, Past, Purpose
from chalicelib.campaigns.rules.france import France
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    a_campaign,
    a_consent,
    a_person,
    agreed,
    codes,
    decided,
    paris,
    said_no,
    texts,
    tried,
    with_,
)

REUNION = "+262692123456"
SURVEY = a_campaign(purpose=Purpose.SURVEY)
# Agreed for as long as the tests below look at.
IN_2027 = Past(consents=(a_consent(paris("2026-12-30 12:00")),))


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        ("09:59", "hours.closed"),
        ("10:00", None),
        ("12:59", None),
        ("13:00", "hours.closed"),
        ("13:59", "hours.closed"),
        ("14:00", None),
        ("19:59", None),
        ("20:00", "hours.closed"),
    ],
)
def test_d223_9_ten_to_thirteen_and_fourteen_to_twenty(clock: str, code: str | None) -> None:
    decision = decided(paris(f"2026-11-18 {clock}"))

    assert codes(decision) == ([code] if code else [])
    assert texts(decision) == ({"fr.d223-9"} if code else set())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2027-01-01", ["day.holiday"], id="New Year, a Friday"),
        pytest.param("2027-03-29", ["day.holiday"], id="Easter Monday"),
        pytest.param("2027-05-06", ["day.holiday"], id="Ascension"),
        pytest.param("2027-05-17", ["day.holiday"], id="Whit Monday"),
        pytest.param("2027-03-26", [], id="Good Friday"),
        pytest.param("2027-03-27", ["day.weekend"], id="a Saturday"),
        pytest.param("2027-03-28", ["day.weekend"], id="a Sunday"),
        pytest.param("2027-05-01", ["day.weekend", "day.holiday"], id="1 May, a Saturday"),
        pytest.param("2027-05-10", [], id="a Monday"),
    ],
)
def test_d223_9_and_l3133_1_days_off(day: str, expected: list[str]) -> None:
    assert codes(decided(paris(f"{day} 11:00"), past=IN_2027)) == expected


def test_d223_9_every_reason_is_told() -> None:
    decision = decided(paris("2027-05-01 20:30"), past=IN_2027)

    assert codes(decision) == ["day.weekend", "day.holiday", "hours.closed"]
    assert decision.earliest == paris("2027-05-03 10:00")


@pytest.mark.parametrize(
    ("at", "earliest"),
    [
        pytest.param("2026-11-18 09:00", "2026-11-18 10:00", id="before opening"),
        pytest.param("2026-11-18 13:00", "2026-11-18 14:00", id="at lunch"),
        pytest.param("2026-11-20 20:00", "2026-11-23 10:00", id="over a weekend"),
        pytest.param("2026-12-24 21:00", "2026-12-28 10:00", id="over Christmas, a Friday"),
        pytest.param("2026-11-10 20:00", "2026-11-12 10:00", id="over 11 November"),
    ],
)
def test_d223_9_earliest_is_when_days_and_hours_allow_again(at: str, earliest: str) -> None:
    decision = decided(paris(at))

    assert decision.earliest == paris(earliest)
    assert {each.until for each in decision.reasons} == {paris(earliest)}


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+33612345678", "Europe/Paris"),
        ("+33912345678", "Europe/Paris"),
        ("+590690123456", "America/Guadeloupe"),
        ("+594694123456", "America/Cayenne"),
        ("+596696123456", "America/Martinique"),
        (REUNION, "Indian/Reunion"),
        ("+262639123456", "Indian/Mayotte"),
        ("+508708123456", "America/Miquelon"),
    ],
)
def test_d223_9_hours_are_those_of_the_number_s_territory(number: str, zone: str) -> None:
    opens = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo(zone))
    person = a_person(number)

    assert decided(opens, person=person).allowed
    assert codes(decided(opens - timedelta(seconds=1), person=person)) == ["hours.closed"]
    assert decided(opens - timedelta(hours=1), person=person).earliest == opens


def test_d223_9_half_past_one_in_paris_is_half_past_four_in_reunion() -> None:
    at = paris("2026-11-18 13:30")

    assert codes(decided(at)) == ["hours.closed"]
    assert decided(at, person=a_person(REUNION)).allowed


@pytest.mark.parametrize(
    ("number", "list_zone", "opens"),
    [
        pytest.param("+33612345678", "Indian/Reunion", "Indian/Reunion", id="a mobile"),
        pytest.param("+33912345678", "Indian/Reunion", "Indian/Reunion", id="a 09"),
        pytest.param("+33145678901", "Indian/Reunion", "Europe/Paris", id="a fixed number"),
        pytest.param(REUNION, "Europe/Paris", "Indian/Reunion", id="a number of Réunion"),
        pytest.param("+262268123456", "Indian/Reunion", "Indian/Reunion", id="a shared range"),
        pytest.param("+262268123456", "Europe/Paris", "Indian/Mayotte", id="and nonsense"),
        pytest.param("+33612345678", "", "Europe/Paris", id="a list that says nothing"),
    ],
)
def test_d223_9_the_list_is_asked_where_the_number_does_not_tell(
    number: str, list_zone: str, opens: str
) -> None:
    at_ten = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo(opens))
    person = a_person(number, list_zone=list_zone)

    assert decided(at_ten, person=person).allowed
    assert codes(decided(at_ten - timedelta(minutes=1), person=person)) == ["hours.closed"]


def test_d223_9_where_somebody_is_known_to_be_counts_before_their_number() -> None:
    at = paris("2026-11-18 13:30")

    assert decided(at, person=a_person(zone="Indian/Reunion")).allowed
    assert codes(decided(at, person=a_person(REUNION, zone="Europe/Paris"))) == ["hours.closed"]


def test_d223_9_a_zone_that_does_not_exist_lets_nobody_be_rung() -> None:
    for zone in ("Europe/Pariss", "../../etc/passwd", "Europe/", "E" * 300):
        for person in (a_person(zone=zone), a_person(list_zone=zone)):
            decision = decided(person=person)
            assert codes(decision) == ["zone.unreadable"]
            assert decision.earliest is None


def test_d223_9_a_range_that_two_territories_share_is_rung_when_both_allow() -> None:
    person = a_person("+262268123456")  # Réunion or Mayotte, an hour behind

    at_ten_in_mayotte = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Indian/Mayotte"))

    assert codes(decided(at_ten_in_mayotte - timedelta(minutes=1), person=person)) == [
        "hours.closed"
    ]
    assert decided(at_ten_in_mayotte, person=person).allowed
    assert not decided(at_ten_in_mayotte + timedelta(hours=2), person=person).allowed


@pytest.mark.parametrize(
    ("evening", "opens"),
    [
        pytest.param("2027-03-26 20:00", "2027-03-30T08:00", id="to summer time, over Easter"),
        pytest.param("2026-10-23 20:00", "2026-10-26T09:00", id="to winter time"),
    ],
)
def test_d223_9_a_weekend_on_which_clocks_change_opens_at_ten_all_the_same(
    evening: str, opens: str
) -> None:
    given = paris(evening) - 200 * DAY

    decision = decided(paris(evening), past=Past(consents=(a_consent(given),)))

    assert decision.earliest == datetime.fromisoformat(f"{opens}+00:00")


def test_d223_9_al_2_whoever_agreed_to_it_apart_is_rung_on_sundays() -> None:
    sunday = paris("2026-11-22 21:00")

    assert codes(decided(sunday)) == ["day.weekend", "hours.closed"]
    assert decided(sunday, past=Past(consents=(agreed(Covers.OUTSIDE_HOURS),))).allowed
    only_hours = a_consent(covers=frozenset({Covers.OUTSIDE_HOURS}))
    assert codes(decided(sunday, past=Past(consents=(only_hours,)))) == ["consent.missing"]


def test_d223_9_began_on_1_march_2023() -> None:
    saturday = paris("2023-02-25 21:00")

    assert decided(saturday, a_campaign(purpose=Purpose.SERVICE, mode=Mode.PREVIEW)).allowed
    before = codes(decided(saturday))
    assert "day.weekend" not in before
    assert "unchecked.bloctel" in before
    assert "day.weekend" in codes(decided(paris("2023-03-04 11:00")))
    assert "hours.closed" not in codes(decided(paris("2023-02-28 23:59")))
    assert "hours.closed" in codes(decided(paris("2023-03-01 00:00")))


def test_d223_9_is_of_prospecting_and_surveys_keep_it_by_courtesy() -> None:
    saturday = paris("2026-11-21 11:00")

    assert decided(saturday, a_campaign(purpose=Purpose.SERVICE)).allowed
    assert decided(saturday, person=a_person(audience=Audience.COMPANY)).allowed
    survey = decided(saturday, SURVEY)
    assert codes(survey) == ["day.weekend"]
    assert texts(survey) == {"practice"}
    assert decided(saturday, SURVEY, law=France(courtesy=frozenset())).allowed


@pytest.mark.parametrize(
    ("options", "number", "day", "closed"),
    [
        ({}, "+33312345678", "2027-03-26", False),
        ({"alsace_moselle": True}, "+33312345678", "2027-03-26", True),
        ({"alsace_moselle": True}, REUNION, "2027-03-26", False),
        ({"abolition_days": True}, REUNION, "2027-12-20", True),
        ({"abolition_days": True}, "+596696123456", "2027-12-20", False),
        ({"abolition_days": True}, "+596696123456", "2027-05-21", False),
        ({"abolition_days": True}, "+594694123456", "2027-06-10", True),
        ({}, REUNION, "2027-12-20", False),
    ],
)
def test_l3134_13_and_l3422_2_days_of_some_places_are_a_choice(
    options: dict[str, Any], number: str, day: str, closed: bool
) -> None:
    at = datetime.fromisoformat(f"{day}T14:30").replace(
        tzinfo=ZoneInfo("Indian/Reunion" if number == REUNION else "America/Martinique")
    )
    at = at if number != "+33312345678" else paris(f"{day} 14:30")
    past = Past(consents=(a_consent(at - DAY),))

    decision = decided(at, person=a_person(number), past=past, law=France(**options))

    assert codes(decision) == (["day.holiday"] if closed else [])
    assert texts(decision) == ({"practice"} if closed else set())


def test_d223_9_al_3_a_fifth_call_in_thirty_days_waits_for_the_thirty_first() -> None:
    """The first of the four was on 2 November at 15 h: its thirty days end with 1 December."""
    first = paris("2026-11-02 15:00")
    calls = tried(NOW - first, 9 * DAY, 8 * DAY, DAY)

    three = decided(past=with_(attempts=calls[1:]))
    four = decided(past=with_(attempts=calls))

    assert three.allowed
    assert codes(four) == ["attempts.too-many"]
    assert texts(four) == {"fr.d223-9"}
    assert four.reasons[0].until == paris("2026-12-02 00:00")
    assert four.earliest == paris("2026-12-02 10:00")
    assert not decided(paris("2026-12-01 19:59"), past=with_(attempts=calls)).allowed
    assert decided(paris("2026-12-02 10:00"), past=with_(attempts=calls)).allowed


def test_d223_9_al_3_counts_tries_of_this_professional_that_sell() -> None:
    recent = (5 * DAY, 4 * DAY, 3 * DAY, 2 * DAY)

    assert decided(past=with_(attempts=tried(*recent, professional="404833048"))).allowed
    assert decided(past=with_(attempts=tried(*recent, selling=False))).allowed
    assert not decided(past=with_(attempts=tried(*recent))).allowed
    survey = decided(campaign=SURVEY, past=with_(attempts=tried(*recent, selling=False)))
    assert codes(survey) == ["attempts.too-many"]
    assert texts(survey) == {"practice"}


def test_d223_9_al_3_days_are_counted_on_the_person_s_clock() -> None:
    """23 h in Paris is already the next day in Réunion."""
    first = paris("2026-11-02 23:00")
    calls = tried(NOW - first, 3 * DAY, 2 * DAY, DAY)
    past = with_(attempts=calls)

    assert decided(past=past).reasons[0].until == paris("2026-12-02 00:00")
    assert decided(past=past, person=a_person(REUNION)).reasons[0].until == datetime(
        2026, 12, 2, 20, tzinfo=UTC
    )


def test_d223_9_al_3_attempts_of_a_clock_that_runs_ahead_count() -> None:
    calls = tried(-DAY, DAY, 2 * DAY, 3 * DAY)

    assert codes(decided(past=with_(attempts=calls))) == ["attempts.too-many"]


def test_d223_9_al_3_sixty_whole_days_after_a_refusal() -> None:
    """Refused on 18 November: 17 January 2027 is the sixtieth day, 18 January the next."""
    past = with_(refusals=said_no(paris("2026-11-18 18:30")))

    soon = decided(paris("2026-11-19 11:00"), past=past)

    assert codes(soon) == ["refused"]
    assert texts(soon) == {"fr.d223-9"}
    assert soon.reasons[0].until == paris("2027-01-18 00:00")
    assert soon.earliest == paris("2027-01-18 10:00")
    assert not decided(paris("2027-01-15 11:00"), past=past).allowed
    assert decided(paris("2027-01-18 10:00"), past=past).allowed
    assert decided(past=with_(refusals=said_no(NOW, "404833048"))).allowed


def test_d223_9_al_3_a_leap_day_is_a_day() -> None:
    past = Past(
        consents=(a_consent(paris("2028-01-03 10:00")),),
        refusals=said_no(paris("2028-01-10 11:00")),
    )

    assert decided(paris("2028-01-10 12:00"), past=past).earliest == paris("2028-03-13 10:00")
    assert decided(paris("2028-01-10 12:00"), past=past).reasons[0].until == paris(
        "2028-03-11 00:00"
    )


def test_a_call_that_was_abandoned_is_rung_again_by_somebody_who_is_there() -> None:
    """Practice (Ofcom's): no French text; 72 hours."""
    past = with_(attempts=tried(DAY, abandoned=True))

    machine = decided(past=past)

    assert codes(machine) == ["attempts.abandoned"]
    assert machine.earliest == NOW + 2 * DAY
    assert decided(campaign=a_campaign(mode=Mode.PROGRESSIVE), past=past).allowed
    assert decided(NOW + 2 * DAY, past=past).allowed
    assert decided(past=past, law=France(abandoned_pause=timedelta(hours=24))).allowed
