"""How many calls are credited to the visit that made them, and if the confidence keeps its word.

The sites of an account, with pools of 5 to 200 numbers, live through their days (`visitors`). Of
the first half of their calls the account's behaviour is fitted, without being told who rang; the
second half is judged. Baseline: whoever was lent the number last, which is what most do.

Calibration is the widest gap, over bins of a tenth, between the confidence that was given and the
share that was right: of credited calls, and of the likeliest candidates that were too unsure to be
credited.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure, report
from benchmarks.visitors import Site
from chalicelib.tracking.attribution import Behaviour, PastCall, Role, attribute
from chalicelib.tracking.attribution.fitting import Exposure, fit, heard_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.visitors import Rung
    from chalicelib.tracking.attribution import Attribution
    from chalicelib.tracking.attribution.fitting import Heard

    Known = list[tuple[float, bool]]  # confidence, and whether it was right

# Numbers -> the load in Erlang that leaves one visitor in twenty without a number, at the peak.
POOLS: Final = {5: 2.2, 10: 6.2, 20: 15.2, 50: 44.5, 100: 95.0, 200: 190.0}
FEWEST_VISITS: Final = 160_000
VISITS_A_NUMBER: Final = 1500  # so that a large pool lives through a month, too
SEED: Final = 2026
AT_LEAST: Final = 1.1
AT_MOST: Final = 0.05
ENOUGH: Final = 500  # calls in a bin: its share is known to two points and a half


@dataclass(slots=True)
class Judged:
    """What came of a site's second half."""

    calls: int = 0
    right: int = 0
    naive: int = 0
    credited: Known = field(default_factory=list)
    uncredited: Known = field(default_factory=list)


def figures() -> Iterator[Figure]:
    """Simulate, fit, judge."""
    behaviour, fitted = _fitted(), []
    for numbers in POOLS:
        site = _site(numbers)
        judged = _judged(site, behaviour)
        fitted.append(judged)
        share, naive = judged.right / judged.calls, judged.naive / judged.calls
        yield Figure(f"attribution_accuracy_{numbers}", share, "of calls", naive, at_least=AT_LEAST)
    yield _calibration("", (each.credited for each in fitted), AT_MOST)
    yield _calibration("_uncredited", (each.uncredited for each in fitted))
    yield Figure("attribute_call", _cpu(site) * 1e3, "ms CPU")


def _site(numbers: int) -> Site:
    visits = max(FEWEST_VISITS, numbers * VISITS_A_NUMBER)
    return Site(random.Random(f"{SEED}/{numbers}"), numbers, POOLS[numbers], visits)


def _fitted() -> Behaviour:
    """Fit one behaviour to the first halves of all the sites: they are one account's."""
    heard: list[Heard] = []
    exposures = []
    for numbers in POOLS:
        site = _site(numbers)
        heard += _heard(site)
        exposures.append(site.exposure(site.until / 2))
    exposure = Exposure(
        page_hours=sum(each.page_hours for each in exposures),
        number_days=sum(each.number_days for each in exposures),
        watched=[pair for each in exposures for pair in each.watched],
    )
    return fit(heard, exposure, Behaviour())


def _heard(site: Site) -> Iterator[Heard]:
    """Return the first calls of the first half, as the product's tables have them."""
    seen = set()
    for call in site.calls:
        ring, leases, visits = site.known(call)
        new = call.caller is not None and call.caller not in seen
        seen.add(call.caller)
        if call.at < site.until / 2 and new and ring.dialled.role is Role.POOL:
            yield heard_in(ring, leases, visits, Behaviour())


def _judged(site: Site, behaviour: Behaviour) -> Judged:
    """Attribute every call in its order, as it rings; count those of the second half."""
    judged = Judged()
    past: defaultdict[str, list[PastCall]] = defaultdict(list)
    for call in site.calls:
        found = _attributed(site, call, past[call.caller or ""], behaviour)
        if call.at >= site.until / 2:
            _judge(judged, found, call, site.naive(call))
    return judged


def _attributed(site: Site, call: Rung, past: list[PastCall], behaviour: Behaviour) -> Attribution:
    ring, leases, visits = site.known(call)
    found = attribute(ring, leases, visits, past, behaviour)
    if call.caller:
        past.append(
            PastCall(
                at=ring.at,
                number=call.number,
                visit=found.visit,
                confidence=found.confidence,
                first_at=found.first_at,
            )
        )
    return found


def _judge(judged: Judged, found: Attribution, call: Rung, naive: str | None) -> None:
    judged.calls += 1
    judged.right += found.visit == call.truth
    judged.naive += naive == call.truth
    best = next((each for each in found.candidates if each.visit), None)
    if found.visit is not None:
        judged.credited.append((found.confidence, found.visit == call.truth))
    elif best is not None:
        judged.uncredited.append((best.weight, best.visit == call.truth))


def _calibration(name: str, known: Iterable[Known], at_most: float | None = None) -> Figure:
    bins: defaultdict[int, Known] = defaultdict(list)
    for each in (pair for pairs in known for pair in pairs):
        bins[min(9, int(each[0] * 10))].append(each)
    gaps = [0.0]
    for tenth, pairs in sorted(bins.items()):
        given, right = fmean(each for each, _ in pairs), fmean(each for _, each in pairs)
        gaps += [abs(given - right)] if len(pairs) >= ENOUGH else []
        _say(f"  {name} {tenth / 10:.1f}: {len(pairs)} calls, given {given:.3f}, right {right:.3f}")
    return Figure(f"attribution_calibration{name}", max(gaps), "of calls", at_most=at_most)


def _cpu(site: Site) -> float:
    """Return the mean time to attribute one of a site's calls, fifty leases being read."""
    known = [site.known(each) for each in site.calls[-1000:]]
    began = time.process_time()
    for ring, leases, visits in known:
        attribute(ring, leases, visits)
    return (time.process_time() - began) / len(known)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(report(figures()))
