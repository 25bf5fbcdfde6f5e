"""What advertising cost over some days, and how that is shared out among them. Pure.

A cost is that of a source of the account's, or of what visits say brought them (a channel, a
source, a campaign, a keyword): whatever of it is given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import MICROS_PER_CENT, Money
from chalicelib.tracking.landing.referrers import source_name
from chalicelib.tracking.reports.contributing import Dim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

# A report reads every cost that reaches into its days: none may begin longer ago than this.
LONGEST_DAYS: Final = 366
_ID: Final = re.compile(r"cost_([0-9]{8})_[0-9a-f]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a cost is of. For a source of the account's, its channel and campaign are copied."""

    channel: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""

    def as_reported(self) -> Target:
        """Return it spelt as visits are counted: Facebook's name, whoever writes `fb`."""
        return replace(self, source=source_name(self.source), medium=self.medium.lower())

    def value_of(self, dim: Dim) -> str | None:
        """Return its value of what reports are made by; None where costs have none."""
        return {
            Dim.CHANNEL: self.channel,
            Dim.SOURCE: self.source,
            Dim.CAMPAIGN: self.campaign,
            Dim.KEYWORD: self.term,
        }.get(dim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """An amount spent from a day to a day, both included; each day has the same share of it.

    It is whole cents, and so are shares: they differ by one where they cannot be the same.
    """

    id: str
    account_id: str
    target: Target
    amount: Money
    first: date
    last: date
    created_at: datetime
    source_id: str | None = None
    note: str = ""
    imported: bool = False

    @property
    def days(self) -> int:
        """How many days it is spread over."""
        return (self.last - self.first).days + 1


def id_of(first: date, token: str) -> str:
    """Return the id of a cost: its first day is in it, as in its key.

    >>> id_of(date(2026, 11, 27), "0a1b")
    'cost_20261127_0a1b'
    """
    return f"cost_{first.isoformat().replace('-', '')}_{token}"


def first_day_of(cost_id: str) -> date | None:
    """Read the first day in an id again; None if it is none of ours."""
    known = _ID.fullmatch(cost_id)
    try:
        return None if known is None else date.fromisoformat(known[1])
    except ValueError:
        return None


def check(cost: Cost) -> Cost:
    """Refuse a cost that is not one. Raises Rejected."""
    faults = []
    if cost.amount <= Money.zero or not cost.amount.is_whole_cents:
        faults.append(Fault("/amount", "more than nothing, in whole cents"))
    if cost.days < 1:
        faults.append(Fault("/to", "before `from`"))
    elif cost.days > LONGEST_DAYS:
        faults.append(Fault("/to", f"at most {LONGEST_DAYS} days, these are {cost.days}"))
    if faults:
        raise Rejected("this is no cost", faults=tuple(faults))
    return cost


def within(cost: Cost, first: date, last: date) -> Money:
    """Return what of a cost falls into a span of days. Spans side by side add up exactly."""
    before = max(0, min(cost.days, (first - cost.first).days))
    until = max(before, min(cost.days, (last - cost.first).days + 1))
    return _until(cost, until) - _until(cost, before)


def by_day(costs: Iterable[Cost], first: date, last: date) -> Mapping[str, Money]:
    """Sum what each day of a span cost, by the day as text."""
    found: defaultdict[str, Money] = defaultdict(lambda: Money.zero)
    for cost in costs:
        for day in _days(max(first, cost.first), min(last, cost.last)):
            found[day.isoformat()] += within(cost, day, day)
    return found


def by_value(costs: Iterable[Cost], dim: Dim, first: date, last: date) -> Mapping[str, Money]:
    """Sum what each value cost in a span; nothing at all where costs have no such value."""
    found: defaultdict[str, Money] = defaultdict(lambda: Money.zero)
    for cost in costs:
        value = cost.source_id if dim is Dim.STATIC else cost.target.value_of(dim)
        spent = within(cost, first, last)
        if value is not None and spent:
            found[value] += spent
    return found


def total(costs: Iterable[Cost], first: date, last: date) -> Money | None:
    """Sum what a span cost; None where nobody said."""
    parts = [within(each, first, last) for each in costs]
    return sum(parts, start=Money.zero) if parts else None


def _until(cost: Cost, days: int) -> Money:
    """Return what its first days cost, in whole cents: what is left over is a later day's."""
    return Money.cents(cost.amount.to_cents().micros // MICROS_PER_CENT * days // cost.days)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
