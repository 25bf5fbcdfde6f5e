"""How far a caller is in a queue, kept in the URL between two rounds of music. Not a kind itself.

Everything that the node needs to go on is here, so that a desk that fails in mid-wait loses nobody:
since when they wait, and what they were told of their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.queueing import Offer


class Stage(StrEnum):
    """Where a caller is in a queue."""

    JOINING = "j"
    WAITING = "w"
    RINGING = "r"
    TAKEN = "t"  # the agent's own leg, once they took the call
    ANSWERED = "a"
    ABANDONED = "b"
    OVERFLOW = "o"
    NOBODY = "n"
    CALLBACK = "c"
    VOICEMAIL = "v"
    REJOINING = "k"  # the desk did not know the caller any more


MOST_ROUNDS: Final = 9_999
MOST_BLIND: Final = 3  # failures of the desk in a row that a caller waits through
# Rounds in a row without anybody on duty (some two minutes): a pause, or the end of the day.
MOST_ALONE: Final = 8
_MOST_PLACE: Final = 999
_MARK: Final = re.compile(
    r"([jwrtaboncvk])-([0-9a-f]{1,9})-([0-9]{1,3})-([0-9]{1,4})-([0-9])-([0-9]{1,2})"
    r"(?:-([A-Za-z0-9_-]{1,38}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A caller's wait: begun at `since` (seconds since 1970), told place `told` (0: none yet).

    `full` is the round in which everything was told last; `blind` counts the desk's failures in a
    row, `alone` the rounds in a row with nobody on duty. `agent` is who is rung.
    """

    stage: Stage = Stage.JOINING
    since: int
    told: int = 0
    full: int = 0
    blind: int = 0
    alone: int = 0
    agent: str = ""

    @classmethod
    def begun(cls, now: datetime) -> Wait:
        """Return the wait of a caller who comes just now."""
        return cls(since=int(now.timestamp()))

    @classmethod
    def of(cls, mark: str) -> Wait | None:
        """Read a wait back from a position's mark; None where it holds none."""
        found = _MARK.fullmatch(mark)
        if found is None:
            return None
        told, full, blind, alone = (int(number) for number in found.group(3, 4, 5, 6))
        return cls(
            stage=Stage(found[1]),
            since=int(found[2], 16),
            told=told,
            full=full,
            blind=blind,
            alone=alone,
            agent=found[7] or "",
        )

    @property
    def mark(self) -> str:
        """Write the wait as a position's mark."""
        numbers = f"{self.since:x}-{self.told}-{self.full}-{self.blind}-{self.alone}"
        return f"{self.stage}-{numbers}" + (f"-{self.agent}" if self.agent else "")

    def at(self, stage: Stage) -> Wait:
        """Return the same wait at another stage."""
        return replace(self, stage=stage)

    def ringing(self, offer: Offer) -> Wait:
        """Return the wait while an agent is rung."""
        return replace(self, stage=Stage.RINGING, agent=offer.agent, blind=0, alone=0)

    def back(self) -> Wait:
        """Return the wait after an offer that came to nothing."""
        return replace(self, stage=Stage.WAITING, agent="")

    def seen(self, agents_on_duty: int) -> Wait:
        """Return the wait after the desk answered."""
        alone = 0 if agents_on_duty else min(self.alone + 1, MOST_ALONE)
        return replace(self, stage=Stage.WAITING, blind=0, alone=alone)

    def missed(self) -> Wait:
        """Return the wait after the desk did not answer."""
        return replace(self, blind=min(self.blind + 1, MOST_BLIND))

    def knows(self, place: int, rounds: int, *, everything: bool) -> Wait:
        """Return the wait of a caller who was told their place, and perhaps everything."""
        full = min(rounds, MOST_ROUNDS) if everything else self.full
        return replace(self, told=min(place, _MOST_PLACE), full=full)

    def seconds(self, now: datetime) -> int:
        """Tell how long the caller has waited, by our own clock."""
        return max(0, int(now.timestamp()) - self.since)
