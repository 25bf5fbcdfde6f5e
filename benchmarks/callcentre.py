"""A call centre that rings people, second by second: who answers when, who talks how long.

Discrete events from a seed. What is measured, and where:

- how long people talk: a Portuguese bank's 45,211 sales calls (S. Moro, P. Cortez, P. Rita, 2014;
  UCI "Bank Marketing"): quartiles of 103, 180 and 319 seconds, which a log-normal of median 180 and
  sigma 0.838 meets, and whose mean (256) and deviation (258) are the data's;
- how long it rings: call logs of two projects of a maker of survey diallers (UNICOM Intelligence,
  "Call log analysis for the predictive dialing algorithms"): answers after six to ten seconds
  (people) or eighteen to twenty-two (machines), some at once; 3 to 6 % busy, about 10 % failed;
- that people answer more often in the evening than by day: M. Weeks, R. Kulka, S. Pierson (Public
  Opinion Quarterly 51, 1987). The levels by hour are ours.

Agents come for shifts, go for breaks, some in the middle of a ring, and wrap up after a
conversation.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAYS: Final = 5
DAY: Final = 86_400
# When calls may be placed: the hours of French law for selling.
WINDOWS: Final = ((10 * 3600, 13 * 3600), (14 * 3600, 20 * 3600))
# How many of the people rung answer, by the hour.
ANSWER_RATES: Final = {
    10: 0.20, 11: 0.20, 12: 0.24, 14: 0.19, 15: 0.17, 16: 0.18, 17: 0.22, 18: 0.27, 19: 0.31
}  # fmt: skip
MACHINES: Final = 0.15
BUSY: Final = 0.05
FAILED: Final = 0.10
RING_SECONDS: Final = 25.0
# A machine is told from a person in so many seconds, with an agent on the line.
MACHINE_SECONDS: Final = (3.0, 6.0)
GRACE: Final = 2.0
TALK_MEDIAN: Final = 180.0
TALK_SIGMA: Final = 0.838
WRAP_MEDIAN: Final = 25.0
WRAP_SIGMA: Final = 0.5


class Dialler(Protocol):
    """A rule that says when to ring. It is asked every `period` seconds, and told what happens."""

    period: float

    def calls(self, centre: Centre) -> int:
        """Return how many calls to place now."""

    def heard(self, what: str, seconds: float, centre: Centre) -> None:
        """Learn: `answered`, `lost`, `abandoned`, `person`, `talked`, `machine` and the rest."""


@dataclass(eq=False, slots=True)
class Agent:
    """One who talks. `since` is when their state began."""

    goes_at: float
    state: str = "idle"  # idle, talking, wrapping
    since: float = 0.0


@dataclass(eq=False, slots=True)
class Call:
    """One that rings, or was answered and waits."""

    since: float
    person: bool = False


@dataclass(slots=True)
class Result:
    """What came of it: seconds of agents, and people by day."""

    staffed: float = 0.0
    talked: float = 0.0
    placed: int = 0
    answered: list[int] = field(default_factory=lambda: [0] * DAYS)
    abandoned: list[int] = field(default_factory=lambda: [0] * DAYS)

    @property
    def talk_share(self) -> float:
        """Of the time that agents were there, how much they talked with people."""
        return self.talked / self.staffed

    @property
    def abandonment(self) -> float:
        """Of the people who answered, how many found no agent within two seconds."""
        return sum(self.abandoned) / max(1, sum(self.answered))

    @property
    def worst_day(self) -> float:
        """The same of the worst day."""
        days = zip(self.abandoned, self.answered, strict=True)
        return max(lost / answered for lost, answered in days if answered)


class Centre:
    """The simulation. Time is in seconds since the Monday's midnight."""

    def __init__(self, team: int, dialler: Dialler, seed: int, rates: Any = None) -> None:
        self.dice = random.Random(seed)
        self.rates = ANSWER_RATES if rates is None else rates
        self.team = team
        self.dialler = dialler
        self.now = 0.0
        self.agents: dict[Agent, None] = {}
        self.ringing: dict[Call, None] = {}
        self.waiting: dict[Call, None] = {}
        self.closes = 0.0
        self.result = Result()
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0

    # What a dialler may look at.

    def ages(self, state: str) -> tuple[float, ...]:
        """Return for how long agents have been in a state."""
        return tuple(self.now - each.since for each in self.agents if each.state == state)

    def count(self, state: str) -> int:
        """Count agents in a state."""
        return sum(each.state == state for each in self.agents)

    @property
    def day(self) -> int:
        """Which day it is, from 0."""
        return min(DAYS - 1, int(self.now // DAY))

    # What happens.

    def run(self, days: int = DAYS) -> Result:
        """Live through a week of working days."""
        for day in range(days):
            for opens, closes in WINDOWS:
                for goes, comes in self._shifts(day * DAY + opens, day * DAY + closes):
                    self._at(comes, self._come, goes)
                self._at(day * DAY + opens, self._tick, day * DAY + closes)
        while self._events:
            self.now, _, act, facts = heapq.heappop(self._events)
            act(*facts)
        return self.result

    def _at(self, when: float, act: Callable[..., None], *facts: Any) -> None:
        self._number += 1
        heapq.heappush(self._events, (when, self._number, act, facts))

    def _shifts(self, opens: float, closes: float) -> Iterator[tuple[float, float]]:
        """Yield when an agent goes, and came: a window in two or three parts, breaks between."""
        for _ in range(self.team):
            at = opens + self.dice.uniform(0, 300)
            if self.dice.random() < 0.1:
                at += 3600  # who comes later today
            while at < closes - 600:
                goes = min(closes, at + self.dice.uniform(3600, 7200))
                yield goes, at
                at = goes + self.dice.uniform(300, 900)

    def _come(self, goes_at: float) -> None:
        agent = Agent(goes_at, "idle", self.now)
        self.agents[agent] = None
        self._at(goes_at, self._leave, agent, self.now)
        self._free(agent)

    def _leave(self, agent: Agent, came: float) -> None:
        """Go at once if idle, whatever rings; else once wrapped up."""
        if agent.state != "idle":
            self._at(self.now + 1, self._leave, agent, came)
            return
        del self.agents[agent]
        self.result.staffed += self.now - came

    def _tick(self, closes: float) -> None:
        if self.now >= closes:
            return
        self.closes = closes
        for _ in range(self.dialler.calls(self)):
            self._place()
        self._at(self.now + self.dialler.period, self._tick, closes)

    def _place(self) -> None:
        self.result.placed += 1
        call = Call(self.now)
        self.ringing[call] = None
        dice, hour = self.dice, int(self.now % DAY // 3600)
        fate = dice.random()
        if fate < self.rates[hour]:
            self._at(self.now + _person_answers(dice), self._answer, call, True)
        elif (fate := fate - self.rates[hour]) < MACHINES:
            self._at(self.now + _machine_answers(dice), self._answer, call, False)
        elif fate < MACHINES + BUSY + FAILED:
            self._at(self.now + dice.uniform(1, 4), self._lose, call)
        else:
            self._at(self.now + RING_SECONDS, self._lose, call)

    def _lose(self, call: Call) -> None:
        del self.ringing[call]
        self.dialler.heard("lost", self.now - call.since, self)

    def _answer(self, call: Call, person: bool) -> None:
        del self.ringing[call]
        self.dialler.heard("answered", self.now - call.since, self)
        call.person, call.since = person, self.now
        if person:
            self.result.answered[self.day] += 1
            self.dialler.heard("person", 0, self)
        idle = [each for each in self.agents if each.state == "idle"]
        if idle:
            self._connect(min(idle, key=lambda each: each.since), call)
        else:
            self.waiting[call] = None
            self._at(self.now + GRACE, self._give_up, call)

    def _give_up(self, call: Call) -> None:
        if call not in self.waiting:
            return
        del self.waiting[call]
        if call.person:
            self.result.abandoned[self.day] += 1
            self.dialler.heard("abandoned", 0, self)

    def _connect(self, agent: Agent, call: Call) -> None:
        agent.state, agent.since = "talking", self.now
        seconds = self.dice.lognormvariate(log(TALK_MEDIAN), TALK_SIGMA)
        if call.person:
            self.result.talked += seconds
        else:
            seconds = self.dice.uniform(*MACHINE_SECONDS)
        self._at(self.now + seconds, self._end, agent, call)

    def _end(self, agent: Agent, call: Call) -> None:
        heard = "talked" if call.person else "machine"
        self.dialler.heard(heard, self.now - agent.since, self)
        agent.state, agent.since = "wrapping", self.now
        wrap = self.dice.lognormvariate(log(WRAP_MEDIAN), WRAP_SIGMA) if call.person else 0.0
        self._at(self.now + wrap, self._wrapped, agent, call)

    def _wrapped(self, agent: Agent, call: Call) -> None:
        if call.person:
            self.dialler.heard("wrapped", self.now - agent.since, self)
        agent.state, agent.since = "idle", self.now
        self._free(agent)

    def _free(self, agent: Agent) -> None:
        if self.waiting and self.now < agent.goes_at:
            call = next(iter(self.waiting))
            del self.waiting[call]
            self._connect(agent, call)


def _person_answers(dice: random.Random) -> float:
    kind = dice.random()
    if kind < 0.08:
        return dice.uniform(0.5, 1.5)
    if kind < 0.80:
        return max(1.0, dice.gauss(8, 2.2))
    return min(RING_SECONDS - 0.5, max(1.0, dice.gauss(15, 4)))


def _machine_answers(dice: random.Random) -> float:
    if dice.random() < 0.25:
        return dice.uniform(1, 3)  # switched off: the machine answers at once
    return min(RING_SECONDS - 0.1, max(1.0, dice.gauss(20, 1.3)))
