"""Which rules of a `branch` could never send anybody anywhere, in words for whoever wrote them.

A variable that the call tells has values of a known shape: what is compared with anything else
never holds, and nobody would notice. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr import voices
from chalicelib.ivr.kinds.conditions import DATE, TIME, written
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.numbering import Family
from chalicelib.kernel.reading import escape, quoted
from chalicelib.kernel.territory import Territory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chalicelib.ivr.kinds.branch import Branch, Rule
    from chalicelib.ivr.kinds.conditions import Limit, Test
    from chalicelib.ivr.nodes import Flow, Value

_ALL: Final = 100  # percent


def faults_of(node: Branch, flow: Flow) -> Iterator[Fault]:
    """Return everything that is wrong with the rules, by pointers inside the node."""
    for at, rule in enumerate(node.rules):
        for reason in _contradiction(rule):
            yield Fault(f"/rules/{at}", reason)
        for pointer, reason in _left_over(rule, filter(_readable, node.rules[:at])):
            yield Fault(f"/rules/{at}{pointer}", reason)
        for name, test in rule.variables.items():
            known = None if name in flow.sets else _known(name)
            for reason in (*_against_itself(test), *(_unlike(test, known) if known else ())):
                yield Fault(f"/rules/{at}/when/{escape(name)}", reason)


def _readable(rule: Rule) -> bool:
    """Say whether a rule has conditions, and hours that open: the others have faults already."""
    hours = [each for each in (rule.calendar, rule.closed) if each is not None]
    if not all(each.ever_opens() for each in hours):
        return False
    return bool(hours or rule.variables or rule.percent)


def _contradiction(rule: Rule) -> Iterator[str]:
    if rule.calendar is not None and rule.calendar == rule.closed and _readable(rule):
        yield "never holds: `open` and `closed` are the same hours"


def _left_over(rule: Rule, before: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """Say where the rules before this one leave it nothing, or less than its share."""
    taken = sum(each.percent or _ALL for each in before if _within(rule, each))
    if taken >= _ALL:
        yield "", "never holds: the rules before it take every call that meets its conditions"
    elif taken + (rule.percent or 0) > _ALL:
        left = f"the rules before it leave {_ALL - taken} percent of such calls"
        yield "/percent", f"is more than there is: {left}"


def _within(rule: Rule, other: Rule) -> bool:
    """Say whether all that one rule asks for, but its share, the other asks for as well."""
    return (
        _asked(other) <= _asked(rule)
        and other.calendar in (None, rule.calendar)
        and other.closed in (None, rule.closed)
    )


def _asked(rule: Rule) -> set[tuple[str, str]]:
    return {(name, _shown(test)) for name, test in rule.variables.items()}


def _shown(test: Test) -> str:
    """Return what two tests share that pass the same values: 7 and "7" are one."""
    values = (test.is_, test.is_not, test.starts_with)
    texts = [None if value is None else written(value) for value in values]
    anyof = sorted({written(value) for value in test.one_of})
    return repr((texts, anyof, test.at_least, test.at_most, test.given))


def _against_itself(test: Test) -> Iterator[str]:
    named = test.one_of or (() if test.is_ is None else (test.is_,))
    limits = [each for each in (test.at_least, test.at_most) if each is not None]
    if len({_shape(each) for each in limits}) > 1:
        yield "never holds: `at_least` and `at_most` are not of one kind"
    elif len(limits) > 1 and limits[0] > limits[1]:  # type: ignore[operator]
        yield "never holds: `at_least` is above `at_most`"
    elif named and not any(test.holds(each) for each in named):
        yield "never holds: what it asks for is ruled out beside it"
    elif test.given is False and (limits or test.starts_with is not None):
        yield "never holds: a value that is not given has no beginning and no size"


def _shape(limit: Limit) -> str:
    if not isinstance(limit, str):
        return "numbers"
    return "times" if TIME.fullmatch(limit) else "dates"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the values of a variable look like: whole, from their beginning, and how they sort."""

    meaning: str
    fits: Callable[[str], bool]
    begins: Callable[[str], bool]
    sorts: str = ""


def _unlike(test: Test, known: _Known) -> Iterator[str]:
    """Say which values a variable never has."""
    single = [each for each in (test.is_, test.is_not) if each is not None]
    for value in (*test.one_of, *single):
        if not known.fits(written(value)):
            yield _never(value, known)
    begins = test.starts_with
    if begins is not None and not known.begins(written(begins)):
        yield f"no value begins with {quoted(begins)}; {known.meaning}"
    for limit in (test.at_least, test.at_most):
        if limit is not None and _shape(limit) != known.sorts:
            yield f"cannot be compared with {quoted(limit)}; {known.meaning}"


def _never(value: Value, known: _Known) -> str:
    return f"{quoted(value)} never happens; {known.meaning}"


def _one_of(*values: str) -> _Known:
    return _Known(
        f"known: {', '.join(sorted(values))}",
        values.__contains__,
        lambda begin: any(each.startswith(begin) for each in values),
    )


def _like(meaning: str, whole: str, beginning: str, sorts: str = "") -> _Known:
    return _Known(
        meaning,
        lambda value: re.fullmatch(whole, value) is not None,
        lambda value: re.fullmatch(beginning, value) is not None,
        sorts,
    )


_YES_OR_NO: Final = _one_of("true", "false")
_NUMBER: Final = _like("numbers read +33612345678", r"\+[1-9][0-9]{6,14}", r"\+([1-9][0-9]{,14})?")
_PRICE: Final = _like("prices read 0.80", r"[0-9]\.[0-9]{2}", r"[0-9](\.[0-9]{,2})?", "numbers")
_CLOCK: Final = _like(
    'times read "18:30"', TIME.pattern, r"[01]|2|([01][0-9]|2[0-3])(:([0-5][0-9]?)?)?", "times"
)
_DAY: Final = _like(
    'dates read "2026-12-24"',
    DATE.pattern,
    r"[0-9]{1,4}|[0-9]{4}-(0|1|(0[1-9]|1[0-2])(-([0-3][0-9]?)?)?)?",
    "dates",
)
_KNOWN: Final[dict[str, _Known]] = {
    "caller.number": _NUMBER,
    "caller.withheld": _YES_OR_NO,
    "caller.family": _one_of(*(each.value for each in Family), "foreign", "withheld"),
    "caller.territory": _one_of(*(each.value for each in Territory), "abroad", "unknown"),
    "caller.known": _YES_OR_NO,
    "caller.vip": _YES_OR_NO,
    "caller.blocked": _YES_OR_NO,
    "caller.mobile": _YES_OR_NO,
    "call.dialled": _NUMBER,
    "call.date": _DAY,
    "call.time": _CLOCK,
    "call.recorded": _YES_OR_NO,
    "line.price": _PRICE,
    "line.price_mode": _one_of("minute", "call", "none"),
}


def _known(name: str) -> _Known | None:
    if name == "call.language":
        return _Known(
            "languages read fr-FR",
            voices.LANGUAGES.__contains__,
            lambda begin: any(each.startswith(begin) for each in voices.LANGUAGES),
        )
    return _KNOWN.get(name)
