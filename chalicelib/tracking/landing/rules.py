"""A customer's own rules about what brought a visit: the first that fits decides.

A rule looks at an address, at the referrer and at what we made of them, and says what it knows
better: what brought the visit, or that it was only passing through somewhere. Texts are compared
without regard to capitals; there are no regular expressions: nobody's rule may keep a visitor
waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.tracking.landing.channels import WebChannel

MOST_RULES: Final = 200
MOST_CONDITIONS: Final = 10


class Test(StrEnum):
    """How a text is compared."""

    __test__ = False  # no test of pytest's

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    THERE = "there"


_NAMING: Final = frozenset(Test) - {Test.IS_NOT, Test.THERE}
# What a condition may look at, beside `query.<parameter>`.
FIELDS: Final = (
    "host",
    "path",
    "referrer",
    "source",
    "medium",
    "campaign",
    "term",
    "content",
    "click",
)
QUERY: Final = "query."


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule asks for. `value` is not looked at where something is to be `there`."""

    field: str
    test: Test
    value: str = ""

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Say whether it is so; what is not there is an empty text."""
        return _TESTS[self.test](facts.get(self.field, "").lower(), self.value.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a customer knows better. None leaves a fact as it is.

    `passing`: the visit was brought by nothing that this address or referrer tells.
    """

    name: str
    conditions: tuple[Condition, ...]
    channel: WebChannel | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    passing: bool = False

    @property
    def names_the_referrer(self) -> bool:
        """Say whether it asks for a referrer of its own."""
        return any(each.field == "referrer" and each.test in _NAMING for each in self.conditions)

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Say whether every condition holds."""
        return all(each.holds(facts) for each in self.conditions)


def check(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return rules that can be followed. Raises Rejected with every fault, by its pointer."""
    known = tuple(rules)
    faults = [fault for at, rule in enumerate(known) for fault in _faults(f"/rules/{at}", rule)]
    if len(known) > MOST_RULES:
        faults.append(Fault("/rules", f"at most {MOST_RULES} rules, these are {len(known)}"))
    if faults:
        raise Rejected("some rules cannot be followed", faults=tuple(faults))
    return known


def first_fitting(rules: Iterable[Rule], facts: Mapping[str, str]) -> Rule | None:
    """Return the rule that decides, None if none fits."""
    return next((rule for rule in rules if rule.fits(facts)), None)


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


def _faults_of_condition(pointer: str, condition: Condition) -> list[Fault]:
    faults = []
    parameter = condition.field.removeprefix(QUERY)
    if condition.field not in FIELDS and (parameter == condition.field or not parameter):
        known = ", ".join((*FIELDS, f"{QUERY}<parameter>"))
        faults.append(Fault(f"{pointer}/field", f"not one of {known}"))
    if condition.test is not Test.THERE and not condition.value:
        faults.append(Fault(f"{pointer}/value", "is missing"))
    return faults


_TESTS: Final[dict[Test, Callable[[str, str], bool]]] = {
    Test.IS: lambda text, value: text == value,
    Test.IS_NOT: lambda text, value: text != value,
    Test.CONTAINS: lambda text, value: value in text,
    Test.STARTS_WITH: lambda text, value: text.startswith(value),
    Test.ENDS_WITH: lambda text, value: text.endswith(value),
    Test.THERE: lambda text, value: bool(text),
}
