"""A flow document: how one business answers its phone, as JSON that cannot be wrong.

`parse` finds every fault at once; `restore` reads back what was published. The walking is done
by `engine.py`; what each kind of node takes is in `kinds.py`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import checks, texts
from chalicelib.ivr.kinds import NAME, NAME_MEANING, read_language, read_node
from chalicelib.ivr.nodes import Flow
from chalicelib.ivr.published import LONGEST_NAME
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place, matching, quoted, text

if TYPE_CHECKING:
    from chalicelib.kernel.errors import Fault

__all__ = ["Flow", "FlowRefused", "parse", "restore"]

MOST_NODES: Final = 10_000


class FlowRefused(Rejected):
    """The document cannot answer a phone: `faults` says where and why, all of it."""

    code = "flow-refused"


def parse(document: object) -> Flow:
    """Read and judge a document. Raises FlowRefused with every fault found, in order."""
    faults: list[Fault] = []
    flow, unread = _read(Place(document, "", faults))
    faults += checks.check(flow, unread)
    return _sound(flow, faults)


def restore(document: object) -> Flow:
    """Read a document that was published, by the rules of its day.

    Only what the engine could not work with is refused: a rule that became stricter since must
    not silence a line that answers.
    """
    faults: list[Fault] = []
    flow, _ = _read(Place(document, "", faults))
    return _sound(flow, faults)


def _sound(flow: Flow, faults: list[Fault]) -> Flow:
    if faults:
        count = len(faults)
        raise FlowRefused("the flow has faults", faults=tuple(faults), count=count)
    return flow


def _read(place: Place) -> tuple[Flow, frozenset[str]]:
    """Return the flow, and the names of its nodes of which nothing could be read."""
    fields = place.fields(("name", "start", "nodes"), ("language",))
    language = read_language(fields.get("language"), texts.DEFAULT_LANGUAGE)
    entries = _entries(fields.get("nodes"))
    read = {name: read_node(entry, language) for name, entry in entries.items()}
    nodes = {name: node for name, node in read.items() if node is not None}
    flow = Flow(
        name=text(fields.get("name"), LONGEST_NAME),
        language=language,
        start=matching(fields.get("start"), NAME, NAME_MEANING),
        nodes=MappingProxyType(nodes),
    )
    return flow, frozenset(read.keys() - nodes.keys())


def _entries(place: Place | None) -> dict[str, Place]:
    if place is None:
        return {}
    entries = place.entries()
    if isinstance(place.value, dict) and not entries:
        place.fault("must have at least one node")
    if len(entries) > MOST_NODES:
        place.fault(f"has too many nodes: {len(entries)}, at most {MOST_NODES}")
        return {}
    for name, entry in entries.items():
        if not NAME.fullmatch(name):
            entry.fault(f"{quoted(name)} is not {NAME_MEANING}")
    return entries
