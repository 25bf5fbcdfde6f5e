"""Callers who wait, and a desk that says what the test wants it to say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Arrived,
    CalleeAnswered,
    CalleePressed,
    Connect,
    DialEnded,
    KeysPressed,
    NoInput,
    Play,
    Spoke,
)
from chalicelib.ivr.driving import drive
from chalicelib.ivr.flow import restore
from chalicelib.ivr.needs import (
    AskQueue,
    BookCallback,
    CallbackBooked,
    FetchFailed,
    InQueue,
    JoinQueue,
    LeaveQueue,
    OfferOver,
    OutOfQueue,
    PickedUp,
    QueueFailed,
)
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.position import Position
from chalicelib.ivr.usecases import Standing as Opened
from tests.ivr.builders import (
    AT_WORK,
    CALLER,
    KnowsNothing,
    a_context,
    a_document,
    an_end,
    words_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Action, Context, Input, Reply
    from chalicelib.ivr.flow import Flow
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import DeskAnswer, DeskNeed

AGENT = "+33162010009"
ROUND = 17  # seconds of music and of listening
HOLD = Play(Audio(builtin="hold"))
SORRY = QueueFailed("ours", passing=True)
UNKNOWN = QueueFailed("no such queue")
BACK = {"kind": "callback", "queue": "support"}
WAYS: dict[str, Any] = {
    "callback": {"key": "1", "next": "back"},
    "voicemail": {"key": "2", "next": "box"},
}


@dataclass(frozen=True)
class AnOffer:
    agent: str = "agent_1"
    number: str = AGENT
    ring_seconds: int = 20


@dataclass(frozen=True)
class AStanding:
    position: int = 3
    waiting: int = 3
    waited_seconds: int = 0
    expected_seconds: int | None = 240
    agents_on_duty: int = 1
    offer: AnOffer | None = None


@dataclass(frozen=True)
class ABooking:
    position: int = 3
    expected_seconds: int | None = None


@dataclass
class ADesk(KnowsNothing):
    """The world of a call, whose desk answers what it was told to; `asked` keeps every need."""

    standing: AStanding = field(default_factory=AStanding)
    booking: ABooking = field(default_factory=ABooking)
    trouble: QueueFailed | None = None
    asked: list[DeskNeed] = field(default_factory=list)
    flows: dict[str, Any] = field(default_factory=dict)

    def queue(self, need: DeskNeed, context: Context) -> DeskAnswer:
        self.asked.append(need)
        if self.trouble is not None:
            return self.trouble
        match need:
            case JoinQueue() | AskQueue() | OfferOver(answered=False):
                return InQueue(self.standing)
            case BookCallback():
                return CallbackBooked(self.booking)
            case OfferOver() | LeaveQueue() | PickedUp():
                return OutOfQueue(self.standing.waited_seconds)

    def fetch(self, request: LookupRequest, context: Context) -> FetchFailed:
        return FetchFailed("timeout")

    def open(self, flow_id: str, version: int | None) -> Any:
        return self.flows.get(flow_id)

    def says(self, **changes: Any) -> ADesk:
        self.standing = replace(self.standing, **changes)
        return self

    def of(self, kind: type[Any]) -> list[Any]:
        return [need for need in self.asked if isinstance(need, kind)]


@dataclass
class AWaitingCall:
    """A caller who waits: what they hear, what the log keeps, and what the desk was asked."""

    flow: Flow
    desk: ADesk = field(default_factory=ADesk)
    caller: str | None = CALLER
    now: datetime = AT_WORK
    call_id: str = "CA1"
    memory: dict[str, Any] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    gone: bool = False

    def __post_init__(self) -> None:
        self._step(Position(self.flow.start), Arrived())

    def waits(self, rounds: int = 1) -> AWaitingCall:
        for _ in range(rounds):
            self.now += timedelta(seconds=ROUND)
            self.hears(NoInput())
        return self

    def presses(self, keys: str) -> AWaitingCall:
        return self.hears(KeysPressed(keys))

    def says(self, words: str) -> AWaitingCall:
        return self.hears(Spoke(words, 90))

    def says_nothing(self) -> AWaitingCall:
        return self.hears(NoInput())

    def dial_ends(self, status: DialStatus, seconds: int = 0) -> AWaitingCall:
        return self.hears(DialEnded(status, seconds, leg_id="CA2"))

    def hangs_up_while_it_rings(self) -> AWaitingCall:
        self.gone = True
        return self.dial_ends(DialStatus.CANCELLED)

    def agent_picks_up(self) -> Reply:
        return self.at_the_agent_s(CalleeAnswered())

    def agent_presses(self, keys: str, after: Reply) -> Reply:
        return self.at_the_agent_s(CalleePressed(keys), after.position)

    def at_the_agent_s(self, given: Input, position: Position | None = None) -> Reply:
        position = position or self.position
        return self._drive(position, given)

    @property
    def position(self) -> Position:
        position = self.replies[-1].position
        assert position is not None, "the call is over"
        return position

    @property
    def actions(self) -> tuple[Action, ...]:
        return self.replies[-1].actions

    @property
    def heard(self) -> list[str]:
        """The words of the last reply, without the music."""
        return [words for words in words_of(self.actions) if words]

    @property
    def music(self) -> list[Play]:
        prompts = [each for a in self.actions for each in getattr(a, "prompts", ())]
        return [each for each in prompts if isinstance(each, Play)]

    @property
    def ringing(self) -> str | None:
        return next((a.number for a in self.actions if isinstance(a, Connect)), None)

    @property
    def over(self) -> bool:
        return self.replies[-1].position is None

    def kept(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def hears(self, given: Input) -> AWaitingCall:
        return self._step(self.position, given)

    def _step(self, position: Position, given: Input) -> AWaitingCall:
        reply = self._drive(position, given)
        self.replies.append(reply)
        self.memory = dict(reply.memory or self.memory)
        self.events += reply.events
        return self

    def _drive(self, position: Position, given: Input) -> Reply:
        context = a_context(
            now=self.now,
            call_id=self.call_id,
            caller=self.caller,
            memory=self.memory,
            gone=self.gone,
        )
        return drive(Opened("flow_1", 3, self.flow), position, given, context, self.desk)[0]


def a_queue(**fields: Any) -> dict[str, Any]:
    return {"kind": "queue", "queue": "support", **fields}


def a_waiting_call(
    desk: ADesk | None = None, *, call: dict[str, Any] | None = None, **fields: Any
) -> Any:
    nodes = {
        "queue": a_queue(**fields),
        "back": an_end(text="Rappel."),
        "box": an_end(text="Message."),
        "full": an_end(text="Trop d'appels."),
        "closed": an_end(text="Personne."),
        "after": an_end(text="Enquête."),
        "broken": an_end(text="Panne."),
    }
    return AWaitingCall(restore(a_document(**nodes)), desk or ADesk(), **(call or {}))


def an_offered_call(**fields: Any) -> Any:
    """A caller for whom an agent is being rung, after a round of waiting."""
    call = a_waiting_call(**{**WAYS, **fields})
    call.desk.says(offer=AnOffer())
    return call.waits()
