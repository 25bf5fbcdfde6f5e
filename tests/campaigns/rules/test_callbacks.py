"""Calls that people asked for: R223-4, their slots, and what uses a request up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.campaigns.rules import Covers, Mode, Past, Purpose, Sector
from chalicelib.campaigns.rules.france import France
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    OBJECT,
    a_campaign,
    a_request,
    agreed,
    codes,
    decided,
    paris,
    texts,
    tried,
    with_,
    withdrew,
)

CALLBACK = a_campaign(purpose=Purpose.CALLBACK)
WORKS = a_campaign(purpose=Purpose.CALLBACK, sector=Sector.ENERGY_SAVING)


def test_r223_4_whoever_asks_is_rung_about_works_in_their_home() -> None:
    decision = decided(campaign=WORKS, past=Past(requests=(a_request(),)))

    assert decision.allowed
    assert decision.ground is not None
    assert (decision.ground.kind, decision.ground.id) == ("callback", "req_1")


def test_r223_4_about_anything_else_a_request_is_no_consent_unless_that_is_chosen() -> None:
    asked = Past(requests=(a_request(),))

    assert codes(decided(campaign=CALLBACK, past=asked)) == ["consent.missing"]
    assert decided(campaign=CALLBACK, past=asked, law=France(callbacks_suffice=True)).allowed
    assert decided(campaign=CALLBACK, past=with_(requests=(a_request(),))).allowed


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param({"proof": ""}, "callback.unproven", id="nothing proves it"),
        pytest.param({"object": "Assurance auto"}, "callback.other-object", id="other object"),
        pytest.param({"professional": "404833048"}, "callback.missing", id="somebody else"),
        pytest.param({"at": NOW + timedelta(seconds=1)}, "callback.future", id="of the future"),
        pytest.param({"at": NOW - 9 * DAY}, "callback.lapsed", id="long ago"),
    ],
)
def test_r223_4_a_request_is_explicit_proven_recent_and_of_its_object(
    facts: dict[str, Any], code: str
) -> None:
    decision = decided(campaign=CALLBACK, past=with_(requests=(a_request(**facts),)))

    assert codes(decision) == [code]
    assert texts(decision) == {"fr.r223-4"}


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        pytest.param("2026-11-16 15:00", "2026-11-21", id="Monday: until Saturday"),
        pytest.param("2026-11-18 23:59", "2026-11-24", id="Wednesday: over a Sunday"),
        pytest.param("2026-11-07 10:00", "2026-11-14", id="over 11 November"),
        pytest.param("2026-12-24 10:00", "2026-12-31", id="over Christmas"),
    ],
)
def test_r223_4_five_working_days_after_the_request(asked: str, last: str) -> None:
    law = France(callbacks_suffice=True)
    past = Past(
        requests=(a_request(paris(asked)),),
        consents=(agreed(Covers.OUTSIDE_HOURS, captured_at=paris(asked)),),
    )

    evening = decided(paris(f"{last} 23:59"), CALLBACK, past=past, law=law)
    morning = decided(paris(f"{last} 23:59") + timedelta(minutes=1), CALLBACK, past=past, law=law)

    assert evening.allowed
    assert codes(morning) == ["callback.lapsed"]


def test_r223_4_a_slot_that_they_chose_is_rung_on_a_saturday_and_in_no_other_hour() -> None:
    slot = {"opens": paris("2026-11-21 11:00"), "closes": paris("2026-11-21 12:00")}
    past = with_(requests=(a_request(paris("2026-11-20 18:00"), **slot),))

    before = decided(paris("2026-11-20 21:00"), CALLBACK, past=past)

    assert before.earliest == slot["opens"]
    assert decided(slot["opens"], CALLBACK, past=past).allowed
    assert codes(decided(slot["closes"], CALLBACK, past=past)) == [
        "callback.missed",
        "day.weekend",
    ]


def test_r223_4_a_slot_holds_within_usual_hours_too() -> None:
    """R223-4: they asked for a time, and are rung at that time and not before or after it."""
    slot = {"opens": paris("2026-11-18 15:00"), "closes": paris("2026-11-18 16:00")}
    past = Past(requests=(a_request(**slot),))

    before = decided(NOW, WORKS, past=past)

    assert codes(before) == ["sector.banned", "consent.missing", "callback.early"]
    assert before.earliest == slot["opens"]
    assert decided(slot["opens"], WORKS, past=past).allowed
    assert "callback.missed" in codes(decided(slot["closes"], WORKS, past=past))
    assert decided(slot["closes"], WORKS, past=past).earliest is None


@pytest.mark.parametrize(
    ("opens", "closes", "allowed"),
    [
        pytest.param("2026-11-21 15:00", "2026-11-21 19:00", True, id="four hours"),
        pytest.param("2026-11-21 15:00", "2026-11-21 19:01", False, id="a minute more"),
        pytest.param("2026-11-21 15:00", "2027-11-21 15:00", False, id="all year"),
        pytest.param("2026-11-22 08:00", "2026-11-22 09:00", True, id="Sunday at eight"),
        pytest.param("2026-11-22 07:59", "2026-11-22 09:00", False, id="Sunday before eight"),
        pytest.param("2026-11-21 20:00", "2026-11-21 21:00", True, id="until nine"),
        pytest.param("2026-11-21 20:00", "2026-11-21 21:01", False, id="after nine"),
        pytest.param("2026-11-22 03:00", "2026-11-22 04:00", False, id="in the night"),
    ],
)
def test_d223_9_al_2_a_slot_opens_other_hours_if_it_is_short_and_by_day(
    opens: str, closes: str, allowed: bool
) -> None:
    """D223-9 al. 2: express consent to be rung at that time, as somebody can give it."""
    slot = {"opens": paris(opens), "closes": paris(closes)}
    past = with_(requests=(a_request(paris("2026-11-20 18:00"), **slot),))

    assert decided(slot["opens"], CALLBACK, past=past).allowed is allowed


SUNDAY_AT_THREE = paris("2026-11-22 03:00")


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"professional": "404833048"}, id="somebody else's"),
        pytest.param({"object": "Assurance auto"}, id="about something else"),
        pytest.param({"proof": " "}, id="unproven"),
    ],
)
def test_r223_4_no_slot_but_of_a_request_that_counts_is_waited_for(facts: dict[str, Any]) -> None:
    """R223-4: others' slots neither say when, nor keep Monday from being found."""
    minutes = (timedelta(minutes=each) for each in range(101))
    others = [
        a_request(opens=opens, closes=opens + timedelta(hours=1), **facts)
        for opens in (paris("2026-11-22 09:00") + each for each in minutes)
    ]
    past = with_(requests=(a_request(paris("2026-11-20 18:00")), *others))

    decision = decided(SUNDAY_AT_THREE, CALLBACK, past=past)

    assert {each.until for each in decision.reasons} == {paris("2026-11-23 10:00")}
    assert decision.earliest == paris("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        pytest.param({"answered": True}, False, id="they spoke"),
        pytest.param({"answered": True, "object": OBJECT}, False, id="about this"),
        pytest.param({"answered": True, "object": "Assurance auto"}, True, id="about something"),
        pytest.param({"answered": False}, True, id="nobody answered"),
        pytest.param({"answered": True, "abandoned": True}, True, id="nobody was there"),
        pytest.param({"answered": True, "professional": "404833048"}, True, id="somebody else"),
        pytest.param({"answered": True, "at": NOW - 2 * DAY}, True, id="before they asked"),
    ],
)
def test_r223_4_a_request_is_used_up_by_a_call_that_they_answer(
    call: dict[str, Any], allowed: bool
) -> None:
    past = Past(requests=(a_request(),), attempts=tried(timedelta(hours=2), **call))
    by_hand = replace(WORKS, mode=Mode.PREVIEW)

    decision = decided(campaign=by_hand, past=past)

    assert decision.allowed is allowed
    assert allowed or "callback.used" in codes(decision)


def test_r223_4_a_callback_about_works_rests_on_the_request_and_on_no_consent() -> None:
    ground = decided(campaign=WORKS, past=with_(requests=(a_request(),))).ground

    assert ground is not None
    assert (ground.kind, ground.id) == ("callback", "req_1")


def test_r223_4_whoever_asks_after_a_refusal_or_a_withdrawal_is_rung() -> None:
    past = Past(
        requests=(a_request(NOW - DAY),),
        withdrawals=withdrew(NOW - 5 * DAY),
    )

    assert decided(campaign=WORKS, past=past).allowed
    assert "withdrawn" in codes(decided(past=past))
