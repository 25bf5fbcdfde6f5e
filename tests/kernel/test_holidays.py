"""The days on which France is closed, checked against published dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.holidays import (
    CALENDAR_OF,
    Calendar,
    Language,
    holiday_name,
    is_public_holiday,
    public_holidays,
)
from chalicelib.kernel.territory import Territory

# Easter Sundays as published (church tables), for the three days that move with it.
EASTER = {
    2024: date(2024, 3, 31),
    2025: date(2025, 4, 20),
    2026: date(2026, 4, 5),
    2027: date(2027, 3, 28),
    2028: date(2028, 4, 16),
    2030: date(2030, 4, 21),
    2038: date(2038, 4, 25),
}
FIXED = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]


@pytest.mark.parametrize(
    "closed", [date(2027, 1, 1), date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)]
)
def test_the_published_days_of_2027_are_closed(closed: date) -> None:
    assert is_public_holiday(closed)


@pytest.mark.parametrize("year", EASTER)
def test_the_labour_code_names_eleven_days(year: int) -> None:
    moving = [EASTER[year] + timedelta(days=n) for n in (1, 39, 50)]
    expected = {date(year, month, day) for month, day in FIXED} | set(moving)

    assert set(public_holidays(year)) == expected


@pytest.mark.parametrize(
    "ordinary",
    [date(2027, 3, 26), date(2027, 3, 28), date(2027, 12, 26), date(2027, 5, 27), date(2027, 6, 1)],
)
def test_a_regional_or_ordinary_day_is_open_elsewhere(ordinary: date) -> None:
    assert not is_public_holiday(ordinary)


def test_alsace_and_moselle_keep_two_days_more() -> None:
    extra = set(public_holidays(2027, Calendar.ALSACE_MOSELLE)) - set(public_holidays(2027))

    assert extra == {date(2027, 3, 26), date(2027, 12, 26)}


@pytest.mark.parametrize(
    ("calendar", "day"),
    [
        (Calendar.MAYOTTE, date(2027, 4, 27)),
        (Calendar.MARTINIQUE, date(2027, 5, 22)),
        (Calendar.GUADELOUPE, date(2027, 5, 27)),
        (Calendar.SAINT_MARTIN, date(2027, 5, 28)),
        (Calendar.GUYANE, date(2027, 6, 10)),
        (Calendar.SAINT_BARTHELEMY, date(2027, 10, 9)),
        (Calendar.REUNION, date(2027, 12, 20)),
    ],
)
def test_each_place_overseas_remembers_the_abolition(calendar: Calendar, day: date) -> None:
    extra = set(public_holidays(2027, calendar)) - set(public_holidays(2027))

    assert extra == {day}
    assert holiday_name(day, calendar) == "Abolition de l'esclavage"


def test_days_are_named_in_the_reader_s_language() -> None:
    assert holiday_name(date(2027, 5, 6)) == "Ascension"
    assert holiday_name(date(2027, 12, 25), language=Language.EN) == "Christmas Day"
    assert holiday_name(date(2027, 5, 7)) is None


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.sampled_from(list(Calendar)))
def test_no_place_is_open_when_the_whole_country_is_closed(day: date, calendar: Calendar) -> None:
    if is_public_holiday(day):
        assert is_public_holiday(day, calendar)


def test_a_territory_has_a_calendar_only_when_it_is_one_place() -> None:
    assert CALENDAR_OF[Territory.REUNION] is Calendar.REUNION
    assert Territory.OVERSEAS not in CALENDAR_OF
