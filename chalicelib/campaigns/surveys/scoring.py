"""Scores of questions, and how sure they are. Pure.

The interval of a Net Promoter Score is the adjusted Wald one: three answers more are counted, three
quarters of one as a promoter, as many as a detractor, the rest between them. Rocks ("Interval
Estimation for the 'Net Promoter Score'", The American Statistician 70, 2016) found it the best of
six methods for samples of any size: plain Wald's is too narrow for few answers, and has no width
at all where all say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE: Final = 0.95
_PROMOTERS: Final = 9  # and above
_DETRACTORS: Final = 6  # and below
_SATISFIED: Final = 4  # and above, of 5
_ADDED: Final = 3.0
_ADDED_EACH: Final = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Nps:
    """A Net Promoter Score, from -100 to 100, and the interval that it lies in."""

    promoters: int
    passives: int
    detractors: int
    score: float
    low: float
    high: float


def nps(counts: Sequence[int], confidence: float = CONFIDENCE) -> Nps | None:
    """Return the score of so many answers of 0, 1, ... 10; None of no answers.

    >>> found = nps([0, 0, 0, 0, 0, 0, 20, 30, 0, 0, 50])
    >>> found.score, found.low, found.high
    (30.0, 14.1, 44.2)
    """
    total = sum(counts)
    if not total:
        return None
    promoters, detractors = sum(counts[_PROMOTERS:]), sum(counts[: _DETRACTORS + 1])
    low, high = _interval(promoters, detractors, total, confidence)
    return Nps(
        promoters=promoters,
        passives=total - promoters - detractors,
        detractors=detractors,
        score=round(100 * (promoters - detractors) / total, 1),
        low=low,
        high=high,
    )


def satisfied(counts: Sequence[int]) -> float | None:
    """Return the percentage of 4 and 5 among answers of 1 to 5 (CSAT).

    >>> satisfied([0, 1, 0, 0, 1, 2])
    75.0
    """
    total = sum(counts)
    return round(100 * sum(counts[_SATISFIED:]) / total, 1) if total else None


def mean(counts: Sequence[int]) -> float | None:
    """Return the mean value, counted from 0.

    >>> mean([0, 1, 0, 0, 0, 0, 0, 2])
    5.0
    """
    total = sum(counts)
    if not total:
        return None
    return round(sum(value * number for value, number in enumerate(counts)) / total, 2)


def _interval(
    promoters: int, detractors: int, total: int, confidence: float
) -> tuple[float, float]:
    of = total + _ADDED
    up, down = (promoters + _ADDED_EACH) / of, (detractors + _ADDED_EACH) / of
    middle = up - down
    width = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt((up + down - middle**2) / of)
    return round(100 * max(-1.0, middle - width), 1), round(100 * min(1.0, middle + width), 1)
