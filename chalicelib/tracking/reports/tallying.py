"""What is to be added to which counters when a call is counted, counted anew, or taken out. Pure.

All of it is kept with the call (`Tallied`), so that a call which is shown again adds only what
differs, and a call that turns out to be spam takes back just what it added.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.reports.callers import changed, month_of, moved
from chalicelib.tracking.reports.contributing import MOMENT, Dim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.tracking.reports.callers import Days
    from chalicelib.tracking.reports.contributing import Cell, Contribution

# Where values beyond those that are kept apart are counted together.
OTHER: Final = "(other)"
# Values kept apart, of one thing in one month (of one shard): strangers choose them.
MOST_VALUES: Final = 3_000
# The same for one caller and day: with it, no transaction has over a hundred parts.
MOST_VALUES_OF_CALLER: Final = 7
# What strangers say. The others are numbers, sources and channels of the account's own.
OPEN: Final = (Dim.SOURCE, Dim.CAMPAIGN, Dim.KEYWORD, Dim.PAGE)

Key = tuple[Dim, str, str]  # what, when (a month, a day, or a half hour), which value


@dataclass(frozen=True, slots=True)
class Tallied:
    """What a call has added, as told and as placed: a value may have gone to the others."""

    contribution: Contribution | None = None
    placed: Contribution | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A caller of an account's: the days they rang on, and the shard where they are counted."""

    days: Days = field(default_factory=dict)
    shard: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A change to make at once: what is stored of the call and its caller, what counters gain.

    `fresh` are values that nobody had counted in that month before.
    """

    before: Tallied
    after: Tallied
    seen: Seen
    days: Days
    shard: int
    added: Mapping[Key, Mapping[str, int]]
    fresh: tuple[Cell, ...] = ()


def tally(
    before: Tallied,
    contribution: Contribution | None,
    placed: Contribution | None,
    seen: Seen,
    fresh: Iterable[Cell] = (),
) -> Tally:
    """Return the change that puts what a call adds now in place of what it added."""
    shard = _shard(before.placed, placed, seen)
    placed = None if placed is None else replace(placed, shard=shard)
    added: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    days = seen.days
    for each, sign in ((before.placed, -1), (placed, 1)):
        if each is None:
            continue
        for key in keys_of(each):
            for name, amount in each.amounts.items():
                added[key][name] += sign * amount
        if each.caller is not None:
            days = moved(days, each.day, each.callers_cells, sign)
    for ((dim, value), when), names in changed(seen.days, days).items():
        for name, amount in names.items():
            added[dim, when, value][name] += amount
    return Tally(
        before=before,
        after=Tallied(contribution, placed, before.version + 1),
        seen=seen,
        days=days,
        shard=shard,
        added=_without_nothing(added),
        fresh=tuple(fresh),
    )


def keys_of(contribution: Contribution) -> list[Key]:
    """Return the counters that a call is in."""
    day = contribution.day.isoformat()
    month = month_of(contribution.day)
    by_day = [(dim, day, value) for dim, value in contribution.cells]
    by_month = [(dim, month, value) for dim, value in contribution.callers_cells]
    return [*by_day, *by_month, (Dim.HOURS, f"{contribution.slot:{MOMENT}}", "")]


def full_of(contribution: Contribution, days: Days) -> list[Cell]:
    """Return the cells for which a caller has shown too many values on that day already."""
    there = days.get(contribution.day, {})
    count = Counter(dim for dim, _ in there)
    return [
        (dim, value)
        for dim, value in contribution.callers_cells
        if (dim, value) not in there and count[dim] >= MOST_VALUES_OF_CALLER
    ]


def _shard(before: Contribution | None, placed: Contribution | None, seen: Seen) -> int:
    """Return where a call is counted: where it was, or where the calls of its caller are."""
    if before is not None:
        return before.shard
    if seen.shard is not None or placed is None:
        return seen.shard or 0
    return placed.shard


def _without_nothing(added: Mapping[Key, Mapping[str, int]]) -> dict[Key, dict[str, int]]:
    kept = {
        key: {name: amount for name, amount in names.items() if amount}
        for key, names in added.items()
    }
    return {key: names for key, names in kept.items() if names}
