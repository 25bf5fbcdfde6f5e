"""What the HTTP API says about known callers. Imported at the first request of one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.ivr.callers.book import MOST_AT_ONCE, MOST_FIELDS
from chalicelib.ivr.callers.usecases import Written
from chalicelib.runtime.schema import E164, Body, Out, Query, storable

if TYPE_CHECKING:
    from chalicelib.ivr.callers.book import KnownCaller


PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(storable)
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)]
Whole = Annotated[int, Field(ge=-(10**15), le=10**15)]


class CallerIn(Body):
    """What is known of a caller."""

    number: E164 = Field(description="In any usual spelling; it is kept as E.164.")
    first_name: PersonName = ""
    name: PersonName = ""
    vip: bool = False
    blocked: bool = Field(False, description="What becomes of the call, the flow decides.")
    fields: dict[FieldName, Text | Whole | bool] = Field(
        default_factory=dict,
        max_length=MOST_FIELDS,
        description="Your own facts: flows read `caller.fields.<name>`.",
    )

    @property
    def written(self) -> Written:
        """Return it as the book takes it."""
        return Written(**self.model_dump())


class CallersIn(Body):
    """Callers to write down, in place of what was known of each."""

    callers: list[CallerIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`.")


class CallerOut(Out):
    """A known caller."""

    id: str = Field(description="A keyed hash of the number, of this account alone.")
    number: str
    first_name: str
    name: str
    vip: bool
    blocked: bool
    fields: dict[str, str | int | bool]
    updated_at: datetime

    @classmethod
    def of(cls, caller: KnownCaller) -> CallerOut:
        """Render one."""
        return cls(
            id=caller.id,
            number=caller.number,
            first_name=caller.first_name,
            name=caller.name,
            vip=caller.vip,
            blocked=caller.blocked,
            fields=dict(caller.fields),
            updated_at=caller.updated_at,
        )


class CallerPage(Out):
    """Some of an account's callers."""

    items: list[CallerOut]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class ImportOut(Out):
    """What became of an import."""

    stored: int = Field(description="How many callers were written down.")
