"""What the network keeps: numbers, calls, recordings, messages, and what it noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  # the book reads the annotations
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """A call's state, in Twilio's words."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


FINAL = frozenset({Status.COMPLETED, Status.BUSY, Status.FAILED, Status.NO_ANSWER, Status.CANCELED})


@dataclass(slots=True)
class Webhook:
    """An address to call: where and how."""

    url: str = ""
    method: str = "POST"


@dataclass(slots=True)
class Call:
    """One leg, as the REST API shows it. Times are the network's."""

    sid: str
    account_sid: str
    to: str
    from_: str
    direction: str
    created: datetime
    status: Status = Status.QUEUED
    updated: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    parent_sid: str | None = None
    family: str = ""  # the first call of the story this one belongs to
    number_sid: str | None = None
    answered_by: str | None = None
    forwarded_from: str | None = None
    queue_ms: int = 0
    sip_code: int = 0
    callback: Webhook = field(default_factory=Webhook)
    callback_events: tuple[str, ...] = ("completed",)
    callbacks_sent: int = 0

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @property
    def duration(self) -> int:
        """Whole seconds between the answer and the end; 0 if nobody answered."""
        if self.started is None or self.ended is None:
            return 0
        return round((self.ended - self.started).total_seconds())


@dataclass(slots=True)
class Number:
    """A number bought on this network and what it does when it is called."""

    sid: str
    phone_number: str
    created: datetime
    updated: datetime | None = None
    kind: str = "local"
    settings: dict[str, str] = field(default_factory=dict)  # by the REST API's parameter names

    def webhook(self, name: str) -> Webhook:
        """Give one of its webhooks: `Voice`, `VoiceFallback`, `StatusCallback`, `Sms`."""
        url_key = name if name == "StatusCallback" else f"{name}Url"
        return Webhook(self.settings.get(url_key, ""), self.settings.get(f"{name}Method") or "POST")


@dataclass(slots=True)
class Recording:
    """Sound kept of a call; its media is made up on request from the duration."""

    sid: str
    call_sid: str
    created: datetime
    source: str
    status: str = "in-progress"
    duration: int = -1
    channels: int = 1
    track: str = "both"
    words: str = ""  # what was said, for people who read
    callback: Webhook = field(default_factory=Webhook)
    callback_events: tuple[str, ...] = ("completed",)


@dataclass(slots=True)
class Message:
    """A text message, to a handset or from one."""

    sid: str
    to: str
    from_: str
    body: str
    created: datetime
    status: str = "queued"
    direction: str = "outbound-api"  # or outbound-reply, inbound
    callback: Webhook = field(default_factory=Webhook)
    error_code: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Something the customer's application did that Twilio would have warned about."""

    code: int
    level: str  # ERROR, WARNING, or UNPLAYED: valid, but this network cannot play it
    detail: str
    call_sid: str = ""
    url: str = ""


@dataclass(slots=True)
class Delivery:
    """One webhook as it was sent, and what came back."""

    kind: str  # voice, action, whisper, wait, status, recording, amd ...
    call_sid: str
    method: str
    url: str
    params: dict[str, str]
    at: float
    attempt: int = 1
    status: int = 0  # 0: no answer
    latency_ms: float = 0.0
    error: str = ""
    token: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that someone on the line heard, said or did, so many seconds into the story."""

    at: float
    who: str
    what: str  # heard, said, pressed, rings, answered, hung up, beep, music, connected ...
    text: str = ""
    call_sid: str = ""
    seconds: float = 0.0  # how long it lasts, or would have
    source: str = ""  # of a sound: the address it came from in the end


@dataclass(frozen=True, slots=True)
class Event:
    """A moment, a delivery, a change of state or a report, numbered for those who watch."""

    number: int
    family: str
    kind: str
    data: dict[str, Any]
