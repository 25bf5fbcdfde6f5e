"""Journeys as a Markov chain: how likely one becomes a lead, if only some channels existed.

From the start or a channel, people go on to another channel, become leads, or are lost, as often
as they were seen to. A channel that is taken away loses whoever would have come to it. Everything
is counted in whole numbers, so that probabilities are exact fractions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_START: Final = "\0"  # no channel has this name
_WON: Final = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Channels in their order, and how many journeys went so: those that became leads, and not."""

    channels: tuple[str, ...]
    won: int = 0
    lost: int = 0


class Chain:
    """The chain of some journeys, of the first order: where one goes depends on where one is."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.won = 0
        self._steps: Counter[tuple[str, str | None]] = Counter()
        self._leaving: Counter[str] = Counter()
        for path in paths:
            self._add(path)

    def _add(self, path: Path) -> None:
        stations = (_START, *path.channels)
        for here, there in pairwise(stations):
            self._steps[here, there] += path.won + path.lost
        for here in stations:
            self._leaving[here] += path.won + path.lost
        self._steps[stations[-1], _WON] += path.won
        self.won += path.won

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The channels that were touched, in the order of the alphabet."""
        return tuple(
            sorted(each for each, count in self._leaving.items() if each != _START and count)
        )

    def conversion(self, kept: Collection[str] | None = None) -> Fraction:
        """Return how likely a journey becomes a lead with these channels alone; None: with all."""
        known = self.channels if kept is None else [each for each in self.channels if each in kept]
        states = [_START, *known]
        if not self._leaving[_START]:
            return Fraction(0)
        # With L those who leave a state and S those who step from it, chances x solve
        # L x = S x + (those who are won).
        rows = [
            [self._leaving[here] * (here == there) - self._steps[here, there] for there in states]
            + [self._steps[here, _WON]]
            for here in states
        ]
        # The start comes last: elimination leaves its unknown alone in the last row.
        order = [*range(1, len(states)), 0]
        return _last_unknown([[rows[i][j] for j in (*order, len(states))] for i in order])


def _last_unknown(rows: list[list[int]]) -> Fraction:
    """Solve by whole numbers only (E. Bareiss, 1968): every division comes out even."""
    size, before = len(rows), 1
    for step in range(size - 1):
        pivot = rows[step][step]
        for row in rows[step + 1 :]:
            factor = row[step]
            for column in range(step + 1, size + 1):
                row[column] = (row[column] * pivot - factor * rows[step][column]) // before
        before = pivot
    return Fraction(rows[-1][size], rows[-1][size - 1])
