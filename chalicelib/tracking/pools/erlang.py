"""Erlang's loss formula: how many visits find no number free.

Visits come at random (Poisson) and who finds none goes without: that is Erlang-B, which holds
whatever the visits' lengths are spread like (A. K. Erlang, 1917; insensitivity: B. A. Sevastyanov,
1957). A load is in erlangs: visits an hour, times the hours that each keeps its number.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator


def overflow(load: float, numbers: int) -> float:
    """Return the share of visits that find none of so many numbers free.

    >>> round(overflow(10, 10), 4), overflow(10, 0), overflow(0, 5)
    (0.2146, 1.0, 0.0)
    """
    for at, share in overflows(load):
        if at == numbers:
            return share
    raise AssertionError("there is no end of numbers")


def overflows(load: float) -> Iterator[tuple[int, float]]:
    """Yield the share of visits without a number for 0, 1, 2 ... numbers, without end.

    By the recursion over numbers, which is exact to rounding at any size: the formula's own
    factorials are not.
    """
    share = 1.0
    for numbers in count():
        yield numbers, share
        share = load * share / (numbers + 1 + load * share)


def numbers_needed(load: float, target: float) -> int:
    """Return the fewest numbers with which at most `target` of the visits go without.

    >>> [numbers_needed(230 / 3, target) for target in (0.05, 0.01, 0.001)]
    [82, 93, 102]
    """
    if not 0 < target < 1:
        raise Rejected("no such target", faults=(Fault("/target", "between 0 and 1, exclusive"),))
    return next(numbers for numbers, share in overflows(load) if share <= target)
