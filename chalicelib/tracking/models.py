"""Sources as the HTTP API shows them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from chalicelib.runtime.schema import Body, Out, Patch, Query
from chalicelib.tracking import sources
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
