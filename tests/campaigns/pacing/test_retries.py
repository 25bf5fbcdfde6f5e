"""When a contact is rung again, on which number; at which hour; or why never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.hours import PATIENCE, Answers, best_instant, choices
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import RULES, Outcome, Policy, Rule, Tried
from chalicelib.campaigns.pacing.retries import Next, Why, next_attempt
from chalicelib.kernel.errors import Rejected

PARIS = ZoneInfo("Europe/Paris")
TEN = datetime(2026, 11, 27, 9, tzinfo=UTC)  # a Friday, ten o'clock in Paris
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


NUMBERS = ("a", "b", "c")


def tried(*outcomes: Outcome | tuple[Outcome, str], every: timedelta = HOUR) -> list[Tried]:
    pairs = [each if isinstance(each, tuple) else (each, "a") for each in outcomes]
    return [Tried(TEN + at * every, *pair) for at, pair in enumerate(pairs)]


def after(history: list[Tried], numbers: int = 1, **facts: Any) -> Next | Why:
    now = history[-1].at if history else TEN
    given = {"zone": PARIS, "mode": Mode.PREDICTIVE, "policy": Policy(most_a_day=9), **facts}
    return next_attempt(history, NUMBERS[:numbers], given.pop("now", now), **given)


def test_who_was_never_rung_is_rung_now() -> None:
    assert after([], numbers=2) == Next(TEN, "a")


@pytest.mark.parametrize(
    ("history", "numbers", "found"),
    [
        pytest.param(tried(Outcome.BUSY), 1, Next(TEN + 10 * MINUTE, "a"), id="busy: soon"),
        pytest.param(
            tried(Outcome.BUSY, Outcome.BUSY),
            1,
            Next(TEN + HOUR + 30 * MINUTE, "a"),
            id="then later",
        ),
        pytest.param(tried(Outcome.BUSY), 2, Next(TEN + 10 * MINUTE, "a"), id="on the same number"),
        pytest.param(
            tried(Outcome.NO_ANSWER),
            1,
            Next(TEN + 3 * HOUR, "a", best_hour=True),
            id="no answer: later",
        ),
        pytest.param(
            tried(Outcome.NO_ANSWER), 2, Next(TEN + MINUTE, "b"), id="the other number at once"
        ),
        pytest.param(
            tried(Outcome.NO_ANSWER, (Outcome.NO_ANSWER, "b")),
            2,
            Next(TEN + 4 * HOUR, "a", best_hour=True),
            id="and the first again later",
        ),
        pytest.param(
            tried(Outcome.MACHINE),
            1,
            Next(TEN + 4 * HOUR, "a", best_hour=True),
            id="a machine: later",
        ),
        pytest.param(
            tried(Outcome.CONGESTED), 1, Next(TEN + 5 * MINUTE, "a"), id="no line: in a moment"
        ),
        pytest.param(
            tried(Outcome.FAILED), 2, Next(TEN + MINUTE, "b"), id="dead: the other number"
        ),
        pytest.param(tried(Outcome.FAILED), 1, Why.NO_NUMBER, id="dead, and the only one"),
        pytest.param(
            tried(Outcome.FAILED, (Outcome.FAILED, "b")), 2, Why.NO_NUMBER, id="both are dead"
        ),
        pytest.param(
            tried(Outcome.FAILED, (Outcome.NO_ANSWER, "b")),
            2,
            Next(TEN + 4 * HOUR, "b", best_hour=True),
            id="one is dead, the other may answer yet",
        ),
        pytest.param(tried(Outcome.ANSWERED), 1, Why.REACHED, id="reached"),
        pytest.param(
            tried(Outcome.BUSY, Outcome.REFUSED, every=MINUTE), 1, Why.REFUSED, id="refused"
        ),
        pytest.param(tried(*[Outcome.BUSY] * 3), 1, Why.USED_UP, id="busy three times"),
        pytest.param(
            tried(*[Outcome.BUSY] * 3),
            2,
            Next(TEN + 2 * HOUR + 90 * MINUTE, "b"),
            id="or elsewhere",
        ),
        pytest.param(
            tried(Outcome.BUSY, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.NO_ANSWER),
            1,
            Why.USED_UP,
            id="four attempts in all",
        ),
        pytest.param(
            tried(*[Outcome.CONGESTED] * 3),
            1,
            Next(TEN + 2 * HOUR + 45 * MINUTE, "a"),
            id="no line again and again: later each time",
        ),
        pytest.param(
            tried(*[Outcome.CONGESTED] * 50),
            1,
            Next(TEN + 49 * HOUR + 135 * MINUTE, "a"),
            id="for as long as it takes",
        ),
        pytest.param(
            tried(Outcome.CONGESTED, Outcome.BUSY, Outcome.CONGESTED),
            1,
            Next(TEN + 2 * HOUR + 5 * MINUTE, "a"),
            id="a new trouble begins anew",
        ),
    ],
)
def test_what_follows_an_outcome(history: list[Tried], numbers: int, found: Next | Why) -> None:
    assert after(history, numbers) == found


@pytest.mark.parametrize(
    ("mode", "at", "with_agent"),
    [
        pytest.param(Mode.PREDICTIVE, 72, False, id="predictive: after 72 hours"),
        pytest.param(Mode.POWER, 72, False, id="power: after 72 hours"),
        pytest.param(Mode.AGENTLESS, 72, False, id="agentless: after 72 hours"),
        pytest.param(Mode.PROGRESSIVE, 24, True, id="progressive: an agent is kept for them"),
        pytest.param(Mode.PREVIEW, 24, True, id="preview: an agent dials"),
    ],
)
def test_who_was_abandoned_is_not_rung_for_72_hours_without_an_agent(
    mode: Mode, at: int, with_agent: bool
) -> None:
    found = after(tried(Outcome.ABANDONED), mode=mode)

    assert isinstance(found, Next)
    assert found.at == TEN + at * HOUR
    assert found.agent_until == (TEN + 72 * HOUR if with_agent else None)


def test_the_72_hours_hold_whatever_was_tried_since() -> None:
    history = tried(Outcome.ABANDONED, Outcome.CONGESTED, every=25 * HOUR)

    found = after(history, mode=Mode.PREDICTIVE)

    assert isinstance(found, Next)
    assert found.at == TEN + 72 * HOUR


def test_a_day_has_two_attempts_by_the_contacts_own_calendar() -> None:
    history = tried(Outcome.BUSY, Outcome.BUSY)
    reunion = ZoneInfo("Indian/Reunion")

    paris = after(history, policy=Policy())
    overseas = after(history, policy=Policy(), zone=reunion)

    assert isinstance(paris, Next)
    assert isinstance(overseas, Next)
    assert paris.at == datetime(2026, 11, 28, tzinfo=PARIS)
    assert paris.best_hour
    assert overseas.at == datetime(2026, 11, 28, tzinfo=reunion)


def test_attempts_that_are_used_up_may_begin_anew_after_a_rest() -> None:
    policy = Policy(most=2, rounds=2, rest=timedelta(days=10), most_a_day=9)
    history = tried(Outcome.BUSY, Outcome.BUSY)

    first = after(history, policy=policy)
    again = [*history, Tried(TEN + timedelta(days=12), Outcome.BUSY, "a", 2)]
    second = after(again, policy=policy)
    over = after([*again, Tried(TEN + timedelta(days=13), Outcome.BUSY, "a", 2)], policy=policy)

    assert first == Next(TEN + HOUR + timedelta(days=10), "a", 2, best_hour=True)
    assert second == Next(TEN + timedelta(days=12) + 10 * MINUTE, "a", 2)
    assert over is Why.USED_UP


def test_an_outage_of_the_carrier_uses_nobody_up() -> None:
    outage = tried(*[Outcome.CONGESTED] * 30, every=20 * MINUTE)
    history = [*outage, Tried(TEN + 10 * HOUR, Outcome.BUSY, "a")]

    found = after(history, policy=Policy(most=2, most_a_day=2))

    assert found == Next(TEN + 10 * HOUR + 10 * MINUTE, "a")


def test_a_number_is_dead_wherever_it_stands_among_the_contacts() -> None:
    history = [Tried(TEN, Outcome.FAILED, "b"), Tried(TEN + HOUR, Outcome.NO_ANSWER, "gone")]

    swapped = next_attempt(
        history,
        ["b", "a"],
        TEN + HOUR,
        zone=PARIS,
        mode=Mode.PREDICTIVE,
        policy=Policy(most_a_day=9),
    )

    assert swapped == Next(TEN + HOUR + MINUTE, "a")


def test_delays_of_a_policy_that_was_changed_are_its_longest() -> None:
    history = tried(*[(Outcome.BUSY, "a")] * 7, (Outcome.BUSY, "a"))

    found = after(history, 2, policy=Policy(most=99, most_a_day=99))

    assert found == Next(TEN + 7 * HOUR + 90 * MINUTE, "b")


@given(
    st.lists(
        st.tuples(st.sampled_from(Outcome), st.sampled_from(NUMBERS), st.integers(1, 5000)),
        max_size=10,
    ),
    st.integers(1, 3),
    st.sampled_from(Mode),
    st.integers(1, 5),
    st.integers(1, 3),
)
def test_caps_hold_whatever_has_happened(
    steps: list[tuple[Outcome, str, int]], numbers: int, mode: Mode, most: int, most_a_day: int
) -> None:
    history, at = [], TEN
    for outcome, number, minutes in steps:
        history.append(Tried(at, outcome, number))
        at += minutes * MINUTE
    policy = Policy(most=most, most_a_day=most_a_day)

    own = NUMBERS[:numbers]
    found = next_attempt(history, own, at, zone=PARIS, mode=mode, policy=policy)

    if isinstance(found, Next):
        day = found.at.astimezone(PARIS).date()
        dead = {each.number for each in history if each.outcome is Outcome.FAILED}
        rang = [each for each in history if each.outcome is not Outcome.CONGESTED]
        assert len(rang) < most
        assert sum(each.at.astimezone(PARIS).date() == day for each in rang) < most_a_day
        assert found.at >= at
        assert found.number in set(own) - dead
        for each in history:
            assert each.outcome not in (Outcome.ANSWERED, Outcome.REFUSED)
            if each.outcome is Outcome.ABANDONED and mode is Mode.PREDICTIVE:
                assert found.at >= each.at + timedelta(hours=72)


@pytest.mark.parametrize(
    ("facts", "pointers"),
    [
        ({"most": 0}, ["/retries/most"]),
        ({"most_a_day": 0, "rounds": 0}, ["/retries/most_a_day", "/retries/rounds"]),
        ({"rest": HOUR}, ["/retries/rest"]),
        ({"between": -MINUTE}, ["/retries/between"]),
        ({"rules": {**RULES, Outcome.BUSY: Rule(-MINUTE, 1)}}, ["/retries/rules/busy"]),
        ({"rules": {**RULES, Outcome.BUSY: Rule(MINUTE, 1001)}}, ["/retries/rules/busy"]),
        ({"rules": {**RULES, Outcome.BUSY: Rule(MINUTE, 9, factor=10)}}, ["/retries/rules/busy"]),
        ({"rules": {**RULES, Outcome.BUSY: Rule(HOUR, 999, 999)}}, ["/retries/rules/busy"]),
        (
            {"rules": {each: rule for each, rule in RULES.items() if each in "busy failed"}},
            [
                f"/retries/rules/{each}"
                for each in ("abandoned", "congested", "machine", "no_answer")
            ],
        ),
    ],
)
def test_retries_that_are_none_are_refused(facts: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(Rejected) as refusal:
        Policy(**facts)

    assert [fault.pointer for fault in refusal.value.faults] == pointers


class Law:
    """Weekdays from 10 to 13 and 14 to 20, by the contact's clock; counts how often it is asked."""

    def __init__(self, zone: ZoneInfo = PARIS, closed: date | None = None) -> None:
        self.zone = zone
        self.closed = closed
        self.asked = 0

    def allows(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        within = 10 <= local.hour < 13 or 14 <= local.hour < 20
        return local.weekday() < 5 and local.date() != self.closed and within

    def __call__(self, at: datetime) -> datetime:
        self.asked += 1
        while not self.allows(at):
            at = at.replace(minute=0, second=0, microsecond=0) + HOUR
        return at


def always(at: datetime) -> datetime:
    return at


ANSWERS = Answers({10: (400, 60), 14: (400, 80), 18: (400, 140), 19: (3, 3)})


def test_the_best_hour_is_the_one_that_was_answered_best() -> None:
    law = Law()

    at = best_instant(TEN, zone=PARIS, answers=ANSWERS, next_open=law)

    assert at == datetime(2026, 11, 27, 18, tzinfo=PARIS)
    assert law.asked <= 3


@pytest.mark.parametrize(
    ("since", "best"),
    [
        pytest.param("27 20:00", "30 18:00", id="Friday evening: on Monday at six, not at ten"),
        pytest.param("27 18:40", "27 18:40", id="in the best hour: now"),
        pytest.param("28 09:00", "30 18:00", id="on a Saturday"),
    ],
)
def test_the_best_hour_is_of_the_next_days_that_are_lawful(since: str, best: str) -> None:
    law, begin = Law(), datetime.fromisoformat(f"2026-11-{since}").replace(tzinfo=PARIS)

    at = best_instant(begin, zone=PARIS, answers=ANSWERS, next_open=law)

    assert at == datetime.fromisoformat(f"2026-11-{best}").replace(tzinfo=PARIS)
    assert law.asked <= 4


@given(
    st.integers(0, 9 * 24 * 60),
    st.dictionaries(st.integers(0, 23), st.tuples(st.integers(1, 500), st.just(60)), max_size=24),
    st.sampled_from(["Europe/Paris", "America/Guadeloupe", "Asia/Kathmandu", "Indian/Reunion"]),
)
def test_it_is_lawful_whenever_and_the_best_of_all_that_is(
    minutes: int, by_hour: dict[int, tuple[int, int]], name: str
) -> None:
    zone = ZoneInfo(name)
    law, begin = Law(zone, closed=date(2026, 12, 1)), TEN + minutes * MINUTE
    answers = Answers({hour: (calls, min(calls, some)) for hour, (calls, some) in by_hour.items()})

    at = best_instant(begin, zone=zone, answers=answers, next_open=law)

    assert at is not None
    assert law.allows(at)
    asked, first = law.asked, law(begin)
    assert asked <= 20
    assert first <= at <= first + PATIENCE
    quarters = [first + each * 15 * MINUTE for each in range(36 * 4 + 1)]
    best = max(answers.rate(each.astimezone(zone).hour) for each in quarters if law.allows(each))
    assert answers.rate(at.astimezone(zone).hour) == best


def test_three_lucky_calls_do_not_make_an_hour_the_best() -> None:
    assert ANSWERS.rate(19) < ANSWERS.rate(18)


def test_an_hour_that_was_tried_in_vain_is_left_for_another() -> None:
    yesterday = datetime(2026, 11, 26, 18, 30, tzinfo=PARIS)

    found = list(choices(TEN, zone=PARIS, answers=ANSWERS, in_vain=[yesterday], next_open=Law()))

    assert found[0].hour == 19
    at_six = next(each for each in found if each.hour == 18)
    assert (at_six.in_vain, round(at_six.campaign, 2)) == (1, 0.34)
    assert at_six.contact == pytest.approx(at_six.campaign * 3 / 4)


def test_the_hour_is_of_the_contacts_own_clock() -> None:
    guadeloupe = ZoneInfo("America/Guadeloupe")

    at = best_instant(TEN, zone=guadeloupe, answers=ANSWERS, next_open=always)

    assert at is not None
    assert at.astimezone(guadeloupe).hour == 18


def test_without_any_answers_it_is_the_first_instant_that_is_allowed() -> None:
    at = best_instant(TEN - 5 * HOUR, zone=PARIS, answers=Answers(), next_open=Law())

    assert at == TEN


def test_where_they_may_never_be_rung_there_is_no_hour() -> None:
    assert best_instant(TEN, zone=PARIS, answers=ANSWERS, next_open=lambda _: None) is None


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, 20, tzinfo=UTC)] + [TEN])
def test_a_clock_that_changes_in_the_night_changes_no_hour(day: datetime) -> None:
    found = list(choices(day, zone=PARIS, answers=ANSWERS, next_open=always))

    assert all(each.at.astimezone(PARIS).hour == each.hour for each in found)
    assert found[0].at.astimezone(PARIS).strftime("%H:%M") == "18:00"


@given(st.lists(st.tuples(st.integers(0, 23), st.booleans()), max_size=60))
def test_rates_are_chances_however_few_calls_there_were(calls: list[tuple[int, bool]]) -> None:
    answers = Answers()
    for hour, answered in calls:
        answers = answers.noted(hour, answered=answered)

    assert all(0 < answers.rate(hour) < 1 for hour in range(24))
