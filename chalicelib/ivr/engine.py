"""One step of a call through its flow: what was heard becomes what is said, and what is logged.

Pure and total: any input at any node of any flow gets an answer, and no call turns for ever. It
touches no clock, no store and no TwiML. What each kind of node does is in `behaviour.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import FellBack
from chalicelib.ivr.actions import Apologise, Continue, HangUp, Play, Reply, Say
from chalicelib.ivr.behaviour import Turn, enter, hear

if TYPE_CHECKING:
    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Action, Context, Input
    from chalicelib.ivr.behaviour import Move
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.position import Position

# Assumption: no honest call needs 200 answers; each is a request, and an event in the call's item.
MOST_STEPS: Final = 200

# An answer over 64 kB is refused by the carrier (error 11750). A character takes at most five
# bytes of XML, so this leaves room for the longest menu after the last announcement.
MOST_NODES_A_REPLY: Final = 20
MOST_CHARACTERS_A_REPLY: Final = 6_000


def step(flow: Flow, position: Position, given: Input, context: Context) -> Reply:
    """Return what to answer a call that stands at `position` and brings `given`.

    The same arguments give the same reply, with the same event ids: a repeated webhook is safe.
    """
    turn = Turn(flow, position, context)
    if position.step >= MOST_STEPS:
        return _give_up(turn, "too many steps")
    node = flow.nodes.get(position.node)
    if node is None:
        return _give_up(turn, "unknown node")
    return _follow(turn, hear(node, given, turn))


def _follow(turn: Turn, move: Move) -> Reply:
    """Walk on through nodes that ask the caller nothing, to one that does or to the end."""
    actions, events, walked = move.actions, move.events, 0
    while move.go is not None:
        turn = Turn(turn.flow, turn.position.at(move.go), turn.context)
        if walked >= MOST_NODES_A_REPLY or _length(actions) > MOST_CHARACTERS_A_REPLY:
            ahead = turn.position.then()
            return Reply(actions=(*actions, Continue()), events=events, position=ahead)
        node = turn.flow.nodes.get(move.go)
        if node is None:
            return _give_up(turn, "unknown node", actions, events)
        move = enter(node, turn)
        actions, walked = actions + move.actions, walked + 1
    return Reply(actions=actions, events=events, position=move.wait)


def _give_up(
    turn: Turn,
    reason: str,
    actions: tuple[Action, ...] = (),
    events: tuple[Event, ...] = (),
) -> Reply:
    fell_back = FellBack(id=f"{turn.event_id}:gave-up", at=turn.at, reason=reason)
    sorry = Apologise(turn.flow.language)
    return Reply(actions=(*actions, sorry, HangUp()), events=(*events, fell_back))


def _length(actions: tuple[Action, ...]) -> int:
    said = (action.words.text for action in actions if isinstance(action, Say))
    played = (action.audio.url for action in actions if isinstance(action, Play))
    return sum(map(len, said)) + sum(map(len, played))
