"""What is wrong with a flow as a whole, although each of its nodes reads well.

Missing targets, nodes nobody reaches, dead ends, loops that never wait, refused destinations.
Walks are iterative: a flow may be a chain of ten thousand nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr import facts, farewells, language_checks, loops
from chalicelib.ivr.kinds import KINDS, kind_of
from chalicelib.ivr.kinds.callback_fields import Callback
from chalicelib.ivr.kinds.dial import Dial
from chalicelib.ivr.kinds.menu import Menu
from chalicelib.ivr.kinds.queue_fields import Queue
from chalicelib.ivr.kinds.transfer import Return, Transfer
from chalicelib.ivr.kinds.voicebot import Voicebot
from chalicelib.ivr.kinds.voicemail import Voicemail
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.reading import escape, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.grammar import Reading
    from chalicelib.ivr.nodes import Flow, Node

MOST_QUEUES = 200  # that one account may have


def check(flow: Flow, about: Reading, unread: frozenset[str] = frozenset()) -> list[Fault]:
    """Return every fault of the whole. Nodes in `unread` exist, but nothing is known of them.

    Without any node to look at, the faults that hide them all say enough.
    """
    if not flow.nodes and not unread:
        return []
    return [
        *_missing_targets(flow, unread),
        *_unreachable(flow, unread),
        *_of_their_kinds(flow),
        *_loops(flow),
        *_helpless_menus(flow, unread),
        *_lost_callbacks(flow, unread),
        *_unknown_variables(flow, about, unread),
        *_tests_of_nothing(flow, unread),
        *language_checks.unspoken(flow, about),
        *farewells.refused_late(flow),
    ]


def pointer(name: str) -> str:
    """Return where a node stands in its document."""
    return f"/nodes/{escape(name)}"


def _missing_targets(flow: Flow, unread: frozenset[str]) -> Iterator[Fault]:
    known = flow.nodes.keys() | unread
    if flow.start and flow.start not in known:
        yield Fault("/start", f"no node is called {quoted(flow.start)}")
    for name in flow.nodes:
        for way in flow.exits(name):
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
            ahead += [way.target for way in flow.exits(name)]
    return reached


def _of_their_kinds(flow: Flow) -> Iterator[Fault]:
    """Faults that a node's own kind knows how to find: dead ends, refused destinations."""
    for name, node in flow.nodes.items():
        check = kind_of(node).check
        for each in check(node, flow) if check else ():
            yield Fault(pointer(name) + each.pointer, each.reason)


def _helpless_menus(flow: Flow, unread: frozenset[str]) -> Iterator[Fault]:
    """Find menus and bots from which no way leads to a person, a voicemail or another flow.

    A caller whom the choices don't fit must not be left with a machine for good.
    """
    helping = [name for name, node in flow.nodes.items() if _helps(node)]
    helped = _leading_to(_before(flow), [*_unknown(flow, unread), *helping])
    for name, node in flow.nodes.items():
        if isinstance(node, Menu | Voicebot) and name not in helped:
            yield Fault(pointer(name), "no way leads from here to a person or a voicemail")


def _helps(node: Node) -> bool:
    return isinstance(node, Dial | Queue | Callback | Voicemail | Transfer | Return)


def _unknown(flow: Flow, unread: frozenset[str]) -> set[str]:
    """Return nodes that lead nobody knows where: better no word than a wrong one."""
    named = {way.target for name in flow.nodes for way in flow.exits(name)}
    return (named - flow.nodes.keys()) | unread


def _lost_callbacks(flow: Flow, unread: frozenset[str]) -> Iterator[Fault]:
    """Find keys that promise a callback, and lead to none of that queue: the place is lost."""
    promised: dict[str, list[tuple[str, str]]] = {}
    for name, node in flow.nodes.items():
        if isinstance(node, Queue) and node.callback is not None:
            promised.setdefault(node.queue, []).append((name, node.callback.next))
    if len(promised) > MOST_QUEUES:
        yield Fault("", f"calls back from {len(promised)} queues, at most {MOST_QUEUES}")
        return
    before, unknown = _before(flow), _unknown(flow, unread)
    for queue, ways in promised.items():
        kept = _leading_to(before, [*unknown, *_callbacks(flow, queue)])
        for name, target in ways:
            if target and target not in kept:  # one that is missing has a fault of its own
                reason = f"leads to no callback of the queue {quoted(queue)}"
                yield Fault(f"{pointer(name)}/callback/next", reason)


def _callbacks(flow: Flow, queue: str) -> Iterator[str]:
    """Return the nodes that book a callback, and those beyond which nothing can be told."""
    for name, node in flow.nodes.items():
        if isinstance(node, Transfer) or (isinstance(node, Callback) and node.queue == queue):
            yield name


def _before(flow: Flow) -> dict[str, list[str]]:
    """Return which nodes lead to each one."""
    before: dict[str, list[str]] = {}
    for name in flow.nodes:
        for way in flow.exits(name):
            before.setdefault(way.target, []).append(name)
    return before


def _leading_to(before: Mapping[str, list[str]], goals: list[str]) -> set[str]:
    found: set[str] = set()
    ahead = goals
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += before.get(name, ())
    return found


def _unknown_variables(flow: Flow, about: Reading, unread: frozenset[str]) -> Iterator[Fault]:
    """Find variables that something reads and nothing gives a value: callers would hear a gap.

    A node that could not be read may give one to whatever is named in it.
    """
    given = flow.sets | flow.variables.keys() | about.unread
    if unread:
        given |= {name for kind in KINDS.values() for name in kind.sets}
    for name in sorted(about.uses.keys() - given):
        for place in () if facts.is_told(name) else dict.fromkeys(about.uses[name]):
            yield Fault(place, f"nothing gives the variable {quoted(name)} a value")


def _tests_of_nothing(flow: Flow, unread: frozenset[str]) -> Iterator[Fault]:
    """Find tests that expect a node which is not there."""
    for script in flow.tests:
        for at, node in script.nodes():
            if node not in flow.nodes and node not in unread:
                reason = f"no node is called {quoted(node)}"
                yield Fault(f"{script.pointer}/steps/{at}/goes", reason)


def _loops(flow: Flow) -> Iterator[Fault]:
    """Find rounds in which the call would turn for ever."""
    for loop in loops.silent(flow):
        reason = "goes round without waiting for the caller"
        yield Fault(pointer(loop[0]), f"{reason}: {loops.shown(loop)}")
    for loop in loops.idle(flow):
        reason = "goes round for ever while nobody speaks, presses a key or picks up"
        yield Fault(pointer(loop[0]), f"{reason}: {loops.shown(loop)}")
