"""What the HTTP API says about flows. Imported at the first request of a flow, never at start."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    AwareDatetime,
    Field,
    JsonValue,
    StringConstraints,
    field_validator,
    model_validator,
)

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Ask,
    Connect,
    DialEnded,
    HangUp,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Play,
    Say,
    Spoke,
    TakeMessage,
)
from chalicelib.ivr.simulation import MOST_ACTIONS, Script
from chalicelib.runtime.schema import Body, Out, Query

if TYPE_CHECKING:
    from chalicelib.ivr import published
    from chalicelib.ivr.actions import Action, Passed
    from chalicelib.ivr.nodes import Audio
    from chalicelib.ivr.simulation import Act, Step, Transcript
    from chalicelib.kernel import errors


class FlowIn(Body):
    """A flow's draft. It may have faults: only publishing demands that it has none."""

    document: dict[str, JsonValue] = Field(description="The flow document; see docs/flows.md.")

    @field_validator("document")
    @classmethod
    def _is_json(cls, document: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Refuse what the parser lets pass although JSON has no such numbers (NaN, 1e999)."""
        json.dumps(document, allow_nan=False)
        return document


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`.")


class Fault(Out):
    """One thing that keeps a draft from being published."""

    pointer: str = Field(description="Where in the document (JSON pointer, RFC 6901).")
    detail: str = Field(description="What is wrong there, in English.")

    @classmethod
    def of(cls, fault: errors.Fault) -> Fault:
        """Render one fault."""
        return cls(pointer=fault.pointer, detail=fault.reason)


class FlowSummary(Out):
    """A flow in a list."""

    id: str
    name: str
    revision: int = Field(description="Counts the draft's changes; also the ETag.")
    published_version: int | None = Field(description="The version that answers calls.")
    published_revision: int | None = Field(description="The draft's revision it was made of.")
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, header: published.FlowHeader) -> FlowSummary:
        """Render a flow without its document."""
        return cls(**_facts(header))


class FlowOut(FlowSummary):
    """A flow with its draft, and what is still wrong with it."""

    document: dict[str, JsonValue]
    faults: list[Fault]

    @classmethod
    def with_faults(cls, draft: published.Draft, faults: tuple[errors.Fault, ...]) -> FlowOut:
        """Render a flow with everything that keeps its draft from being published."""
        return cls(
            **_facts(draft.header),
            document=draft.document,
            faults=[Fault.of(fault) for fault in faults],
        )


class FlowPage(Out):
    """Some of an account's flows."""

    items: list[FlowSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class VersionSummary(Out):
    """A published version in a list."""

    version: int
    published_at: datetime

    @classmethod
    def of(cls, header: published.VersionHeader) -> VersionSummary:
        """Render a version without its document."""
        return cls(version=header.version, published_at=header.published_at)


class VersionOut(VersionSummary):
    """A published version: it never changes."""

    document: dict[str, JsonValue]


class VersionPage(Out):
    """Some of a flow's versions, newest first."""

    items: list[VersionSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def _facts(header: published.FlowHeader) -> dict[str, str | int | datetime | None]:
    return {
        "id": header.flow_id,
        "name": header.name,
        "revision": header.revision,
        "published_version": header.published_version,
        "published_revision": header.published_revision,
        "published_at": header.published_at,
        "created_at": header.created_at,
        "updated_at": header.updated_at,
    }


_E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{1,14}$")]


class ActionIn(Body):
    """One thing that happens: exactly one of its kinds."""

    press: str | None = Field(None, pattern="^[0-9*#]{1,64}$", description="Keys pressed.")
    say: str | None = Field(None, min_length=1, max_length=500, description="Words said.")
    confidence: float | None = Field(None, ge=0, le=1, description="Of words said.")
    wait: Literal[True] | None = Field(None, description="The caller keeps silent.")
    dial: Literal["answered", "busy", "no-answer", "failed"] | None = None
    seconds: int = Field(0, ge=0, le=14_400, description="How long callers talked with callees.")
    record: int | None = Field(None, ge=0, le=14_400, description="A message of so many seconds.")
    hang_up: Literal[True] | None = Field(None, description="The caller hangs up.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> ActionIn:
        kinds = (self.press, self.say, self.wait, self.dial, self.record, self.hang_up)
        if sum(each is not None for each in kinds) != 1:
            raise ValueError("must be one of press, say, wait, dial, record, hang_up")
        return self

    def act(self, index: int) -> Act:
        """Return it as the engine takes it."""
        if self.press is not None:
            return KeysPressed(self.press)
        if self.say is not None:
            sure = None if self.confidence is None else round(self.confidence * 100)
            return Spoke(self.say, sure)
        if self.dial is not None:
            return DialEnded(DialStatus(self.dial), self.seconds)
        if self.record is not None:
            return MessageRecorded(f"simulated-{index}", self.record)
        return HangUp() if self.hang_up else NoInput()


class SimulationIn(Body):
    """A call to try."""

    caller: _E164 | None = Field(None, description="E.164; withheld unless given.")
    dialled: _E164
    at: AwareDatetime | None = Field(None, description="Now, unless it is given.")
    source: str | None = Field(None, min_length=1, max_length=64)
    version: int | None = Field(None, ge=1, le=999_999, description="The draft, unless given.")
    actions: list[ActionIn] = Field(default_factory=list, max_length=MOST_ACTIONS)

    def script(self, now: datetime) -> Script:
        """Return the script."""
        acts = tuple(each.act(index) for index, each in enumerate(self.actions))
        return Script(
            caller=self.caller,
            dialled=self.dialled,
            at=self.at or now,
            source=self.source,
            actions=acts,
        )


class ExitOut(Out):
    """A node, and an exit of it; null where the call waits there or ends."""

    node: str
    exit: str | None


class StepOut(Out):
    """One answer of the platform's."""

    flow_id: str = Field(description="The flow that the call is in afterwards.")
    path: list[ExitOut]
    heard: list[str] = Field(description="Words and addresses of recordings, in order.")
    rung: list[str] = Field(description="Numbers rung (E.164).")
    records: bool = Field(description="Whether a message or a conversation is recorded.")
    events: list[dict[str, JsonValue]]
    microseconds: int = Field(description="How long deciding took.")

    @classmethod
    def of(cls, step: Step) -> StepOut:
        """Render one step."""
        does = step.reply.actions
        return cls(
            flow_id=step.flow_id,
            path=[_exit(each) for each in step.reply.path],
            heard=[words for each in does for words in _heard(each)],
            rung=[number for each in does if isinstance(each, Connect) for number in each.numbers],
            records=any(
                isinstance(each, TakeMessage) or (isinstance(each, Connect) and each.record)
                for each in does
            ),
            events=[each.to_dict() for each in step.reply.events],
            microseconds=step.microseconds,
        )


class SimulationOut(Out):
    """What came of the call."""

    steps: list[StepOut]
    over: bool
    awaits: str | None = Field(description="What a call that is not over waits for.")
    untaken_exits: list[ExitOut]

    @classmethod
    def of(cls, told: Transcript, untaken: tuple[tuple[str, str], ...]) -> SimulationOut:
        """Render a transcript with the exits that it did not take."""
        return cls(
            steps=[StepOut.of(each) for each in told.steps],
            over=told.over,
            awaits=told.awaits,
            untaken_exits=[ExitOut(node=node, exit=way) for node, way in untaken],
        )


def _exit(passed: Passed) -> ExitOut:
    return ExitOut(node=passed.node, exit=passed.exit)


def _sound(audio: Audio) -> str:
    """Name a recording: by its address, its place among the built-in ones, or its version."""
    own = f"builtin/{audio.builtin}" if audio.builtin else f"{audio.prompt_id}/{audio.version}"
    return audio.url or own


def _heard(action: Action) -> list[str]:
    if isinstance(action, Say):
        return [action.words.text]
    if isinstance(action, Play):
        return [_sound(action.audio)]
    prompts = action.prompts if isinstance(action, Ask) else ()
    return [words for each in prompts for words in _heard(each)]
