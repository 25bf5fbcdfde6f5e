"""Kinds `say` and `play`: let the caller hear something, then go on at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.grammar import Target, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import EMPTY, RECORDED, SAID, PromptField
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """A prompt, and where the call goes on."""

    prompt: Prompt
    next: str


def _announce(node: Announce, turn: Turn) -> Move:
    return Move(actions=(turn.aloud(node.prompt),), exit="next", go=node.next)


_ENTRIES: Final = {
    "prompt": must(PromptField(), "What the caller hears.", EMPTY),
    "next": must(Target(), "Where the call goes on.", ""),
}

SAY: Final = Kind(
    name="say",
    about="Say something, then go on.",
    node=Announce,
    entries=_ENTRIES,
    folded={"prompt": SAID},
    enter=_announce,
)
PLAY: Final = Kind(
    name="play",
    about="Play a recording, then go on.",
    node=Announce,
    entries=_ENTRIES,
    folded={"prompt": RECORDED},
    enter=_announce,
)
