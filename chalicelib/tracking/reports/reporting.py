"""What counters say of a period: lines, a total, and the two compared with another period. Pure.

Different callers are told for a day's or a period's lines, not for hours of the day nor weekdays:
whoever rings on two Mondays is one caller, which no counter of Mondays knows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.reports.callers import CALLERS, FIRST, FIRST_ON, heard_since
from chalicelib.tracking.reports.contributing import AMOUNTS, Dim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from chalicelib.kernel.money import Money
    from chalicelib.tracking.reports.spans import Span

# What is read of counters besides who had rung before: of days, and of whole months.
OF_DAYS: Final = (*AMOUNTS, CALLERS)
OF_MONTHS: Final = (*OF_DAYS, FIRST)


class By(StrEnum):
    """What the lines of a report are."""

    CHANNEL = "channel"
    SOURCE = "source"
    CAMPAIGN = "campaign"
    KEYWORD = "keyword"
    PAGE = "page"
    NUMBER = "number"
    DAY = "day"
    HOUR = "hour"
    WEEKDAY = "weekday"
    HEAT = "heat"

    @property
    def dim(self) -> Dim | None:
        """What is counted for it by the day; None where it is made of half hours."""
        return Dim(self) if self in _VALUES else None


_VALUES: Final = frozenset({By.CHANNEL, By.SOURCE, By.CAMPAIGN, By.KEYWORD, By.PAGE, By.NUMBER})


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter: of a month, a day or a half hour (as text, UTC), and a value of what it counts."""

    when: str
    value: str
    amounts: Mapping[str, int]


@dataclass(slots=True)
class Sums:
    """What a line comes to. `unique` and `new` are None where nobody can tell."""

    amounts: Counter[str] = field(default_factory=Counter)
    unique: int | None = 0
    new: int | None = 0
    cost: Money | None = None

    def add(self, amounts: Mapping[str, int], heard: Iterable[str] = ()) -> None:
        """Add a counter; `heard` name those of its callers who are counted already."""
        for name in AMOUNTS:
            if name in amounts:
                self.amounts[name] += amounts[name]
        self.greet(amounts.get(FIRST, 0))
        if self.unique is not None:
            known = sum(amounts.get(name, 0) for name in heard)
            self.unique += amounts.get(CALLERS, 0) - known

    def greet(self, many: int) -> None:
        """Add callers whom the account had never heard before."""
        if self.new is not None:
            self.new += many


@dataclass(frozen=True, slots=True)
class Line:
    """A line: of a value, a day, an hour (`09`), a weekday (`1` is Monday), or both (`1 09`)."""

    value: str
    sums: Sums


def by_value(counted: Iterable[Counted], new: Iterable[Counted], span: Span) -> dict[str, Sums]:
    """Sum a period by value: its whole months, its other days; `new` are the months of those."""
    found: defaultdict[str, Sums] = defaultdict(Sums)
    heard = heard_since(span.first)
    for each in counted:
        found[each.value].add(each.amounts, heard)
    for each in new:
        found[each.value].greet(sum(many for day, many in _firsts(each) if span.has(day)))
    return dict(found)


def by_day(counted: Iterable[Counted], new: Iterable[Counted], span: Span) -> dict[str, Sums]:
    """Sum each day by itself; those without calls are there too."""
    found = {day.isoformat(): Sums() for day in span.days}
    for each in counted:
        found[each.when].add(each.amounts)
    for each in new:
        for day, many in _firsts(each):
            if span.has(day):
                found[day].greet(many)
    return found


def by_hours(by: By, counted: Iterable[Counted], span: Span) -> dict[str, Sums]:
    """Sum half hours by the clocks of a place; every line is there."""
    name = _NAMES[by]
    found = {key: Sums(unique=None, new=None) for key in _keys(by, span)}
    for each in counted:
        local = datetime.fromisoformat(each.when).replace(tzinfo=UTC).astimezone(span.zone)
        if span.first <= local.date() <= span.last:
            found[name(local)].add(each.amounts)
    return found


def summed(sums: Iterable[Sums]) -> Sums:
    """Sum lines that have no caller in common, or none that is known."""
    total = Sums(unique=None, new=None)
    for each in sums:
        total.amounts.update(each.amounts)
    return total


def spellings(found: Mapping[str, Sums]) -> dict[str, str]:
    """Return the line that a value means in whatever capitals: the one with the most calls."""
    fewest_first = sorted(found, key=lambda each: (found[each].amounts["calls"], each))
    return {each.casefold(): each for each in fewest_first}


def ordered(found: Mapping[str, Sums], by: By) -> list[Line]:
    """Return the lines that say something: the most calls first, days and hours in order."""
    if by not in _VALUES:
        return [Line(value, found[value]) for value in sorted(found)]
    lines = [
        Line(value, sums)
        for value, sums in found.items()
        if any(sums.amounts.values()) or sums.cost
    ]
    return sorted(lines, key=lambda line: (-line.sums.amounts["calls"], line.value))


def _firsts(month: Counted) -> Iterator[tuple[str, int]]:
    """Yield how many callers the account heard for the first time on each day of a month."""
    for day, name in enumerate(FIRST_ON, start=1):
        if name in month.amounts:
            yield f"{month.when}-{day:02d}", month.amounts[name]


def _keys(by: By, span: Span) -> Iterator[str]:
    if by is By.DAY:
        yield from (day.isoformat() for day in span.days)
    elif by is By.HOUR:
        yield from (f"{hour:02d}" for hour in range(24))
    elif by is By.WEEKDAY:
        yield from (str(day) for day in range(1, 8))
    else:
        yield from (f"{day} {hour:02d}" for day in range(1, 8) for hour in range(24))


_NAMES: Final[Mapping[By, Callable[[datetime], str]]] = {
    By.DAY: lambda local: local.date().isoformat(),
    By.HOUR: lambda local: f"{local:%H}",
    By.WEEKDAY: lambda local: f"{local:%u}",
    By.HEAT: lambda local: f"{local:%u %H}",
}
