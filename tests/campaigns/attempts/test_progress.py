"""How fast a campaign goes and when it is through: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.attempts import counting, opening
from chalicelib.campaigns.attempts.attempts import Why
from chalicelib.campaigns.attempts.chart import render
from chalicelib.campaigns.attempts.counting import Counts, Slot
from chalicelib.campaigns.attempts.progress import Progress, progress
from chalicelib.campaigns.attempts.reporting import report
from chalicelib.campaigns.days import zone_of
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules import Person
from tests.campaigns.attempts.builders import at
from tests.campaigns.builders import NOON, a_campaign, a_plan

if TYPE_CHECKING:
    from collections.abc import Callable


def always(when: datetime) -> datetime | None:
    return when


def of(counts: Counts, opens: Callable[[datetime], datetime | None] = always) -> Progress:
    return progress(counts, whole=True, now=NOON, opens=opens)


def some(calls: int, minutes_ago: int, **facts: int) -> dict[int, Slot]:
    slot = counting.slot_of(NOON - timedelta(minutes=minutes_ago))
    return {slot: Slot(begun=calls, ended={Outcome.ANSWERED: calls})}


def test_what_is_left_is_through_at_the_rate_of_late() -> None:
    counts = Counts(members=300, done={Why.REACHED: 100}, slots=some(100, minutes_ago=30))

    told = of(counts)

    assert told.an_hour == 200
    assert told.ends_at == at(hours=1)
    assert not told.is_over


def test_several_calls_for_a_member_take_longer_and_blocked_ones_tell_nothing() -> None:
    done = {Why.REACHED: 50, Why.BLOCKED: 900}
    counts = Counts(members=1050, done=done, slots=some(100, minutes_ago=30))

    assert of(counts).ends_at == at(hours=1)  # a hundred members, two calls each


@pytest.mark.parametrize(
    ("counts", "ends"),
    [
        (Counts(), NOON),
        (Counts(members=5), None),
        (Counts(members=5, slots=some(9, minutes_ago=30)), None),
    ],
)
def test_an_end_is_told_only_by_what_has_happened(counts: Counts, ends: datetime | None) -> None:
    assert of(counts).ends_at == ends


def test_nobody_is_rung_at_night_so_it_ends_another_day() -> None:
    """C. conso. D223-9: 10 to 13 and 14 to 20 hours, Monday to Friday."""
    counts = Counts(members=200, done={Why.REACHED: 100}, slots=some(100, minutes_ago=0))
    slower = progress(
        Counts(members=200, done={Why.REACHED: 100}, slots=some(10, minutes_ago=30)),
        whole=True,
        now=NOON,
        opens=lambda when: opening.opens(a_plan(), opening.somebody(a_plan()), when),
    )

    # A hundred calls at twenty an hour are five hours from noon in Paris on: with an hour's break.
    assert slower.an_hour == 20
    assert slower.ends_at == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert of(counts, lambda when: None).ends_at is None


def test_hours_open_by_the_clock_of_the_person_and_of_the_campaign() -> None:
    """C. conso. D223-9; Guadeloupe is five hours behind Paris in winter."""
    hours = '{"weekly":{"tuesday":[["11:00","19:00"]]}}'
    there = Person(number="+590690123456")

    paris = opening.opens(a_plan(hours=hours), opening.somebody(a_plan()), at(hours=-3))
    island = opening.opens(a_plan(hours=hours), there, at(hours=-3))
    sunday = opening.opens(a_plan(), there, datetime(2026, 11, 29, 12, tzinfo=UTC))

    assert paris == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert island == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert sunday == datetime(2026, 11, 30, 14, tzinfo=UTC)


def test_a_picture_of_nothing_and_of_many_hours_is_one() -> None:
    zone = zone_of("FR")
    slots = {counting.slot_of(at(hours=hour)): Slot(ended={Outcome.BUSY: 1}) for hour in range(60)}

    for counts in (Counts(), Counts(members=60, slots=slots)):
        assert render(of(counts), "Été", zone).endswith("</svg>")


def test_what_a_campaign_came_to_is_told_without_anybodys_number() -> None:
    """C. conso. D223-9: a weekend keeps people from being rung."""
    counts = Counts(
        members=10,
        done={Why.REACHED: 6, Why.BLOCKED: 2},
        blocked={"day.weekend@fr.d223-9": 2},
        slots=some(7, minutes_ago=30),
        seconds=3723,
    )

    told = report(a_campaign(name="Pain du matin"), of(counts), zone_of("FR"))

    assert told.subject == "Campagne terminée : Pain du matin"
    assert told.body.splitlines() == [
        "La campagne « Pain du matin » est terminée depuis le 24/11/2026 à 12:00.",
        "",
        "10 personnes, 7 appels, 1 h 02 min au téléphone.",
        "",
        "Personnes",
        "- 2 écartées par une règle",
        "- 6 jointes",
        "- 2 n'ont pas été menées à terme",
        "",
        "Appels",
        "- 7 : décroché",
        "",
        "Règles qui ont écarté des personnes",
        "- 2 : On n'appelle pas ce jour de la semaine. (C. conso. D223-9, décret 2022-1313)",
    ]
