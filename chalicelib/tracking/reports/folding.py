"""Counters made anew from all calls at once, to be compared with those that were kept. Pure.

It goes another way than counting one call after the other does, and must come to the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from chalicelib.tracking.reports.callers import grown, marks, moved
from chalicelib.tracking.reports.tallying import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.tracking.reports.callers import Days
    from chalicelib.tracking.reports.contributing import Contribution, Dim
    from chalicelib.tracking.reports.reporting import Counted
    from chalicelib.tracking.reports.tallying import Key

    Counters = dict[Key, Counter[str]]


def folded(
    contributions: Iterable[Contribution], earlier: Mapping[str, Days] | None = None
) -> Counters:
    """Return the counters of an account with these calls, whatever their shards.

    `earlier` are days on which their callers rang before, whose calls are known no more.
    """
    found: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    callers: dict[str, Days] = dict(earlier or {})
    for each in contributions:
        for key in keys_of(each):
            found[key].update(each.amounts)
        if each.caller is not None:
            days = callers.get(each.caller, {})
            callers[each.caller] = moved(days, each.day, each.callers_cells, 1)
    marked = Counter(mark for days in callers.values() for mark in marks(days))
    for ((dim, value), when), names in grown(marked).items():
        found[dim, when, value].update(names)
    return dict(found)


def kept(counted: Iterable[tuple[Dim, Counted]]) -> Counters:
    """Return counters as they are stored, those of all shards together."""
    found: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for dim, each in counted:
        found[dim, each.when, each.value].update(each.amounts)
    return dict(found)


def differences(right: Mapping[Key, Counter[str]], there: Mapping[Key, Counter[str]]) -> Counters:
    """Return what is to be added to counters for them to be right: nothing, if they are."""
    found: Counters = {}
    for key in sorted({*right, *there}):
        missing = Counter(right.get(key, Counter()))
        missing.subtract(there.get(key, Counter()))
        wrong = Counter({name: amount for name, amount in missing.items() if amount})
        if wrong:
            found[key] = wrong
    return found
