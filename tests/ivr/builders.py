"""Flows, calls and callers for the tests of the IVR: defaults that can be overridden."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from chalicelib.ivr.actions import (
    Arrived,
    Ask,
    CalleeAnswered,
    CalleePressed,
    Connect,
    Context,
    DialEnded,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Play,
    Reply,
    Say,
    Spoke,
    TakeMessage,
)
from chalicelib.ivr.engine import step
from chalicelib.ivr.flow import Flow, restore
from chalicelib.ivr.needs import SurveyMissing
from chalicelib.ivr.position import Position

if TYPE_CHECKING:
    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Action, Input
    from chalicelib.ivr.needs import ReadSurvey, SurveyRead
    from chalicelib.ivr.nodes import Value

PARIS = ZoneInfo("Europe/Paris")
SALES, SUPPORT = "+33162010001", "+33162010002"
OURS, CALLER = "+33162017788", "+33612345678"

# A Monday morning, when everybody is at work.
AT_WORK = datetime(2026, 11, 23, 10, 0, tzinfo=PARIS)
AT_NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=PARIS)


def a_flow(**nodes: dict[str, Any]) -> Flow:
    """A flow of these nodes, which begins at the first of them."""
    return restore(a_document(**nodes))


def a_document(**nodes: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Standard", "start": next(iter(nodes), "end"), "nodes": nodes}


def a_menu(**fields: Any) -> dict[str, Any]:
    return {"kind": "menu", "prompt": "Tapez 1.", "choices": {"1": "end"}, **fields}


def a_say(text: str = "Bonjour.", **fields: Any) -> dict[str, Any]:
    return {"kind": "say", "text": text, "next": "end", **fields}


def some_hours(**fields: Any) -> dict[str, Any]:
    weekly = {"monday": [["09:00", "18:00"]]}
    return {"kind": "hours", "weekly": weekly, "open": "end", **fields}


def a_dial(*numbers: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "dial", "destinations": list(numbers or [SALES]), "no_answer": "end", **fields}


def a_voicemail(**fields: Any) -> dict[str, Any]:
    return {"kind": "voicemail", **fields}


def an_end(**fields: Any) -> dict[str, Any]:
    return {"kind": "hangup", **fields}


def a_context(**fields: Any) -> Context:
    values = {"now": AT_WORK, "call_id": "CA1", "dialled": OURS, "caller": CALLER, **fields}
    return Context(**values)


@dataclass
class ACall:
    """A caller walking through a flow: what each step said, and what the log would keep."""

    flow: Flow
    now: datetime = AT_WORK
    caller: str | None = CALLER
    call_id: str = "CA1"
    memory: dict[str, Any] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._step(Position(self.flow.start), Arrived())

    def presses(self, keys: str) -> ACall:
        return self._on(KeysPressed(keys))

    def says_nothing(self) -> ACall:
        return self._on(NoInput())

    def says(self, words: str) -> ACall:
        return self._on(Spoke(words, 90))

    def callee_answers(self) -> Reply:
        """What the person rung hears on picking up; the caller goes on waiting meanwhile."""
        return self.at_the_callee_s(CalleeAnswered())

    def callee_presses(self, keys: str, after: Reply) -> Reply:
        return self.at_the_callee_s(CalleePressed(keys), after.position)

    def at_the_callee_s(self, given: Input, position: Position | None = None) -> Reply:
        position = position or self.replies[-1].position
        assert position is not None, "the call is over"
        return step(self.flow, position, given, self._context())

    def dial_ends(self, status: Any, seconds: int = 0) -> ACall:
        return self._on(DialEnded(status, seconds, leg_id="CA2"))

    def leaves_a_message(self, seconds: int = 7) -> ACall:
        return self._on(MessageRecorded("RE1", seconds))

    @property
    def actions(self) -> tuple[Action, ...]:
        return self.replies[-1].actions

    @property
    def heard(self) -> list[str]:
        """What the last reply lets the caller hear, in words or as an address."""
        return words_of(self.actions)

    @property
    def ringing(self) -> str | None:
        return next((a.number for a in self.actions if isinstance(a, Connect)), None)

    @property
    def ringing_together(self) -> tuple[str, ...]:
        return next((a.numbers for a in self.actions if isinstance(a, Connect)), ())

    @property
    def recording(self) -> bool:
        return any(isinstance(action, TakeMessage) for action in self.actions)

    @property
    def over(self) -> bool:
        return self.replies[-1].position is None

    def _on(self, given: Input) -> ACall:
        position = self.replies[-1].position
        assert position is not None, "the call is over"
        return self._step(position, given)

    def _step(self, position: Position, given: Input) -> ACall:
        reply = step(self.flow, position, given, self._context())
        self.replies.append(reply)
        self.memory = dict(reply.memory or self.memory)
        self.events += reply.events
        return self

    def _context(self) -> Context:
        return a_context(now=self.now, caller=self.caller, call_id=self.call_id, memory=self.memory)


class KnowsNothing:
    """A world that nobody can ask about the call."""

    def survey(self, need: ReadSurvey) -> SurveyRead | SurveyMissing:
        return SurveyMissing("no surveys")

    def tell(self, flow: Flow, context: Context) -> dict[str, Value]:
        return {}


def words_of(actions: tuple[Any, ...]) -> list[str]:
    words: list[str] = []
    for action in actions:
        if isinstance(action, Say):
            words.append(action.words.text)
        elif isinstance(action, Play):
            words.append(action.audio.url)
        elif isinstance(action, Ask):
            words += words_of(action.prompts)
    return words


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]
