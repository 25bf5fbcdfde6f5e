"""Months and days of a place, across both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.periods import PARIS, Day, Month

zones = st.sampled_from(
    [PARIS, ZoneInfo("America/Miquelon"), ZoneInfo("Indian/Reunion"), ZoneInfo("America/Cayenne")]
)
instants = st.integers(10**9, 4 * 10**9).map(lambda n: datetime.fromtimestamp(n, UTC))


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 28), 24),
        (date(2026, 3, 29), 23),
        (date(2026, 3, 30), 24),
        (date(2026, 10, 24), 24),
        (date(2026, 10, 25), 25),
        (date(2026, 10, 26), 24),
        (date(2027, 3, 28), 23),
        (date(2027, 10, 31), 25),
    ],
)
def test_a_day_lasts_what_the_clocks_make_of_it(day: date, hours: int) -> None:
    assert Day(day).duration == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        ("2026-10-31T22:59:59.999999+00:00", "2026-10"),
        ("2026-10-31T23:00:00+00:00", "2026-11"),
        ("2026-11-30T22:59:59.999999+00:00", "2026-11"),
        ("2026-11-30T23:00:00+00:00", "2026-12"),
        ("2026-06-30T21:59:59.999999+00:00", "2026-06"),
        ("2026-06-30T22:00:00+00:00", "2026-07"),
        ("2026-12-31T23:30:00+00:00", "2027-01"),
        ("2026-11-30T23:30:00-05:00", "2026-12"),
    ],
)
def test_a_month_begins_at_midnight_in_paris(instant: str, month: str) -> None:
    when = datetime.fromisoformat(instant)

    assert Month.of(when) == Month(month)
    assert Month(month).contains(when)
    assert not Month(month).next().contains(when)


def test_both_halves_of_the_repeated_hour_are_inside_the_day() -> None:
    repeated = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    day = Day(date(2026, 10, 25))

    assert day.contains(repeated.replace(fold=0))
    assert day.contains(repeated.replace(fold=1))
    assert repeated.replace(fold=1).astimezone(UTC) - repeated.astimezone(UTC) == timedelta(hours=1)


@given(instants, zones)
def test_an_instant_is_in_exactly_one_month_and_one_day(when: datetime, zone: ZoneInfo) -> None:
    month, day = Month.of(when, zone), Day.of(when, zone)

    assert month.contains(when)
    assert day.contains(when)
    assert not month.next().contains(when)
    assert not month.previous().contains(when)
    assert month.start <= day.start < day.end <= month.end


@given(instants, zones)
def test_periods_follow_one_another_without_gap(when: datetime, zone: ZoneInfo) -> None:
    month, day = Month.of(when, zone), Day.of(when, zone)

    assert month.end == month.next().start
    assert month.next().previous() == month
    assert day.end == day.next().start
    assert day.next().previous() == day


@given(instants, zones)
def test_the_days_of_a_month_fill_it(when: datetime, zone: ZoneInfo) -> None:
    month = Month.of(when, zone)
    days = list(month.days())

    assert days[0].start == month.start
    assert days[-1].end == month.end
    assert days[-1].date == month.last_day
    assert sum((day.duration for day in days), timedelta()) == month.duration


@pytest.mark.parametrize(
    "text",
    ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "", "2026/01", "0000-01", "9999-12"],
)
def test_what_is_no_month_is_rejected(text: str) -> None:
    with pytest.raises(Rejected):
        Month(text)


def test_a_time_without_an_offset_belongs_nowhere() -> None:
    naive = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - the point of the test

    with pytest.raises(ValueError, match="offset"):
        Month("2026-11").contains(naive)
    with pytest.raises(ValueError, match="offset"):
        Day.of(naive)


def test_periods_read_as_they_are_written() -> None:
    assert str(Month("2026-11")) == "2026-11"
    assert str(Day(date(2026, 11, 1))) == "2026-11-01"
    assert Month("2026-02").last_day == date(2026, 2, 28)
    assert len({Month("2026-02"), Month("2026-02")}) == 1
