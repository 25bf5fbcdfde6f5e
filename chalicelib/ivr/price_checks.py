"""Whether a flow suits the lines that it answers: who has to be told a price, who may not, and
whether it would ring itself.

The notice comes first: before it, a flow may only decide (by hours, by a branch) or end the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.directory.lines import Notice
from chalicelib.ivr.checks import pointer
from chalicelib.ivr.kinds import kind_of
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.directory.ports import Attached
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.published import Draft

NOTICE: Final = "price_notice"
# Callers neither hear these nor wait in them.
SILENT: Final = frozenset({"hours", "branch", "set", "tag"})
# Whoever is let go before the beep has paid nothing for the service.
ENDINGS: Final = frozenset({"hangup", "reject", "return"})


class KnowsFlows(Protocol):
    """Flows, with the version that answers."""

    def draft(self, account_id: str, flow_id: str) -> Draft:
        """Return a flow with its draft; another account's is NotFound."""

    def version(self, flow_id: str, version: int) -> Flow:
        """Return one version."""


def faults_of_published(
    flows: KnowsFlows, account_id: str, flow_id: str, line: Attached
) -> tuple[Fault, ...]:
    """Return what the version that answers lacks, or has too much. Raises NotFound."""
    version = flows.draft(account_id, flow_id).header.published_version
    if version is None:
        return ()
    flow = flows.version(flow_id, version)
    return (*faults(flow, line.notice), *_rings_itself(flow, line.number))


def faults_of_lines(flow: Flow, lines: Iterable[Attached]) -> Iterator[Fault]:
    """Yield what does not suit the lines that a flow answers; each fault names one of them."""
    numbers: dict[Notice, str] = {}
    for line in lines:
        numbers.setdefault(line.notice, line.number)
        yield from _rings_itself(flow, line.number)
    for notice, number in numbers.items():
        for each in faults(flow, notice):
            yield Fault(each.pointer, f"{each.reason} (this flow answers {number})")


def faults(flow: Flow, notice: Notice) -> Iterator[Fault]:
    """Yield what does not suit lines of which a flow has to tell so much."""
    if notice is Notice.DEMANDED:
        reason = "callers pay for this number: a `price_notice` must come before this"
        yield from (Fault(pointer(name), reason) for name in _too_early(flow))
    elif notice is Notice.FORBIDDEN:
        reason = "callers of this number pay nothing for the service: there is no price to tell"
        yield from (Fault(pointer(name), reason) for name in _named(flow, NOTICE))


def _rings_itself(flow: Flow, number: str) -> Iterator[Fault]:
    """Yield destinations that are the line itself: each caller would ring the next one, for ever.

    A variable may still hold it: that is known when somebody calls.
    """
    for name, node in flow.nodes.items():
        for place, each in enumerate(getattr(node, "destinations", ())):
            if each.number == number:
                where = f"{pointer(name)}/destinations/{place}"
                yield Fault(where, f"{number} is answered by this flow: it would ring itself")


def _too_early(flow: Flow) -> Iterator[str]:
    """Yield the first nodes on each way that do something before a notice."""
    seen = {flow.start}
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in flow.nodes:  # a fault of its own, or a node that could not be read
            continue
        kind = kind_of(flow.nodes[name]).name
        if kind in SILENT:
            ways = [way.target for way in flow.exits(name) if way.target not in seen]
            seen.update(ways)
            ahead += ways
        elif kind != NOTICE and kind not in ENDINGS:
            yield name


def _named(flow: Flow, kind: str) -> Iterator[str]:
    return (name for name, node in flow.nodes.items() if kind_of(node).name == kind)
