"""How likely there are too few agents, when each call and each agent may go either way.

A sum of yes-or-no things that are not equally likely (Poisson binomial), by its first three
moments: A. Yu. Volkova's refined normal approximation (Theory of Probability 40, 1996), which Y.
Hong found good to the third digit (Computational Statistics & Data Analysis 59, 2013). The exact
sum takes a hundred times as long, and a second has many of them.
"""

from __future__ import annotations

from math import erf, exp, pi, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_CERTAIN: Final = 1e-9
_ROOT_2: Final = sqrt(2)
_ROOT_2_PI: Final = sqrt(2 * pi)

# Mean, variance and third central moment: each adds up over independent things.
Moments = tuple[float, float, float]


def moments(chance: float) -> Moments:
    """Return the moments of one thing that happens with a chance.

    >>> moments(0.5), moments(1)
    ((0.5, 0.25, 0.0), (1, 0, 0))
    """
    variance = chance * (1 - chance)
    return chance, variance, variance * (1 - 2 * chance)


def total(chances: Iterable[float]) -> Moments:
    """Return the moments of how many of several things happen."""
    mean = variance = third = 0.0
    for chance in chances:
        one = moments(chance)
        mean, variance, third = mean + one[0], variance + one[1], third + one[2]
    return mean, variance, third


def at_least_none(mean: float, variance: float, third: float) -> float:
    """Return how likely a whole number with these moments is 0 or more.

    >>> round(at_least_none(-0.7, 0.21, 0.084), 2), at_least_none(-1, 0, 0), at_least_none(0, 0, 0)
    (0.29, 0.0, 1.0)
    """
    if variance < _CERTAIN:
        return 1.0 if mean > -0.5 else 0.0
    deviation = sqrt(variance)
    at = (-0.5 - mean) / deviation  # halfway between -1 and 0
    skew = third / (variance * deviation)
    below = (1 + erf(at / _ROOT_2)) / 2
    below += skew * (1 - at * at) * exp(-at * at / 2) / (6 * _ROOT_2_PI)
    return min(1.0, max(0.0, 1 - below))
