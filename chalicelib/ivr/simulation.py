"""Calls tried without a phone: a script of what a caller does, and all that comes of it.

The engine is the very one that answers calls; only who acts, and who tells the time, differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.actions import (
    Arrived,
    Ask,
    Connect,
    Context,
    Continue,
    Converse,
    DialEnded,
    HangUp,
    KeysPressed,
    Listening,
    MessageRecorded,
    NoInput,
    Spoke,
    TakeMessage,
)
from chalicelib.ivr.driving import drive
from chalicelib.ivr.position import Position
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.ivr.actions import Action, Input, Passed, Reply
    from chalicelib.ivr.driving import Opened, World
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import DeskAnswer, DeskNeed, Fetched, FetchFailed
    from chalicelib.ivr.nodes import Flow

MOST_ACTIONS: Final = 200
MOST_STEPS: Final = 300  # with those that a call takes by itself: beyond, a transcript is cut off
CALL_ID: Final = "simulation"

Act = KeysPressed | Spoke | NoInput | DialEnded | MessageRecorded | HangUp

_AWAITED: Final[dict[type[Action], str]] = {
    Ask: "keys",
    Connect: "dial",
    TakeMessage: "record",
    Converse: "a conversation with a bot, which cannot be simulated",
    Continue: "nothing",
}
_ANSWERS: Final = {
    "keys": (KeysPressed, NoInput),
    "speech": (Spoke, NoInput),
    "keys or speech": (KeysPressed, Spoke, NoInput),
    "dial": (DialEnded,),
    "record": (MessageRecorded,),
}
_HEARS: Final = {
    Listening.KEYS: "keys",
    Listening.SPEECH: "speech",
    Listening.BOTH: "keys or speech",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a caller does, in order. Numbers are E.164; `caller` is None when withheld."""

    caller: str | None
    dialled: str
    at: datetime
    source: str | None = None
    actions: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer: the flow it ended in, whether it touched the one tried, and its microseconds."""

    flow_id: str
    own: bool
    reply: Reply
    microseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A whole simulated call. `awaits` is what it stands waiting for, None once it is over."""

    steps: tuple[Step, ...]
    over: bool
    awaits: str | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    """The world of a call in a version that is nowhere stored: a draft is come back to as well."""

    opened: Opened
    world: World

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        if (flow_id, version) == (self.opened.flow_id, self.opened.version):
            return self.opened
        return self.world.open(flow_id, version)

    def fetch(self, request: LookupRequest, context: Context) -> Fetched | FetchFailed:
        return self.world.fetch(request, context)

    def queue(self, need: DeskNeed, context: Context) -> DeskAnswer:
        return self.world.queue(need, context)


def simulate(opened: Opened, script: Script, world: World, clock: Callable[[], int]) -> Transcript:
    """Return what comes of a script; `clock` tells nanoseconds.

    Raises Rejected, naming the action, where one does not fit what the call waits for.
    """
    tried, trial = opened, _Trial(opened, world)
    told = script.source if "call.source" in opened.flow.uses else None
    context = Context(
        now=script.at,
        call_id=CALL_ID,
        dialled=script.dialled,
        caller=script.caller,
        memory={"call.source": told} if told else {},
    )
    position, given, done = Position(opened.flow.start), _arrived(), 0
    steps: list[Step] = []
    while True:
        before, began = opened, clock()
        reply, opened = drive(opened, position, given, context, trial)
        took = (clock() - began) // 1000
        own = tried in (before, opened)
        steps.append(Step(flow_id=opened.flow_id, own=own, reply=reply, microseconds=took))
        if reply.memory is not None:
            context = replace(context, memory=reply.memory)
        waiting = next((each for each in reply.actions if type(each) in _AWAITED), None)
        if reply.position is None or waiting is None:
            _demand(done >= len(script.actions), done, "the call is over")
            return Transcript(steps=tuple(steps), over=True)
        position = reply.position
        if len(steps) >= MOST_STEPS:
            return Transcript(steps=tuple(steps), over=False, awaits=_awaited(waiting))
        if isinstance(waiting, Continue):
            given = _arrived()
            continue
        if done >= len(script.actions):
            return Transcript(steps=tuple(steps), over=False, awaits=_awaited(waiting))
        act = script.actions[done]
        if isinstance(act, HangUp):
            _demand(done + 1 == len(script.actions), done + 1, "the call is over")
            return Transcript(steps=tuple(steps), over=True)
        awaited = _awaited(waiting)
        _demand(isinstance(act, _ANSWERS.get(awaited, ())), done, f"the call awaits {awaited}")
        given = _heard(act, waiting)
        context = replace(context, now=context.now + timedelta(seconds=_lasted(act, waiting)))
        done += 1


def coverage(flow: Flow, transcripts: Iterable[Transcript]) -> tuple[tuple[str, str], ...]:
    """Return the exits (node, exit) of a flow that no transcript takes."""
    taken: set[Passed] = set()
    for transcript in transcripts:
        for each in transcript.steps:
            taken.update(each.reply.path if each.own else ())
    passed = {(each.node, each.exit) for each in taken}
    ways = ((node, way.name) for node in flow.nodes for way in flow.exits(node))
    return tuple(way for way in ways if way not in passed)


def _arrived() -> Input:
    return Arrived()


def _awaited(waiting: Action) -> str:
    return _HEARS[waiting.listening] if isinstance(waiting, Ask) else _AWAITED[type(waiting)]


def _heard(act: Act, waiting: Action) -> Input:
    """Cut keys off where the carrier does: at the key that ends them, or at the most."""
    if isinstance(act, KeysPressed) and isinstance(waiting, Ask):
        keys = act.keys.partition(waiting.finish_key)[0] if waiting.finish_key else act.keys
        return KeysPressed(keys[: waiting.most_keys]) if keys else NoInput()
    return act  # type: ignore[return-value]  # never HangUp: the call ended with it


def _lasted(act: Act, waiting: Action) -> int:
    if isinstance(act, DialEnded | MessageRecorded):
        return act.seconds
    silent = isinstance(act, NoInput) and isinstance(waiting, Ask)
    return waiting.timeout_seconds if silent and isinstance(waiting, Ask) else 0


def _demand(fits: bool, index: int, reason: str) -> None:
    if not fits:
        faults = (Fault(f"/actions/{index}", reason),)
        raise Rejected("the script does not fit the flow", faults=faults)
