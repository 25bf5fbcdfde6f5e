"""On which days a caller rang, and what that adds to the counters of different callers.

How many different callers rang between two days cannot be summed from days. It can from what each
day knows of its callers: how many days ago they had rung before. Whoever rang on a day of the
period, and not on an earlier day of it, is one caller; so a day counts its callers by that gap.

A counter's `g0` are callers who had not rung before; `g7` those whose last day was a week ago;
`first` those whom the account had never heard before that day, wherever they rang.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from chalicelib.tracking.reports.contributing import Cell

    Place = tuple[Cell, date]

# The longest period of a report, in days: whoever rang before that rang before any period.
LONGEST: Final = 366
NEVER: Final = 0
FIRST: Final = "first"
_GAP: Final = "g"

Days = Mapping["date", Mapping["Cell", int]]


def moved(days: Days, day: date, cells: Iterable[Cell], by: int) -> Days:
    """Return the days of a caller with one call more (1) or less (-1), counted in these cells."""
    there = Counter(days.get(day, {}))
    for cell in cells:
        there[cell] += by
    kept = {cell: count for cell, count in there.items() if count}
    others = {each: known for each, known in days.items() if each != day}
    return {**others, day: kept} if kept else others


def marks(days: Days) -> dict[Place, Counter[str]]:
    """Return what a caller with these days adds to counters: one gap for each day of each cell."""
    found: dict[Place, Counter[str]] = {}
    before: dict[Cell, date] = {}
    first = min(days, default=None)
    for day in sorted(days):
        for cell in days[day]:
            found[cell, day] = Counter({gap(day, before.get(cell)): 1})
            if day == first:
                found[cell, day][FIRST] = 1
            before[cell] = day
    return found


def changed(before: Days, after: Days) -> dict[Place, Counter[str]]:
    """Return what is to be added to counters where a caller's days have changed."""
    change: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for place, names in marks(after).items():
        change[place].update(names)
    for place, names in marks(before).items():
        change[place].subtract(names)
    return {place: names for place, names in change.items() if any(names.values())}


def gap(day: date, before: date | None) -> str:
    """Name the counter of callers who had rung before on that day.

    >>> from datetime import date
    >>> gap(date(2026, 11, 27), None), gap(date(2026, 11, 27), date(2026, 11, 20))
    ('g0', 'g7')
    """
    days = NEVER if before is None else min((day - before).days, LONGEST + 1)
    return f"{_GAP}{days}"


def gap_named(name: str) -> int | None:
    """Read such a name again; None if it is that of another counter.

    >>> gap_named("g7"), gap_named("calls")
    (7, None)
    """
    digits = name[1:]
    return int(digits) if name[0] == _GAP and digits.isdigit() else None


def is_new_in(gap_days: int, day: date, first: date) -> bool:
    """Say whether callers with such a gap on a day had not rung since the period's first day."""
    return gap_days == NEVER or gap_days > (day - first).days
