"""What pages send and are answered. Imported at the first message of one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.functional_validators import BeforeValidator

from chalicelib.runtime.schema import Body, Out, storable
from chalicelib.tracking.visits import visits
from chalicelib.tracking.visits.visits import Kind

MOST_EVENTS: Final = 20
MOST_NUMBERS: Final = 100
LONGEST_DATA: Final = 4_000  # bytes, of a cart or a form
LONGEST_CUSTOM: Final = 500
_CLOCK: Final = 2**53

Text = Annotated[str, StringConstraints(max_length=16_384), AfterValidator(storable)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^\w+$")]
Instant = Annotated[int, Field(ge=-_CLOCK, le=_CLOCK)]


def _whole(value: Any) -> Any:
    """Take a clock that has fractions of a millisecond, as browsers' do."""
    is_fraction = isinstance(value, float) and abs(value) <= _CLOCK
    return int(value) if is_fraction else value


Clock = Annotated[Instant, BeforeValidator(_whole)]


class Message(Body):
    """What all messages have. A script that is newer than we are may say more."""

    model_config = ConfigDict(extra="ignore")

    site: Id
    visit: Text | None = None


class VisitIn(Message):
    """A page was opened."""

    consent: bool = False
    url: Text
    referrer: Text = ""
    title: Text = ""
    numbers: list[Text] = Field(default_factory=list, max_length=MOST_NUMBERS)
    at: Clock = 0
    hidden: bool = False

    @property
    def written(self) -> visits.Arrival:
        """Return it as the room takes it."""
        return visits.Arrival(
            url=self.url,
            referrer=self.referrer,
            title=self.title,
            numbers=tuple(self.numbers),
            said=self.at,
            hidden=self.hidden,
        )


class EventIn(Body):
    """Something happened on a page. A cart and a form are `data`, whole."""

    kind: Kind = Field(strict=False)
    at: Clock = 0
    url: Text = ""
    title: Text = ""
    name: Annotated[Text, StringConstraints(max_length=visits.LONGEST_NAME)] = ""
    data: Any = None

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        longest = LONGEST_CUSTOM if self.kind is Kind.CUSTOM else LONGEST_DATA
        if len((self.text or "").encode()) > longest:
            raise ValueError(f"data is over {longest} bytes")
        return self

    @property
    def text(self) -> str | None:
        """The data as JSON."""
        if self.data is None:
            return None
        return storable(json.dumps(self.data, ensure_ascii=False, separators=(",", ":")))

    @property
    def written(self) -> visits.Event:
        """Return it as the room takes it."""
        return visits.Event(
            kind=self.kind,
            said=self.at,
            url=self.url,
            title=self.title,
            name=self.name,
            data=self.text,
        )


class EventsIn(Message):
    """What happened on a page since it told of it last."""

    visit: Text
    events: list[EventIn] = Field(min_length=1, max_length=MOST_EVENTS)


class NumberOut(Out):
    """A number to show in place of a printed one."""

    find: str
    show: str


class ShownOut(Out):
    """What a page is to show. `beat`: every so many seconds it says that it is still in view.

    `left`: how many seconds there are until `until`; a visitor's clock may be wrong.
    """

    visit: str | None
    numbers: list[NumberOut]
    beat: int | None
    until: datetime | None
    left: int | None
    printed: list[str] | None

    @classmethod
    def of(cls, shown: visits.Shown, token: str | None, now: datetime) -> Self:
        """Answer a page."""
        return cls(
            visit=token,
            numbers=[NumberOut(find=find, show=show) for find, show in shown.numbers],
            beat=shown.beat,
            until=shown.until,
            left=None if shown.until is None else int((shown.until - now).total_seconds()),
            printed=None if shown.printed is None else list(shown.printed),
        )
