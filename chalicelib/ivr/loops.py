"""Loops that a call could turn in for ever: without waiting, or while nobody does anything.

A flow may go round as often as a caller asks it to. It may not while they only keep silent, or
nobody picks up: a handset put down beside its telephone would ring others all night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr.kinds import kind_of
from chalicelib.ivr.kinds.branch import Branch
from chalicelib.ivr.kinds.lookup import LookupNode
from chalicelib.ivr.kinds.marking import Set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chalicelib.ivr.nodes import Flow, Node

    Ways = Mapping[str, set[str]]

_LONGEST_SHOWN = 8


def silent(flow: Flow) -> Iterator[list[str]]:
    """Yield rounds of nodes that never wait for the caller."""
    ways = {name: _known(_passed(name, flow), flow) for name in flow.nodes}
    return _rounds(_leading_on(ways))


def idle(flow: Flow) -> Iterator[list[str]]:
    """Yield rounds that wait, and go on by themselves when nobody speaks, presses or picks up."""
    ways = _leading_on({name: _known(_idled(name, flow), flow) for name in flow.nodes})
    told = [frozenset(loop) for loop in silent(flow)]
    for loop in _rounds(_leading_on(_without_counters(ways, flow))):
        if not any(each.issubset(loop) for each in told):
            yield loop


def shown(loop: list[str]) -> str:
    """Write a loop as its nodes, those of a long one in part."""
    names = [*loop, loop[0]]
    if len(names) > _LONGEST_SHOWN:
        names = [*names[: _LONGEST_SHOWN - 2], "...", names[-1]]
    return " -> ".join(names)


def _passed(name: str, flow: Flow) -> Iterable[str | None]:
    node = flow.nodes[name]
    kind = kind_of(node)
    return kind.passes(node) if kind.waits else _ways(name, flow)


def _idled(name: str, flow: Flow) -> Iterable[str | None]:
    node = flow.nodes[name]
    kind = kind_of(node)
    return kind.idles(node) if kind.waits else _ways(name, flow)


def _ways(name: str, flow: Flow) -> Iterable[str]:
    return (way.target for way in flow.exits(name))


def _known(targets: Iterable[str | None], flow: Flow) -> set[str]:
    return {each for each in targets if each is not None and each in flow.nodes}


def _without_counters(ways: Ways, flow: Flow) -> dict[str, set[str]]:
    """Drop branches by which a round may end: it gives what they look at a value on its way."""
    back = _leading_on(_turned(ways))
    given = {each for name in back for each in _given(flow.nodes[name])}
    return {name: set() if _looks_at(flow.nodes[name], given) else ways[name] for name in ways}


def _given(node: Node) -> Iterable[str]:
    if isinstance(node, Set):
        return node.variables
    return node.lookup.answer if isinstance(node, LookupNode) else ()


def _looks_at(node: Node, given: set[str]) -> bool:
    rules = node.rules if isinstance(node, Branch) else ()
    return any(not given.isdisjoint(rule.variables) for rule in rules)


def _leading_on(ways: Ways) -> dict[str, set[str]]:
    """Drop, again and again, nodes that lead nowhere: those left lead into a loop."""
    before = _turned(ways)
    open_ways = {name: len(targets) for name, targets in ways.items()}
    done = [name for name, count in open_ways.items() if not count]
    for name in done:  # grows while it is read
        for earlier in before[name]:
            open_ways[earlier] -= 1
            if not open_ways[earlier]:
                done.append(earlier)
    left = ways.keys() - set(done)
    return {name: ways[name] & left for name in ways if name in left}


def _turned(ways: Ways) -> dict[str, set[str]]:
    before: dict[str, set[str]] = {name: set() for name in ways}
    for name, targets in ways.items():
        for target in targets:
            before[target].add(name)
    return before


def _rounds(ways: Ways) -> Iterator[list[str]]:
    """Yield the loops that a walk falls into which always takes the first way."""
    seen: set[str] = set()
    for first in ways:
        walk: dict[str, None] = {}
        name = first
        while name not in seen:
            seen.add(name)
            walk[name] = None
            name = min(ways[name])
        if name in walk:
            yield [*walk][[*walk].index(name) :]
