"""Which calls are worth something: by length, keys, labels, words or value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.leads.leads import Kind
from chalicelib.tracking.leads.qualifying import Cart, Facts, Rule, check, is_worth_its_cart, judge


def a_conversation(**facts: Any) -> Facts:
    known: dict[str, Any] = {"kind": Kind.CALL, "outcome": "answered", "talk_seconds": 20}
    return Facts(**known | facts)


@pytest.mark.parametrize(
    ("facts", "qualified"),
    [
        ({"talk_seconds": 60}, True),
        ({"talk_seconds": 59}, False),
        ({"talk_seconds": 600, "outcome": "voicemail"}, False),
        ({"kind": Kind.FORM}, None),
    ],
)
def test_without_rules_a_conversation_of_a_minute_is_worth_something(
    facts: dict[str, Any], qualified: bool | None
) -> None:
    assert judge(a_conversation(**facts)).qualified is qualified


@pytest.mark.parametrize(
    ("asked", "fitting", "other"),
    [
        ({"at_least_seconds": 30}, {"talk_seconds": 30}, {"talk_seconds": 29}),
        ({"choices": frozenset({"ventes", "2"})}, {"choices": frozenset({"2"})}, {}),
        ({"tags": frozenset({"devis"})}, {"tags": frozenset({"devis", "vip"})}, {}),
        ({"words": ("un devis",)}, {"words": "Bonjour, un DEVIS svp"}, {"words": "indévis"}),
        ({"words": ("été",)}, {"words": "cet ete"}, {"words": "étés"}),
        ({"outcomes": frozenset({"voicemail"})}, {"outcome": "voicemail"}, {}),
        ({"kinds": frozenset({Kind.CHAT})}, {"kind": Kind.CHAT}, {}),
        ({"source_id": "src_1"}, {"source_id": "src_1"}, {"source_id": "src_2"}),
        ({"at_least_cents": 5000}, {"cents": 5000}, {"cents": 4999}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_a_rule_fits_what_it_asks_for(
    asked: dict[str, Any], fitting: dict[str, Any], other: dict[str, Any]
) -> None:
    rule = Rule(name="Bon", qualified=True, cents=700, **asked)

    assert judge(a_conversation(**fitting), [rule]).rule == "Bon"
    assert judge(a_conversation(**other), [rule]).rule is None


def test_all_that_a_rule_asks_must_hold() -> None:
    rule = Rule(name="Bon", qualified=True, at_least_seconds=10, tags=frozenset({"devis"}))

    assert judge(a_conversation(), [rule]).rule is None


def test_the_first_rule_that_fits_decides() -> None:
    rules = [
        Rule(name="Fournisseurs", qualified=False, choices=frozenset({"9"})),
        Rule(name="Longs", qualified=True, at_least_seconds=10),
    ]

    assert judge(a_conversation(choices=frozenset({"9"})), rules).qualified is False
    assert judge(a_conversation(), rules).qualified is True


def test_what_is_worth_something_is_worth_its_cart_unless_the_rule_says() -> None:
    plain = Rule(name="Longs", qualified=True, at_least_seconds=10)
    priced = Rule(name="Longs", qualified=True, at_least_seconds=10, cents=2500)
    bad = Rule(name="Non", qualified=False, cents=2500)

    facts = a_conversation(cents=12990)

    assert [judge(facts, [each]).cents for each in (plain, priced, bad)] == [12990, 2500, 0]


def test_rules_that_never_have_their_turn_are_refused_and_told() -> None:
    rules = [
        Rule(name="Tous", qualified=True),
        Rule(name="Longs", qualified=True, at_least_seconds=10),
        Rule(name="Longs", qualified=False, at_least_seconds=5),
    ]

    with pytest.raises(Rejected) as refused:
        check(rules)

    assert [each.pointer for each in refused.value.faults] == [
        "/rules/1",
        "/rules/2/name",
        "/rules/2",
    ]


def test_a_cart_that_counts_for_another_call_fits_rules_and_is_worth_nothing() -> None:
    rules = [Rule(name="Panier", qualified=True, at_least_cents=5000)]
    facts = a_conversation(cents=12990)

    again = judge(replace(facts, cart=Cart.COUNTED), rules)

    assert (again.rule, again.qualified, again.cents) == ("Panier", True, 0)
    assert is_worth_its_cart(facts, rules)
    assert not is_worth_its_cart(facts, [replace(rules[0], cents=100)])
    assert not is_worth_its_cart(facts)


def test_words_that_nobody_can_say_are_refused_and_fit_nothing() -> None:
    euros = Rule(name="Euros", qualified=True, cents=8000, words=("devis", "€", "?!"))

    with pytest.raises(Rejected) as refused:
        check([euros])

    assert [each.pointer for each in refused.value.faults] == [
        "/rules/0/words/1",
        "/rules/0/words/2",
    ]
    assert judge(a_conversation(outcome="missed"), [euros]).rule is None
    assert judge(a_conversation(words="bonjour"), [euros]).rule is None
