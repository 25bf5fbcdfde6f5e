"""A site whose visitors are not those that are assumed, as the product's tables would have it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from functools import cache
from statistics import fmean
from typing import TYPE_CHECKING, Final

import pytest

from benchmarks import visitors
from benchmarks.visitors import OPENED, Site
from chalicelib.tracking.attribution import attribute
from chalicelib.tracking.attribution.fitting import Exposure
from chalicelib.tracking.learning.assumptions import ASSUMED
from chalicelib.tracking.learning.lessons import lesson_in
from chalicelib.tracking.pools.deck import SECOND
from chalicelib.tracking.pools.health import HOUR, Hour
from chalicelib.tracking.pools.leases import millis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.visitors import Rung
    from chalicelib.tracking.attribution import Behaviour, Lease, Ring, Visit
    from chalicelib.tracking.learning.lessons import Lesson

POOL: Final = "pool_shop"
# People who look at the page for a while, and ring when they have talked about it.
SLOW: Final = {
    "RINGS": 0.06,
    "RINGS_FROM_PAGE": 0.1,
    "RINGS_SOON": 0.8,
    "SOON": (1500.0, 0.7),
    "STRAYS_A_DAY": 0.3,
}


NO_EXPOSURE: Final = Exposure(page_hours=0.0, number_days=0.0, watched=[])
Known = tuple["Rung", "Ring", "list[Lease]", "dict[str, Visit]"]


@cache
def a_slow_site(visits: int = 14_000, numbers: int = 20, erlangs: float = 15.2) -> Site:
    """Have visitors come whose calls are not as is assumed."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SLOW.items():
            patch.setattr(visitors, name, value)
        return Site(random.Random(27), numbers, erlangs, visits)


@cache
def first_calls(site: Site) -> tuple[list[Known], list[Known]]:
    """Return what is known of each caller's first call, in the first half and in the second."""
    halves: tuple[list[Known], list[Known]] = [], []
    seen = set()
    for call in site.calls:
        if call.caller is not None and call.caller not in seen:
            seen.add(call.caller)
            halves[call.at >= site.until / 2].append((call, *site.known(call)))
    return halves


def lessons(calls: Iterable[Known]) -> dict[str, Lesson]:
    """Return what calls have to teach."""
    found = {
        f"CA{at}": lesson_in(ring, leases, seen, (), ASSUMED, pool_id=POOL)
        for at, (_, ring, leases, seen) in enumerate(calls)
    }
    return {call_id: lesson for call_id, lesson in found.items() if lesson is not None}


def hours(site: Site) -> list[Hour]:
    """Sum the hours of the first half, as the schedule of pools does."""
    lent = Counter(
        int(since * SECOND) // HOUR for each in site.leases.values() for since, _, _ in each
    )
    opened, half = millis(OPENED), int(site.until / 2 * SECOND) // HOUR
    return [
        Hour(starts=opened + at * HOUR, numbers=len(site.numbers), visits=lent[at])
        for at in range(half)
    ]


def gap(calls: Iterable[Known], behaviour: Behaviour) -> float:
    """Compare what was given to the likeliest visit with the share that was right, by tenths.

    The mean gap over all calls: 0 where the confidence keeps its word.
    """
    tenths: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for call, ring, leases, seen in calls:
        found = attribute(ring, leases, seen, (), behaviour)
        best = next((each for each in found.candidates if each.visit), None)
        if best is not None:
            tenths[min(9, int(best.weight * 10))].append((best.weight, best.visit == call.truth))
    gaps = [
        len(pairs) * abs(fmean(given for given, _ in pairs) - fmean(right for _, right in pairs))
        for pairs in tenths.values()
    ]
    return sum(gaps) / sum(map(len, tenths.values()))
