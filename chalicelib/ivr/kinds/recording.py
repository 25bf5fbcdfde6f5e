"""Kind `record`: conversations from here on are recorded, or are not.

People have to be told before they are recorded, and may object (CNIL, "L'écoute et l'enregistrement
des appels"): turning it on says so, and one key keeps the recording off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import VariablesSet
from chalicelib.ivr.actions import Ask, KeysPressed, NoInput
from chalicelib.ivr.grammar import Flag, Target, may, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import PromptField
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn

RECORDED: Final = "call.recorded"
OBJECTION_KEY: Final = "9"
_SECONDS: Final = 2  # to object, once the notice is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Whether to record, and how the caller is told."""

    on: bool
    next: str
    notice: Prompt | None = None


def tell(notice: Prompt | None, turn: Turn) -> Ask:
    """Tell the caller of the recording, and listen whether they object."""
    ours = turn.line(Line.RECORDING, key=OBJECTION_KEY)
    told = turn.aloud(notice) if notice else ours
    return Ask(prompts=(told,), timeout_seconds=_SECONDS, most_keys=1, finish_key="")


def answered(given: KeysPressed | NoInput, turn: Turn) -> Move:
    """Return what follows from the answer to `tell`: whether conversations are recorded."""
    objects = isinstance(given, KeysPressed) and given.keys == OBJECTION_KEY
    refused = (turn.line(Line.RECORDING_REFUSED),) if objects else ()
    return _noted(turn, recorded=not objects).after(*refused)


def _noted(turn: Turn, *, recorded: bool) -> Move:
    noted = VariablesSet(**turn.fact, node=turn.node, names=RECORDED)
    return Move(events=(noted,), learnt={RECORDED: recorded})


def _record(node: Recording, turn: Turn) -> Move:
    if node.on:
        return Move(actions=(tell(node.notice, turn),), wait=turn.position.then())
    return _decided(node, turn, recorded=False)


def _hear(node: Recording, given: KeysPressed | NoInput, turn: Turn) -> Move:
    if isinstance(given, KeysPressed) and given.keys == OBJECTION_KEY:
        return _decided(node, turn, recorded=False).after(turn.line(Line.RECORDING_REFUSED))
    return _decided(node, turn, recorded=node.on)


def _decided(node: Recording, turn: Turn, *, recorded: bool) -> Move:
    return replace(_noted(turn, recorded=recorded), exit="next", go=node.next)


RECORD: Final = Kind(
    name="record",
    about="Record the conversations that follow, after saying so; or stop doing it.",
    node=Recording,
    entries={
        "on": must(Flag(True), "Whether conversations are recorded from here on.", True),
        "notice": may(
            PromptField(), "How the caller is told, and that 9 objects; the platform has words."
        ),
        "next": must(Target(), "Where the call goes on.", ""),
    },
    enter=_record,  # turning it off asks nothing: a round of these alone would turn for ever
    hear={KeysPressed: _hear, NoInput: _hear},
)
