"""What a script expects, held against what came of the call."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.trials.judging import MOST_TOLD, judge
from chalicelib.ivr.trials.rehearsing import MOST_SECONDS, Report, rehearse
from chalicelib.ivr.trials.simulation import simulate
from chalicelib.ivr.trials.writing import read_script
from chalicelib.ivr.usecases import AccountFlows, Standing
from tests.fakes.ivr import FlowsInMemory
from tests.ivr.builders import (
    AT_WORK,
    SALES,
    SUPPORT,
    a_dial,
    a_document,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
    some_hours,
)

DOCUMENT = a_document(
    hours=some_hours(open="hello", closed="box"),
    hello=a_say("Bonjour, vous êtes bien chez l'artisan.", next="vip"),
    vip={"kind": "tag", "tag": "vip", "next": "menu"},
    menu=a_menu(prompt="Tapez 1 pour les ventes.", choices={"1": "number", "2": "address"}),
    number={
        "kind": "collect",
        "prompt": "Votre numéro ?",
        "variable": "order.number",
        "least": 3,
        "most": 3,
        "confirm": False,
        "next": "sales",
        "no_input": {"next": "box"},
        "invalid": {"next": "box"},
    },
    address={"kind": "sms", "text": "12 rue des Lilas", "agreed": True, "next": "end"},
    sales=a_dial(SALES, SUPPORT, whisper="Commande {{order.number}}.", no_answer="box"),
    box=a_voicemail(),
    end=an_end(),
)
WORLD = AccountFlows("acct_client", FlowsInMemory())


def faults(*steps: dict[str, Any], **call: Any) -> list[tuple[str, str]]:
    """What is wrong with a call that begins on a Monday morning unless told otherwise."""
    script = read_script({"steps": list(steps), **call})
    opened = Standing("flow_1", 0, restore(DOCUMENT))
    told = judge(script, simulate(opened, script, WORLD, lambda: 0, AT_WORK))
    return [(each.pointer, each.reason) for each in told]


def rehearsed(*tests: dict[str, Any], **document: Any) -> Report:
    flow = parse({**DOCUMENT, "tests": list(tests), **document})
    return rehearse(Standing("flow_1", 0, flow), WORLD, lambda: 0)


def test_a_conversation_that_goes_as_written_has_no_fault() -> None:
    assert (
        faults(
            {"hears": "Bonjour, vous êtes bien chez l’artisan."},
            {"hears": "tapez 1"},
            {"goes": "hello"},
            {"goes": "menu"},
            {"tag": "vip"},
            {"press": 1},
            {"hears": "Votre numéro"},
            {"press": 123},
            {"rings": "01 62 01 00 01"},
            {"whispers": "Commande 123"},
            {"knows": {"order.number": 123}},
            {"records": False},
            {"dial": "busy"},
            {"rings": [SUPPORT]},
            {"dial": "no-answer"},
            {"hears": "message"},
            {"records": True},
            {"record": 5},
            {"hears": "merci"},
            {"ends": True},
        )
        == []
    )


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ({"hears": "Bonsoir"}, 'is not heard; callers hear "Bonjour, vous êtes bien'),
        ({"rings": SALES}, f"{SALES} does not ring; nobody is rung"),
        ({"whispers": "Commande"}, "they hear nothing"),
        ({"goes": "sales"}, "come through 'sales'; it goes hours -> hello -> vip -> menu"),
        ({"tag": "gold"}, 'the call has no such tag; it has "vip"'),
        ({"sends": "12 rue"}, "is not sent to the caller; they are sent nothing"),
        ({"records": True}, "nothing is recorded"),
        ({"knows": {"order.number": 1}}, "order.number has no value"),
        ({"knows": {"caller.withheld": True}}, "caller.withheld is 'false', not 'true'"),
        ({"ends": True}, "the call is not over: it awaits keys"),
    ],
)
def test_what_is_not_as_expected_is_told_with_what_is(
    expected: dict[str, Any], reason: str
) -> None:
    ((pointer, told),) = faults(expected)

    assert pointer == "/steps/0"
    assert reason in told


def test_what_is_expected_belongs_to_what_happened_last() -> None:
    assert faults({"press": 1}, {"hears": "Bonjour"}) == [
        ("/steps/1", 'is not heard; callers hear "Votre numéro ?"')
    ]


def test_three_dots_stand_for_anything_and_words_come_in_their_order() -> None:
    assert faults({"hears": "Bonjour ... artisan"}, {"hears": "Tapez… ventes"}) == []

    ((pointer, reason),) = faults({"hears": "ventes"}, {"hears": "Bonjour"})

    assert pointer == "/steps/1"
    assert "is not heard as well, in this order" in reason


def test_behind_something_that_cannot_happen_nothing_is_expected() -> None:
    told = faults({"hears": "Bonjour"}, {"dial": "busy"}, {"hears": "Bonsoir"}, {"ends": True})

    assert told == [("/steps/1", "the call awaits keys")]


def test_a_caller_who_gets_a_text_is_not_left_on_the_line() -> None:
    assert faults({"press": 2}, {"sends": "12 rue des lilas"}, {"ends": True}) == []
    assert faults({"press": 2}, {"ends": False}) == [("/steps/1", "the call is over")]
    assert faults({"hang_up": True}, {"ends": True}) == []


def test_a_document_s_tests_are_told_apart_by_their_place() -> None:
    good = {"name": "Le jour", "at": "2026-11-23 10:00", "steps": [{"hears": "Bonjour"}]}
    wrong = {"name": "La nuit", "at": "2026-11-23 22:00", "steps": [{"hears": "Bonjour"}]}

    report = rehearsed(good, wrong)

    assert [fault.pointer for fault in report.faults] == ["/tests/1/steps/0"]
    assert report.failed == 1
    assert ("hours", "closed") not in report.untaken
    assert ("menu", "choices/2") in report.untaken
    assert len(report.exits) > len(report.untaken)


def test_tests_that_take_too_long_are_told_and_the_rest_left_out() -> None:
    flow = parse({**DOCUMENT, "tests": [{"name": "un"}, {"name": "deux"}, {"name": "trois"}]})
    ticks = count(0, MOST_SECONDS * 300_000_000)

    report = rehearse(Standing("flow_1", 0, flow), WORLD, lambda: next(ticks))

    assert len(report.verdicts) < len(flow.tests)
    (fault,) = report.faults
    assert fault.pointer == "/tests"
    assert "take too long" in fault.reason


@pytest.mark.parametrize(
    ("tests", "pointer"),
    [
        ([{"steps": []}], "/tests/0"),
        ([{"name": "x", "steps": [{"goes": "nowhere"}]}], "/tests/0/steps/0/goes"),
        ([{"name": "x"}] * 101, "/tests"),
        ({}, "/tests"),
    ],
)
def test_tests_that_cannot_be_tried_are_faults_of_the_document(tests: Any, pointer: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        parse({**DOCUMENT, "tests": tests})

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_no_call_pays_for_tests() -> None:
    assert restore({**DOCUMENT, "tests": [{"name": "x"}]}).tests == ()
    assert restore({**DOCUMENT, "tests": "nonsense"}).tests == ()


def test_of_a_test_that_is_wrong_from_end_to_end_the_beginning_is_told() -> None:
    told = faults(*[{"hears": "Bonsoir"}] * 50)

    assert len(told) == MOST_TOLD + 1
    assert told[-1] == ("/steps", "30 more steps are not as expected")
