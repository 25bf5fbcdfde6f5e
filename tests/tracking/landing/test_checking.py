"""A customer's rules: kept as what they look at is written, refused where none would fit."""

from __future__ import annotations

import pytest

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.landing.channels import WebChannel
from chalicelib.tracking.landing.checking import check
from chalicelib.tracking.landing.classifying import classify
from chalicelib.tracking.landing.rules import Condition, Rule, Test
from tests.tracking.landing.test_classifying import a_rule

SHOP = "https://www.boutique.example"


def fits(condition: Condition, url: str, referrer: str = "") -> bool:
    rules = check([a_rule(conditions=(condition,), name="mine", channel=WebChannel.AUDIO)])
    return classify(url, referrer, rules=rules).rule == "mine"


@pytest.mark.parametrize(
    ("field", "test", "value"),
    [
        ("query.UTM_Source", Test.IS, "fb"),
        ("Query.utm_source", Test.IS, "fb"),
        (" query.Ref", Test.THERE, ""),
        ("query.ref", Test.IS, " Abc "),
        ("query.ref", Test.STARTS_WITH, " ab"),
        ("query.ref", Test.ENDS_WITH, "bc "),
        ("Path", Test.IS, "/promo/été"),
        ("path", Test.IS, "/promo/%C3%A9t%C3%A9"),
        ("path", Test.ENDS_WITH, "été"),
        ("path", Test.CONTAINS, "promo"),
        ("referrer", Test.IS, "Blog.Métro.example"),
        ("referrer", Test.IS, "blog.xn--mtro-bpa.example"),
        ("referrer", Test.ENDS_WITH, ".métro.example"),
        ("referrer", Test.IS_NOT, "métro.example"),
        ("referrer", Test.STARTS_WITH, "blog."),
        ("host", Test.CONTAINS, "boutique"),
        ("source", Test.IS, "FB"),
        ("source", Test.IS, "facebook.com"),
        ("source", Test.IS_NOT, "google"),
        ("medium", Test.IS, "CPC"),
        ("click", Test.IS, "GCLID"),
        ("click", Test.STARTS_WITH, "gc"),
    ],
)
def test_a_condition_is_kept_as_what_it_looks_at_is_written(
    field: str, test: Test, value: str
) -> None:
    url = f"{SHOP}/promo/%C3%A9t%C3%A9?utm_source=Fb&Ref=Abc&gclid=x"

    assert fits(Condition(field, test, value), url, "https://blog.métro.example/article")


@pytest.mark.parametrize(
    ("field", "test", "value", "reason"),
    [
        ("referrer", Test.IS, "https://blog.example.fr/a", "a host alone"),
        ("referrer", Test.STARTS_WITH, "https://blog.example.fr", "a host alone"),
        ("referrer", Test.CONTAINS, "example.fr/blog", "a host alone"),
        ("host", Test.IS, "boutique.example:8443", "a host alone"),
        ("host", Test.CONTAINS, "métro", "as DNS does"),
        ("referrer", Test.STARTS_WITH, "métro", "as DNS does"),
        ("path", Test.IS, "promo", "begins with /"),
        ("path", Test.STARTS_WITH, "https://www.boutique.example/promo", "begins with /"),
        ("path", Test.CONTAINS, "/promo?x=1", "query.<parameter>"),
        ("click", Test.IS, "google", "gclid"),
        ("click", Test.IS_NOT, "google", "gclid"),
        ("campaign", Test.IS, "x" * 201, "200 characters"),
        ("query.ref", Test.CONTAINS, "x" * 201, "200 characters"),
        ("path", Test.IS, "/" + "x" * 500, "500 characters"),
        ("source", Test.IS, "   ", "missing"),
    ],
)
def test_a_condition_that_no_visit_can_meet_is_refused_and_says_why(
    field: str, test: Test, value: str, reason: str
) -> None:
    with pytest.raises(Rejected) as refusal:
        check([a_rule(conditions=(Condition(field, test, value),))])

    (fault,) = refusal.value.faults
    assert fault.pointer == "/rules/0/when/0/value"
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        (a_rule(conditions=()), "/rules/0/when"),
        (a_rule(channel=None), "/rules/0"),
        (a_rule(passing=True), "/rules/0/passing"),
        (a_rule(conditions=(Condition("query.", Test.THERE),)), "/rules/0/when/0/field"),
        (a_rule(conditions=(Condition("mood", Test.IS, "x"),)), "/rules/0/when/0/field"),
        (a_rule(conditions=(Condition("path", Test.IS),)), "/rules/0/when/0/value"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_where_it_is_wrong(
    rule: Rule, pointer: str
) -> None:
    with pytest.raises(Rejected) as refusal:
        check([rule])

    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(Rejected, match="cannot be followed"):
        check([a_rule()] * 201)
