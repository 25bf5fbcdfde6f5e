"""Reports asked for: counters and costs read, and made into lines; two periods compared.

Every function takes the account that the request acts for, and reads nothing of any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.periods import PARIS, Day
from chalicelib.tracking.costs import costs as spending
from chalicelib.tracking.reports import reporting
from chalicelib.tracking.reports.contributing import Dim
from chalicelib.tracking.reports.reporting import By, Line, Span, Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from chalicelib.kernel.money import Money
    from chalicelib.tracking.costs.costs import Cost
    from chalicelib.tracking.reports.reporting import Counted

_MOMENT: Final = "%Y-%m-%dT%H:%M"


class Counters(Protocol):
    """Counters to read."""

    def counted(
        self, account_id: str, dim: Dim, first: str, last: str, log_shards: int
    ) -> Iterator[Counted]:
        """Yield the counters of a span, both ends included."""


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
    span, by = reporting.check(question.span), question.by
    reporting.check_values(span, by)
    if span.zone != PARIS and by.dim is not None:
        reason = "only for days, hours and weekdays: the others are counted by the day in France"
        raise Rejected("no such report", faults=(Fault("/zone", reason),))
    spent = tuple(costs.reaching(question.account_id, span.first, span.last))
    whole = _whole(question, counters)
    found = _found(question, counters)
    total = whole if whole is not None else reporting.summed(found.values())
    total.cost = spending.total(spent, span.first, span.last)
    for value, cost in _costs_of(by, spent, span).items():
        sums = found.setdefault(value, Sums())
        sums.cost = cost
    return Report(span, tuple(reporting.ordered(found, by)), total)


def compared(question: Question, other: Span, counters: Counters, costs: Costs) -> Report:
    """Answer the same question of another period."""
    reporting.check(other, "compare_")
    reporting.check_values(other, question.by, "compare_")
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
    reporting.check(Span(first, last, PARIS))
    found: dict[tuple[str, str], Sums] = {}
    span = first.isoformat(), last.isoformat()
    for each in counters.counted(account_id, Dim.STATIC, *span, log_shards):
        if source_id in (None, each.value):
            sums = found.setdefault((each.when, each.value), Sums())
            sums.add(each.amounts, first, first)
    return [(*key, sums) for key, sums in sorted(found.items()) if sums.amounts["calls"]]


def _whole(question: Question, counters: Counters) -> Sums | None:
    """Sum all calls of the period; None where the days of a place are not France's."""
    span = question.span
    if span.zone != PARIS:
        return None
    counted = _days(question, Dim.ALL, counters)
    return reporting.by_value(counted, span.first).get("", Sums())


def _found(question: Question, counters: Counters) -> dict[str, Sums]:
    span, by = question.span, question.by
    if by.dim is not None:
        return reporting.by_value(_days(question, by.dim, counters), span.first)
    if by is By.DAY and span.zone == PARIS:
        return reporting.by_day(_days(question, Dim.ALL, counters), span.days)
    first, last = Day(span.first, span.zone).start, Day(span.last, span.zone).end
    moments = first.strftime(_MOMENT), last.strftime(_MOMENT)
    counted = counters.counted(question.account_id, Dim.HOURS, *moments, question.log_shards)
    return reporting.by_hours(by, counted, span)


def _days(question: Question, dim: Dim, counters: Counters) -> Iterator[Counted]:
    span = question.span
    days = span.first.isoformat(), span.last.isoformat()
    return counters.counted(question.account_id, dim, *days, question.log_shards)


def _costs_of(by: By, spent: Iterable[Cost], span: Span) -> dict[str, Money]:
    if by is By.DAY:
        return dict(spending.by_day(spent, span.first, span.last))
    if by.dim is None:
        return {}
    return dict(spending.by_value(spent, by.dim, span.first, span.last))
