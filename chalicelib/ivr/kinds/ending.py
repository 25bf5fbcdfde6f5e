"""Kinds `hangup` and `reject`: the call is over, or was never taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import TurnedAway
from chalicelib.ivr.actions import HangUp, Reason, Refuse
from chalicelib.ivr.grammar import OneOf, may
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.prompts import SAID, PromptField
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.prompting import Prompt
    from chalicelib.ivr.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last word, if any."""

    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """How the call that is not taken looks to its caller."""

    reason: Reason


def _end(node: End, turn: Turn) -> Move:
    last_word = (turn.aloud(node.prompt),) if node.prompt else ()
    return Move(actions=(*last_word, HangUp()))


def _reject(node: Reject, turn: Turn) -> Move:
    """Refuse a call that is still ringing; one that was answered can only be closed."""
    turned_away = TurnedAway(**turn.fact, node=turn.node, reason=node.reason.value)
    refuse = Refuse(node.reason) if turn.position.step == 0 else HangUp()
    return Move(actions=(refuse,), events=(turned_away,))


HANGUP: Final = Kind(
    name="hangup",
    about="Say a last word, if any, and close the line.",
    node=End,
    entries={"prompt": may(PromptField(), "The last word.")},
    folded={"prompt": SAID},
    enter=_end,
)
REJECT: Final = Kind(
    name="reject",
    about="Don't take the call: the caller hears that the line is busy or out of service.",
    node=Reject,
    entries={
        "reason": may(OneOf(Reason, Reason.BUSY), "What the caller's network is told.", Reason.BUSY)
    },
    enter=_reject,
)
