"""How often a visit rings, so long after its number was on a screen: stairs that only descend.

Steps follow the account's own calls whatever their shape, and sums over them are exact.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR: Final = 3600.0
DAY: Final = 86_400.0
# The heartbeat is every 60 s; the rest is the network's, and the call's own way to us.
ON_PAGE_SECONDS: Final = 75.0
_STEPS: Final = 36
# The ends of the steps: 75 s, which is the page itself, and on by factors to thirty days.
ENDS: Final = tuple(
    ON_PAGE_SECONDS * (30 * DAY / ON_PAGE_SECONDS) ** (step / _STEPS) for step in range(_STEPS + 1)
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Calls an hour that one visit makes: on the page, then step by step; after the last, none."""

    heights: tuple[float, ...]
    ends: tuple[float, ...] = ENDS

    def at(self, seconds: float) -> float:
        """Return the intensity so many seconds after the number was last seen."""
        step = step_of(seconds, self.ends)
        return self.heights[step] if step < len(self.heights) else 0.0

    def after(self, seconds: float) -> float:
        """Return how many calls a visit still makes from then on."""
        begins = (0.0, *self.ends)
        spans = zip(pairwise(begins), self.heights, strict=True)
        return sum(
            height * max(0.0, end - max(begin, seconds)) / HOUR for (begin, end), height in spans
        )


def step_of(seconds: float, ends: Sequence[float] = ENDS) -> int:
    """Return on which step an instant lies: 0 is the page, as many as there are is beyond.

    >>> step_of(0), step_of(75), step_of(75.1), step_of(31 * 86400) == len(ENDS)
    (0, 0, 1, True)
    """
    return bisect_left(ends, seconds)


def mixture(
    *, page_calls_per_hour: float, soon: tuple[float, float], noted: tuple[float, float]
) -> Curve:
    """Build the staircase of two fading rates, each given as calls a visit and mean seconds."""
    fading = [
        sum(_between(begin, end, calls, mean) for calls, mean in (soon, noted))
        for begin, end in pairwise(ENDS)
    ]
    return Curve(descending([page_calls_per_hour, *fading], [1.0] * len(ENDS)))


def _between(begin: float, end: float, calls: float, mean: float) -> float:
    began, ended = (math.exp(-(each - ON_PAGE_SECONDS) / mean) for each in (begin, end))
    return calls * HOUR * (began - ended) / (end - begin)


def descending(heights: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """Level every rise by the mean of its neighbours, each with its weight: the nearest descent.

    It is the pool-adjacent-violators algorithm (Ayer, Brunk and others, 1955).

    >>> descending([3, 1, 2, 1], [1, 1, 1, 1])
    (3.0, 1.5, 1.5, 1.0)
    """
    pools: list[tuple[float, float, int]] = []  # height, weight, steps
    for height, weight in zip(heights, weights, strict=True):
        pool = (float(height), weight, 1)
        while pools and pools[-1][0] < pool[0]:
            above = pools.pop()
            total = above[1] + pool[1]
            mean = (above[0] * above[1] + pool[0] * pool[1]) / total
            pool = (mean, total, above[2] + pool[2])
        pools.append(pool)
    return tuple(height for height, _, steps in pools for _ in range(steps))
