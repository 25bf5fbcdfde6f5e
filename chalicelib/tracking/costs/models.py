"""Costs as the HTTP API shows them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money
from chalicelib.runtime.schema import Body, Out, Query
from chalicelib.tracking.costs import costs, importing
from chalicelib.tracking.costs.days import Order

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Amount = Annotated[str, Field(max_length=20, examples=["1250.00"], description="in euros")]
_DAYS: Any = {"ge": date(2000, 1, 1), "le": date(2999, 12, 31)}
# Of what an import would store, and of what is wrong with it.
_SHOWN = 100


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class SourceCostIn(Body):
    """What a source cost in some days, both included: each has the same share of it."""

    amount: Amount
    currency: Literal["EUR"] = "EUR"
    # Pydantic lets a field's own name pass unseen beside its alias, so it is one nobody sends.
    from_: Annotated[date, Field(alias="from", strict=False, **_DAYS)]
    to: Annotated[date, Field(strict=False, **_DAYS)]
    note: Words = ""

    @property
    def money(self) -> Money:
        """The amount. Raises Rejected."""
        try:
            return Money.euros(self.amount)
        except Rejected as error:
            fault = Fault("/amount", error.message)
            raise Rejected("this is no cost", faults=(fault,)) from error


class CostIn(SourceCostIn):
    """What advertising cost, of what visits say brought them; a campaign spelt as its tags are."""

    channel: Words = ""
    source: Words = ""
    medium: Words = ""
    campaign: Words = ""
    term: Words = Field("", description="the keyword")

    @property
    def target(self) -> costs.Target:
        """What it is of."""
        names = ("channel", "source", "medium", "campaign", "term")
        return costs.Target(**{name: getattr(self, name) for name in names}).as_reported()


class ImportIn(Body):
    """A file of costs: CSV with a comma, a semicolon or a tab between columns."""

    content: str = Field(max_length=900_000)
    format: Literal["cadran", "google_ads", "microsoft", "meta"] = Field(
        "cadran", description="whose file it is: what its lines are of where they do not say so"
    )
    days: Annotated[Order | None, Field(strict=False)] = Field(
        None, description="which is written first in `11/05/2026`; null: as the file tells"
    )
    preview: bool = Field(True, description="only tell what would be stored, and what is wrong")

    @property
    def origin(self) -> importing.Origin:
        """What its lines are of."""
        return importing.ORIGINS[self.format]


class CostOut(Out):
    """A cost; for a source of the account's its channel and campaign are those of that day."""

    id: str
    amount: str
    currency: Literal["EUR"] = "EUR"
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    source_id: str | None
    channel: str
    source: str
    medium: str
    campaign: str
    term: str
    note: str
    imported: bool
    created_at: datetime

    @classmethod
    def of(cls, cost: costs.Cost) -> Self:
        """Show a cost."""
        target = cost.target
        return cls(
            id=cost.id,
            amount=str(cost.amount),
            first=cost.first,
            last=cost.last,
            source_id=cost.source_id,
            channel=target.channel,
            source=target.source,
            medium=target.medium,
            campaign=target.campaign,
            term=target.term,
            note=cost.note,
            imported=cost.imported,
            created_at=cost.created_at,
        )


class CostList(Out):
    """A page of costs, the newest first."""

    items: list[CostOut]
    next: str | None = None


class FaultOut(Out):
    """What is wrong with a line."""

    line: int | None
    column: str
    detail: str


class ImportOut(Out):
    """What a file holds: `items` and `faults` are a hundred at most."""

    stored: bool
    lines: int
    costs: int
    total: str
    currency: Literal["EUR"] = "EUR"
    items: list[CostOut]
    faults: list[FaultOut]

    @classmethod
    def of(cls, found: importing.Read, *, stored: bool) -> Self:
        """Show what was read."""
        return cls(
            stored=stored,
            lines=found.lines,
            costs=len(found.costs),
            total=str(sum((each.amount for each in found.costs), start=Money.zero)),
            items=[CostOut.of(each) for each in found.costs[:_SHOWN]],
            faults=[
                FaultOut(line=each.line, column=each.pointer.removeprefix("/"), detail=each.reason)
                for each in found.faults[:_SHOWN]
            ],
        )
