"""Who answered and who was abandoned, by the half hour; and how much risk that leaves to take.

Two promises are kept. *Of the day*: at no time is more abandoned than the cap, of those who have
answered until then. *Of the last days*: the rate is below the cap even if luck has flattered it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.bounds import CONFIDENCE, most_allowed

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOT_SECONDS: Final = 1800
WINDOW_SECONDS: Final = 7 * 86_400
# Of an answered call's abandonments: good practice in France, the law's or the regulator's
# elsewhere.
CAP: Final = 0.03
# One abandonment is kept back and a twentieth of what the day may have, so that the last calls of a
# day, which may go wrong together, do not break what the day has kept.
KEPT_BACK: Final = 1.0
KEPT_SHARE: Final = 0.05
# What may be abandoned yet is spent over as many answers as came in the last hour, this times as
# fast.
HASTE: Final = 2.0
FEWEST_ANSWERS: Final = 20
MOST_RISK: Final = 0.25


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
        first = slot - WINDOW_SECONDS // SLOT_SECONDS
        slots = {each: counts for each, counts in self.slots.items() if each > first}
        before = slots.get(slot, (0, 0))
        slots[slot] = before[0] + answered, before[1] + abandoned
        return Tally(slots)

    def since(self, at: float) -> tuple[int, int]:
        """Return how many answered since an instant, and how many of them were abandoned."""
        first = int(at // SLOT_SECONDS)
        counts = [each for slot, each in self.slots.items() if slot >= first]
        return sum(each[0] for each in counts), sum(each[1] for each in counts)


def risk(tally: Tally, now: float, day_began: float, cap: float = CAP) -> float:
    """Return how likely the next call may be to find no agent; 0 is none ahead of the agents.

    `day_began` is the midnight of the campaign's own zone.
    """
    answered, abandoned = tally.since(now - WINDOW_SECONDS)
    today, lost = tally.since(day_began)
    of_the_day = cap * (1 - KEPT_SHARE) * today - lost - KEPT_BACK
    spare = min(most_allowed(answered, cap, CONFIDENCE) - abandoned, of_the_day)
    recent, _ = tally.since(now - 3600)
    return max(0.0, min(MOST_RISK, HASTE * spare / max(FEWEST_ANSWERS, recent)))
