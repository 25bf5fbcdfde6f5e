"""A call as the log sees it, and how to ask for calls. Values only: no rules, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.events import Event


class State(StrEnum):
    """How far a call has come, in order: it only ever moves down this list."""

    RINGING = "ringing"
    IN_MENU = "in-menu"
    CONNECTED = "connected"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of the caller, from worst to best: the best one that happened is the call's."""

    ABANDONED = "abandoned"  # hung up before we rang anyone
    UNKNOWN = "unknown"  # we rang, and nobody told us how that ended
    MISSED = "missed"  # we rang, nobody answered
    FELL_BACK = "fell-back"  # our own failure sent them to the fallback, or to an apology
    CALLBACK = "callback"  # asked to be rung back
    VOICEMAIL = "voicemail"  # left a message
    ANSWERED = "answered"  # spoke with somebody

    @property
    def rank(self) -> int:
        """Return how good it is: 0 is the worst."""
        return _RANKS[self]


_RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRef:
    """Which call an event belongs to, and what its index keys are made of.

    `log_shards` is the account's and may grow but never shrink: readers ask every shard.
    A webhook about a call's end says nothing of the account, and need not: the log takes it from
    the event that began the call. Only an event that offers an outcome must name it.
    `shard` is the call's own, where that is known already.
    """

    call_id: str
    account_id: str = ""
    log_shards: int = 1
    caller_hash: str | None = None
    shard: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A voicemail that the caller left."""

    recording_id: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: the sum of its events, whatever the order in which they came.

    `events` is empty where only the summary was read (lists, exports). `talk_seconds` counts
    conversations whose end was told, `unsettled` names the ends that were not (the ids of their
    events); `seconds` is the carrier's length of the whole call, None until it ended.
    `shard` was the call's when it began, and stays so when the account is given more of them.
    """

    call_id: str
    account_id: str
    started_at: datetime
    dialled: str
    shard: int = 0
    caller: str | None = None
    caller_hash: str | None = None
    source_id: str | None = None
    flow_id: str | None = None
    flow_version: int | None = None
    attempt_id: str | None = None  # of a campaign, whose id is the source; not in lists
    state: State = State.RINGING
    outcome: Outcome = Outcome.ABANDONED
    talk_seconds: int = 0
    unsettled: tuple[str, ...] = ()
    answered_by: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    fell_back: tuple[str, ...] = ()  # the reasons, if we failed this caller
    tags: tuple[str, ...] = ()  # labels that its flow put on it; not in lists
    service_from: datetime | None = None  # the first beep; None: no price of a service ran
    service_tier: str | None = None  # the price that its caller was told then
    ended_at: datetime | None = None
    end_status: str | None = None
    seconds: int | None = None
    events: tuple[Event, ...] = ()

    @property
    def ended(self) -> bool:
        """Say whether the carrier has closed the call."""
        return self.state is State.ENDED

    @property
    def final_outcome(self) -> Outcome | None:
        """Return the outcome once it can be told: None while the call is going on."""
        return self.outcome if self.ended else None

    @property
    def known_talk_seconds(self) -> int | None:
        """Return how long its conversations were: None where it ended and nobody told of one."""
        return None if self.ended and self.unsettled else self.talk_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery:
    """Which of an account's calls: started in `since` <= t < `until`, and every filter holds."""

    account_id: str
    log_shards: int = 1
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    source_id: str | None = None
    caller_hash: str | None = None
    outcome: Outcome | None = None
    state: State | None = None
    newest_first: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Some calls in order. `next` is the position to go on from, None after the last call.

    A page may be short, even empty, and still have a `next`: a request reads only so much.
    """

    calls: tuple[Call, ...]
    next: str | None = None
