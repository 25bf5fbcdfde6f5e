"""Sources and their report as the HTTP API shows them."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from chalicelib.runtime.schema import Body, Out, Patch, Query
from chalicelib.tracking import counting, sources
from chalicelib.tracking.sources import Channel

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

_CAMPAIGN = "What it is part of, if anything: flows read it as `call.campaign`."


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class SourceIn(Body):
    """A source to make."""

    name: Name
    channel: Channel
    campaign: Name | None = Field(None, description=_CAMPAIGN)


class SourcePatch(Patch):
    """What to change of a source: fields that are not sent stay."""

    name: Name = ""
    channel: Channel = Channel.OTHER
    campaign: Name | None = Field(None, description="null: none any more")


class PeriodIn(Body):
    """When a number stands for a source: [from, until)."""

    # Pydantic lets a field's own name pass unseen beside its alias, so it is one nobody sends.
    from_: AwareDatetime | None = Field(
        None, alias="from", description="as it was, or now, if not sent"
    )
    until: AwareDatetime | None = Field(None, description="null: nobody knows the end yet")


class PeriodOut(Out):
    """A number that stands for a source, in [from, until)."""

    model_config = ConfigDict(populate_by_name=True)

    number: str
    since: datetime = Field(alias="from")
    until: datetime | None


class SourceOut(Out):
    """A source, with its numbers."""

    id: str
    name: str
    channel: Channel
    campaign: str | None
    numbers: list[PeriodOut]
    created_at: datetime
    version: int

    @classmethod
    def of(cls, source: sources.Source) -> Self:
        """Show a source."""
        return cls(
            id=source.id,
            name=source.name,
            channel=source.channel,
            campaign=source.campaign,
            numbers=[
                PeriodOut(number=each.number, since=each.since, until=each.until)
                for each in source.periods
            ],
            created_at=source.created_at,
            version=source.version,
        )


class SourceList(Out):
    """A page of sources."""

    items: list[SourceOut]
    next: str | None = None


class ReportQuery(Query):
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
    seconds: int
    talk_seconds: int

    @classmethod
    def of(cls, counted: counting.SourceDay, source: sources.Source | None) -> Self:
        """Show a day of a source."""
        return cls(
            source_id=counted.source_id,
            name=None if source is None else source.name,
            channel=None if source is None else source.channel,
            day=counted.day,
            calls=counted.calls,
            answered=counted.answered,
            missed=counted.missed,
            voicemail=counted.voicemail,
            callback=counted.callback,
            abandoned=counted.abandoned,
            fell_back=counted.fell_back,
            unknown=counted.unknown,
            seconds=counted.seconds,
            talk_seconds=counted.talk_seconds,
        )


class SourceReport(Out):
    """Calls by source and day: days without calls are left out."""

    model_config = ConfigDict(populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    items: list[SourceDay]
