"""Who answered and who was abandoned, by the half hour; and how much risk that leaves to take.

Two promises are kept. *Of the day*: at no time is more abandoned than the cap, of those who have
answered until then; and as many days as the cap is measured over, if a law says so. *Of the last
days*: the rate is below the cap even if luck has flattered it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.campaigns.pacing.bounds import CONFIDENCE, most_allowed

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOT_SECONDS: Final = 1800
WINDOW_SECONDS: Final = 7 * 86_400
# For so long counts are kept: no law's window is longer.
KEPT_SECONDS: Final = 31 * 86_400
# One abandonment is kept back and a twentieth of what the day may have, so that the last calls of a
# day, which may go wrong together, do not break what the day has kept.
KEPT_BACK: Final = 1.0
KEPT_SHARE: Final = 0.05
# What may be abandoned yet is spent over as many answers as came in the last hour, this times as
# fast.
HASTE: Final = 2.0
FEWEST_ANSWERS: Final = 20
MOST_RISK: Final = 0.25
_A_DAY: Final = timedelta(days=1)


class Cap(Protocol):
    """How many of the calls that people answer may find nobody: a country's (`rules.Cap`)."""

    @property
    def permille(self) -> int:
        """Of a thousand."""

    @property
    def over(self) -> timedelta:
        """Of how long."""


@dataclass(frozen=True, slots=True)
class OfTheDay:
    """A cap that somebody sets."""

    permille: int = 30
    over: timedelta = timedelta(days=1)


# Good practice in France, which has no figure of its own.
USUAL: Final = OfTheDay()
CAP: Final = USUAL.permille / 1000


@dataclass(frozen=True, slots=True)
class Tally:
    """People who answered (machines don't count) and people who found no agent, by half hour.

    A key is the half hour since 1970, a value how many answered, the abandoned among them, and
    these.
    """

    slots: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def noted(self, at: float, *, answered: int = 0, abandoned: int = 0) -> Tally:
        """Count people of an instant (seconds since 1970), and drop what is out of the window."""
        slot = int(at // SLOT_SECONDS)
        first = slot - KEPT_SECONDS // SLOT_SECONDS
        slots = {each: counts for each, counts in self.slots.items() if each > first}
        before = slots.get(slot, (0, 0))
        slots[slot] = before[0] + answered, before[1] + abandoned
        return Tally(slots)

    def since(self, at: float) -> tuple[int, int]:
        """Return how many answered since an instant, and how many of them were abandoned."""
        first = int(at // SLOT_SECONDS)
        counts = [each for slot, each in self.slots.items() if slot >= first]
        return sum(each[0] for each in counts), sum(each[1] for each in counts)


def risk(tally: Tally, now: float, day_began: float, cap: Cap = USUAL) -> float:
    """Return how likely the next call may be to find no agent; 0 is none ahead of the agents.

    `day_began` is the midnight of the campaign's own zone. A cap over more than a day is kept of
    each day as well, so that no day is spent on another's account.
    """
    rate = cap.permille / 1000
    answered, abandoned = tally.since(now - WINDOW_SECONDS)
    spare = min(most_allowed(answered, rate, CONFIDENCE) - abandoned, _left(tally, day_began, rate))
    if cap.over > _A_DAY:
        spare = min(spare, _left(tally, now - cap.over.total_seconds(), rate))
    recent, _ = tally.since(now - 3600)
    return max(0.0, min(MOST_RISK, HASTE * spare / max(FEWEST_ANSWERS, recent)))


def _left(tally: Tally, since: float, rate: float) -> float:
    answered, abandoned = tally.since(since)
    return rate * (1 - KEPT_SHARE) * answered - abandoned - KEPT_BACK
