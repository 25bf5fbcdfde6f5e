"""How a pool did in an hour, from the log of its leases. Reads nothing: it is given the log.

A lease's end is not in its own line of the log, as keeping a number writes none: it is in the next
line of the same number (`freed`), or still in its slot.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.pools.deck import NEVER, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.tracking.pools.deck import Slot
    from chalicelib.tracking.pools.leases import LogEntry

HOUR: Final = 3600 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour of a pool. Spans are milliseconds; `busy` is that of all its numbers together.

    `reused_after` are the spans between two visits' having a number, the middle one (of an even
    count, the lower) and the shortest; None if none was reused. `refused` counts collisions
    avoided: a number that was asked for while somebody else still had it.
    """

    starts: int
    numbers: int
    visits: int = 0
    overflow: int = 0
    busy: int = 0
    peak: int = 0
    reused_after: int | None = None
    reused_after_least: int | None = None
    refused: int = 0

    @property
    def lent(self) -> int:
        """Visits that had a number of their own."""
        return self.visits - self.overflow

    @property
    def utilisation(self) -> float:
        """The share of the numbers that was busy, on the mean."""
        return self.busy / (self.numbers * HOUR) if self.numbers else 0.0

    @property
    def utilisation_peak(self) -> float:
        """The largest share of the numbers that was busy at one instant."""
        return self.peak / self.numbers if self.numbers else 0.0


def hour_of(instant: int) -> int:
    """Return when the hour began that an instant is in.

    >>> hour_of(7_200_001) // HOUR, hour_of(7_199_999) // HOUR
    (2, 1)
    """
    return instant - instant % HOUR


def summed(
    starts: int,
    slots: Sequence[Slot],
    lent: Mapping[str, Sequence[LogEntry]],
    passed: Iterable[LogEntry],
) -> Hour:
    """Sum an hour: `lent` are the lines of each number since it began, in order, to this day.

    `passed` are the lines of those who got none, of the hour alone.
    """
    ends = starts + HOUR
    within = [each for lines in lent.values() for each in lines if each.at < ends]
    without = list(passed)
    spans = [span for slot in slots for span in _spans(slot, lent.get(slot.number, ()))]
    clipped = [(max(a, starts), min(b, ends)) for a, b in spans if a < ends and b > starts]
    reuse = [each.at - each.freed for each in within if each.freed != NEVER]
    return Hour(
        starts=starts,
        numbers=len(slots),
        visits=len(within) + len(without),
        overflow=len(without),
        busy=sum(b - a for a, b in clipped),
        peak=_most_at_once(clipped),
        reused_after=median_low(reuse) if reuse else None,
        reused_after_least=min(reuse, default=None),
        refused=sum(each.refused for each in (*within, *without)),
    )


def _spans(slot: Slot, lines: Sequence[LogEntry]) -> Iterator[tuple[int, int]]:
    """Yield when a number was busy: the lease before the first line too."""
    begun = [NEVER, *(each.at for each in lines)]
    over = [*(each.freed for each in lines), slot.ends]
    yield from zip(begun, over, strict=True)


def _most_at_once(spans: Iterable[tuple[int, int]]) -> int:
    steps = sorted(step for a, b in spans for step in ((a, 1), (b, -1)))  # ends before beginnings
    most = now = 0
    for _, change in steps:
        now += change
        most = max(most, now)
    return most
