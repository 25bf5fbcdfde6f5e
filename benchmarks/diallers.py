"""The rules that are compared: one call an idle agent, VICIdial's, and ours."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.habits import Habits
from chalicelib.campaigns.pacing.modes import Mode, Situation, plan
from chalicelib.campaigns.pacing.predicting import Floor, Outlook
from chalicelib.campaigns.pacing.tallies import CAP, OfTheDay, Tally, risk

if TYPE_CHECKING:
    from benchmarks.callcentre import Centre

DAY: Final = 86_400
RENEWED_SECONDS: Final = 30
ENDLESS: Final = 1_000_000


def floor_of(centre: Centre) -> Floor:
    """Show the floor as the product sees it."""
    return Floor(
        idle=centre.count("idle"),
        talking=centre.ages("talking"),
        wrapping=centre.ages("wrapping"),
        ringing=tuple(centre.now - each.since for each in centre.ringing),
        waiting=len(centre.waiting),
    )


@dataclass
class Progressive:
    """One call for each idle agent."""

    period: float = 1.0

    def calls(self, centre: Centre) -> int:
        """Ring for whoever is idle and has no call ringing for them."""
        return max(0, centre.count("idle") - len(centre.ringing))

    def heard(self, what: str, seconds: float, centre: Centre) -> None:
        """Learn nothing."""


@dataclass
class Vicidial:
    """VICIdial's adaptive methods, as its bin/AST_VDadapt.pl and bin/AST_VDauto_dial.pl have them.

    Every second agents ready less calls waiting is sampled; every fifteen the level follows the
    mean of the last fifteen samples; every 2.5 seconds calls are placed until there are level times
    agents. Drops are counted once a minute, by day. Agents are those who wait and those who talk:
    whoever wraps up is paused there.
    """

    method: str = "hard"
    cap: float = CAP
    most: float = 3.0
    target: float = 0.0
    intensity: float = 0.0
    period: float = 0.5
    level: float = 1.0
    samples: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=15))
    answered: int = 0
    dropped: int = 0
    placed: int = 0
    recent: deque[tuple[float, str]] = field(default_factory=deque)
    known: tuple[int, int, int] = (0, 0, 0)
    beat: int = 0
    day: int = -1

    def calls(self, centre: Centre) -> int:
        """Adapt and place, each in its own rhythm."""
        self.beat += 1
        if centre.day != self.day:
            self.day, self.answered, self.dropped, self.placed = centre.day, 0, 0, 0
            self.known = (0, 0, 0)
        talking = centre.count("talking")
        agents = centre.count("idle") + talking
        if self.beat % 2 == 0:
            self.samples.append((centre.count("idle") - len(centre.waiting), agents))
        if self.beat % 120 == 0:
            self.known = self.placed, self.answered, self.dropped
        if self.beat % 30 == 0:
            self._adapt(centre)
        if self.beat % 5:
            return 0
        going = len(centre.ringing) + len(centre.waiting) + talking
        wanted = max(0, round(self.level * agents) - going)
        self.placed += wanted
        return wanted

    def _adapt(self, centre: Centre) -> None:
        ready = sum(each[0] for each in self.samples) / len(self.samples)
        agents = sum(each[1] for each in self.samples) / len(self.samples)
        share = (ready + self.target) / agents if agents else 0.0
        share *= 1 + self.intensity / 100 if share > 0 else 1 - self.intensity / 100
        level = max(1.0, min(self.most, self.level * (1 + share)))
        minute = self._minute(centre.now)
        if minute[0] > 20 and minute[1] > 0.5 * minute[0]:
            level /= 2
        placed, answered, dropped = self.known
        if placed > 50 and dropped > self.cap * answered:
            level = {"hard": 1.0, "average": level / 2, "tapered": level * _tapered(centre)}[
                self.method
            ]
        self.level = max(0.0, level)

    def _minute(self, now: float) -> tuple[int, int]:
        while self.recent and self.recent[0][0] < now - 60:
            self.recent.popleft()
        kinds = [each[1] for each in self.recent]
        return kinds.count("person"), kinds.count("abandoned")

    def heard(self, what: str, seconds: float, centre: Centre) -> None:
        """Count answers and drops of the day."""
        if what in ("person", "abandoned"):
            self.recent.append((centre.now, what))
            self.answered += what == "person"
            self.dropped += what == "abandoned"


def _tapered(centre: Centre) -> float:
    """Take hours and minutes as one number, as VICIdial does: 20:59 until 21:00 is 0.041 left."""
    seconds = centre.now % DAY
    left = 2100 - int(seconds // 3600 * 100 + seconds % 3600 // 60)
    return 1.0 if left > 1000 else left / 1000


@dataclass
class Ours:
    """The product's own."""

    cap: float = CAP
    period: float = 1.0
    habits: Habits = field(default_factory=Habits)
    tally: Tally = field(default_factory=Tally)
    made_at: float = -1e9
    outlook: Outlook | None = None

    def calls(self, centre: Centre) -> int:
        """Ask the product."""
        now = centre.now
        taken = risk(self.tally, now, centre.day * DAY, OfTheDay(round(1000 * self.cap)))
        if taken and now - self.made_at >= RENEWED_SECONDS:
            self.outlook, self.made_at = Outlook.of(self.habits), now
        floor = floor_of(centre)
        situation = Situation(floor=floor, due=ENDLESS, risk=taken, outlook=self.outlook)
        return plan(Mode.PREDICTIVE, situation)

    def heard(self, what: str, seconds: float, centre: Centre) -> None:
        """Learn everything."""
        if what in ("answered", "lost"):
            self.habits = self.habits.rang(seconds, answered=what == "answered")
        elif what in ("talked", "machine"):
            self.habits = self.habits.talked(seconds, person=what == "talked")
        elif what == "wrapped":
            self.habits = self.habits.wrapped(seconds)
        elif what == "person":
            self.tally = self.tally.noted(centre.now, answered=1)
        elif what == "abandoned":
            self.tally = self.tally.noted(centre.now, abandoned=1)
