"""What is said between a call and its flow: inputs that come in, actions that we answer with.

Plain values. How actions sound to the carrier is `twiml.py`'s business; what a step asks of the
world before it can answer is in `needs.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.calls.events import DialStatus, Event
    from chalicelib.ivr.needs import Need, NeedMet
    from chalicelib.ivr.nodes import Audio, Spoken, Value
    from chalicelib.ivr.position import Position
    from chalicelib.kernel.tiers import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the engine may know of a call. `caller` (E.164) is None when withheld.

    `memory` holds the call's variables, by their dotted names. `gone` says that the caller has
    hung up: what is left to do is to note what happened. `tier` is what the service of the line
    costs, where it costs something, and `service_from` when that began.
    """

    now: datetime
    call_id: str
    dialled: str
    caller: str | None = None
    memory: Mapping[str, Value] = field(default_factory=dict)
    gone: bool = False
    tier: Tier | None = None
    service_from: datetime | None = None


# Inputs: what happened since the last answer.


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call comes to a node by itself: at the start, or going on after a pause of ours."""


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """The caller pressed keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """The caller said something; `confidence` is in hundredths, None where nobody knows."""

    words: str
    confidence: int | None = None


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


@dataclass(frozen=True, slots=True)
class CalleeAnswered:
    """Somebody we rang picked up, and hears us before the caller."""


@dataclass(frozen=True, slots=True)
class CalleePressed:
    """Somebody we rang was asked whether they take the call; no keys are silence."""

    keys: str


@dataclass(frozen=True, slots=True)
class BotEnded:
    """A conversation with a bot is over; `outcome` is one of `voicebot.handoff.Outcome`.

    `exit` is the intent by which it was handed over, `learnt` what callers told on the way.
    """

    outcome: str
    exit: str | None = None
    learnt: Mapping[str, Value] = field(default_factory=dict)


Heard = (
    Arrived
    | KeysPressed
    | Spoke
    | NoInput
    | DialEnded
    | MessageRecorded
    | CalleeAnswered
    | CalleePressed
    | BotEnded
)
# Whatever a step can be given: what the carrier tells, or what the world answered.
if TYPE_CHECKING:
    Input = Heard | NeedMet
else:
    Input = Heard


# Actions: what to do now, in order.


@dataclass(frozen=True, slots=True)
class Say:
    """Let the carrier speak."""

    words: Spoken


@dataclass(frozen=True, slots=True)
class Play:
    """Play a recording."""

    audio: Audio


Aloud = Say | Play


class Listening(StrEnum):
    """What a question listens for."""

    KEYS = "keys"
    SPEECH = "speech"
    BOTH = "both"

    @property
    def with_keys(self) -> Listening:
        """The same, for a sentence of the platform's that names keys: they must be heard."""
        return Listening.BOTH if self is Listening.SPEECH else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Speak, listening meanwhile. Without `finish_key`, only their number ends the keys.

    `hints` are words that callers are likely to say, in `language`. Without `barge_in` the caller
    has to hear the prompts out.
    """

    prompts: tuple[Aloud, ...]
    timeout_seconds: int
    most_keys: int
    finish_key: str
    listening: Listening = Listening.KEYS
    language: str = ""
    hints: tuple[str, ...] = ()
    barge_in: bool = True
    speech_timeout: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Ring numbers (E.164), all at once; the first to answer has the call.

    Without `caller_id` they see the caller's own. `whisper` says that whoever picks up hears us
    first; `record` that the conversation is recorded, `most_seconds` that it is cut off then.
    For the log, `whom` names somebody whose number is not to be there, and `screened` says that
    whoever picks up has the call only once they took it.
    """

    numbers: tuple[str, ...]
    ring_seconds: int
    caller_id: str | None = None
    whisper: bool = False
    record: bool = False
    most_seconds: int | None = None
    whom: str = ""
    screened: bool = False

    @property
    def number(self) -> str:
        """The first number."""
        return self.numbers[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMessage:
    """Record what the caller says after a beep."""

    max_seconds: int
    silence_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Converse:
    """Let a bot talk with the caller, beginning with the `greeting`. `hints` are words that
    callers are likely to say.
    """

    call_id: str
    language: str
    greeting: Spoken | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Continue:
    """Come straight back for more: one answer would be too long, or its end is to be noted."""


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that the fault is ours."""

    language: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the line."""


class Reason(StrEnum):
    """How a call that is not taken looks to its caller."""

    BUSY = "busy"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Don't take the call at all: nobody pays for it."""

    reason: Reason


Action = Aloud | Ask | Connect | TakeMessage | Converse | Continue | Apologise | HangUp | Refuse


@dataclass(frozen=True, slots=True)
class Passed:
    """A node that the call went through, and the exit it took; None where it waits or ends."""

    node: str
    exit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a step decided; `position` is where the call comes back to, None where it ends.

    With a `need`, this is only the beginning of the answer: the world is asked, and the engine
    steps on from `position` with what it says. `memory` is all the call's variables if any was
    given a value, else None. `errands` is work for later.
    """

    actions: tuple[Action, ...]
    events: tuple[Event, ...] = ()
    position: Position | None = None
    need: Need | None = None
    memory: Mapping[str, Value] | None = None
    errands: tuple[Any, ...] = ()
    path: tuple[Passed, ...] = ()

    def and_then(self, later: Reply) -> Reply:
        """Return this reply with the one that followed on what it needed."""
        return Reply(
            actions=joined(self.actions, later.actions),
            events=self.events + _distinct(self.events, later.events),
            position=later.position,
            need=later.need,
            memory=self.memory if later.memory is None else later.memory,
            errands=self.errands + _distinct(self.errands, later.errands),
            path=self.path + later.path,
        )


def joined(earlier: tuple[Action, ...], later: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return actions in a row. A call that has heard something was taken: it is closed, no more."""
    if earlier:
        later = tuple(HangUp() if isinstance(each, Refuse) else each for each in later)
    return earlier + later


def _distinct(earlier: tuple[Any, ...], later: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tell apart what nodes leave that have the same name in two flows of one answer."""
    taken = {each.id for each in earlier}
    told: list[Any] = []
    for each in later:
        again = 2
        while each.id in taken:
            each = replace(each, id=f"{each.id.partition('~')[0]}~{again}")
            again += 1
        taken.add(each.id)
        told.append(each)
    return tuple(told)
