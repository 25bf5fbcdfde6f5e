"""One turn of a call at one node: all that the node may decide by, and what it can decide."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from chalicelib.ivr import facts
from chalicelib.ivr.actions import HangUp, Play, Say
from chalicelib.ivr.nodes import Spoken
from chalicelib.ivr.texts import Line, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Action, Context
    from chalicelib.ivr.needs import Need
    from chalicelib.ivr.nodes import Flow, Value
    from chalicelib.ivr.position import Position
    from chalicelib.ivr.prompting import Prompt

LANGUAGE = "call.language"


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a node may decide by. `position` stands on the node itself.

    `event_id` is the id of the fact this turn may log: made of the step, never of a clock, so
    that a repeated webhook logs the same.
    """

    flow: Flow
    position: Position
    context: Context
    event_id: str

    @property
    def node(self) -> str:
        """The name of the node."""
        return self.position.node

    @property
    def at(self) -> datetime:
        """When it happens, for the log."""
        return self.context.now.astimezone(UTC)

    @property
    def fact(self) -> dict[str, Any]:
        """What every event of this turn has."""
        return {"id": self.event_id, "at": self.at}

    def noted(self, what: str) -> dict[str, Any]:
        """What an event of this turn has that is not its only one."""
        return {"id": f"{self.event_id}:{what}", "at": self.at}

    @property
    def language(self) -> str:
        """The language that this caller hears."""
        return str(self.context.memory.get(LANGUAGE, self.flow.language))

    @property
    def values(self) -> Mapping[str, Value]:
        """Every variable by name: the call's own memory, and what the call itself tells."""
        return facts.Values(self.context, self.flow.variables, self.flow.language)

    def value(self, name: str) -> Value | None:
        """Return a variable, None where it has no value."""
        return self.values.get(name)

    def line(self, line: Line, **values: Value) -> Say:
        """Say something of the platform's own in the caller's language."""
        return Say(say(line, self.language, **values))

    def aloud(self, prompt: Prompt) -> Say | Play:
        """Let the caller hear a prompt of the flow's."""
        heard = prompt.heard(self.language, self.values)
        return Say(heard) if isinstance(heard, Spoken) else Play(heard)

    def here(
        self, *, attempt: int | None = None, target: int | None = None, mark: str | None = None
    ) -> Turn:
        """Return the same turn with its position changed."""
        position = self.position.but(attempt=attempt, target=target, mark=mark)
        return Turn(self.flow, position, self.context, self.event_id)

    def knowing(self, learnt: Mapping[str, Value]) -> Turn:
        """Return the same turn with more variables."""
        memory = {**self.context.memory, **learnt}
        return replace(self, context=replace(self.context, memory=memory))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a node decided: leave by an exit, wait for the caller, need something, or the end.

    `exit` names the way out for transcripts; `go` is the node it leads to, None where the flow
    has nothing there and the call is over. `learnt` are variables that get a value.
    """

    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    errands: tuple[Any, ...] = ()
    learnt: Mapping[str, Value] = field(default_factory=dict)
    exit: str | None = None
    go: str | None = None
    wait: Position | None = None
    need: Need | None = None

    def learning(self, learnt: Mapping[str, Value]) -> Move:
        """Return the move with more variables given a value."""
        return replace(self, learnt={**self.learnt, **learnt})

    def after(
        self, *actions: Action, events: tuple[Event, ...] = (), errands: tuple[Any, ...] = ()
    ) -> Move:
        """Return the move with something before it."""
        return replace(
            self,
            actions=(*actions, *self.actions),
            events=(*events, *self.events),
            errands=(*errands, *self.errands),
        )


def leave(
    turn: Turn, name: str, target: str | None, *events: Event, parting: Line | None = None
) -> Move:
    """Leave by an exit; where the flow has none, say a parting line and hang up."""
    if target is not None:
        return Move(events=events, exit=name, go=target)
    words = (turn.line(parting),) if parting else ()
    return Move(actions=(*words, HangUp()), events=events, exit=name)
