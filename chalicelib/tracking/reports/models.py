"""Reports of calls as the HTTP API shows them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.money import Money
from chalicelib.kernel.periods import PARIS
from chalicelib.runtime.schema import Out, Query
from chalicelib.tracking.reports.contributing import AMOUNTS, OUTCOMES
from chalicelib.tracking.reports.figures import Change, Figures, change, matched
from chalicelib.tracking.reports.reporting import By, Sums
from chalicelib.tracking.reports.spans import Span
from chalicelib.tracking.reports.usecases import Report
from chalicelib.tracking.sources import Channel, Source

_DAYS: Any = {"ge": date(2000, 1, 1), "le": date(2999, 12, 31)}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # a folder's name is an OSError
        raise ValueError("no such time zone") from error
    return name


class CallsQuery(Query):
    """What is asked of which days, both included."""

    by: By = Field(By.CHANNEL, description="what the lines are")
    first: date = Field(alias="from", **_DAYS)
    last: date = Field(alias="to", **_DAYS)
    compare_from: date | None = Field(None, description="the first day to compare with", **_DAYS)
    compare_to: date | None = Field(None, description="the last day to compare with", **_DAYS)
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        str(PARIS),
        max_length=60,
        description="whose days and hours: an IANA name. Another than France's for `day`, `hour`, "
        "`weekday` and `heat` alone",
    )
    limit: int = Field(500, ge=1, le=2_000, description="lines at most, those with most calls")
    separator: Literal[";", ","] = Field(";", description="of CSV: `;` for Excel in French")
    format: Literal["json", "csv", "svg", "parquet"] | None = Field(
        None,
        description="in place of `Accept`, which `parquet` needs too; `svg` draws `heat`",
    )

    @property
    def span(self) -> Span:
        """The days that are asked for."""
        return Span(self.first, self.last, ZoneInfo(self.zone))

    @property
    def other(self) -> Span | None:
        """The days to compare with, None if there are none to. Raises Rejected for half of it."""
        if self.compare_from is None and self.compare_to is None:
            return None
        if self.compare_from is None or self.compare_to is None:
            name = "compare_from" if self.compare_from is None else "compare_to"
            raise Rejected("half a period", faults=(Fault(f"/{name}", "missing"),))
        return Span(self.compare_from, self.compare_to, ZoneInfo(self.zone))


class MoneyOut(Out):
    """An exact amount."""

    amount: str
    currency: Literal["EUR"] = "EUR"

    @classmethod
    def of(cls, money: Money | None) -> Self | None:
        """Show an amount, if there is one."""
        return None if money is None else cls(amount=str(money))


class FiguresOut(Out):
    """What calls come to. Callers who withhold their number are in `withheld`, not in callers.

    `new_callers` had never rung the account before the period; `returning_callers` had. They are
    null where nobody can tell: hours of the day, weekdays, days of other places than France.
    `qualified`: as people judged it, else answered and a minute of talk. Costs are null where none
    are known by such a line.
    """

    calls: int
    unique_callers: int | None
    new_callers: int | None
    returning_callers: int | None
    withheld: int
    answered: int
    missed: int
    voicemail: int
    callback: int
    abandoned: int
    fell_back: int
    unknown: int
    qualified: int
    seconds: int
    talk_seconds: int
    value: MoneyOut
    cost: MoneyOut | None
    cost_per_call: MoneyOut | None
    cost_per_lead: MoneyOut | None = Field(description="a lead is a qualified call")

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """Show figures."""
        money = {
            name: MoneyOut.of(getattr(figures, name))
            for name in ("value", "cost", "cost_per_call", "cost_per_lead")
        }
        counts = {name: figures.amounts[name] for name in AMOUNTS if name != "value"}
        return cls(
            **counts,
            **money,
            unique_callers=figures.unique,
            new_callers=figures.new,
            returning_callers=figures.returning,
        )


class ChangeOut(Out):
    """From the period compared with to this one. `percent` is null where there was nothing."""

    difference: int | MoneyOut
    percent: float | None

    @classmethod
    def of(cls, change: Change) -> Self:
        """Show a change."""
        difference = change.difference
        shown = MoneyOut(amount=str(difference)) if isinstance(difference, Money) else difference
        return cls(difference=shown, percent=change.percent)


class CompareOut(Out):
    """The same line in the other period, and what has changed since."""

    before: FiguresOut
    change: dict[str, ChangeOut]

    @classmethod
    def of(cls, now: Figures, before: Figures) -> Self:
        """Compare figures."""
        changes = {name: ChangeOut.of(each) for name, each in change(now, before).items()}
        return cls(before=FiguresOut.of(before), change=changes)


class LineOut(FiguresOut):
    """A line. `key` is null for calls of which nobody said it; `label` is for people."""

    key: str | None
    label: str
    compared: CompareOut | None = None


class TotalOut(FiguresOut):
    """All calls of the period."""

    compared: CompareOut | None = None


class CallsReport(Out):
    """Calls of a period by something. `left_out` lines are in the total, but not shown."""

    model_config = ConfigDict(populate_by_name=True)

    by: By
    zone: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    compare_from: date | None
    compare_to: date | None
    total: TotalOut
    items: list[LineOut]
    left_out: int

    @classmethod
    def of(
        cls,
        query: CallsQuery,
        report: Report,
        before: Report | None,
        labels: Mapping[str, str],
    ) -> Self:
        """Show a report."""
        pairs = matched(report, before, by_position=query.by is By.DAY)
        items = [
            LineOut(
                **dict(FiguresOut.of(now)),
                key=key or None,
                label=labels.get(key, key) or "(none)",
                compared=None if then is None else CompareOut.of(now, then),
            )
            for key, now, then in pairs
        ]
        total = Figures(report.total)
        whole = None if before is None else CompareOut.of(total, Figures(before.total))
        return cls(
            by=query.by,
            zone=query.zone,
            first=query.first,
            last=query.last,
            compare_from=query.compare_from,
            compare_to=query.compare_to,
            total=TotalOut(**dict(FiguresOut.of(total)), compared=whole),
            items=items[: query.limit],
            left_out=max(0, len(items) - query.limit),
        )


class SourcesQuery(Query):
    """Which days, both included, in France's time; and which source, all if none is named."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    source_id: str | None = Field(None, max_length=100)


class SourceDay(Out):
    """What a source brought on a day. `name` is null for a source that nobody knows any more."""

    source_id: str
    name: str | None
    channel: Channel | None
    day: date
    calls: int
    answered: int
    missed: int
    voicemail: int
    callback: int
    abandoned: int
    fell_back: int
    unknown: int
    qualified: int
    seconds: int
    talk_seconds: int

    @classmethod
    def of(cls, found: tuple[str, str, Sums], sources: Mapping[str, Source]) -> Self:
        """Show a day of a source."""
        day, source_id, sums = found
        source = sources.get(source_id)
        names = ("calls", *OUTCOMES.values(), "qualified", "seconds", "talk_seconds")
        return cls(
            source_id=source_id,
            name=None if source is None else source.name,
            channel=None if source is None else source.channel,
            day=date.fromisoformat(day),
            **{name: sums.amounts[name] for name in names},
        )


class SourceReport(Out):
    """Calls by source and day: days without calls are left out."""

    model_config = ConfigDict(populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    items: list[SourceDay]
