"""What a line of a report comes to, and how it has changed since another period. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.kernel.money import Money
from chalicelib.tracking.reports.contributing import AMOUNTS
from chalicelib.tracking.reports.reporting import Sums

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.tracking.reports.usecases import Report


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a line, and what follows from them."""

    sums: Sums

    @property
    def amounts(self) -> Mapping[str, int]:
        """What was added up; what was not is 0."""
        return self.sums.amounts

    @property
    def unique(self) -> int | None:
        """Different callers; None where nobody can tell."""
        return self.sums.unique

    @property
    def new(self) -> int | None:
        """Those of them who had never rung before."""
        return self.sums.new

    @property
    def returning(self) -> int | None:
        """Those of them who had."""
        unique, new = self.sums.unique, self.sums.new
        return None if unique is None or new is None else unique - new

    @property
    def value(self) -> Money:
        """What people said that the calls were worth."""
        return Money.cents(self.amounts["value"])

    @property
    def cost(self) -> Money | None:
        """What was spent on it; None where nobody said."""
        return self.sums.cost

    @property
    def cost_per_call(self) -> Money | None:
        """The cost shared out among the calls, to the cent; None where there are none."""
        return self._each("calls")

    @property
    def cost_per_lead(self) -> Money | None:
        """The cost shared out among those that were qualified."""
        return self._each("qualified")

    def _each(self, name: str) -> Money | None:
        many = self.amounts[name]
        if self.cost is None or not many:
            return None
        return self.cost.share_rounded_to_cents(1, many)


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure has changed; `percent` is None where there was nothing before."""

    difference: int | Money
    percent: float | None


def change(now: Figures, before: Figures) -> dict[str, Change]:
    """Compare each figure that both have."""
    found: dict[str, Change] = {}
    for name, new, old in _pairs(now, before):
        if new is None or old is None:
            continue
        if isinstance(new, Money) and isinstance(old, Money):
            found[name] = Change(new - old, _percent(new.micros, old.micros))
        elif isinstance(new, int) and isinstance(old, int):
            found[name] = Change(new - old, _percent(new, old))
    return found


def matched(
    report: Report, before: Report | None, *, by_position: bool = False
) -> list[tuple[str, Figures, Figures | None]]:
    """Put each line beside its like of the other period: what has gone since is there too.

    Days are put beside each other in order: the first with the first.
    """
    if before is None:
        return [(line.value, Figures(line.sums), None) for line in report.lines]
    if by_position:
        then = [line.sums for line in before.lines]
        missing = [Sums()] * (len(report.lines) - len(then))
        pairs = zip(report.lines, [*then, *missing], strict=False)
        return [(line.value, Figures(line.sums), Figures(old)) for line, old in pairs]
    old = {line.value: line.sums for line in before.lines}
    new = {line.value: line.sums for line in report.lines}
    keys = [*new, *(value for value in old if value not in new)]
    return [(key, Figures(new.get(key, Sums())), Figures(old.get(key, Sums()))) for key in keys]


def _pairs(now: Figures, before: Figures) -> list[tuple[str, object, object]]:
    counts = [
        (name, now.amounts[name], before.amounts[name]) for name in AMOUNTS if name != "value"
    ]
    callers = [
        ("unique_callers", now.unique, before.unique),
        ("new_callers", now.new, before.new),
        ("returning_callers", now.returning, before.returning),
    ]
    names = ("value", "cost", "cost_per_call", "cost_per_lead")
    money = [(name, getattr(now, name), getattr(before, name)) for name in names]
    return [*counts, *callers, *money]


def _percent(new: int, old: int) -> float | None:
    """Return the change in per cent, to a tenth.

    >>> _percent(15, 10), _percent(1, 3), _percent(1, 0)
    (50.0, -66.7, None)
    """
    return None if old == 0 else round(100 * (new - old) / old, 1)
