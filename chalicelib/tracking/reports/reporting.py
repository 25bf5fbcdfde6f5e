"""What counters say of a period: lines, a total, and the two compared with another period. Pure.

Different callers are told for a day's or a period's lines, not for hours of the day nor weekdays:
whoever rings on two Mondays is one caller, which no counter of Mondays knows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.periods import PARIS
from chalicelib.tracking.reports.callers import FIRST, LONGEST, gap_named, is_new_in
from chalicelib.tracking.reports.contributing import Dim
from chalicelib.tracking.reports.tallying import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from chalicelib.kernel.money import Money

HALF_HOUR: Final = timedelta(minutes=30)
# The longest period, in days, by what strangers say: each day may have a thousand values of it.
LONGEST_OPEN: Final = 92


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
    """A counter: of a day or a half hour (as text, UTC), and a value of what it counts."""

    when: str
    value: str
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a report, both included, of a place."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """Each of them."""
        many = (self.last - self.first).days + 1
        return [self.first + timedelta(days=at) for at in range(many)]


@dataclass(slots=True)
class Sums:
    """What a line comes to. `unique` and `new` are None where nobody can tell."""

    amounts: Counter[str] = field(default_factory=Counter)
    unique: int | None = 0
    new: int | None = 0
    cost: Money | None = None

    def add(self, amounts: Mapping[str, int], day: date, first: date) -> None:
        """Add a counter of a day, of a period that began on `first`."""
        for name, amount in amounts.items():
            gap = gap_named(name)
            if gap is None and name != FIRST:
                self.amounts[name] += amount
            elif self.unique is None or self.new is None:
                continue
            elif name == FIRST:
                self.new += amount
            elif gap is not None and is_new_in(gap, day, first):
                self.unique += amount


@dataclass(frozen=True, slots=True)
class Line:
    """A line: of a value, a day, an hour (`09`), a weekday (`1` is Monday), or both (`1 09`)."""

    value: str
    sums: Sums


def check(span: Span, pointer: str = "") -> Span:
    """Refuse a period that is empty, too long, or of a place whose clocks no half hour fits."""
    days = (span.last - span.first).days + 1
    if days < 1:
        raise Rejected(
            "the report is empty", faults=(Fault(f"/{pointer}to", f"before `{pointer}from`"),)
        )
    if days > LONGEST:
        reason = f"at most {LONGEST} days, these are {days}"
        raise Rejected("the report is too long", faults=(Fault(f"/{pointer}to", reason),))
    noon = datetime(span.first.year, span.first.month, span.first.day, 12, tzinfo=span.zone)
    if span.zone != PARIS and (noon.utcoffset() or timedelta()) % HALF_HOUR:
        raise Rejected(
            "no such report", faults=(Fault("/zone", "its clocks differ by odd minutes"),)
        )
    return span


def check_values(span: Span, by: By, pointer: str = "") -> None:
    """Refuse a period with more values to read than an answer has time for."""
    days = (span.last - span.first).days + 1
    if by.dim in OPEN and days > LONGEST_OPEN:
        reason = f"at most {LONGEST_OPEN} days by {by}, these are {days}"
        raise Rejected("the report is too long", faults=(Fault(f"/{pointer}to", reason),))


def by_value(counted: Iterable[Counted], first: date) -> dict[str, Sums]:
    """Sum a period by value."""
    found: dict[str, Sums] = {}
    for each in counted:
        found.setdefault(each.value, Sums()).add(each.amounts, date.fromisoformat(each.when), first)
    return found


def by_day(counted: Iterable[Counted], days: Iterable[date]) -> dict[str, Sums]:
    """Sum each day by itself; those without calls are there too."""
    found = {day.isoformat(): Sums() for day in days}
    for each in counted:
        day = date.fromisoformat(each.when)
        found[each.when].add(each.amounts, day, day)
    return found


def by_hours(by: By, counted: Iterable[Counted], span: Span) -> dict[str, Sums]:
    """Sum half hours by the clocks of a place; every line is there."""
    name = _NAMES[by]
    found = {key: Sums(unique=None, new=None) for key in _keys(by, span)}
    for each in counted:
        local = datetime.fromisoformat(each.when).replace(tzinfo=UTC).astimezone(span.zone)
        if span.first <= local.date() <= span.last:
            found[name(local)].add(each.amounts, local.date(), span.first)
    return found


def summed(sums: Iterable[Sums]) -> Sums:
    """Sum lines that have no caller in common, or none that is known."""
    total = Sums(unique=None, new=None)
    for each in sums:
        total.amounts.update(each.amounts)
    return total


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
