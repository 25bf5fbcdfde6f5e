"""Chances, spells, and how far ahead of the agents calls are placed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.chances import at_least_none, total
from chalicelib.campaigns.pacing.habits import Habits
from chalicelib.campaigns.pacing.kept import read_habits, write_habits
from chalicelib.campaigns.pacing.predicting import AHEAD, Floor, Outlook, calls_ahead
from chalicelib.campaigns.pacing.spells import Lasting, Spells, steadily

CHANCES = st.lists(st.floats(0.02, 0.98), max_size=40)


def exactly(answers: list[float], agents: list[float], idle: int) -> float:
    """Return how likely answers are no fewer than agents, by adding all cases up."""
    spread = {-idle: 1.0}
    for sign, chances in ((1, answers), (-1, agents)):
        for chance in chances:
            after: dict[int, float] = {}
            for at, share in spread.items():
                after[at] = after.get(at, 0) + share * (1 - chance)
                after[at + sign] = after.get(at + sign, 0) + share * chance
            spread = after
    return sum(share for at, share in spread.items() if at >= 0)


@given(CHANCES, CHANCES, st.integers(0, 20))
def test_three_moments_say_nearly_what_all_cases_say(
    answers: list[float], agents: list[float], idle: int
) -> None:
    coming, going = total(answers), total(agents)

    told = at_least_none(coming[0] - going[0] - idle, coming[1] + going[1], coming[2] - going[2])

    few = coming[1] + going[1] < 1  # a handful of things that are nearly certain
    assert told == pytest.approx(exactly(answers, agents, idle), abs=0.16 if few else 0.03)


def test_what_is_certain_is_certain() -> None:
    assert at_least_none(*total([1.0, 1.0])) == 1
    assert at_least_none(-1.0, 0.0, 0.0) == 0


def a_habit(calls: int = 2000) -> Habits:
    """One call in four is answered, after 8 seconds or so; people talk for 60, then 10 go."""
    habits = Habits()
    for call in range(calls):
        wobble = (call * 0.618) % 1
        habits = habits.rang(6 + 4 * wobble if call % 4 == 0 else 25, answered=call % 4 == 0)
        habits = habits.talked(50 + 20 * wobble).wrapped(7 + 6 * wobble)
    return habits


OUTLOOK = Outlook.of(a_habit())


def test_a_spell_is_counted_at_every_age_that_it_reached() -> None:
    empty = Spells((0, 10, 20), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))

    seen = empty.seen(25).seen(10).seen(15, ended=False)

    assert seen.ended == (0.0, 1.0, 1.0)
    assert seen.spent == (30.0, 15.0, 5.0)
    assert seen.faded(0.5).spent == (15.0, 7.5, 2.5)
    assert seen.rates() == (0.0, 1 / 15, 1 / 5)


def test_a_spell_that_ended_before_it_began_took_no_time() -> None:
    empty = Spells((0, 10, 20), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))

    assert empty.seen(-0.2) == empty.seen(0)
    assert Habits().rang(-0.2, answered=True) == Habits().rang(0, answered=True)


@pytest.mark.parametrize("answered", [True, False])
def test_after_ten_thousand_calls_that_all_ended_alike_there_is_an_outlook(answered: bool) -> None:
    habits = Habits()
    for _ in range(10_000):
        habits = habits.rang(25, answered=answered).talked(30, person=answered)

    outlook = Outlook.of(read_habits(write_habits(habits)))

    assert sum(outlook.when) == pytest.approx(1)
    assert all(sum(each.rates()) > 0 for each in (habits.answered, habits.lost, habits.talks))


def test_where_nobody_ever_answers_any_time_is_as_likely() -> None:
    nobody = Spells(Habits().answered.ages, (0.0,) * 18, Habits().answered.spent)

    assert set(Outlook.of(replace(Habits(), answered=nobody)).when) == {1 / len(AHEAD)}


def test_people_who_answer_again_are_believed_again() -> None:
    habits = Habits()
    for _ in range(10_000):
        habits = habits.rang(25, answered=False)
    for _ in range(1000):
        habits = habits.rang(6, answered=True)

    assert Outlook.of(habits).rings[0][-3] > 0.8


@given(st.floats(1, 5000), st.floats(0, 5000), st.floats(0, 5000))
def test_what_lasts_without_a_shape_ends_as_likely_at_any_age(
    mean: float, age: float, seconds: float
) -> None:
    lasting = Lasting.of(steadily((0, 5, 30, 60, 600), mean, 3))

    assert lasting.ended_within(seconds, age) == pytest.approx(1 - exp(-seconds / mean), abs=0.05)


def test_what_was_seen_is_believed_instead_of_what_was_assumed() -> None:
    answered = OUTLOOK.rings[0][0::3]

    assert all(low <= high for low, high in pairwise(answered))
    assert answered[0] == pytest.approx(0, abs=0.01)  # within 3 seconds
    assert answered[-1] == pytest.approx(0.25, abs=0.02)


def test_a_call_that_has_rung_past_the_answers_is_not_counted_on() -> None:
    late = OUTLOOK.rings[7][0::3]  # since 14 seconds

    assert late[-1] < 0.02


def test_an_agent_is_predicted_by_how_long_they_have_talked_not_by_the_mean() -> None:
    ages = list(OUTLOOK.talk_ages)
    fresh, due = (-OUTLOOK.talks[ages.index(age)][-3] for age in (8, 48))

    assert fresh < 0.02  # a conversation of ten seconds goes on for half a minute
    assert due > 0.9  # one of nearly a minute is over by then, and wrapped up


def test_with_no_risk_hardly_anybody_is_rung_ahead() -> None:
    floor = Floor(idle=2, ringing=(1.0,) * 8)

    assert calls_ahead(floor, OUTLOOK, 0.001) == 0


def test_more_risk_is_more_calls() -> None:
    floor = Floor(idle=3, talking=tuple(range(0, 60, 6)), wrapping=(2.0, 5.0))

    calls = [calls_ahead(floor, OUTLOOK, risk) for risk in (0.001, 0.01, 0.05, 0.1, 0.3)]

    assert calls == sorted(calls)
    assert calls[-1] > calls[1] > 0


def test_agents_about_to_be_free_are_rung_for() -> None:
    just_begun = Floor(talking=(2.0,) * 20)
    nearly_over = Floor(talking=(50.0,) * 20)

    assert calls_ahead(just_begun, OUTLOOK, 0.3) == 0
    assert calls_ahead(nearly_over, OUTLOOK, 0.3) > 0


def test_a_call_that_begins_by_a_clock_ahead_of_ours_has_just_begun() -> None:
    ahead, just = (Floor(idle=3, ringing=(age,) * 9) for age in (-0.2, 0.0))

    assert calls_ahead(ahead, OUTLOOK, 0.1) == calls_ahead(just, OUTLOOK, 0.1)


def test_who_waits_for_an_agent_already_is_served_first() -> None:
    floor = Floor(idle=2, talking=(30.0,) * 5)
    waited_for = Floor(idle=2, talking=(30.0,) * 5, waiting=2)

    assert calls_ahead(floor, OUTLOOK, 0.1) > 0
    assert calls_ahead(waited_for, OUTLOOK, 0.1) == 0


def test_nobody_there_is_nobody_rung() -> None:
    assert calls_ahead(Floor(), OUTLOOK, 0.3) == 0
    assert calls_ahead(Floor(), Outlook.of(Habits()), 0.3) == 0


def test_a_new_campaign_supposes_that_people_answer_at_once() -> None:
    floor = Floor(idle=5)

    assert calls_ahead(floor, Outlook.of(Habits()), 0.1) <= 7
    assert calls_ahead(floor, OUTLOOK, 0.1) > 7


@given(
    st.integers(0, 50),
    st.lists(st.floats(0, 5000), max_size=50),
    st.lists(st.floats(0, 500), max_size=20),
    st.lists(st.floats(-1, 60), max_size=80),
    st.floats(0, 0.3),
)
def test_any_floor_has_an_answer(
    idle: int, talking: list[float], wrapping: list[float], ringing: list[float], risk: float
) -> None:
    floor = Floor(idle, tuple(talking), tuple(wrapping), tuple(ringing))

    assert 0 <= calls_ahead(floor, OUTLOOK, risk) <= 100
    assert len(OUTLOOK.when) == len(AHEAD)
    assert sum(OUTLOOK.when) == pytest.approx(1)
