"""What can happen to a call, in the past tense. Events are facts: stored once, never changed.

An event's `id` comes from the outside world (a step of the flow, a leg's status), never from a
clock, so that the same webhook delivered twice makes the same event. Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self


class DialStatus(StrEnum):
    """How an attempt to reach a destination ended (Twilio's DialCallStatus, our spelling)."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EndStatus(StrEnum):
    """How the carrier says the whole call ended."""

    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact about one call. `at` is when we learned it (aware, UTC)."""

    kind: ClassVar[str]

    id: str
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: what the log stores and the API shows."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["at"] = self.at.isoformat()
        plain = {k: str(v) if isinstance(v, StrEnum) else v for k, v in values.items()}
        return {"kind": self.kind, **{k: v for k, v in plain.items() if v is not None}}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Rebuild the event that `to_dict` wrote; fields a newer version added are ignored."""
        known = {field.name for field in fields(cls)}
        facts = {name: value for name, value in values.items() if name in known}
        return cls(**{**facts, "at": datetime.fromisoformat(values["at"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Event):
    """A call reached one of our numbers. Everything later hangs on this one.

    Of a call that we placed and somebody answered, they are the caller and the source is the
    campaign.
    """

    kind: ClassVar[str] = "received"

    dialled: str
    caller: str | None = None  # E.164; None when withheld
    source_id: str | None = None
    flow_id: str | None = None
    flow_version: int | None = None
    attempt_id: str | None = None  # of a campaign: then it is a call that we placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Event):
    """The caller pressed keys at a menu. `choice` is the exit taken."""

    kind: ClassVar[str] = "pressed"

    node: str
    keys: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WentSilent(Event):
    """The caller gave no input at a menu, for the `attempt`-th time (from 1)."""

    kind: ClassVar[str] = "went-silent"

    node: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """The caller spoke at a menu. `choice` is the exit taken, `confidence` in hundredths."""

    kind: ClassVar[str] = "said"

    node: str
    words: str
    choice: str
    confidence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected(Event):
    """The caller gave a value; `value` is left out where it is wrong, or nobody is to see it."""

    kind: ClassVar[str] = "collected"

    node: str
    variable: str
    valid: bool
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesSet(Event):
    """The flow gave variables (their names, with commas between) a value."""

    kind: ClassVar[str] = "variables-set"

    node: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(Event):
    """The flow put a label on the call."""

    kind: ClassVar[str] = "tagged"

    node: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(Event):
    """The flow asked the customer's own system: `answered`, or why there was no answer."""

    kind: ClassVar[str] = "looked-up"

    node: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAsked(Event):
    """The caller was offered a text: `agreed`, `refused`, or `impossible` without a mobile."""

    kind: ClassVar[str] = "text-asked"

    node: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway(Event):
    """The flow did not take the call: its caller heard a busy tone, or that it was rejected."""

    kind: ClassVar[str] = "turned-away"

    node: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(Event):
    """Somebody began to be rung; `ending` is the id of the event that will tell how it ended.

    `screened` says that whoever picks up has the call only once they took it (`Taken`).
    """

    kind: ClassVar[str] = "rang"

    node: str
    destination: str
    ending: str
    screened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Event):
    """Whoever was rung took the call: from here on they speak with the caller."""

    kind: ClassVar[str] = "taken"

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled(Event):
    """An attempt to put the caller through ended. `seconds` is the conversation's length."""

    kind: ClassVar[str] = "dialled"

    node: str
    destination: str
    status: str
    seconds: int = 0
    leg_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft(Event):
    """The caller left a voicemail of `seconds`."""

    kind: ClassVar[str] = "message-left"

    node: str
    recording_id: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Event):
    """The carrier says a recording's file is ready, or will never be.

    `voicemail` tells a message from a recorded conversation. It comes apart from `MessageLeft`,
    so that a message is not lost when only one of the two reaches us.
    """

    kind: ClassVar[str] = "recorded"

    recording_id: str
    status: str
    seconds: int = 0
    voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LegChanged(Event):
    """A dialled or outbound leg moved on (only asked of the carrier where someone needs it)."""

    kind: ClassVar[str] = "leg-changed"

    leg_id: str
    status: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack(Event):
    """We could not do our work; the caller was sent to the fallback, or apologised to."""

    kind: ClassVar[str] = "fell-back"

    reason: str
    destination: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beeped(Event):
    """The price notice is over and its beep was heard: the price of the service runs from here.

    `tier` is the price that the caller was told. Without a `node`, the carrier told it before the
    call reached us.
    """

    kind: ClassVar[str] = "beeped"

    tier: str
    node: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """The caller took a place in a queue. `position` is the first they were told (1 = next)."""

    kind: ClassVar[str] = "queued"

    node: str
    queue: str
    position: int
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Event):
    """An agent (by id) was rung for a caller who waits."""

    kind: ClassVar[str] = "offered"

    node: str
    queue: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftQueue(Event):
    """The caller left a queue: "answered", "abandoned", "overflow", "callback" or "voicemail".

    `waited_seconds` is from joining until an agent spoke, or until leaving.
    """

    kind: ClassVar[str] = "left-queue"

    node: str
    queue: str
    how: str
    waited_seconds: int
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked(Event):
    """The caller asked to be rung back, perhaps within a slot (RFC 3339). No number is here."""

    kind: ClassVar[str] = "callback-asked"

    queue: str
    slot_from: str | None = None
    slot_until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRung(Event):
    """A person who asked for it was rung back, for the `attempt`-th time (from 1)."""

    kind: ClassVar[str] = "callback-rung"

    queue: str
    attempt: int
    status: str
    seconds: int = 0
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSent(Event):
    """A text message was handed to the carrier, or not. Neither number nor words are here."""

    kind: ClassVar[str] = "text-sent"

    node: str
    status: str  # sent, refused or failed
    reason: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelivered(Event):
    """What became of a text message that was sent. `error` is the carrier's code of a failure."""

    kind: ClassVar[str] = "text-delivered"

    node: str
    message_id: str
    status: str  # delivered, undelivered or failed
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified(Event):
    """Somebody was told of the call by e-mail, text message or webhook, or could not be."""

    kind: ClassVar[str] = "notified"

    node: str
    by: str
    status: str  # sent or refused
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTranscribed(Event):
    """A message was written down, or will never be. The words are kept apart, not here."""

    kind: ClassVar[str] = "message-transcribed"

    recording_id: str
    status: str  # done or failed
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandLost(Event):
    """Work for after a step could not be left on its queue: nobody will do it."""

    kind: ClassVar[str] = "errand-lost"

    node: str
    errand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The carrier closed the call. `seconds` is its length from the carrier's answer."""

    kind: ClassVar[str] = "ended"

    status: str
    seconds: int
