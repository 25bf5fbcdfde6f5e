"""Before hours end, and where no law has hours: what decent callers keep, as options."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.campaigns.rules import Audience, Country, Covers, Decision, Mode, Past, Purpose
from chalicelib.campaigns.rules.france import France
from chalicelib.campaigns.rules.united_kingdom import UnitedKingdom
from chalicelib.campaigns.rules.united_states import UnitedStates
from tests.campaigns.rules.builders import (
    a_campaign,
    a_person,
    a_request,
    agreed,
    codes,
    decided,
    paris,
    texts,
    with_,
)

SECOND = timedelta(seconds=1)
MACHINES = [mode for mode in Mode if mode.is_automated]
SERVICE = a_campaign(purpose=Purpose.SERVICE)


@pytest.mark.parametrize("shut", ["2026-11-18 13:00", "2026-11-18 20:00"])
def test_d223_9_a_call_that_would_be_heard_after_the_hours_is_not_placed(shut: str) -> None:
    """D223-9: the hour is that at which their telephone rings."""
    before = paris(shut) - timedelta(seconds=20)

    assert decided(before - SECOND).allowed
    late = decided(before)
    assert codes(late) == ["hours.closed"]
    assert late.earliest == decided(paris(shut)).earliest
    assert decided(before, law=France(margin=timedelta())).allowed
    assert decided(paris(shut) - SECOND, law=France(margin=timedelta())).allowed
    assert decided(paris("2026-11-18 10:00")).allowed


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-21 07:59", ["hours.closed"]),
        ("2026-11-21 08:00", []),
        ("2026-11-21 20:59", []),
        ("2026-11-21 21:00", ["hours.closed"]),
        ("2026-11-22 15:00", ["day.weekend"]),
        ("2026-11-22 03:00", ["day.weekend", "hours.closed"]),
        ("2026-11-11 12:00", []),
    ],
)
@pytest.mark.parametrize("mode", MACHINES)
def test_practice_no_machine_rings_at_night_or_on_sundays_about_an_order_or_at_work(
    at: str, expected: list[str], mode: Mode
) -> None:
    service, work = replace(SERVICE, mode=mode), a_campaign(mode=mode)
    covered = with_(consents=(agreed(Covers.AUTOMATON),))

    for decision in (
        decided(paris(at), service),
        decided(paris(at), work, a_person(audience=Audience.COMPANY), covered),
    ):
        assert codes(decision) == expected
        assert texts(decision) <= {"practice"}


def test_practice_somebody_who_dials_knows_what_time_it_is() -> None:
    night = paris("2026-11-22 03:00")

    for mode in (Mode.MANUAL, Mode.PREVIEW):
        assert decided(night, replace(SERVICE, mode=mode)).allowed
    assert decided(night, SERVICE, law=France(quiet=None)).allowed
    assert decided(night, SERVICE, past=Past(consents=(agreed(Covers.OUTSIDE_HOURS),))).allowed


def test_practice_and_r223_4_a_time_that_they_chose_is_theirs_on_a_sunday_too() -> None:
    slot = {"opens": paris("2026-11-22 15:00"), "closes": paris("2026-11-22 16:00")}
    past = with_(requests=(a_request(paris("2026-11-20 18:00"), **slot),))
    company = a_person(audience=Audience.COMPANY)

    assert decided(slot["opens"], a_campaign(purpose=Purpose.CALLBACK), company, past).allowed


def asked_abroad(country: str, number: str, at: datetime, law: Country | None = None) -> Decision:
    campaign = a_campaign("+442079460018", purpose=Purpose.SERVICE, country=country)
    return decided(at, campaign, a_person(number), Past(), law)


def test_practice_machines_are_quiet_in_other_countries_too() -> None:
    london, new_york = "+447700900123", "+12125550123"
    night = datetime(2026, 11, 18, 3, tzinfo=UTC)
    evening = datetime(2026, 11, 18, 21, tzinfo=UTC) - timedelta(seconds=20)

    for at in (night, evening):
        assert codes(asked_abroad("GB", london, at)) == ["hours.closed"]
    assert asked_abroad("GB", london, evening - SECOND).allowed
    assert asked_abroad("GB", london, night, UnitedKingdom(quiet=None)).allowed
    assert asked_abroad("GB", london, evening, UnitedKingdom(margin=timedelta())).allowed
    assert codes(asked_abroad("US", new_york, night + timedelta(hours=6))) == ["hours.closed"]
    loud = UnitedStates(quiet=None)
    assert asked_abroad("US", new_york, night + timedelta(hours=6), loud).allowed
