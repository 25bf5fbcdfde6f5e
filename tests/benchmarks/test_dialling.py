"""The simulated call centre, and the rules that are compared in it."""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import TYPE_CHECKING

import pytest

from benchmarks.callcentre import ANSWER_RATES, TALK_MEDIAN, TALK_SIGMA, Centre
from benchmarks.campaign_pace import BEGIN, MILLIS, Run, most_in_a_second
from benchmarks.diallers import Ours, Progressive, Vicidial
from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.predicting import AHEAD, GRACE, Outlook
from chalicelib.campaigns.pacing.tallies import CAP

if TYPE_CHECKING:
    from benchmarks.callcentre import Agent


def test_a_week_is_the_same_each_time() -> None:
    weeks = [Centre(4, Progressive(), seed=3).run(days=1) for _ in range(2)]

    assert weeks[0] == weeks[1]


def test_people_talk_as_long_as_those_of_the_bank() -> None:
    dice = random.Random(1)
    talks = sorted(dice.lognormvariate(5.193, TALK_SIGMA) for _ in range(20_000))

    quartiles = [talks[len(talks) * at // 4] for at in (1, 2, 3)]

    assert quartiles == pytest.approx([103, TALK_MEDIAN, 319], rel=0.03)
    assert sum(talks) / len(talks) == pytest.approx(258, rel=0.03)


def test_a_progressive_dialler_abandons_only_whom_an_agent_left() -> None:
    day = Centre(6, Progressive(), seed=1).run(days=1)

    assert 0 <= day.abandonment < 0.01
    assert 0.6 < day.talk_share < 0.8


def test_ours_has_agents_talk_more_and_keeps_the_cap() -> None:
    progressive = Centre(12, Progressive(), seed=1).run(days=1)

    ours = Centre(12, Ours(), seed=1).run(days=1)

    assert ours.talk_share > progressive.talk_share * 1.03
    assert 0 < ours.worst_day <= CAP


class Watched(Ours):
    """Ours, which also notes how likely each agent was to be free soon, and whether they were."""

    def __init__(self) -> None:
        super().__init__()
        self.watched: list[tuple[float, Agent, float]] = []
        self.told: list[tuple[float, bool]] = []

    def calls(self, centre: Centre) -> int:
        soon = AHEAD[3] + GRACE
        while self.watched and self.watched[0][0] + soon <= centre.now:
            at, agent, chance = self.watched.pop(0)
            again = agent.state == "talking" and agent.since > at
            self.told.append((chance, agent.state == "idle" or again))
        if centre.now > 12 * 3600 and centre.now % 45 < 1:
            outlook = Outlook.of(self.habits)
            for agent in centre.agents:
                if agent.state == "talking":
                    age = bisect_right(outlook.talk_ages, centre.now - agent.since) - 1
                    self.watched.append((centre.now, agent, -outlook.talks[age][3 * 3]))
        return super().calls(centre)


def test_of_agents_who_are_told_to_be_free_soon_so_many_are() -> None:
    dialler = Watched()

    Centre(15, dialler, seed=4).run(days=1)

    told = sorted(dialler.told)
    few, likely = told[: -len(told) // 20], told[-len(told) // 20 :]
    assert len(likely) > 200
    for group in (few, likely):  # those who talk with a person, and those who may have a machine
        expected, found = (sum(each[of] for each in group) / len(group) for of in (0, 1))
        assert found == pytest.approx(expected, abs=0.05, rel=0.5)
    assert sum(each[1] for each in few) < 0.005 * len(few)


@pytest.mark.parametrize(
    ("rates", "period"),
    [
        pytest.param(dict.fromkeys(ANSWER_RATES, 0.5), 1.0, id="everybody answers"),
        pytest.param({hour: 0.1 + 0.4 * (hour % 2) for hour in ANSWER_RATES}, 1.0, id="by turns"),
        pytest.param(ANSWER_RATES, 5.0, id="a plan each five seconds"),
    ],
)
def test_the_cap_holds_whatever_people_do(rates: dict[int, float], period: float) -> None:
    day = Centre(8, Ours(period=period), seed=2, rates=rates).run(days=1)

    assert day.worst_day <= CAP


@pytest.mark.parametrize(
    ("ready", "level", "intensity", "expected"),
    [
        pytest.param(2.5, 2.0, 0, 2.5, id="a quarter of the agents is ready"),
        pytest.param(2.5, 2.0, -40, 2.3, id="less intensely"),
        pytest.param(-1.0, 2.0, 0, 1.8, id="callers wait"),
        pytest.param(-1.0, 2.0, 20, 1.84, id="and are less of a reason"),
        pytest.param(9.0, 2.0, 0, 3.0, id="not above three"),
        pytest.param(-9.0, 2.0, 0, 1.0, id="not below one"),
        pytest.param(0.0, 2.0, 0, 2.0, id="as it should be"),
    ],
)
def test_vicidials_level_follows_who_is_ready(
    ready: float, level: float, intensity: float, expected: float
) -> None:
    """Its formula: level x (1 + (ready less waiting) / agents x (1 +- intensity)), from 1 to 3."""
    dialler = Vicidial(level=level, intensity=intensity)
    dialler.samples.extend([(ready, 10)] * 15)  # type: ignore[list-item]

    dialler._adapt(Centre(10, dialler, seed=1))

    assert dialler.level == pytest.approx(expected)


@pytest.mark.parametrize(("method", "level"), [("hard", 1.0), ("average", 1.0), ("tapered", 2.0)])
def test_vicidials_level_falls_once_the_days_drops_are_over_the_cap(
    method: str, level: float
) -> None:
    dialler = Vicidial(method=method, level=2.0, known=(51, 100, 4))
    dialler.samples.extend([(0, 10)] * 15)

    dialler._adapt(Centre(10, dialler, seed=1))  # at midnight, when tapering has not begun

    assert dialler.level == level


def test_a_worker_that_dies_takes_no_room_with_it() -> None:
    run = Run(Limit(calls=20, at_once=20), random.Random(9)).go()

    assert run.most_at_once <= 20
    late = [at for at, _ in run.placed if at > BEGIN + MILLIS - 180_000]
    assert len(late) >= 0.75 * 20 * 180 / 30  # calls last for half a minute
    assert len(run.pace.bucket.leases) <= 20


@pytest.mark.parametrize("calls", [1, 13])
def test_workers_who_stall_and_die_pass_no_limit(calls: int) -> None:
    run = Run(Limit(calls=calls), random.Random(9)).go()

    assert most_in_a_second(run.placed) <= calls
    assert len(run.placed) >= 0.95 * 600 * calls
    assert run.requests <= 3 * len(run.placed)
