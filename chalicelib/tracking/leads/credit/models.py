"""The report of attribution as the HTTP API shows it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from pydantic import Field

from chalicelib.runtime.schema import Out, Query
from chalicelib.tracking.leads.comparing import By, ModelName
from chalicelib.tracking.leads.credit import costing
from chalicelib.tracking.leads.models import AmountOut, rounded

if TYPE_CHECKING:
    from chalicelib.kernel.money import Money
    from chalicelib.tracking.attribution.comparing import Credit
    from chalicelib.tracking.leads.managing import Comparison


class AttributionQuery(Query):
    """Which leads: those worth something first on these days, both included, in France's time."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    one: ModelName = ModelName.FIRST
    other: ModelName = ModelName.LAST
    by: By = By.CHANNEL
    lookback_days: int | None = Field(None, ge=1, le=365, description="Not sent: as you set it")


class CreditOut(Out):
    """What something gets."""

    leads: float
    value: AmountOut
    cost_per_lead: AmountOut | None = Field(description="null: no lead, or no cost that is known")

    @classmethod
    def of(cls, credit: Credit, cost: Money | None) -> Self:
        """Show it."""
        return cls(
            leads=rounded(credit.leads),
            value=AmountOut.of(credit.cents),
            cost_per_lead=AmountOut.of_money(costing.per_lead(cost, credit)),
        )


class ComparedOut(Out):
    """One line; `name` is null for leads of which nothing is known."""

    name: str | None
    cost: AmountOut | None = Field(description="what was spent on it in these days; null: unknown")
    one: CreditOut
    other: CreditOut


class AttributionOut(Out):
    """The same leads under two models."""

    one: ModelName
    other: ModelName
    by: By
    leads: int
    items: list[ComparedOut]

    @classmethod
    def of(cls, query: AttributionQuery, found: Comparison, spent: dict[str, Money]) -> Self:
        """Show a comparison, and what was spent on each name."""
        lines = [
            ComparedOut(
                name=each.line.name,
                cost=AmountOut.of_money(each.cost),
                one=CreditOut.of(each.line.one, each.cost),
                other=CreditOut.of(each.line.other, each.cost),
            )
            for each in costing.costed(found.lines, spent)
        ]
        return cls(one=query.one, other=query.other, by=query.by, leads=found.leads, items=lines)
