"""Calls and exports as the HTTP API shows them, and the questions it takes."""

from datetime import datetime
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import AwareDatetime, Field, model_validator

from chalicelib.calls.call import Outcome, State
from chalicelib.calls.recordings.recordings import File, TranscriptStatus
from chalicelib.runtime.schema import Body, Out, Query

_PHONE = "E.164, or as dialled in France"
_ID = Annotated[str, Field(min_length=1, max_length=64)]
_Phone = Annotated[str, Field(min_length=2, max_length=32, description=_PHONE)]
_Limit = Annotated[int, Field(ge=1, le=200)]


_From = Annotated[
    AwareDatetime | None,
    Field(alias="from", description="Calls that began at this instant or later"),
]
_To = Annotated[
    AwareDatetime | None, Field(alias="to", description="Calls that began before this instant")
]


class _Asked(Protocol):
    since: datetime | None
    until: datetime | None


_AskedT = TypeVar("_AskedT", bound=_Asked)


def in_order(asked: _AskedT) -> _AskedT:
    """Refuse a period that ends before it begins."""
    if asked.since is not None and asked.until is not None and asked.since > asked.until:
        raise ValueError("`from` is after `to`")
    return asked


class CallsQuery(Query):
    """Which calls to list. Every filter given must hold."""

    since: _From = None
    until: _To = None
    number: _Phone | None = Field(default=None, description=f"The number dialled: {_PHONE}")
    source: _ID | None = None
    caller: _Phone | None = Field(default=None, description=f"One caller's history: {_PHONE}")
    outcome: Outcome | None = Field(default=None, description="Ended calls with this outcome")
    state: State | None = None
    limit: _Limit = 50
    cursor: str | None = Field(default=None, max_length=1024)

    _ordered = model_validator(mode="after")(in_order)


class TranscriptionOut(Out):
    """What a machine heard in a voicemail. `text` is empty unless `status` is done."""

    status: TranscriptStatus
    language: str
    text: str


class MessageOut(Out):
    """A voicemail that the caller left. Lists of calls leave transcriptions out."""

    recording: str
    seconds: int
    transcription: TranscriptionOut | None = None


class RecordingOut(Out):
    """A message or a conversation that was recorded."""

    recording: str
    seconds: int
    file: File = Field(description="`absent`: the carrier has none, and will have none")


class RecordingQuery(Query):
    """Which recording of a call: its first, unless one is named."""

    recording_id: _ID | None = None


class CallOut(Out):
    """A call. `outcome` is null until it has ended; `caller` is null where it was withheld."""

    id: str
    state: State
    outcome: Outcome | None
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    service_from: AwareDatetime | None = Field(
        description="The first beep after a price notice: the price of the service runs from here"
    )
    service_tier: str | None = Field(description="The price that the caller was told, as D080")
    number: str
    caller: str | None
    source: str | None
    flow: str | None
    flow_version: int | None
    seconds: int | None = Field(description="The carrier's length of the whole call")
    talk_seconds: int | None = Field(
        description="Conversations, without ringing and menus; null where one's end was not told"
    )
    answered_by: tuple[str, ...]
    messages: tuple[MessageOut, ...]
    recordings: tuple[RecordingOut, ...] = Field(
        description="Messages and conversations. Empty in lists; read the call itself"
    )
    attempt: str | None = Field(
        description="Of a call that a campaign placed (`source`); not in lists"
    )
    tags: tuple[str, ...] = Field(
        description="Labels that its flow put on it. Empty in lists; read the call itself"
    )
    fell_back: tuple[str, ...] = Field(description="Why we failed this caller, if we did")


class CallsOut(Out):
    """A page of calls. `next` is the cursor of the following page; a page may be short."""

    items: tuple[CallOut, ...]
    next: str | None


class EventOut(Out):
    """Something that happened to a call. `facts` depend on the kind."""

    id: str
    kind: str
    at: AwareDatetime
    facts: dict[str, str | int | bool]


class EventsOut(Out):
    """All that happened to a call, in order."""

    items: tuple[EventOut, ...]


class ExportIn(Body):
    """Which calls to write into a file, and how."""

    since: _From = None
    until: _To = None
    number: _Phone | None = None
    source: _ID | None = None
    caller: _Phone | None = None
    outcome: Outcome | None = None
    state: State | None = None
    separator: Literal[";", ","] = Field(
        default=";", description="`;` opens in Excel in French, `,` elsewhere"
    )

    _ordered = model_validator(mode="after")(in_order)


class ExportOut(Out):
    """An export. `link` is there once it is done, good for an hour and made anew by each read."""

    id: str
    status: Literal["queued", "running", "done", "failed"]
    rows: int = Field(description="Rows written so far")
    requested_at: AwareDatetime
    ended_at: AwareDatetime | None
    reason: str | None
    link: str | None
