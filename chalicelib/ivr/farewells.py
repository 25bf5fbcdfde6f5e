"""Calls that would end in silence, unannounced: refused once they were answered. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr.kinds import kind_of
from chalicelib.ivr.kinds.announce import Announce
from chalicelib.ivr.kinds.ending import Reject
from chalicelib.ivr.kinds.recording import Recording
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.reading import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.nodes import Flow, Node


def refused_late(flow: Flow) -> Iterator[Fault]:
    """Yield a fault for each `reject` that calls get to which were answered on the way."""
    answered = _answered(flow)
    for name, node in flow.nodes.items():
        if isinstance(node, Reject) and name in answered:
            reason = "calls get here that were answered on the way, and would be cut off"
            advice = "use a `hangup` with a `text` for them"
            yield Fault(f"/nodes/{escape(name)}", f"{reason} without a word: {advice}")


def _answered(flow: Flow) -> set[str]:
    """Return the nodes that some call gets to which was certainly answered."""
    answered: set[str] = set()
    ahead = [target for name in flow.nodes for target in _answering(name, flow)]
    while ahead:
        name = ahead.pop()
        if name not in answered and name in flow.nodes:
            answered.add(name)
            ahead += [way.target for way in flow.exits(name)]
    return answered


def _answering(name: str, flow: Flow) -> Iterator[str]:
    """Yield where calls go on that this very node answers. Some ways lead on before it does."""
    node = flow.nodes[name]
    if _speaks(node):
        early = kind_of(node).passes(node)
        yield from (way.target for way in flow.exits(name) if way.target not in early)


def _speaks(node: Node) -> bool:
    """Say whether callers hear something, or are heard. Whether a price is told depends on the
    line, and a text on the caller's number.
    """
    if isinstance(node, Recording):
        return node.on
    return isinstance(node, Announce) or kind_of(node).waits
