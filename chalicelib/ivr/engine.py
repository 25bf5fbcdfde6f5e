"""One step of a call through its flow: what was heard becomes what is said, and what is logged.

Pure and total: any input at any node of any flow gets an answer, and no call turns for ever. It
touches no clock, no store and no TwiML. What each kind of node does is in `kinds/`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import FellBack
from chalicelib.ivr import limits, ssml
from chalicelib.ivr.actions import (
    Apologise,
    Arrived,
    Ask,
    Continue,
    HangUp,
    Passed,
    Play,
    Reply,
    Say,
    joined,
)
from chalicelib.ivr.kinds import kind_of
from chalicelib.ivr.needs import DESK, MET
from chalicelib.ivr.turns import Turn

if TYPE_CHECKING:
    from typing import Any

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Action, Context, Input
    from chalicelib.ivr.nodes import Flow, Node, Value
    from chalicelib.ivr.position import Position
    from chalicelib.ivr.turns import Move

# Assumption: no honest call needs so many answers. A caller who waits in a queue gets one each
# seventeen seconds, or five with music in short pieces; the carrier ends calls after four hours.
MOST_STEPS: Final = 4_000

# An answer over 64 kB is refused by the carrier (error 11750). A character takes at most five
# bytes of XML, so this leaves room for the longest menu after the last announcement.
MOST_NODES_A_REPLY: Final = 20
MOST_CHARACTERS_A_REPLY: Final = 6_000
# Publishing finds rounds that never wait. One that it could not foresee (nobody on duty, a number
# that is the line's own) ends here and not after a thousand answers.
MOST_ROUNDS_A_REPLY: Final = 3


def step(flow: Flow, position: Position, given: Input, context: Context) -> Reply:
    """Return what to answer a call that stands at `position` and brings `given`.

    The same arguments give the same reply, with the same event ids: a repeated webhook is safe.
    A reply with a `need` is the first half of an answer: step again with what the world said.
    """
    walk = _Walk(flow, position, context)
    if position.step >= MOST_STEPS:
        return walk.give_up("too many steps")
    node = flow.nodes.get(position.node)
    if node is None:
        return walk.give_up("unknown node")
    move = _hear(node, given, walk.turn(position, inner=isinstance(given, MET)))
    stops = isinstance(given, Arrived) and walk.stops_before(move)
    reply = walk.end() if stops else walk.follow(move)
    if context.service_from is None or context.gone:
        return reply
    return limits.within(reply, given, context, flow.language)


def lost(flow: Flow, position: Position, context: Context) -> Reply:
    """Return what a caller hears whom flows send round in circles."""
    return _Walk(flow, position, context).give_up("flows lead round in circles")


def _enter(node: Node, turn: Turn) -> Move:
    return kind_of(node).enter(node, turn)


def _hear(node: Node, given: Input, turn: Turn) -> Move:
    """Decide what an input means at a node. One that it never asked for starts the node again."""
    kind = kind_of(node)
    handler = kind.hear.get(type(given))
    return kind.enter(node, turn) if handler is None else handler(node, given, turn)


class _Walk:
    """One step in the making: what the nodes on the way have said so far.

    A caller who has hung up hears nothing more, but what the flow does without them is still done:
    a message is often ended by hanging up, and is tagged, looked up and confirmed all the same.
    """

    __slots__ = ("_actions", "_context", "_errands", "_events", "_flow", "_memory", "_path", "_at")

    def __init__(self, flow: Flow, position: Position, context: Context) -> None:
        self._flow, self._at, self._context = flow, position, context
        self._actions: tuple[Action, ...] = ()
        self._events: tuple[Event, ...] = ()
        self._errands: tuple[Any, ...] = ()
        self._path: tuple[Passed, ...] = ()
        self._memory: dict[str, Value] | None = None

    def turn(self, position: Position, *, inner: bool = True) -> Turn:
        """Return the turn at a node. What the carrier brought is the step's own event."""
        event_id = f"step:{position.step}:{position.node}" if inner else f"step:{position.step}"
        return Turn(self._flow, position, self._context, event_id)

    def follow(self, move: Move) -> Reply:
        """Walk on through nodes that ask the caller nothing, to one that does or to the end."""
        walked: list[str] = []
        while True:
            self._take(move)
            if move.need is not None:
                return self._reply(move.wait or self._at, need=move.need)
            if move.go is None:
                return self._reply(move.wait)
            self._at = self._at.at(move.go)
            if walked.count(move.go) >= MOST_ROUNDS_A_REPLY:
                return self.give_up("goes round without waiting")
            if (
                len(walked) >= MOST_NODES_A_REPLY
                or _length(self._actions) > MOST_CHARACTERS_A_REPLY
            ):
                self._actions += (Continue(),)
                return self._reply(self._at.then())
            node = self._flow.nodes.get(move.go)
            if node is None:
                return self.give_up("unknown node")
            move = _enter(node, self.turn(self._at))
            if self.stops_before(move):
                return self.end()
            walked.append(self._at.node)

    def stops_before(self, move: Move) -> bool:
        """Tell whether a node is not to be entered: it would wait, and nobody is there to."""
        waits = isinstance(move.need, DESK) or (move.need is None and move.wait is not None)
        return self._context.gone and waits

    def end(self) -> Reply:
        """End the step here, and the call with it."""
        return self._reply(None)

    def give_up(self, reason: str) -> Reply:
        """Apologise and hang up: the flow leads nowhere."""
        turn = self.turn(self._at)
        fell_back = FellBack(id=f"step:{self._at.step}:gave-up", at=turn.at, reason=reason)
        self._actions += (Apologise(turn.language), HangUp())
        self._events += (fell_back,)
        return self._reply(None)

    def _take(self, move: Move) -> None:
        self._actions = joined(self._actions, move.actions)
        self._events += move.events
        self._errands += move.errands
        if move.learnt:
            self._memory = {**self._context.memory, **move.learnt}
            self._context = replace(self._context, memory=self._memory)
        if move.need is None or move.exit is not None:
            self._path += (Passed(self._at.node, move.exit),)

    def _reply(self, position: Position | None, need: Any = None) -> Reply:
        if self._context.gone and need is None:
            position = None
        if position is not None and self._context.memory and not position.remembers:
            position = position.but(remembers=True)
        return Reply(
            actions=() if self._context.gone else self._actions,
            events=self._events,
            position=position,
            need=need,
            memory=self._memory,
            errands=self._errands,
            path=self._path,
        )


def _length(actions: tuple[Action, ...]) -> int:
    length = 0
    for action in actions:
        if isinstance(action, Say):
            words = action.words
            length += ssml.weight(words.markup) if words.markup else len(words.text)
        elif isinstance(action, Play):
            length += len(action.audio.url)
        elif isinstance(action, Ask):
            length += _length(action.prompts)
    return length
