"""Callers sent one way or another: by who they are, when they call, and by the dice."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ivr.flow import FlowRefused, parse, restore
from tests.ivr.builders import AT_NIGHT, AT_WORK, CALLER, ACall, a_document, an_end

OFFICE = {"weekly": {"monday": [["09:00", "18:00"]]}}
ENDS = {name: an_end(text=name) for name in ("first", "second", "else")}


def a_branch(*rules: dict[str, Any], **parts: Any) -> dict[str, Any]:
    branch = {"kind": "branch", "rules": list(rules), "otherwise": "else"}
    return {**a_document(branch=branch, **ENDS), **parts}


def way(*rules: dict[str, Any], variables: dict[str, Any] | None = None, **call: Any) -> str:
    """Where a caller gets to: the text of the end that says so."""
    document = a_branch(*rules, variables=variables or {})
    return ACall(restore(document), **call).heard[0]


def when(test: Any, name: str = "customer.code") -> dict[str, Any]:
    return {"when": {name: test}, "next": "first"}


def test_the_first_rule_that_holds_wins() -> None:
    mobile = {"when": {"caller.mobile": True}, "next": "second"}
    known = {"when": {"caller.withheld": False}, "next": "first"}

    assert way(mobile, known) == "second"
    assert way(known, mobile) == "first"
    assert way(mobile, known, caller="+33142680005") == "first"
    assert way(mobile, known, caller=None) == "else"


def test_all_conditions_of_a_rule_have_to_hold() -> None:
    rule = {"when": {"caller.mobile": True}, "open": OFFICE, "next": "first"}

    assert way(rule, now=AT_WORK) == "first"
    assert way(rule, now=AT_NIGHT) == "else"
    assert way(rule, now=AT_WORK, caller="+33142680005") == "else"


def test_calendars_tell_day_from_night() -> None:
    by_day, by_night = {"open": OFFICE, "next": "first"}, {"closed": OFFICE, "next": "second"}

    assert way(by_day, by_night, now=AT_WORK) == "first"
    assert way(by_day, by_night, now=AT_NIGHT) == "second"


@pytest.mark.parametrize("percent", [1, 10, 50, 99])
def test_a_part_of_the_calls_is_about_as_large_as_it_was_asked_to_be(percent: int) -> None:
    flow = restore(a_branch({"percent": percent, "next": "first"}))

    ways = [ACall(flow, call_id=f"CA{at}").heard[0] for at in range(4_000)]

    # Four standard deviations of a binomial distribution.
    deviation = (4_000 * percent * (100 - percent)) ** 0.5 / 100
    assert abs(ways.count("first") - 40 * percent) < 4 * deviation


def shares(*rules: dict[str, Any], **call: Any) -> dict[str, int]:
    """How many of a hundred calls get to each end."""
    flow = restore(a_branch(*rules))
    ways = [ACall(flow, call_id=f"CA{at}", **call).heard[0] for at in range(4_000)]
    return {name: round(ways.count(name) / 40) for name in ENDS}


def test_each_share_is_one_of_all_calls_not_of_those_left() -> None:
    halves = shares({"percent": 50, "next": "first"}, {"percent": 50, "next": "second"})
    thirds = shares({"percent": 30, "next": "first"}, {"percent": 30, "next": "second"})

    assert halves["else"] == 0
    assert halves["first"] == pytest.approx(50, abs=3)
    assert thirds == {name: pytest.approx(each, abs=3) for name, each in
                      (("first", 30), ("second", 30), ("else", 40))}  # fmt: skip


def test_a_share_is_one_of_the_calls_that_meet_the_rest_of_its_rule() -> None:
    by_day = {"percent": 60, "open": OFFICE, "next": "first"}
    by_night = {"percent": 60, "closed": OFFICE, "next": "second"}

    assert shares(by_day, by_night, now=AT_WORK)["first"] == pytest.approx(60, abs=3)
    assert shares(by_day, by_night, now=AT_NIGHT)["second"] == pytest.approx(60, abs=3)


def test_the_same_call_always_goes_the_same_way() -> None:
    flow = restore(a_branch({"percent": 50, "next": "first"}))

    for at in range(50):
        call_id = f"CA{at}"
        assert len({ACall(flow, call_id=call_id).heard[0] for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("caller", "family", "territory"),
    [
        pytest.param(CALLER, "mobile", None, id="a mobile"),
        pytest.param("+442079460018", "foreign", "abroad", id="from London"),
        pytest.param(None, "withheld", "unknown", id="withheld"),
    ],
)
def test_callers_are_told_apart_by_what_their_number_says(
    caller: str | None, family: str, territory: str | None
) -> None:
    assert way(when(family, "caller.family"), caller=caller) == "first"
    if territory is not None:
        assert way(when(territory, "caller.territory"), caller=caller) == "first"
    else:
        assert way(when("abroad", "caller.territory"), caller=caller) == "else"


def test_a_caller_hears_the_flow_s_own_language_until_another_is_chosen() -> None:
    assert way(when("fr-FR", "call.language")) == "first"
    assert way(when({"starts_with": "en"}, "call.language")) == "else"


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        pytest.param("gold", "gold", True, id="is, in short"),
        pytest.param({"is": "gold"}, "Gold", False, id="is, to the letter"),
        pytest.param({"is": 7}, "7", True, id="a number in a text counts as a number"),
        pytest.param({"is": True}, "true", True, id="a yes in a text"),
        pytest.param({"is_not": "gold"}, "silver", True, id="is not"),
        pytest.param({"is_not": "gold"}, "gold", False, id="is"),
        pytest.param({"one_of": ["gold", "silver"]}, "silver", True, id="one of them"),
        pytest.param({"one_of": ["gold", "silver"]}, "bronze", False, id="none of them"),
        pytest.param({"starts_with": "75"}, "75011", True, id="begins so"),
        pytest.param({"starts_with": "75"}, "69001", False, id="begins otherwise"),
        pytest.param({"starts_with": 75}, "75011", True, id="begins so, written as a number"),
        pytest.param({"starts_with": 75}, 75011, True, id="numbers begin as well"),
        pytest.param({"at_least": 3}, "3", True, id="enough"),
        pytest.param({"at_least": 3}, 2, False, id="not enough"),
        pytest.param({"at_least": 3}, "beaucoup", False, id="no number at all"),
        pytest.param({"at_most": 3}, "3.0", True, id="not too many"),
        pytest.param({"at_most": 3}, 4, False, id="too many"),
        pytest.param({"at_least": 3, "at_most": 5}, 6, False, id="both have to hold"),
        pytest.param({"at_least": 0.5}, "0.80", True, id="a price, with its cents"),
        pytest.param({"at_most": 0.5}, "0.80", False, id="a price above it"),
        pytest.param({"at_least": "18:30"}, "18:30", True, id="late enough"),
        pytest.param({"at_least": "18:30"}, "09:15", False, id="too early"),
        pytest.param({"at_most": "18:30"}, "18.5", False, id="no time at all"),
        pytest.param({"at_most": "2026-12-24"}, "2026-11-30", True, id="before Christmas"),
        pytest.param({"at_least": "2026-12-24"}, "12:00", False, id="no date at all"),
        pytest.param({"given": True}, "x", True, id="given"),
        pytest.param({"given": False}, "x", False, id="not missing"),
    ],
)
def test_a_test_holds_or_does_not(test: Any, value: Any, holds: bool) -> None:
    reached = way(when(test), variables={"customer.code": value})

    assert reached == ("first" if holds else "else")


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ({"given": False}, True),
        ({"given": True}, False),
        ({"is_not": "gold"}, True),
        ({"is": "gold"}, False),
        ({"one_of": ["gold"]}, False),
        ({"starts_with": "g"}, False),
        ({"at_least": 0}, False),
        ({"at_most": 0}, False),
    ],
)
def test_a_variable_without_a_value_is_only_missing_or_something_else(
    test: dict[str, Any], holds: bool
) -> None:
    assert way(when(test)) == ("first" if holds else "else")


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        pytest.param(
            {"when": {"caller.family": "cellular"}}, "/when/caller.family", id="no such family"
        ),
        pytest.param(
            {"when": {"caller.territory": {"one_of": ["abroad", "mars"]}}},
            "/when/caller.territory",
            id="no such territory",
        ),
        pytest.param({"when": {"caller.mobile": {}}}, "/when/caller.mobile", id="no comparison"),
        pytest.param({}, "", id="no condition"),
        pytest.param({"percent": 100}, "/percent", id="everybody"),
        pytest.param({"open": "bureau"}, "/open", id="no such calendar"),
        pytest.param({"when": {"call.time": {"like": 1}}}, "/when/call.time/like", id="no test"),
    ],
)
def test_a_rule_that_could_not_work_is_refused(rule: dict[str, Any], pointer: str) -> None:
    always = {"percent": 1, "next": "second"}
    with pytest.raises(FlowRefused) as refused:
        parse(a_branch({**rule, "next": "first"}, always))

    pointers = {fault.pointer for fault in refused.value.faults}
    assert f"/nodes/branch/rules/0{pointer}" in pointers


def test_a_branch_on_what_nothing_sets_is_refused() -> None:
    with pytest.raises(FlowRefused, match="faults") as refused:
        parse(a_branch(when("gold"), {"percent": 1, "next": "second"}))

    assert any("customer.code" in fault.reason for fault in refused.value.faults)
