"""An account's own behaviour, found in its calls: expectation and maximisation, in closed form.

Nothing but calls, leases and visits is read, nobody's say-so: calls that leave no doubt teach the
most, and the others count by how much doubt there is. What a short record cannot show is held by
the assumption one begins with, which counts as a few hundred visits of its own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, pairwise
from operator import add, mul, truediv
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution.curves import DAY, ENDS, HOUR, Curve, descending, step_of
from chalicelib.tracking.attribution.sightings import sightings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.tracking.attribution.behaviour import Behaviour
    from chalicelib.tracking.attribution.evidence import Lease, Ring, Visit

_ROUNDS: Final = 100
# What is assumed counts as if it had been seen of so many visits, on a number for so many days.
_ASSUMED_VISITS: Final = 300
_ASSUMED_DAYS: Final = 50.0
_ASSUMED: Final = [
    _ASSUMED_VISITS * hours
    for hours in (4 / 60, *((end - begin) / HOUR for begin, end in pairwise(ENDS)))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A caller's first call: how long ago each visit had seen the number, the unread ones apart.

    `unread` is between how many seconds old those are, `leases_a_day` how many there are.
    """

    seconds: tuple[float, ...]
    unread: tuple[float, float] = (0.0, 0.0)
    leases_a_day: float = 0.0


def heard_in(
    ring: Ring, leases: Iterable[Lease], visits: Mapping[str, Visit], behaviour: Behaviour
) -> Heard:
    """Return what a call has to teach; a caller's first one, to a number of a pool."""
    seconds = tuple(each.seconds for each in sightings(ring, leases, visits, behaviour))
    reach = ring.dialled.reach
    if reach is None:
        return Heard(seconds=seconds)
    newest, oldest = ((ring.at - each).total_seconds() for each in (reach.since, reach.began))
    return Heard(seconds=seconds, unread=(newest, oldest), leases_a_day=reach.leases_a_day)


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """How often a call could have come: hours on screen, numbers' days, and who could have rung.

    `watched` are how many seconds of the record came after visits, and of how many visits: whoever
    left an hour ago had no days to ring in. A record that begins after a visit has seen less of
    it: what it missed is there once more with a count below nothing.
    """

    page_hours: float
    number_days: float
    watched: Sequence[tuple[float, float]]

    @cached_property
    def visits(self) -> float:
        """How many visits there were."""
        return sum(count for _, count in self.watched)


@dataclass(slots=True)
class _Sums:
    """Calls by the step of the curve that explains them; those that nobody does; all of them."""

    steps: list[float] = field(default_factory=lambda: [0.0] * len(ENDS))
    strays: float = 0.0
    calls: int = 0


def fit(heard: Iterable[Heard], exposure: Exposure, assumed: Behaviour) -> Behaviour:
    """Return the behaviour that makes an account's calls likeliest, beginning with another one."""
    found, widths = assumed, _widths(exposure)
    calls = [_leases_by_step(each) for each in heard]
    for _ in range(_ROUNDS):
        found = _likelier(_explained(calls, found), exposure, widths, assumed)
    return found


def _leases_by_step(call: Heard) -> tuple[tuple[int, float], ...]:
    """Count the leases that may explain a call, read or not, on each step of the curve."""
    counts = Counter[int]()
    counts.update(step_of(each) for each in call.seconds)
    leases = dict.fromkeys(range(len(ENDS)), 0.0) | counts
    newest, oldest = call.unread
    for step, (begin, end) in enumerate(pairwise((0.0, *ENDS))):
        leases[step] += max(0.0, min(end, oldest) - max(begin, newest)) / DAY * call.leases_a_day
    return tuple((step, leases[step]) for step in range(len(ENDS)) if leases[step])


def _explained(calls: Iterable[tuple[tuple[int, float], ...]], behaviour: Behaviour) -> _Sums:
    """Share each call out among all that may have made it, in proportion."""
    sums, heights, stray = _Sums(), behaviour.curve.heights, behaviour.of_nobody()
    for leases in calls:
        likely = [(step, count * heights[step]) for step, count in leases]
        total = sum(intensity for _, intensity in likely) + stray
        for step, intensity in likely:
            sums.steps[step] += intensity / total
        sums.strays += stray / total
        sums.calls += 1
    return sums


def _likelier(
    sums: _Sums, exposure: Exposure, widths: Sequence[float], assumed: Behaviour
) -> Behaviour:
    """Return what was counted over what could have come, the assumption being a little of both."""
    weights = [width + more for width, more in zip(widths, _ASSUMED, strict=True)]
    assumed_calls = map(mul, assumed.curve.heights, _ASSUMED)
    found = map(truediv, map(add, sums.steps, assumed_calls), weights)
    changes = _smoothed([*map(truediv, found, assumed.curve.heights)])
    rates = [*map(mul, changes, assumed.curve.heights)]
    strays = sums.strays + assumed.strays_per_day * _ASSUMED_DAYS
    calls = sums.calls + assumed.calls_per_visit * _ASSUMED_VISITS
    return replace(
        assumed,
        curve=Curve(descending(rates, weights)),
        calls_per_visit=calls / (exposure.visits + _ASSUMED_VISITS),
        strays_per_day=strays / (exposure.number_days + _ASSUMED_DAYS),
    )


def _smoothed(changes: list[float]) -> list[float]:
    """Level chance out between neighbours, by a quarter from each side; the page has none.

    Without it a step may win calls from its neighbours for no reason: B. Silverman and others, "A
    smoothed EM approach to indirect estimation problems" (1990).
    """
    page, *logs = map(math.log, changes)
    padded = [logs[0], *logs, logs[-1]]
    around = zip(padded, logs, padded[2:], strict=False)
    return [math.exp(page), *(math.exp((a + 2 * b + c) / 4) for a, b, c in around)]


def _widths(exposure: Exposure) -> list[float]:
    """Return the hours that visits spent on each step: few of them on the last ones."""
    watched, widths = sorted(exposure.watched), [exposure.page_hours]
    counts = [0.0, *accumulate(count for _, count in watched)]
    sums = [0.0, *accumulate(seconds * count for seconds, count in watched)]
    for begin, end in pairwise(ENDS):
        left, passed = bisect_left(watched, (begin,)), bisect_left(watched, (end,))
        seconds = sums[passed] - sums[left] - begin * (counts[passed] - counts[left])
        seconds += (end - begin) * (counts[-1] - counts[passed])
        widths.append(max(0.0, seconds) / HOUR)
    return widths
