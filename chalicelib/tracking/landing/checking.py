"""Rules as they are kept: written as what they look at is, and refused if no visit could fit.

What a condition looks at was taken apart and cleaned (`addresses.py`): parameters are in small
letters, a referrer is a host and nothing else, long texts are cut. Somebody who writes otherwise
means the same thing, or is told what to write.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.landing.addresses import LONGEST_PATH, LONGEST_VALUE, host_of
from chalicelib.tracking.landing.campaigns import NETWORKS
from chalicelib.tracking.landing.referrers import source_name
from chalicelib.tracking.landing.rules import FIELDS, MOST_CONDITIONS, MOST_RULES, QUERY, Test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chalicelib.tracking.landing.rules import Condition, Rule

LONGEST_HOST: Final = 253
_WHOLE: Final = frozenset({Test.IS, Test.IS_NOT})
# A host, or a part of one.
_HOST: Final = re.compile(r"[a-z0-9._-]+")


def check(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return rules that can be followed. Raises Rejected with every fault, by its pointer."""
    known = tuple(_written(each) for each in rules)
    faults = [fault for at, rule in enumerate(known) for fault in _faults(f"/rules/{at}", rule)]
    if len(known) > MOST_RULES:
        faults.append(Fault("/rules", f"at most {MOST_RULES} rules, these are {len(known)}"))
    if faults:
        raise Rejected("some rules cannot be followed", faults=tuple(faults))
    return known


def _written(rule: Rule) -> Rule:
    return replace(rule, conditions=tuple(_as_looked_at(each) for each in rule.conditions))


def _as_looked_at(condition: Condition) -> Condition:
    field = condition.field.strip().lower()
    value = _trimmed(condition.test, condition.value)
    spell = _SPELLED.get(field)
    return replace(
        condition, field=field, value=value if spell is None else spell(condition.test, value)
    )


def _trimmed(test: Test, value: str) -> str:
    """Leave out spaces at an end where no text that is looked at has any."""
    if test in _WHOLE:
        return value.strip()
    begins = value.lstrip() if test is Test.STARTS_WITH else value
    return begins.rstrip() if test is Test.ENDS_WITH else begins


def _host(test: Test, value: str) -> str:
    """Write whole labels as DNS does; where others are looked for, nobody knows where they end."""
    plain = value.strip().lower()
    return host_of(plain) if test in _WHOLE or test is Test.ENDS_WITH else plain


def _path(_test: Test, value: str) -> str:
    return unquote(value, errors="replace")


def _source(test: Test, value: str) -> str:
    return source_name(value) if test in _WHOLE else value


_SPELLED: Final[dict[str, Callable[[Test, str], str]]] = {
    "host": _host,
    "referrer": _host,
    "path": _path,
    "source": _source,
}


def _faults(pointer: str, rule: Rule) -> list[Fault]:
    faults = []
    if not rule.conditions:
        faults.append(Fault(f"{pointer}/when", "no condition: it would fit every visit"))
    if len(rule.conditions) > MOST_CONDITIONS:
        faults.append(Fault(f"{pointer}/when", f"at most {MOST_CONDITIONS} conditions"))
    says_nothing = (rule.channel, rule.source, rule.medium, rule.campaign) == (None,) * 4
    if says_nothing and not rule.passing:
        faults.append(Fault(pointer, "changes nothing: give a channel, source, medium or campaign"))
    if rule.passing and not says_nothing:
        faults.append(Fault(f"{pointer}/passing", "nothing brings a visit that is passing through"))
    for at, each in enumerate(rule.conditions):
        faults += _faults_of_condition(f"{pointer}/when/{at}", each)
    return faults


def _faults_of_condition(pointer: str, condition: Condition) -> Iterator[Fault]:
    field = condition.field
    parameter = field.removeprefix(QUERY)
    if field not in FIELDS and (parameter == field or not parameter):
        known = ", ".join((*FIELDS, f"{QUERY}<parameter>"))
        yield Fault(f"{pointer}/field", f"not one of {known}")
    reason = None if condition.test is Test.THERE else _never(condition)
    if reason is not None:
        yield Fault(f"{pointer}/value", reason)


def _never(condition: Condition) -> str | None:
    """Say why no visit at all can fit, None if one can."""
    value, longest = condition.value, _LONGEST.get(condition.field, LONGEST_VALUE)
    if not value:
        return "is missing"
    if len(value) > longest:
        return f"longer than the {longest} characters that are kept of it"
    never = _NEVER.get(condition.field)
    return None if never is None else never(condition.test, value)


def _no_host(test: Test, value: str) -> str | None:
    if _HOST.fullmatch(value):
        return None
    if not value.isascii() and "/" not in value:
        return "no part of a host: write it as DNS does, xn--…"
    return "a host alone: write blog.example.fr, without https:// and without a path"


def _no_path(test: Test, value: str) -> str | None:
    if "?" in value:
        return f"a path ends before its `?`: ask for {QUERY}<parameter>"
    begins = test in _WHOLE or test is Test.STARTS_WITH
    return "a path begins with /" if begins and not value.startswith("/") else None


def _no_click(test: Test, value: str) -> str | None:
    same = Test.IS if test is Test.IS_NOT else test
    if any(same.holds(each, value.lower()) for each in NETWORKS):
        return None
    return f"a click's parameter is one of {', '.join(NETWORKS)}"


_LONGEST: Final = {"host": LONGEST_HOST, "referrer": LONGEST_HOST, "path": LONGEST_PATH}
_NEVER: Final[dict[str, Callable[[Test, str], str | None]]] = {
    "host": _no_host,
    "referrer": _no_host,
    "path": _no_path,
    "click": _no_click,
}
