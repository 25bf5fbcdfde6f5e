"""Which interactions are worth something, by an account's own rules: the first that fits. Pure.

Without a rule that fits, a conversation of a minute is: the length that the field uses
(Google Ads counts a call from 60 seconds unless told otherwise, support.google.com/google-ads
/answer/6100664, 2026-11).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.leads.leads import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LONG_ENOUGH_SECONDS: Final = 60
MOST_RULES: Final = 50
# Pages tell what is in a cart, and anybody may make a page say anything.
MOST_IN_CART: Final = 10_000_00


class Cart(StrEnum):
    """Why what is in a cart is worth nothing to an interaction."""

    COUNTED = "counted"  # for another one of the same visit
    BEYOND = "beyond"  # more than the account believes


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules may ask of an interaction. `cents` is what was in the cart, or told of a form.

    `cart` says why that is worth nothing, if so.
    """

    kind: Kind
    outcome: str | None = None
    talk_seconds: int = 0
    choices: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    words: str = ""
    source_id: str | None = None
    cents: int = 0
    cart: Cart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What makes an interaction worth something, or not. Whatever is None or empty may be anything.

    `choices` and `tags` fit if any of them is there; `words` if any was said, whatever its accents
    and capitals. `cents` is what it is worth then: None, what was in the cart.
    """

    name: str
    qualified: bool
    cents: int | None = None
    kinds: frozenset[Kind] = frozenset()
    outcomes: frozenset[str] = frozenset()
    at_least_seconds: int | None = None
    choices: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    source_id: str | None = None
    at_least_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What an interaction is worth, and which rule says so (None: the usual one, or a person)."""

    qualified: bool | None
    cents: int = 0
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """An account's rules, in order. A cart of more than `most_cents` is not believed."""

    account_id: str
    rules: tuple[Rule, ...] = ()
    most_cents: int = MOST_IN_CART
    version: int = 0


def judge(facts: Facts, rules: Iterable[Rule] = ()) -> Quality:
    """Say what an interaction is worth."""
    rule = next((each for each in rules if _fits(each, facts)), None)
    worth = facts.cents if facts.cart is None else 0
    if rule is not None:
        cents = worth if rule.cents is None else rule.cents
        return Quality(
            qualified=rule.qualified, cents=cents if rule.qualified else 0, rule=rule.name
        )
    if facts.kind is not Kind.CALL:
        return Quality(qualified=None, cents=worth)
    good = facts.outcome == "answered" and facts.talk_seconds >= LONG_ENOUGH_SECONDS
    return Quality(qualified=good, cents=worth if good else 0)


def is_worth_its_cart(facts: Facts, rules: Sequence[Rule] = ()) -> bool:
    """Say whether what was in the cart is what an interaction is worth."""
    without = replace(facts, cart=Cart.COUNTED)
    return judge(facts, rules) != judge(without, rules)


def check(rules: Sequence[Rule]) -> None:
    """Refuse rules that cannot be told apart, never fit, or never have their turn.

    Raises Rejected.
    """
    faults = tuple(_faults(rules))
    if faults:
        raise Rejected("the rules cannot be kept so", faults=faults)


def _faults(rules: Sequence[Rule]) -> Iterator[Fault]:
    seen: set[str] = set()
    always: str | None = None
    for at, rule in enumerate(rules):
        if rule.name in seen:
            yield Fault(f"/rules/{at}/name", "another rule has this name")
        if always is not None:
            yield Fault(f"/rules/{at}", f"never has its turn: {always!r} fits everything")
        for place, words in enumerate(rule.words):
            if not plain(words):
                yield Fault(f"/rules/{at}/words/{place}", "no letter or digit is in it")
        seen.add(rule.name)
        if always is None and not any(asked(rule) for asked, _ in _TESTS):
            always = rule.name


def _fits(rule: Rule, facts: Facts) -> bool:
    return all(test(rule, facts) for asked, test in _TESTS if asked(rule))


def _said(rule: Rule, facts: Facts) -> bool:
    heard = f" {plain(facts.words)} "
    return any(f" {words} " in heard for words in map(plain, rule.words) if words)


def plain(text: str) -> str:
    """Reduce to small letters and digits without accents, words apart by one space.

    >>> plain("Un DEVIS, s'il vous plaît !")
    'un devis s il vous plait'
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = (each for each in letters if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in kept).split())


_TESTS: Final[tuple[tuple[Callable[[Rule], object], Callable[[Rule, Facts], bool]], ...]] = (
    (lambda rule: rule.kinds, lambda rule, facts: facts.kind in rule.kinds),
    (lambda rule: rule.outcomes, lambda rule, facts: facts.outcome in rule.outcomes),
    (
        lambda rule: rule.at_least_seconds is not None,
        lambda rule, facts: facts.talk_seconds >= (rule.at_least_seconds or 0),
    ),
    (lambda rule: rule.choices, lambda rule, facts: bool(rule.choices & facts.choices)),
    (lambda rule: rule.tags, lambda rule, facts: bool(rule.tags & facts.tags)),
    (lambda rule: rule.words, _said),
    (
        lambda rule: rule.source_id is not None,
        lambda rule, facts: facts.source_id == rule.source_id,
    ),
    (
        lambda rule: rule.at_least_cents is not None,
        lambda rule, facts: facts.cents >= (rule.at_least_cents or 0),
    ),
)
