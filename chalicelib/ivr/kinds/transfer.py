"""Kinds `transfer` and `return`: go on in another flow of the account, and come back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.actions import HangUp
from chalicelib.ivr.grammar import Matching, Target, may, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.needs import FlowMissing, OpenFlow
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave

if TYPE_CHECKING:
    from chalicelib.ivr.turns import Turn

FLOW_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Another flow, where the call goes when that returns, and when it does not answer."""

    flow: str
    returned: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The way back to the flow that the call came from."""


def _transfer(node: Transfer, turn: Turn) -> Move:
    return Move(exit="flow", need=OpenFlow(flow_id=node.flow, back=node.returned))


def _missing(node: Transfer, given: FlowMissing, turn: Turn) -> Move:
    return leave(turn, "failed", node.failed, parting=Line.NOBODY)


def _return(node: Return, turn: Turn) -> Move:
    returns = turn.position.returns
    if not returns:
        return Move(actions=(turn.line(Line.GOODBYE), HangUp()))
    last = returns[-1]
    return Move(
        exit="back", need=OpenFlow(flow_id=last.flow_id, version=last.version, node=last.node)
    )


def _lost(node: Return, given: FlowMissing, turn: Turn) -> Move:
    return Move(actions=(turn.line(Line.GOODBYE), HangUp()))


TRANSFER: Final = Kind(
    name="transfer",
    about="Go on in another flow; its `return` nodes come back here.",
    node=Transfer,
    entries={
        "flow": must(Matching(FLOW_ID, "the id of a flow"), "The id of the other flow.", ""),
        "returned": may(Target(), "Where the call goes when the other flow returns."),
        "failed": may(Target(), "Where it goes if the other flow does not answer calls."),
    },
    enter=_transfer,
    hear={FlowMissing: _missing},
    endings=("failed",),
)
RETURN: Final = Kind(
    name="return",
    about="Go back to the flow that the call came from; say goodbye where there is none.",
    node=Return,
    entries={},
    enter=_return,
    hear={FlowMissing: _lost},
)
