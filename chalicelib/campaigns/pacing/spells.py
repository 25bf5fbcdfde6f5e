"""How long something lasts that has lasted so long already: rings, conversations, wrap-ups.

Counted by age, as actuaries do: how many ended at that age, of so many seconds spent in it. A call
that is still on counts as much as it has lasted, a shape is assumed of nothing, and what was long
ago fades.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import exp
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# So much of what was believed at first is believed for ever.
STAYS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Spells:
    """What was seen of spells of one kind: ends, and seconds spent, by age.

    `ages` are where classes of age begin, in seconds, the first at 0; the last one has no end.
    """

    ages: tuple[int, ...]
    ended: tuple[float, ...]
    spent: tuple[float, ...]

    def seen(self, seconds: float, *, ended: bool = True) -> Spells:
        """Add a spell; one that did not end (in the way that is counted) was only lived through.

        One that ended before it began, by clocks that differ or by news in the wrong order, took
        no time.
        """
        seconds = max(0.0, seconds)
        last = bisect_right(self.ages, seconds) - 1
        starts = (*self.ages[: last + 1], seconds)
        lived = [after - before for before, after in pairwise(starts)]
        spent = tuple(map(sum, zip(self.spent, lived, strict=False))) + self.spent[last + 1 :]
        if not ended:
            return replace(self, spent=spent)
        ends = (*self.ended[:last], self.ended[last] + 1, *self.ended[last + 1 :])
        return replace(self, ended=ends, spent=spent)

    def faded(self, keep: float, believed: Spells | None = None) -> Spells:
        """Let everything weigh so much of what it did, but never less than a little of a belief.

        Else what has not been seen for long would be impossible, and no calls could teach better.
        """
        least = believed or Spells(self.ages, _no(self.ages), _no(self.ages))
        return replace(
            self,
            ended=_faded(self.ended, keep, least.ended),
            spent=_faded(self.spent, keep, least.spent),
        )

    def rates(self) -> tuple[float, ...]:
        """Return how often they end in each class of age, a second."""
        return tuple(
            ended / spent if spent > 0 else 0.0
            for ended, spent in zip(self.ended, self.spent, strict=True)
        )


def _faded(values: Sequence[float], keep: float, believed: Sequence[float]) -> tuple[float, ...]:
    return tuple(
        max(value * keep, STAYS * least) for value, least in zip(values, believed, strict=True)
    )


def _no(ages: Sequence[int]) -> tuple[float, ...]:
    return (0.0,) * len(ages)


def assumed(
    ages: Sequence[int], rates: Sequence[float], seconds: float, weight: float = 1.0
) -> Spells:
    """Return what is believed at first: rates, each as if seen for so many seconds."""
    spent = tuple(weight * seconds for _ in ages)
    ended = tuple(rate * each for rate, each in zip(rates, spent, strict=True))
    return Spells(tuple(ages), ended, spent)


def steadily(ages: Sequence[int], mean_seconds: float, weight: float) -> Spells:
    """Return a belief without a shape: they end as likely at any age, after so long on the mean.

    `weight` is how many spells it counts as.

    >>> round(Lasting.of(steadily((0, 60), 90, 5)).ended_within(30, age=90), 3)
    0.283
    """
    lived = [
        mean_seconds
        * (exp(-low / mean_seconds) - (0 if high is None else exp(-high / mean_seconds)))
        for low, high in zip(ages, (*ages[1:], None), strict=True)
    ]
    spent = tuple(weight * each for each in lived)
    return Spells(tuple(ages), tuple(each / mean_seconds for each in spent), spent)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Spells made ready for questions: how much of the way to their end lies before each age."""

    ages: tuple[int, ...]
    rates: tuple[float, ...]
    before: tuple[float, ...]

    @classmethod
    def of(cls, spells: Spells) -> Lasting:
        """Add the rates up."""
        rates = spells.rates()
        widths = [after - before for before, after in pairwise(spells.ages)]
        parts = (rate * width for rate, width in zip(rates, widths, strict=False))
        return cls(spells.ages, rates, tuple(accumulate(parts, initial=0.0)))

    def way(self, age: float) -> float:
        """Return the rates added up until an age (the cumulative hazard)."""
        at = bisect_right(self.ages, age) - 1
        return self.before[at] + self.rates[at] * (age - self.ages[at])

    def ended_within(self, seconds: float, age: float) -> float:
        """Return how likely a spell of this age ends within so many seconds."""
        return 1 - exp(self.way(age) - self.way(age + seconds))
