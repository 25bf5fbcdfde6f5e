"""What a campaign has learnt: when people answer, how long they talk, how long agents wrap up.

Learnt from every call and forgotten with its half-life: who answers at eleven does not at seven in
the evening, whereas people talk as long as they did last week.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from chalicelib.campaigns.pacing.spells import Spells, assumed, steadily

RING_AGES: Final = (*range(0, 30, 2), 30, 35, 45)
TALK_AGES: Final = (
    0,
    2,
    4,
    6,
    8,
    12,
    16,
    24,
    32,
    48,
    64,
    96,
    128,
    192,
    256,
    384,
    512,
    768,
    1024,
    1536,
)
WRAP_AGES: Final = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)
# After so many calls, what they told weighs half.
RINGS_HALF_LIFE: Final = 300
TALKS_HALF_LIFE: Final = 2000
# What is assumed of rings is that people answer at once and nearly all, which is where dialling
# ahead would hurt most; of conversations and wrap-ups, that they last.
_ANSWERED: Final = assumed(RING_AGES, [0.1 if age < 20 else 0.01 for age in RING_AGES], 40)
_LOST: Final = assumed(RING_AGES, [0.01 if age < 24 else 0.5 for age in RING_AGES], 40)
_TALKS: Final = steadily(TALK_AGES, 240, 5)
_MACHINES: Final = assumed(TALK_AGES, [0.0] * len(TALK_AGES), 1)
_WRAPS: Final = steadily(WRAP_AGES, 60, 5)


@dataclass(frozen=True, slots=True)
class Habits:
    """Spells of a campaign. `lost` are rings that ended without an answer, for whatever reason.

    Calls of an agent end as conversations (`talks`) or as somebody sees that it is a machine.
    """

    answered: Spells = _ANSWERED
    lost: Spells = _LOST
    talks: Spells = _TALKS
    machines: Spells = _MACHINES
    wraps: Spells = _WRAPS

    def rang(self, seconds: float, *, answered: bool) -> Habits:
        """Learn from a call that rings no more: somebody answered, or a machine, or nobody."""
        keep = _keep(RINGS_HALF_LIFE)
        return replace(
            self,
            answered=self.answered.faded(keep, _ANSWERED).seen(seconds, ended=answered),
            lost=self.lost.faded(keep, _LOST).seen(seconds, ended=not answered),
        )

    def talked(self, seconds: float, *, person: bool = True) -> Habits:
        """Learn from a call that an agent had; a machine's takes an agent too, and no wrap-up."""
        keep = _keep(TALKS_HALF_LIFE)
        return replace(
            self,
            talks=self.talks.faded(keep, _TALKS).seen(seconds, ended=person),
            machines=self.machines.faded(keep, _MACHINES).seen(seconds, ended=not person),
        )

    def wrapped(self, seconds: float) -> Habits:
        """Learn from a wrap-up of a conversation; none at all is one of no seconds."""
        wraps = self.wraps.faded(_keep(TALKS_HALF_LIFE), _WRAPS)
        return replace(self, wraps=wraps.seen(seconds))


def _keep(half_life: float) -> float:
    return float(0.5 ** (1 / half_life))
