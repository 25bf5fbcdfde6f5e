"""What each kind of node does: on entering it, and on hearing what the caller (or the carrier) did.

Two tables, one function each. A function looks at one node and returns a Move; walking from node
to node, and stopping calls that turn in circles, is `engine.py`'s work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import Dialled, DialStatus, MessageLeft, Pressed, WentSilent
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
    TakeMessage,
)
from chalicelib.ivr.nodes import (
    Announce,
    CallerId,
    Dial,
    End,
    Hours,
    Menu,
    Retry,
    Spoken,
    Voicemail,
)
from chalicelib.ivr.texts import Line, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Action, Context, Input
    from chalicelib.ivr.nodes import Flow, Node, Prompt
    from chalicelib.ivr.position import Position

_LONGEST_KEYS: Final = 32  # what is kept of a caller who leans on the keypad


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a node may decide by. `position` stands on the node itself."""

    flow: Flow
    position: Position
    context: Context

    @property
    def event_id(self) -> str:
        """The id of the fact this turn may log: from the step, so that repeats are the same."""
        return f"step:{self.position.step}"

    @property
    def at(self) -> datetime:
        """When it happens, for the log."""
        return self.context.now.astimezone(UTC)

    def line(self, line: Line) -> Say:
        """Say something of the platform's own in the flow's language."""
        return Say(say(line, self.flow.language))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a node decided: on to another node, or wait for the caller, or (neither) the end."""

    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    go: str | None = None
    wait: Position | None = None


def enter(node: Node, turn: Turn) -> Move:
    """Decide what the caller meets on coming to a node."""
    return _ENTER[type(node)](node, turn)


def hear(node: Node, given: Input, turn: Turn) -> Move:
    """Decide what an input means at a node. One that it never asked for starts the node again."""
    handler = _HEAR.get((type(node), type(given)))
    return enter(node, turn) if handler is None else handler(node, given, turn)


def _announce(node: Announce, turn: Turn) -> Move:
    return Move(actions=(_aloud(node.prompt),), go=node.next)


def _by_the_clock(node: Hours, turn: Turn) -> Move:
    if node.schedule.allow(turn.context.now):
        return Move(go=node.open)
    return _on(node.closed, turn, Line.CLOSED)


def _end(node: End, turn: Turn) -> Move:
    last_word = (_aloud(node.prompt),) if node.prompt else ()
    return Move(actions=(*last_word, HangUp()))


def _ask(node: Menu, turn: Turn, *first: Prompt) -> Move:
    keys = node.choices.keys()
    question = Ask(
        prompts=tuple(_aloud(prompt) for prompt in (*first, node.prompt)),
        timeout_seconds=node.timeout_seconds,
        most_keys=max(map(len, keys), default=1),
        finish_key="" if any("#" in key for key in keys) else "#",
    )
    return Move(actions=(question,), wait=turn.position.then())


def _choose(node: Menu, given: KeysPressed, turn: Turn) -> Move:
    if not given.keys:
        return _stay_silent(node, NoInput(), turn)
    known = given.keys in node.choices
    pressed = Pressed(
        id=turn.event_id,
        at=turn.at,
        node=turn.position.node,
        keys=given.keys[:_LONGEST_KEYS],
        choice=given.keys if known else "invalid",
    )
    if known:
        return Move(events=(pressed,), go=node.choices[given.keys])
    return _ask_again(node, node.invalid, Line.INVALID_KEY, pressed, turn)


def _stay_silent(node: Menu, given: NoInput, turn: Turn) -> Move:
    return _ask_again(node, node.no_input, Line.NO_INPUT, _silence(turn), turn)


def _ask_again(node: Menu, retry: Retry, line: Line, event: Event, turn: Turn) -> Move:
    if turn.position.attempt >= node.attempts:
        return _on(retry.next, turn, Line.GOODBYE, event)
    again = Turn(turn.flow, turn.position.asking_again(), turn.context)
    asked = _ask(node, again, retry.prompt or say(line, turn.flow.language))
    return Move(actions=asked.actions, events=(event,), wait=asked.wait)


def _ring(node: Dial, turn: Turn, *events: Event, after: DialStatus = DialStatus.FAILED) -> Move:
    """Ring the destination that the position names, or leave when there is none left."""
    target = turn.position.target
    # A number that rang itself would fill the line, and the bill, with its own calls.
    while target < len(node.destinations) and _is_own(node, target, turn.context):
        target += 1
    if target >= len(node.destinations):
        return _on(node.exit_for(after), turn, Line.NOBODY, *events)
    destination = node.destinations[target]
    connect = Connect(
        number=destination.number,
        ring_seconds=destination.ring_seconds,
        caller_id=_shown_number(node, turn.context),
    )
    return Move(actions=(connect,), events=events, wait=turn.position.ringing(target).then())


def _is_own(node: Dial, target: int, context: Context) -> bool:
    return node.destinations[target].number == context.dialled


def _shown_number(node: Dial, context: Context) -> str | None:
    hidden = node.caller_id is CallerId.DIALLED or context.caller is None
    return context.dialled if hidden else None


def _after_ringing(node: Dial, given: DialEnded, turn: Turn) -> Move:
    target = min(turn.position.target, len(node.destinations) - 1)
    dialled = Dialled(
        id=turn.event_id,
        at=turn.at,
        node=turn.position.node,
        destination=node.destinations[target].number,
        status=given.status.value,
        seconds=given.seconds,
        leg_id=given.leg_id,
    )
    if given.status is DialStatus.ANSWERED:
        return _on(node.exit_for(given.status), turn, None, dialled)
    following = Turn(turn.flow, turn.position.ringing(target + 1), turn.context)
    return _ring(node, following, dialled, after=given.status)


def _greet(node: Voicemail, turn: Turn) -> Move:
    greeting = _aloud(node.greeting) if node.greeting else turn.line(Line.GREETING)
    record = TakeMessage(max_seconds=node.max_seconds, silence_seconds=node.silence_seconds)
    return Move(actions=(greeting, record), wait=turn.position.then())


def _keep_message(node: Voicemail, given: MessageRecorded, turn: Turn) -> Move:
    left = MessageLeft(
        id=turn.event_id,
        at=turn.at,
        node=turn.position.node,
        recording_id=given.recording_id,
        seconds=given.seconds,
    )
    return _on(node.next, turn, Line.THANKS, left)


def _no_message(node: Voicemail, given: NoInput, turn: Turn) -> Move:
    return _on(node.next, turn, Line.GOODBYE, _silence(turn))


def _on(target: str | None, turn: Turn, parting: Line | None, *events: Event) -> Move:
    """Leave by an exit; where the flow has none, say a parting line and hang up."""
    if target is not None:
        return Move(events=events, go=target)
    words = (turn.line(parting),) if parting else ()
    return Move(actions=(*words, HangUp()), events=events)


def _silence(turn: Turn) -> WentSilent:
    position = turn.position
    return WentSilent(id=turn.event_id, at=turn.at, node=position.node, attempt=position.attempt)


def _aloud(prompt: Prompt) -> Say | Play:
    return Say(prompt) if isinstance(prompt, Spoken) else Play(prompt)


_ENTER: Final[dict[type[Any], Callable[[Any, Turn], Move]]] = {
    Announce: _announce,
    Hours: _by_the_clock,
    Menu: _ask,
    Dial: _ring,
    Voicemail: _greet,
    End: _end,
}

_HEAR: Final[dict[tuple[type[Any], type[Any]], Callable[[Any, Any, Turn], Move]]] = {
    (Menu, KeysPressed): _choose,
    (Menu, NoInput): _stay_silent,
    (Dial, DialEnded): _after_ringing,
    (Voicemail, MessageRecorded): _keep_message,
    (Voicemail, NoInput): _no_message,
}
