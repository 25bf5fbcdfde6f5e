"""Kind `branch`: go where the first rule that holds leads.

A percentage is drawn from the call's id and the node's name, so that a repeated webhook, and
whoever reads the log later, comes to the same result.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.grammar import Listed, Record, Target, Whole, may, must
from chalicelib.ivr.kinds.conditions import Conditions
from chalicelib.ivr.kinds.hours import CalendarField
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.kinds.conditions import Test
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.errors import Fault
    from chalicelib.kernel.hours import Schedule
    from chalicelib.kernel.reading import Place

_MOST_RULES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions that all have to hold, and where they lead."""

    next: str
    variables: Mapping[str, Test]
    calendar: Schedule | None = None
    closed: Schedule | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Rules in order, and where a call goes that none holds for."""

    rules: tuple[Rule, ...]
    otherwise: str


def _branch(node: Branch, turn: Turn) -> Move:
    """Take the first rule that holds; shares are parts of one draw, each beside those before it."""
    shared = 0
    for at, rule in enumerate(node.rules):
        if not _holds(rule, turn):
            continue
        shared += rule.percent or 0
        if rule.percent is None or dice(turn.context.call_id, turn.node) < shared:
            return Move(exit=f"rules/{at}/next", go=rule.next)
    return Move(exit="otherwise", go=node.otherwise)


def _holds(rule: Rule, turn: Turn) -> bool:
    """Say whether the conditions hold that are not left to the dice."""
    now = turn.context.now
    if rule.calendar is not None and not rule.calendar.allow(now):
        return False
    if rule.closed is not None and rule.closed.allow(now):
        return False
    return all(test.holds(turn.value(name)) for name, test in rule.variables.items())


def dice(*seeds: str) -> int:
    """Return a number from 0 to 99 that depends on the seeds alone, evenly.

    >>> dice("CA1", "branch") == dice("CA1", "branch")
    True
    """
    drawn = hashlib.blake2b("\0".join(seeds).encode(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") * 100 >> 64


def _review_rule(place: Place, rule: Rule) -> None:
    conditions = ("when", "open", "closed", "percent")
    if isinstance(place.value, dict) and not any(name in place.value for name in conditions):
        place.fault(f"has no condition: give one of {', '.join(conditions)}, or use `otherwise`")


def _rule(when: Any, open: Any, closed: Any, percent: int | None, next: str) -> Rule:
    return Rule(next=next, variables=when or {}, calendar=open, closed=closed, percent=percent)


def _check(node: Branch, flow: Flow) -> Iterator[Fault]:
    from chalicelib.ivr import branch_checks  # for authors alone: no call loads it

    return branch_checks.faults_of(node, flow)


_RULE: Final = Record(
    {
        "when": may(Conditions(), "Variables and the values they must have."),
        "open": may(CalendarField(), "A calendar that must be open."),
        "closed": may(CalendarField(), "A calendar that must be closed."),
        "percent": may(Whole(1, 99), "Which part of the calls that meet the rest."),
        "next": must(Target(), "Where these calls go.", ""),
    },
    _rule,
    _review_rule,
)

BRANCH: Final = Kind(
    name="branch",
    about="Go where the first rule that holds leads: who calls, from where, when, one in ten.",
    node=Branch,
    entries={
        "rules": must(Listed(_RULE, 1, _MOST_RULES, "rules"), "The first that holds wins.", ()),
        "otherwise": must(Target(), "Where a call goes that no rule holds for.", ""),
    },
    enter=_branch,
    check=_check,
)
