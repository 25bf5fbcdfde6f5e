"""What is said between a call and its flow: the inputs a caller gives, the actions we answer with.

Plain values. How actions sound to the carrier is `twiml.py`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.events import DialStatus, Event
    from chalicelib.ivr.nodes import Audio, Spoken
    from chalicelib.ivr.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the engine may know of a call. `caller` (E.164) is None when withheld."""

    now: datetime
    call_id: str
    dialled: str
    caller: str | None = None


# Inputs: what happened since the last answer.


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call comes to a node by itself: at the start, or going on after a pause of ours."""


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """The caller pressed keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller was asked and did nothing in time."""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """An attempt to put the caller through is over."""

    status: DialStatus
    seconds: int = 0
    leg_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageRecorded:
    """The caller's message is recorded."""

    recording_id: str
    seconds: int


Input = Arrived | KeysPressed | NoInput | DialEnded | MessageRecorded


# Actions: what to do now, in order.


@dataclass(frozen=True, slots=True)
class Say:
    """Let the carrier speak."""

    words: Spoken


@dataclass(frozen=True, slots=True)
class Play:
    """Play a recording."""

    audio: Audio


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Speak, listening for keys meanwhile. Without `finish_key`, only their number ends them."""

    prompts: tuple[Say | Play, ...]
    timeout_seconds: int
    most_keys: int
    finish_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Ring one number (E.164). Without `caller_id` it sees the caller's own."""

    number: str
    ring_seconds: int
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMessage:
    """Record what the caller says after a beep."""

    max_seconds: int
    silence_seconds: int


@dataclass(frozen=True, slots=True)
class Continue:
    """Come straight back for more: one answer would be too long."""


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that the fault is ours."""

    language: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the line."""


Action = Say | Play | Ask | Connect | TakeMessage | Continue | Apologise | HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a step decided; `position` is where the call comes back to, None where it ends."""

    actions: tuple[Action, ...]
    events: tuple[Event, ...] = ()
    position: Position | None = None
