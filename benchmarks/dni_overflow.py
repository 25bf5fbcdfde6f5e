"""A day of ten thousand visits on a pool, against Erlang's formula.

Visits come at random at the pace of a busy hour, stay for spans spread exponentially, send their
signs of life, and keep their number for the hold after; the product's own rules lend, keep and
refuse, on the store in memory that the contract tests hold to the real one. The share that finds
no number free must lie where Erlang-B says, within the interval that chance allows in 95 of 100
days; the interval is taken from batches of the day, as overflows come in runs.
*Baseline:* the formula. *Beside it:* what the usual advice (visitors at a time, on the mean)
expects of the same pool: no overflow at all.
"""

from __future__ import annotations

import heapq
import random
import sys
from datetime import timedelta
from statistics import mean, stdev
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure, report
from chalicelib.tracking.pools.erlang import overflow
from chalicelib.tracking.pools.forecast import Traffic
from chalicelib.tracking.pools.lending import extend, lend
from tests.fakes import PoolsInMemory
from tests.tracking.pools.builders import NOON, an_order, keeping, open_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.tracking.pools.leases import Lease

VISITS: Final = 10_000
WARM: Final = 1_000  # before the day, so that it does not begin with an empty house
NUMBERS: Final = 82
BEAT: Final = 60.0
TRAFFIC: Final = Traffic(visits_per_hour=200, visit_seconds=180, hold_seconds=1_200)
BATCHES: Final = 20
T_95: Final = 2.093  # Student's t of 19 degrees of freedom, two-sided


def figures() -> Iterator[Figure]:
    """Simulate a day and compare."""
    lost = _day(random.Random(82))
    size = VISITS // BATCHES
    shares = [mean(lost[at : at + size]) for at in range(0, VISITS, size)]
    measured, expected = mean(shares), overflow(TRAFFIC.load, NUMBERS)
    half = T_95 * stdev(shares) / BATCHES**0.5
    print(f"  {measured:.4f} +- {half:.4f}, Erlang-B {expected:.4f}", file=sys.stderr)
    yield Figure("dni_overflow", measured, "share of visits", baseline=expected)
    away = abs(measured - expected) / half
    yield Figure("dni_overflow_off", away, "half widths of the 95 % interval", at_most=1)


def _day(dice: random.Random) -> list[bool]:
    """Return of each visit whether it found no number free."""
    store = PoolsInMemory()
    open_pool(keeping(store), NUMBERS)
    pace, stay = TRAFFIC.visits_per_hour / 3600, 1 / TRAFFIC.visit_seconds
    clock, lost = 0.0, []
    signs: list[tuple[float, int, float, Lease]] = []
    for name in range(WARM + VISITS):
        clock += dice.expovariate(pace)
        _beat(store, signs, clock)
        now = NOON + timedelta(seconds=clock)
        lease = lend(an_order(str(name)), now=now, store=store).lease
        lost.append(lease is None)
        if lease is not None:
            end = clock + dice.expovariate(stay)
            heapq.heappush(signs, (min(clock + BEAT, end), name, end, lease))
    return lost[WARM:]


def _beat(store: PoolsInMemory, signs: list[tuple[float, int, float, Lease]], until: float) -> None:
    """Send the signs of life that fall due, the last as the page is closed."""
    while signs and signs[0][0] <= until:
        at, name, end, lease = heapq.heappop(signs)
        extend(lease, now=NOON + timedelta(seconds=at), store=store)
        if at < end:
            heapq.heappush(signs, (min(at + BEAT, end), name, end, lease))


if __name__ == "__main__":
    sys.exit(report(figures()))
