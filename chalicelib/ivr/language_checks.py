"""Prompts that reach callers who chose another language, and have no words for them. Pure.

Which languages may be heard at a node is followed from the start, through every `set` that chooses
one; a `branch` on the language, or on what was set with it, parts them again. Words that name
their language are meant for everybody ("For English, press 9"), and so is a recording.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.kinds.branch import Branch
from chalicelib.ivr.kinds.marking import Set
from chalicelib.ivr.turns import LANGUAGE
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.reading import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chalicelib.ivr.grammar import Reading
    from chalicelib.ivr.kinds.branch import Rule
    from chalicelib.ivr.nodes import Flow, Node, Value

    Known = frozenset[tuple[str, Value]]  # variables of which the value is certain

_MOST_KNOWN: Final = 50  # with more to tell apart, the language alone is followed


def unspoken(flow: Flow, about: Reading) -> Iterator[Fault]:
    """Yield a fault for each prompt that has no words in a language in which it is reached."""
    if not any(isinstance(node, Set) and node.language for node in flow.nodes.values()):
        return
    reached = _languages(flow)
    names = {escape(name): name for name in flow.nodes}
    for pointer, spoken in about.heard.items():
        _, part, name, *_ = pointer.split("/")
        if part != "nodes" or not spoken:
            continue
        families = {_family(each) for each in spoken}  # Belgians are content with French French
        here = reached.get(names.get(name, ""), set())
        missing = sorted(each for each in here if _family(each) not in families)
        if missing:
            reason = f"callers who hear {', '.join(missing)} get here, and it has no words for them"
            advice = "give `by_language`, or a `language` if these words are for everybody"
            yield Fault(pointer, f"{reason}: {advice}")


def _family(language: str) -> str:
    return language.partition("-")[0]


def _languages(flow: Flow) -> Mapping[str, set[str]]:
    """Return the languages that callers may hear at each node."""
    told = _set_with_a_language(flow.nodes.values())
    start: Known = frozenset(
        {(LANGUAGE, flow.language), *((n, v) for n, v in flow.variables.items() if n in told)}
    )
    reached = _followed(flow, start, told)
    if reached is None:
        reached = _followed(flow, frozenset({(LANGUAGE, flow.language)}), frozenset())
    return {
        name: {str(dict(each)[LANGUAGE]) for each in states}
        for name, states in (reached or {}).items()
    }


def _set_with_a_language(nodes: Iterable[Node]) -> frozenset[str]:
    """Return variables that tell a caller's language by another name."""
    sets = [node for node in nodes if isinstance(node, Set)]
    otherwise = {name for node in sets if not node.language for name in node.variables}
    return frozenset(n for node in sets if node.language for n in node.variables) - otherwise


def _followed(flow: Flow, start: Known, told: frozenset[str]) -> Mapping[str, set[Known]] | None:
    """Return what may be known at each node; None where that is too much to tell apart."""
    reached: dict[str, set[Known]] = defaultdict(set)
    different, ahead = {start}, [(flow.start, start)]
    while ahead:
        name, known = ahead.pop()
        if name not in flow.nodes or known in reached[name]:
            continue
        reached[name].add(known)
        node = flow.nodes[name]
        after = _after(node, known, told)
        different.add(after)
        if told and len(different) > _MOST_KNOWN:
            return None
        ahead += [(target, after) for target in _ways(name, node, after, flow)]
    return reached


def _after(node: Node, known: Known, told: frozenset[str]) -> Known:
    if not isinstance(node, Set) or not node.language:
        return known
    given = {name: value for name, value in node.variables.items() if name in told}
    later = {**dict(known), **given, LANGUAGE: node.language}
    # What a text with other variables in it becomes is not certain.
    return frozenset((n, v) for n, v in later.items() if isinstance(v, str | int))


def _ways(name: str, node: Node, known: Known, flow: Flow) -> Iterator[str]:
    if not isinstance(node, Branch):
        yield from (way.target for way in flow.exits(name))
        return
    values = dict(known)
    for rule in node.rules:
        if all(test.holds(values[n]) for n, test in rule.variables.items() if n in values):
            yield rule.next
            if _certain(rule, values):
                return
    yield node.otherwise


def _certain(rule: Rule, values: Mapping[str, Value]) -> bool:
    """Say whether a rule that may hold always does."""
    chance = (rule.calendar, rule.closed, rule.percent)
    return rule.variables.keys() <= values.keys() and chance == (None, None, None)
