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

    def holds(self, text: str, value: str) -> bool:
        """Say whether a text is so."""
        return _TESTS[self](text, value)


_TESTS: Final[dict[Test, Callable[[str, str], bool]]] = {
    Test.IS: lambda text, value: text == value,
    Test.IS_NOT: lambda text, value: text != value,
    Test.CONTAINS: lambda text, value: value in text,
    Test.STARTS_WITH: lambda text, value: text.startswith(value),
    Test.ENDS_WITH: lambda text, value: text.endswith(value),
    Test.THERE: lambda text, value: bool(text),
}

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
        return self.test.holds(facts.get(self.field, "").lower(), self.value.lower())


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


def first_fitting(rules: Iterable[Rule], facts: Mapping[str, str]) -> Rule | None:
    """Return the rule that decides, None if none fits."""
    return next((rule for rule in rules if rule.fits(facts)), None)
