"""Reports asked for: counters and costs read, and made into lines; two periods compared.

Every function takes the account that the request acts for, and reads nothing of any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.periods import PARIS, Day
from chalicelib.tracking.costs import costs as spending
from chalicelib.tracking.reports import reporting
from chalicelib.tracking.reports.callers import FIRST_ON, heard_since
from chalicelib.tracking.reports.contributing import AMOUNTS, MOMENT, Dim
from chalicelib.tracking.reports.reporting import OF_DAYS, OF_MONTHS, By, Line, Sums
from chalicelib.tracking.reports.spans import Span, check

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from chalicelib.kernel.money import Money
    from chalicelib.tracking.costs.costs import Cost
    from chalicelib.tracking.reports.reporting import Counted

_Read = Callable[[str, str, tuple[str, ...]], "Iterator[Counted]"]


class Counters(Protocol):
    """Counters to read."""

    def counted(
        self,
        account_id: str,
        dim: Dim,
        first: str,
        last: str,
        log_shards: int,
        names: Collection[str] | None = None,
    ) -> Iterator[Counted]:
        """Yield the counters of a span, both ends included: what is so named of them, else all.

        The span is of months, days or half hours, as they are written.
        """


class Costs(Protocol):
    """Costs to read."""

    def reaching(self, account_id: str, first: date, last: date) -> Iterable[Cost]:
        """Yield the costs that have days in a span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of whose calls."""

    account_id: str
    by: By
    span: Span
    log_shards: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """The answer: lines, and what all calls come to."""

    span: Span
    lines: tuple[Line, ...]
    total: Sums


def report(question: Question, counters: Counters, costs: Costs) -> Report:
    """Answer a question from counters. Raises Rejected."""
    span, by = check(question.span), question.by
    if span.zone != PARIS and by.dim is not None:
        reason = "only for days, hours and weekdays: the others are counted by the day in France"
        raise Rejected("no such report", faults=(Fault("/zone", reason),))
    spent = tuple(costs.reaching(question.account_id, span.first, span.last))
    whole = _whole(question, counters)
    found = _found(question, counters)
    total = whole if whole is not None else reporting.summed(found.values())
    total.cost = spending.total(spent, span.first, span.last)
    spelt = reporting.spellings(found)
    for value, cost in _costs_of(by, spent, span).items():
        line = value if value in found else spelt.setdefault(value.casefold(), value)
        sums = found.setdefault(line, Sums())
        sums.cost = cost if sums.cost is None else sums.cost + cost
    return Report(span, tuple(reporting.ordered(found, by)), total)


def compared(question: Question, other: Span, counters: Counters, costs: Costs) -> Report:
    """Answer the same question of another period."""
    check(other, "compare_")
    return report(replace(question, span=other), counters, costs)


def source_days(
    account_id: str,
    first: date,
    last: date,
    *,
    log_shards: int,
    counters: Counters,
    source_id: str | None = None,
) -> list[tuple[str, str, Sums]]:
    """Return what each source brought on each day: the day, the source, the sums."""
    check(Span(first, last, PARIS))
    found: dict[tuple[str, str], Sums] = {}
    span = first.isoformat(), last.isoformat()
    for each in counters.counted(account_id, Dim.STATIC, *span, log_shards, AMOUNTS):
        if source_id in (None, each.value):
            sums = found.setdefault((each.when, each.value), Sums())
            sums.add(each.amounts)
    return [(*key, sums) for key, sums in sorted(found.items()) if sums.amounts["calls"]]


def _whole(question: Question, counters: Counters) -> Sums | None:
    """Sum all calls of the period; None where the days of a place are not France's."""
    if question.span.zone != PARIS:
        return None
    return _by_value(question, Dim.ALL, counters).get("", Sums())


def _found(question: Question, counters: Counters) -> dict[str, Sums]:
    span, by = question.span, question.by
    if by.dim is not None:
        return _by_value(question, by.dim, counters)
    if by is By.DAY and span.zone == PARIS:
        days = span.first.isoformat(), span.last.isoformat()
        read = _reading(question, Dim.ALL, counters)
        return reporting.by_day(read(*days, OF_DAYS), read(*span.months, FIRST_ON), span)
    first, last = Day(span.first, span.zone).start, Day(span.last, span.zone).end
    moments = first.strftime(MOMENT), last.strftime(MOMENT)
    read = _reading(question, Dim.HOURS, counters)
    return reporting.by_hours(by, read(*moments, AMOUNTS), span)


def _by_value(question: Question, dim: Dim, counters: Counters) -> dict[str, Sums]:
    """Read months where they are whole, else days; and who was new in the months of those."""
    span, read = question.span, _reading(question, dim, counters)
    heard, others = heard_since(span.first), span.other_days
    parts = [read(*each, (*OF_MONTHS, *heard)) for each in span.whole_months]
    parts += [read(*each, (*OF_DAYS, *heard)) for each in others]
    new = [read(begin[:7], end[:7], FIRST_ON) for begin, end in others]
    return reporting.by_value(chain(*parts), chain(*new), span)


def _reading(question: Question, dim: Dim, counters: Counters) -> _Read:
    account_id, shards = question.account_id, question.log_shards
    return lambda first, last, names: counters.counted(account_id, dim, first, last, shards, names)


def _costs_of(by: By, spent: Iterable[Cost], span: Span) -> dict[str, Money]:
    if by is By.DAY:
        return dict(spending.by_day(spent, span.first, span.last))
    if by.dim is None:
        return {}
    return dict(spending.by_value(spent, by.dim, span.first, span.last))
