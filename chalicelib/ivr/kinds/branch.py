"""Kind `branch`: go where the first rule that holds leads.

A percentage is drawn from the call's id and the node's name, so that a repeated webhook, and
whoever reads the log later, comes to the same result.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ivr.grammar import (
    VARIABLE,
    VARIABLE_MEANING,
    Entries,
    Field,
    Flag,
    Listed,
    Named,
    Reading,
    Record,
    Scalar,
    Short,
    Target,
    Whole,
    may,
    must,
)
from chalicelib.ivr.kinds.hours import CalendarField
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.turns import Move
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.territory import Territory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.hours import Schedule
    from chalicelib.kernel.reading import Place

_MOST_RULES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What a variable is compared with: exactly one of these is given."""

    is_: Value | None = None
    is_not: Value | None = None
    one_of: tuple[Value, ...] = ()
    starts_with: Value | None = None
    at_least: int | None = None
    at_most: int | None = None
    given: bool | None = None

    def holds(self, value: Value | None) -> bool:
        """Say whether a value passes; numbers in texts count as numbers."""
        return all(check(self, value) for check in _CHECKS if check is not None)


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
    for at, rule in enumerate(node.rules):
        if _holds(rule, at, turn):
            return Move(exit=f"rules/{at}/next", go=rule.next)
    return Move(exit="otherwise", go=node.otherwise)


def _holds(rule: Rule, at: int, turn: Turn) -> bool:
    now = turn.context.now
    if rule.calendar is not None and not rule.calendar.allow(now):
        return False
    if rule.closed is not None and rule.closed.allow(now):
        return False
    if rule.percent is not None and dice(turn.context.call_id, turn.node, str(at)) >= rule.percent:
        return False
    return all(test.holds(turn.value(name)) for name, test in rule.variables.items())


def dice(*seeds: str) -> int:
    """Return a number from 0 to 99 that depends on the seeds alone, evenly.

    >>> dice("CA1", "branch") == dice("CA1", "branch")
    True
    """
    drawn = hashlib.blake2b("\0".join(seeds).encode(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") * 100 >> 64


def _text(value: Value | None) -> str:
    return "true" if value is True else "false" if value is False else str(value)


def _number(value: Value | None) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _least(test: Test, value: Value | None) -> bool:
    number = _number(value)
    return test.at_least is None or (number is not None and number >= test.at_least)


def _most(test: Test, value: Value | None) -> bool:
    number = _number(value)
    return test.at_most is None or (number is not None and number <= test.at_most)


_CHECKS: Final[tuple[Callable[[Test, Any], bool], ...]] = (
    lambda test, value: test.is_ is None or _text(value) == _text(test.is_),
    lambda test, value: test.is_not is None or _text(value) != _text(test.is_not),
    lambda test, value: not test.one_of or _text(value) in map(_text, test.one_of),
    lambda test, value: (
        test.starts_with is None
        or (value is not None and _text(value).startswith(_text(test.starts_with)))
    ),
    _least,
    _most,
    lambda test, value: test.given is None or (value not in (None, "")) is test.given,
)


def _review_test(place: Place, test: Test) -> None:
    if not place.value:
        place.fault("must compare with something: `is`, `one_of`, `starts_with`, `at_least` ...")


def _test(**fields: Any) -> Test:
    return Test(is_=fields.pop("is"), **fields)


_TEST: Final[Entries] = {
    "is": may(Scalar(), "The very value."),
    "is_not": may(Scalar(), "Any other value, or none."),
    "one_of": may(Listed(Scalar(), 1, 1000, "values"), "One of these values.", ()),
    "starts_with": may(Scalar(), "How the value begins: a prefix, a postcode's department."),
    "at_least": may(Whole(-(10**9), 10**9), "The least number."),
    "at_most": may(Whole(-(10**9), 10**9), "The greatest number."),
    "given": may(Flag(), "Whether there is a value at all."),
}


@dataclass(frozen=True, slots=True)
class _Conditions(Field["Mapping[str, Test]"]):
    """Variables by name, each with a value or a test."""

    inner: Named = Named(
        VARIABLE,
        VARIABLE_MEANING,
        Short(Scalar(), lambda value: Test(is_=value), Record(_TEST, _test, _review_test)),
        1,
        20,
        "variables",
    )

    def read(self, place: Place, about: Reading) -> Mapping[str, Test]:
        """Read the tests, and check values of which only some exist."""
        tests = self.inner.read(place, about)
        for name, test in tests.items():
            about.uses.add(name)
            known = _ENUMERATED.get(name)
            named = (*test.one_of, *(each for each in (test.is_, test.is_not) if each is not None))
            for value in named if known else ():
                if value not in (known or ()):
                    entry = place.entries()[name]
                    entry.fault(f"{value!r} never happens; known: {', '.join(sorted(known or ()))}")
        return tests

    def schema(self) -> dict[str, Any]:
        """Describe the tests."""
        return self.inner.schema()


_ENUMERATED: Final[dict[str, frozenset[str]]] = {
    "caller.family": frozenset({each.value for each in Family} | {"foreign", "withheld"}),
    "caller.territory": frozenset({each.value for each in Territory} | {"abroad", "unknown"}),
}


def _review_rule(place: Place, rule: Rule) -> None:
    conditions = ("when", "open", "closed", "percent")
    if isinstance(place.value, dict) and not any(name in place.value for name in conditions):
        place.fault(f"has no condition: give one of {', '.join(conditions)}, or use `otherwise`")


def _rule(when: Any, open: Any, closed: Any, percent: int | None, next: str) -> Rule:
    return Rule(next=next, variables=when or {}, calendar=open, closed=closed, percent=percent)


_RULE: Final = Record(
    {
        "when": may(_Conditions(), "Variables and the values they must have."),
        "open": may(CalendarField(), "A calendar that must be open."),
        "closed": may(CalendarField(), "A calendar that must be closed."),
        "percent": may(Whole(1, 99), "Which part of the calls."),
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
)
