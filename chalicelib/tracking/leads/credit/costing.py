"""What leads cost: what was spent on what the credit goes to, over the leads that it gets. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.money import Money
from chalicelib.tracking.attribution.comparing import Compared, Credit
from chalicelib.tracking.costs.costs import by_value
from chalicelib.tracking.leads.comparing import By
from chalicelib.tracking.reports.contributing import Dim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from chalicelib.tracking.costs.costs import Cost

DIMS: Final = {By.CHANNEL: Dim.CHANNEL, By.SOURCE: Dim.SOURCE, By.CAMPAIGN: Dim.CAMPAIGN}


@dataclass(frozen=True, slots=True)
class Costed:
    """A line of a comparison, and what it cost; None where nobody said."""

    line: Compared
    cost: Money | None = None


def costed(lines: Sequence[Compared], spent: dict[str, Money]) -> list[Costed]:
    """Put what was spent to the lines that it was spent on, spelt in whatever capitals.

    What cost something and brought no lead is a line too, after the others.
    """
    left = {name.casefold(): (name, cost) for name, cost in spent.items()}
    found = [Costed(each, left.pop((each.name or "").casefold(), ("", None))[1]) for each in lines]
    nothing = [
        Costed(Compared(name=name, one=Credit(), other=Credit()), cost)
        for name, cost in left.values()
    ]
    return [*found, *nothing]


def per_lead(cost: Money | None, credit: Credit) -> Money | None:
    """Return what a lead cost, rounded to the cent; None where there is none, or no cost known.

    >>> from fractions import Fraction
    >>> str(per_lead(Money.cents(10000), Credit(leads=Fraction(3, 2))))
    '66.67'
    """
    if cost is None or not credit.leads:
        return None
    return cost.share_rounded_to_cents(credit.leads.denominator, credit.leads.numerator)


def spent_by(
    costs: Iterable[Cost], by: By, first: date, last: date, named: Callable[[str], str | None]
) -> dict[str, Money]:
    """Sum what was spent on each name; `named` tells a poster's, which costs know by its id."""
    found: dict[str, Money] = {}
    for value, cost in by_value(costs, DIMS[by], first, last).items():
        name = value if by is not By.SOURCE else named(value) or value
        if name:
            found[name] = found.get(name, Money.zero) + cost
    return found
