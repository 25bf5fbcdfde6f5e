"""Rules of a branch that would never send anybody anywhere: their authors are told."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ivr.flow import FlowRefused, parse, restore
from tests.ivr.builders import a_document, an_end

OFFICE = {"weekly": {"monday": [["09:00", "18:00"]]}}
LUNCH = {"weekly": {"monday": [["12:00", "14:00"]]}}
ASK = {
    "kind": "lookup",
    "url": "https://crm.example.fr/who",
    "answer": {"caller.vip": "/vip"},
    "next": "branch",
}


def a_branch(*rules: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A branch whose rules all lead to the end, as everything else."""
    written = [{**rule, "next": "end"} for rule in rules]
    branch = {"kind": "branch", "rules": written, "otherwise": "end"}
    first = {"ask": ASK} if parts.pop("asked", False) else {}
    return a_document(**first, branch=branch, end=an_end()) | parts


def faults_of(document: dict[str, Any]) -> dict[str, str]:
    try:
        parse(document)
    except FlowRefused as refused:
        return {each.pointer.removeprefix("/nodes/branch"): each.reason for each in refused.faults}
    return {}


@pytest.mark.parametrize(
    ("name", "test", "meant"),
    [
        ("caller.number", "06 12 34 56 78", "+33612345678"),
        ("caller.number", {"one_of": ["+33612345678", "0033612345678"]}, "+33612345678"),
        ("caller.number", {"starts_with": "06"}, "+33612345678"),
        ("caller.number", {"at_least": 600000000}, "+33612345678"),
        ("call.dialled", {"is_not": 899}, "+33612345678"),
        ("caller.vip", "yes", "true"),
        ("caller.known", {"one_of": ["oui"]}, "true"),
        ("caller.mobile", 1, "true"),
        ("call.recorded", {"starts_with": "o"}, "true"),
        ("call.language", "fr", "fr-FR"),
        ("call.language", {"starts_with": "french"}, "fr-FR"),
        ("call.time", "9:00", "18:30"),
        ("call.time", {"at_least": 18}, "18:30"),
        ("call.time", {"starts_with": "25"}, "18:30"),
        ("call.date", {"at_most": "18:30"}, "2026-12-24"),
        ("call.date", "24/12/2026", "2026-12-24"),
        ("call.date", {"starts_with": "2026-13"}, "2026-12-24"),
        ("line.price", "0.8", "0.80"),
        ("line.price", {"at_least": "12:00"}, "0.80"),
        ("line.price_mode", "gratuit", "none"),
        ("caller.family", {"starts_with": "portable"}, "mobile"),
        ("caller.territory", {"at_least": 1}, "metropole"),
    ],
)
def test_a_value_that_never_happens_is_refused_with_what_does(
    name: str, test: Any, meant: str
) -> None:
    faults = faults_of(a_branch({"when": {name: test}}))

    assert meant in faults[f"/rules/0/when/{name}"]


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("caller.number", {"starts_with": "+44"}),
        ("caller.number", {"given": False}),
        ("caller.vip", True),
        ("caller.vip", "true"),
        ("call.recorded", {"is_not": True}),
        ("call.language", {"starts_with": "fr"}),
        ("call.language", "en-GB"),
        ("call.time", {"at_least": "09:00", "at_most": "11:59"}),
        ("call.time", {"starts_with": "09"}),
        ("call.time", {"starts_with": 1}),
        ("call.date", {"starts_with": "2026-12"}),
        ("call.date", {"one_of": ["2026-12-24", "2026-12-31"]}),
        ("call.date", {"at_most": "2026-12-31"}),
        ("line.price", {"at_least": 0.5}),
        ("line.price", "0.80"),
        ("line.price_mode", {"is_not": "none"}),
        ("caller.family", {"starts_with": "polyvalent"}),
        ("caller.fields.rank", "gold"),
    ],
)
def test_what_may_happen_is_fine(name: str, test: Any) -> None:
    assert parse(a_branch({"when": {name: test}}))


def test_whose_vips_a_customer_s_system_tells_may_be_called_anything() -> None:
    rule = {"when": {"caller.vip": "oui"}}

    assert faults_of(a_branch(rule))
    assert not faults_of(a_branch(rule, asked=True))


@pytest.mark.parametrize(
    "test",
    [
        pytest.param({"at_least": 5, "at_most": 4}, id="more than at most"),
        pytest.param({"at_least": "22:00", "at_most": "06:00"}, id="a night is two rules"),
        pytest.param({"at_least": "22:00", "at_most": 6}, id="a time and a number"),
        pytest.param({"is": "a", "is_not": "a"}, id="one and not the same"),
        pytest.param({"is": 3, "at_least": 4}, id="less than at least"),
        pytest.param({"one_of": ["a", "b"], "starts_with": "c"}, id="none begins so"),
        pytest.param({"is": "a", "given": False}, id="is what is not given"),
        pytest.param({"starts_with": "a", "given": False}, id="begins and is not given"),
    ],
)
def test_a_test_that_contradicts_itself_is_refused(test: dict[str, Any]) -> None:
    faults = faults_of(a_branch({"when": {"shop.code": test}}, variables={"shop.code": "a"}))

    assert "never holds" in faults["/rules/0/when/shop.code"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"open": OFFICE}, {"open": OFFICE}, id="the same hours"),
        pytest.param(
            {"when": {"caller.vip": True}}, {"when": {"caller.vip": "true"}}, id="the same value"
        ),
        pytest.param(
            {"when": {"caller.vip": True}},
            {"when": {"caller.vip": True}, "open": OFFICE, "percent": 10},
            id="the same and more",
        ),
    ],
)
def test_a_rule_that_an_earlier_one_leaves_nothing_is_refused(first: Any, second: Any) -> None:
    assert "/rules/1" in faults_of(a_branch(first, second))
    assert not faults_of(a_branch({**first, "percent": 99}, first))


def test_hours_that_must_be_open_and_closed_are_refused() -> None:
    assert "same hours" in faults_of(a_branch({"open": OFFICE, "closed": OFFICE}))["/rules/0"]
    assert not faults_of(a_branch({"open": OFFICE, "closed": LUNCH}))


def test_shares_of_more_than_all_calls_are_refused() -> None:
    assert "40 percent" in faults_of(a_branch({"percent": 60}, {"percent": 60}))["/rules/1/percent"]
    assert "/rules/2" in faults_of(a_branch({"percent": 50}, {"percent": 50}, {"percent": 1}))
    assert not faults_of(a_branch({"percent": 50}, {"percent": 50}))


def test_shares_of_different_calls_are_not_added_up() -> None:
    by_day, by_night = {"percent": 60, "open": OFFICE}, {"percent": 60, "closed": OFFICE}

    assert not faults_of(a_branch(by_day, by_night))
    assert "/rules/1/percent" in faults_of(a_branch({"percent": 60}, by_night))


def test_a_faulty_rule_casts_no_blame_on_the_others() -> None:
    faults = faults_of(a_branch({"wen": {"caller.vip": True}}, {"when": {"caller.vip": True}}))

    assert not [pointer for pointer in faults if pointer.startswith("/rules/1")]


def test_rules_of_a_published_version_hold_as_they_did() -> None:
    never = a_branch({"when": {"caller.vip": "yes"}}, {"percent": 60}, {"percent": 60})

    assert restore(never).nodes
