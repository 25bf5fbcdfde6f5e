"""When people work, and when they may be rung."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from chalicelib.desk.duty import is_polite, on_duty_since
from chalicelib.kernel.timetable import read_hours
from tests.desk.builders import NINE, WEEKDAYS, at

NIGHT = json.dumps({"weekly": {"monday": [["22:00", "06:00"]]}})


@pytest.mark.parametrize(
    ("hours", "now", "since"),
    [
        (WEEKDAYS, at(minutes=-1), None),
        (WEEKDAYS, NINE, NINE),
        (WEEKDAYS, at(hours=2, minutes=59), NINE),
        (WEEKDAYS, at(hours=3), None),
        (WEEKDAYS, at(hours=6), at(hours=5)),
        (NIGHT, at(hours=20), at(hours=13)),
        (NIGHT, at(hours=21), None),
    ],
    ids=["before", "at nine", "before noon", "noon", "afternoon", "next morning", "after"],
)
def test_whoever_works_came_on_duty_when_the_hours_began(
    hours: str, now: datetime, since: datetime | None
) -> None:
    assert on_duty_since(hours, now) == since


@pytest.mark.parametrize(
    ("number", "hour", "polite"),
    [
        ("+33639981234", 6, False),  # 7 o'clock in Paris, in winter
        ("+33639981234", 7, True),
        ("+33639981234", 18, True),
        ("+33639981234", 19, False),
        ("+590690001234", 11, False),  # 7 o'clock in Guadeloupe
        ("+590690001234", 12, True),
        ("+590690001234", 23, True),
        ("+262692001234", 4, True),  # 8 o'clock on Réunion
        ("+262692001234", 16, False),
        ("+442079460018", 7, True),  # France's hours
        ("+442079460018", 6, False),
    ],
)
def test_nobody_is_rung_in_their_night(number: str, hour: int, polite: bool) -> None:
    assert is_polite(number, datetime(2026, 11, 23, hour, tzinfo=UTC)) is polite


def test_hours_that_are_none_are_refused_with_their_place() -> None:
    _, faults = read_hours({"weekly": {"monday": [["9", "18:00"]]}, "colour": "red"}, "/hours")

    assert {each.pointer for each in faults} == {"/hours/weekly/monday/0/0", "/hours/colour"}
