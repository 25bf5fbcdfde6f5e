"""How high an abandonment rate may really be, when so many calls of so many were abandoned.

The bound is Clopper and Pearson's (Biometrika 26, 1934): it keeps its word at every rate and for
any number of calls, where Wald's, Wilson's and Jeffreys' keep it on the mean only. Whoever promises
never to be over a cap needs the former, and pays for it with calls that could have been made.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p
from typing import Final

from chalicelib.kernel.errors import Fault, Rejected

CONFIDENCE: Final = 0.95  # one-sided: only too much is wrong
_NEGLIGIBLE: Final = 1e-18
_HALVINGS: Final = 60


def chance_of_at_most(abandoned: int, answered: int, rate: float) -> float:
    """Return how likely so few of the answered calls are abandoned at a rate (binomial).

    >>> round(chance_of_at_most(0, 100, 0.03), 4), chance_of_at_most(3, 3, 0.5)
    (0.0476, 1.0)
    """
    if abandoned >= answered or rate <= 0:
        return 1.0
    if abandoned < 0 or rate >= 1:
        return 0.0
    term = exp(_log_term(abandoned, answered, rate))
    total = 0.0
    # From the last term down: it is the greatest one as long as it is below the mean.
    for at in range(abandoned, -1, -1):
        total += term
        if term < _NEGLIGIBLE * total and at < answered * rate:
            break
        term *= at * (1 - rate) / ((answered - at + 1) * rate)
    return min(1.0, total)


def upper_bound(abandoned: int, answered: int, confidence: float = CONFIDENCE) -> float:
    """Return the rate that is not exceeded, with so much confidence (Clopper-Pearson, one-sided).

    >>> round(upper_bound(0, 100), 4), round(upper_bound(11, 600), 4), upper_bound(0, 0)
    (0.0295, 0.0302, 1.0)
    """
    _check(confidence)
    if abandoned >= answered:
        return 1.0
    low, high = abandoned / answered, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if chance_of_at_most(abandoned, answered, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=4096)
def most_allowed(answered: int, cap: float, confidence: float = CONFIDENCE) -> int:
    """Return how many of the answered calls may be abandoned for the bound to be within the cap.

    -1 if there are too few calls to know anything: not even none abandoned would do.

    >>> [most_allowed(answered, 0.03) for answered in (98, 99, 600, 5000)]
    [-1, 0, 10, 129]
    """
    _check(confidence)
    low, high = -1, int(answered * cap) + 1  # `low` is allowed, `high` is not
    while high - low > 1:
        middle = (low + high) // 2
        if chance_of_at_most(middle, answered, cap) <= 1 - confidence:
            low = middle
        else:
            high = middle
    return low


def _log_term(at: int, of: int, rate: float) -> float:
    ways = lgamma(of + 1) - lgamma(at + 1) - lgamma(of - at + 1)
    return ways + at * log(rate) + (of - at) * log1p(-rate)


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise Rejected(
            "no such confidence", faults=(Fault("/confidence", "between 0 and 1, exclusive"),)
        )
