"""On which days a caller rang, and what that adds to the counters of different callers.

How many different callers rang between two days cannot be summed from days, nor from months. It
can from what each of them knows of its callers: when they had last rung before it. Whoever had
rung since the first day of a period is a caller of an earlier day of it already.

So that no reader has to add that up, each says it for all first days that a period may have. Of
the callers of a day, or a month: `s251115` had last rung in November 2025, on the 15th or since;
`b2512` had last rung in December 2025, or since. To a period from 15 November it adds `callers`
less these two. A month's `first` are those whom the account had never heard before it, `f27` those
whom it heard on its 27th for the first time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from chalicelib.tracking.reports.contributing import Cell

    Place = tuple[Cell, str]  # a counter: of what, and of which day or month

# The longest period of a report, in days: it begins in one of the twelve months before its last.
LONGEST: Final = 366
_REACH: Final = 12
CALLERS: Final = "callers"
# Callers of a month whom the account had never heard before, and by the day of the month.
FIRST: Final = "first"
FIRST_ON: Final = tuple(f"f{day:02d}" for day in range(1, 32))

Days = Mapping["date", Mapping["Cell", int]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A caller rang on a day, or in a month, and had last rung before it on `since`.

    `new`: `since` is the first day on which the account heard them, and this is its month.
    """

    cell: Cell
    when: str
    since: date | None
    new: bool = False

    @property
    def names(self) -> list[str]:
        """What grows by it."""
        if self.new:
            return [] if self.since is None else [FIRST, FIRST_ON[self.since.day - 1]]
        return [CALLERS, *_reached(self.when, self.since)]


def moved(days: Days, day: date, cells: Iterable[Cell], by: int) -> Days:
    """Return the days of a caller with one call more (1) or less (-1), counted in these cells."""
    there = Counter(days.get(day, {}))
    for cell in cells:
        there[cell] += by
    kept = {cell: count for cell, count in there.items() if count}
    others = {each: known for each, known in days.items() if each != day}
    return {**others, day: kept} if kept else others


def marks(days: Days, cells: frozenset[Cell] | None = None) -> Iterator[Mark]:
    """Yield what a caller with these days adds to counters; to those of some cells, if named."""
    before: dict[Cell, date] = {}
    for day in sorted(days):
        month = month_of(day)
        for cell in days[day]:
            if cells is not None and cell not in cells:
                continue
            last = before.get(cell)
            yield Mark(cell, day.isoformat(), last)
            if last is None or month_of(last) != month:
                yield Mark(cell, month, last)
            before[cell] = day
    first = min(days, default=None)
    if first is not None:
        yield from (Mark(cell, month_of(first), first, new=True) for cell in days[first])


def changed(before: Days, after: Days) -> dict[Place, Counter[str]]:
    """Return what is to be added to counters where a caller's days have changed."""
    touched = [day for day in {*before, *after} if before.get(day) != after.get(day)]
    cells = frozenset(
        cell for day in touched for cell in (*before.get(day, ()), *after.get(day, ()))
    )
    found = Counter(marks(after, cells))
    found.subtract(marks(before, cells))
    return {place: names for place, names in grown(found).items() if any(names.values())}


def grown(found: Mapping[Mark, int]) -> dict[Place, Counter[str]]:
    """Return what counters grow by, for so many callers with each mark."""
    change: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for mark, many in found.items():
        if many:
            names = change[mark.cell, mark.when]
            for name in mark.names:
                names[name] += many
    return dict(change)


def heard_since(first: date) -> tuple[str, str]:
    """Name the counters of callers who had rung before, since the first day of a period.

    >>> from datetime import date
    >>> heard_since(date(2025, 11, 15))
    ('s251115', 'b2512')
    """
    return f"s{first:%y%m%d}", f"b{_month_named(_months(first.isoformat()) + 1)}"


def month_of(day: date) -> str:
    """Return the month of a day, as it is in keys.

    >>> from datetime import date
    >>> month_of(date(2026, 11, 27))
    '2026-11'
    """
    return day.isoformat()[:7]


def _reached(when: str, since: date | None) -> Iterator[str]:
    """Name the counters of a day or month that a caller is in who had last rung on that day."""
    if since is None:
        return
    month, last = _months(when), _months(since.isoformat())
    if month - last > _REACH:
        return
    yield from (f"s{_month_named(last)}{day:02d}" for day in range(1, since.day + 1))
    yield from (f"b{_month_named(each)}" for each in range(month - _REACH + 1, last + 1))


def _months(when: str) -> int:
    return 12 * int(when[:4]) + int(when[5:7]) - 1


def _month_named(months: int) -> str:
    return f"{months // 12 % 100:02d}{months % 12 + 1:02d}"
