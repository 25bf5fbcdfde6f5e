"""What is wrong with a flow as a whole, although each of its nodes reads well.

Missing targets, nodes nobody reaches, dead ends, loops that never wait, refused destinations.
Walks are iterative: a flow may be a chain of ten thousand nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr.nodes import Announce, Dial, Flow, Hours, Node
from chalicelib.kernel import destinations
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.reading import escape, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SILENT = (Announce, Hours)
_LONGEST_LOOP_SHOWN = 8


def check(flow: Flow, unread: frozenset[str] = frozenset()) -> list[Fault]:
    """Return every fault of the whole. Nodes in `unread` exist, but nothing is known of them."""
    return [
        *_missing_targets(flow, unread),
        *_unreachable(flow, unread),
        *_dead_ends(flow),
        *_loops(flow),
        *_refused_destinations(flow),
    ]


def pointer(name: str) -> str:
    """Return where a node stands in its document."""
    return f"/nodes/{escape(name)}"


def _missing_targets(flow: Flow, unread: frozenset[str]) -> Iterator[Fault]:
    known = flow.nodes.keys() | unread
    if flow.start and flow.start not in known:
        yield Fault("/start", f"no node is called {quoted(flow.start)}")
    for name, node in flow.nodes.items():
        for way in node.exits():
            if way.target not in known:
                reason = f"no node is called {quoted(way.target)}"
                yield Fault(pointer(name) + way.pointer, reason)


def _unreachable(flow: Flow, unread: frozenset[str]) -> Iterator[Fault]:
    reached = _reached(flow)
    # What an unread node leads to is unknown: better no word than a wrong one.
    if flow.start not in flow.nodes or reached & unread:
        return
    for name in flow.nodes:
        if name not in reached:
            yield Fault(pointer(name), "no caller can get here: nothing leads to this node")


def _reached(flow: Flow) -> set[str]:
    reached: set[str] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            node = flow.nodes.get(name)
            ahead += [way.target for way in node.exits()] if node else []
    return reached


def _dead_ends(flow: Flow) -> Iterator[Fault]:
    for name, node in flow.nodes.items():
        if isinstance(node, Dial) and not (node.no_answer or node.then):
            reason = "a dead end: give `no_answer` or `then`, for when nobody picks up"
            yield Fault(pointer(name), reason)


def _loops(flow: Flow) -> Iterator[Fault]:
    """Find rounds of nodes that never wait for the caller: the call would turn for ever."""
    ways = _trimmed({name: _silent_ways(node, flow) for name, node in flow.nodes.items()})
    seen: set[str] = set()
    for first in ways:
        walk: dict[str, None] = {}
        name = first
        while name not in seen:
            seen.add(name)
            walk[name] = None
            name = next(iter(ways[name]))
        if name in walk:
            loop = [*walk][[*walk].index(name) :]
            yield Fault(pointer(name), f"goes round without waiting for the caller: {_shown(loop)}")


def _silent_ways(node: Node, flow: Flow) -> set[str]:
    if not isinstance(node, _SILENT):
        return set()
    targets = {way.target for way in node.exits()}
    return {each for each in targets if isinstance(flow.nodes.get(each), _SILENT)}


def _trimmed(ways: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Drop, again and again, nodes that lead nowhere: those left lead into a loop."""
    before: dict[str, list[str]] = {}
    for name, targets in ways.items():
        for target in targets:
            before.setdefault(target, []).append(name)
    open_ways = {name: len(targets) for name, targets in ways.items()}
    done = [name for name, count in open_ways.items() if not count]
    for name in done:  # grows while it is read
        for earlier in before.get(name, ()):
            open_ways[earlier] -= 1
            if not open_ways[earlier]:
                done.append(earlier)
    left = ways.keys() - set(done)
    return {name: sorted(ways[name] & left) for name in ways if name in left}


def _shown(loop: list[str]) -> str:
    names = [*loop, loop[0]]
    if len(names) > _LONGEST_LOOP_SHOWN:
        names = [*names[: _LONGEST_LOOP_SHOWN - 2], "...", names[-1]]
    return " -> ".join(names)


def _refused_destinations(flow: Flow) -> Iterator[Fault]:
    for name, node in flow.nodes.items():
        if not isinstance(node, Dial):
            continue
        for at, destination in enumerate(node.destinations):
            reason = destinations.refusal(destination.number) if destination.number else None
            if reason:
                yield Fault(f"{pointer(name)}/destinations/{at}", f"is {reason}")
