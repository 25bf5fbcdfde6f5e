"""Opening hours by the clock on the wall: boundaries, midnight, holidays, both clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ivr.kinds.hours import Hours
from tests.ivr.builders import PARIS, a_flow, an_end, some_hours

if TYPE_CHECKING:
    from chalicelib.kernel.hours import Schedule


def a_schedule(**fields: Any) -> Schedule:
    node = a_flow(hours=some_hours(**fields), end=an_end()).nodes["hours"]
    assert isinstance(node, Hours)
    return node.calendar


def paris(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


OFFICE = {
    "monday": [["09:00", "12:30"], ["14:00", "18:00"]],
    "tuesday": [["09:00", "12:30"]],
    "friday": [["22:00", "02:00"]],
    "sunday": [["00:00", "24:00"]],
}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param("2026-11-23T08:59:59", False, id="a second before opening"),
        pytest.param("2026-11-23T09:00:00", True, id="on opening"),
        pytest.param("2026-11-23T12:29:59", True, id="a second before lunch"),
        pytest.param("2026-11-23T12:30:00", False, id="lunch"),
        pytest.param("2026-11-23T14:00:00", True, id="after lunch"),
        pytest.param("2026-11-23T18:00:00", False, id="on closing"),
        pytest.param("2026-11-24T15:00:00", False, id="an afternoon off"),
        pytest.param("2026-11-25T10:00:00", False, id="a day off"),
        pytest.param("2026-11-27T21:59:59", False, id="before the night"),
        pytest.param("2026-11-27T23:59:59", True, id="before midnight"),
        pytest.param("2026-11-28T00:00:00", True, id="after midnight"),
        pytest.param("2026-11-28T01:59:59", True, id="the night's last second"),
        pytest.param("2026-11-28T02:00:00", False, id="the night is over"),
        pytest.param("2026-11-29T00:00:00", True, id="a whole day begins"),
        pytest.param("2026-11-29T23:59:59", True, id="a whole day ends"),
        pytest.param("2026-11-30T00:00:00", False, id="the day after"),
    ],
)
def test_a_place_is_open_from_the_first_minute_to_before_the_last(at: str, is_open: bool) -> None:
    assert a_schedule(weekly=OFFICE).allow(paris(at)) is is_open


def test_hours_are_those_of_the_zone_not_of_the_clock_that_asks() -> None:
    reunion = a_schedule(zone="Indian/Reunion", weekly={"monday": [["09:00", "18:00"]]})

    assert reunion.allow(paris("2026-11-23T06:00"))
    assert not reunion.allow(paris("2026-11-23T15:00"))
    assert reunion.allow(datetime(2026, 11, 23, 5, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        # Spring: 02:00 becomes 03:00, so that an hour of the night never comes.
        pytest.param(datetime(2027, 3, 28, 0, 59, tzinfo=UTC), True, id="01:59, open"),
        pytest.param(
            datetime(2027, 3, 28, 1, 0, tzinfo=UTC), False, id="03:00, closed since 02:30"
        ),
        # Autumn: 02:00 to 03:00 comes twice.
        pytest.param(datetime(2026, 10, 25, 0, 15, tzinfo=UTC), True, id="02:15 the first time"),
        pytest.param(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), False, id="02:45 the first time"),
        pytest.param(datetime(2026, 10, 25, 1, 15, tzinfo=UTC), True, id="02:15 the second time"),
        pytest.param(datetime(2026, 10, 25, 1, 45, tzinfo=UTC), False, id="02:45 the second time"),
    ],
)
def test_at_the_clock_changes_the_clock_on_the_wall_is_right(
    instant: datetime, is_open: bool
) -> None:
    nights = a_schedule(weekly={"saturday": [["20:00", "02:30"]]})

    assert nights.allow(instant) is is_open


def test_the_days_around_a_clock_change_keep_their_hours() -> None:
    always_nine = a_schedule(
        weekly={"friday": [["09:00", "18:00"]], "monday": [["09:00", "18:00"]]}
    )

    for day in ("2027-03-26", "2027-03-29", "2026-10-23", "2026-10-26"):
        assert not always_nine.allow(paris(f"{day}T08:59"))
        assert always_nine.allow(paris(f"{day}T09:00"))
        assert not always_nine.allow(paris(f"{day}T18:00"))


@pytest.mark.parametrize(
    ("calendar", "day", "is_open"),
    [
        pytest.param(None, "2027-07-14", True, id="no calendar: open on 14 July"),
        pytest.param("national", "2027-07-14", False, id="14 July"),
        pytest.param("national", "2027-05-06", False, id="Ascension"),
        pytest.param("national", "2027-03-26", True, id="Good Friday is a working day"),
        pytest.param("alsace_moselle", "2027-03-26", False, id="but not in Strasbourg"),
        pytest.param("national", "2027-12-20", True, id="20 December is a working day"),
        pytest.param("reunion", "2027-12-20", False, id="but not in Saint-Denis"),
    ],
)
def test_public_holidays_close_when_their_calendar_is_chosen(
    calendar: str | None, day: str, is_open: bool
) -> None:
    week = dict.fromkeys(
        ["monday", "tuesday", "wednesday", "thursday", "friday"], [["09:00", "18:00"]]
    )

    assert a_schedule(weekly=week, public_holidays=calendar).allow(paris(f"{day}T10:00")) is is_open


def test_an_exception_goes_before_the_week_and_before_a_holiday() -> None:
    schedule = a_schedule(
        weekly={"monday": [["09:00", "18:00"]], "wednesday": [["09:00", "18:00"]]},
        public_holidays="national",
        exceptions={"2026-11-23": [], "2027-07-14": [["10:00", "12:00"]]},
    )

    assert not schedule.allow(paris("2026-11-23T10:00"))
    assert schedule.allow(paris("2027-07-14T10:00"))
    assert not schedule.allow(paris("2027-07-14T12:00"))


def test_a_night_goes_on_into_a_holiday_but_none_begins_on_it() -> None:
    nights = a_schedule(
        weekly={"tuesday": [["22:00", "06:00"]], "wednesday": [["22:00", "06:00"]]},
        public_holidays="national",
    )

    assert nights.allow(paris("2027-07-14T05:59"))
    assert not nights.allow(paris("2027-07-14T22:00"))
    assert not nights.allow(paris("2027-07-15T05:00"))


@given(
    opens=st.integers(0, 1439),
    length=st.integers(1, 1440),
    offset=st.integers(0, 7 * 1440 - 1),
)
def test_a_weekly_interval_is_open_for_exactly_its_length(
    opens: int, length: int, offset: int
) -> None:
    closes = (opens + length) % 1440
    ends = (
        "24:00" if closes == 0 and opens + length == 1440 else f"{closes // 60:02}:{closes % 60:02}"
    )
    if f"{opens // 60:02}:{opens % 60:02}" == ends:
        return  # a whole day from any other hour than midnight cannot be written
    interval = [f"{opens // 60:02}:{opens % 60:02}", ends]
    schedule = a_schedule(zone="Etc/UTC", weekly={"wednesday": [interval]})

    at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=offset)

    begins = 2 * 1440 + opens
    assert schedule.allow(at) is (begins <= offset < begins + length)
