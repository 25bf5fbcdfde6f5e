"""Faults that only show when nobody is on duty, or when another flow is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import FellBack
from chalicelib.ivr import usecases
from chalicelib.ivr.actions import Apologise, Connect, HangUp
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.usage import Kind, Use
from tests.fakes import FlowsInMemory
from tests.fakes.sounds import a_shelf
from tests.ivr.builders import (
    AT_NIGHT,
    AT_WORK,
    OURS,
    SALES,
    ACall,
    a_document,
    a_flow,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
    some_hours,
)

if TYPE_CHECKING:
    from chalicelib.ivr.published import Document

OFFICE = {"weekly": {"monday": [["09:00", "18:00"]]}}
ON_DUTY = {"number": SALES, "calendar": OFFICE}


def faults_of(document: Document) -> dict[str, str]:
    with pytest.raises(FlowRefused) as refused:
        parse(document)
    return {each.pointer: each.reason for each in refused.value.faults}


def ringing(*destinations: Any, **fields: Any) -> dict[str, Any]:
    return {"kind": "dial", "destinations": [*destinations], **fields}


@pytest.mark.parametrize(
    "dial",
    [
        pytest.param(ringing(ON_DUTY, then="dial"), id="off duty, to itself"),
        pytest.param(ringing({"variable": "desk.number"}, no_answer="say"), id="by a say"),
        pytest.param(ringing(ON_DUTY, no_answer="box", failed="say"), id="by its failed exit"),
    ],
)
def test_a_loop_in_which_nobody_need_be_on_duty_is_refused(dial: dict[str, Any]) -> None:
    document = a_document(
        dial=dial, say=a_say("Un instant.", next="dial"), box=a_voicemail(), end=an_end()
    ) | {"variables": {"desk.number": SALES}}

    faults = faults_of(document)

    assert any("goes round without waiting" in reason for reason in faults.values())


AGAIN = a_say("Encore un instant.", next="first")
MENU_AGAIN = {"no_input": {"next": "again"}, "attempts": 1}
IN_THE_QUEUE = {"kind": "queue", "queue": "support", "overflow_seconds": 60}


def telling(first: dict[str, Any], **nodes: dict[str, Any]) -> str:
    """What is told of a node that leads round, by `again` or by others; `box` ends it."""
    told = {"first": first, **nodes}
    box = {"box": a_voicemail()} if "'box'" in str(told) else {}
    try:
        parse(a_document(**told, **box))
    except FlowRefused as refused:
        return " ".join(each.reason for each in refused.faults)
    return ""


@pytest.mark.parametrize(
    ("first", "others"),
    [
        pytest.param(a_menu(choices={"1": "box"}, no_input={"next": "first"}), {}, id="a menu"),
        pytest.param(a_menu(choices={"1": "box"}, **MENU_AGAIN), {"again": AGAIN}, id="by a say"),
        pytest.param(
            {"kind": "collect", "prompt": "Code ?", "variable": "a.b", "next": "box", **MENU_AGAIN},
            {"again": AGAIN},
            id="a value that nobody gives",
        ),
        pytest.param(ringing(SALES, no_answer="first"), {}, id="a dial"),
        pytest.param(ringing(SALES, busy="box", then="again"), {"again": AGAIN}, id="then"),
        pytest.param(
            ringing(ON_DUTY, failed="box", then="again"), {"again": AGAIN}, id="somebody on duty"
        ),
        pytest.param(ringing(SALES, busy="first", then="box"), {}, id="always busy"),
        pytest.param(a_voicemail(next="first"), {}, id="messages, one after another"),
        pytest.param(
            a_voicemail(next="dial"), {"dial": ringing(SALES, then="first")}, id="a box and a dial"
        ),
        pytest.param(
            {**IN_THE_QUEUE, "overflow": "back"},
            {"back": {"kind": "callback", "queue": "support", "refused": "first"}},
            id="a queue with nobody on duty",
        ),
        pytest.param(
            some_hours(open="menu", closed="box"),
            {"menu": a_menu(choices={"1": "box"}, no_input={"next": "first"})},
            id="while it is open",
        ),
        pytest.param(
            {
                "kind": "voicebot",
                "greeting": "Bonjour ?",
                "intents": [{"name": "bill", "phrases": ["facture"], "go": "box"}],
                "not_understood": "first",
                "failed": "box",
            },
            {},
            id="a bot that hears nothing",
        ),
    ],
)
def test_a_loop_that_nobody_ends_is_refused(
    first: dict[str, Any], others: dict[str, dict[str, Any]]
) -> None:
    assert "goes round for ever while nobody" in telling(first, **others)


@pytest.mark.parametrize(
    ("first", "others"),
    [
        pytest.param(a_menu(choices={"1": "again", "2": "box"}), {"again": AGAIN}, id="by a key"),
        pytest.param(
            a_menu(choices={"1": "box"}, invalid={"next": "first"}), {}, id="by a wrong key"
        ),
        pytest.param(ringing(SALES, answered="first", no_answer="box"), {}, id="after a talk"),
        pytest.param(
            a_menu(choices={"1": "dial"}), {"dial": ringing(ON_DUTY, then="first")}, id="a dial"
        ),
        pytest.param(
            {**IN_THE_QUEUE, "overflow": "menu", "no_agents": "box", "failed": "box"},
            {"menu": a_menu(choices={"1": "box"}, no_input={"next": "first"})},
            id="a wait for agents who are there",
        ),
        pytest.param(
            ringing(SALES, no_answer="which"),
            {
                "which": {
                    "kind": "branch",
                    "rules": [{"when": {"rung.before": True}, "next": "box"}],
                    "otherwise": "set",
                },
                "set": {"kind": "set", "variables": {"rung.before": True}, "next": "first"},
            },
            id="once more, and no more",
        ),
    ],
)
def test_a_loop_that_somebody_ends_is_fine(
    first: dict[str, Any], others: dict[str, dict[str, Any]]
) -> None:
    assert telling(first, **others) == ""


def test_a_loop_that_never_waits_is_told_once() -> None:
    told = telling(ringing(ON_DUTY, then="again"), again=AGAIN)

    assert (told.count("without waiting"), told.count("for ever")) == (1, 0)


def test_a_loop_that_nobody_ends_goes_on_answering_where_it_was_published() -> None:
    assert restore(a_document(dial=ringing(SALES, no_answer="dial"))).nodes


def test_whoever_still_goes_round_hears_an_apology() -> None:
    flow = a_flow(dial=ringing(ON_DUTY, then="say"), say=a_say("Un instant.", next="dial"))

    at_work, at_night = ACall(flow, now=AT_WORK), ACall(flow, now=AT_NIGHT)

    assert isinstance(at_work.actions[0], Connect)
    assert isinstance(at_night.actions[-2], Apologise)
    assert isinstance(at_night.actions[-1], HangUp)
    assert [each.reason for each in at_night.events if isinstance(each, FellBack)] == [
        "goes round without waiting"
    ]
    assert at_night.heard.count("Un instant.") <= 3


def test_a_line_that_would_ring_itself_does_not_go_round_either() -> None:
    flow = a_flow(dial=ringing(OURS, then="dial"))

    assert ACall(flow, now=AT_WORK).over


def test_a_node_may_be_come_to_twice_on_the_way() -> None:
    flow = a_flow(
        which={
            "kind": "branch",
            "rules": [{"when": {"a.b": "x"}, "next": "end"}],
            "otherwise": "set",
        },
        set={"kind": "set", "variables": {"a.b": "x"}, "next": "which"},
        end=an_end(text="Au revoir."),
    )

    assert ACall(flow, now=AT_WORK).heard == ["Au revoir."]


def test_rules_between_fields_that_became_stricter_silence_no_published_flow() -> None:
    nothing = {"kind": "set", "next": "end"}
    document = a_document(set=nothing, end=an_end())

    assert "/nodes/set" in faults_of(document)
    assert restore(document).nodes


TRANSFER = a_document(go={"kind": "transfer", "flow": "flow_2", "failed": "end"}, end=an_end())
OTHER = a_document(end=an_end())


def publish(flows: FlowsInMemory, flow_id: str, shelf: dict[str, Any]) -> None:
    usecases.publish_flow("acc_1", flow_id, revision=None, now=AT_WORK, drafts=flows, **shelf)


def test_a_flow_that_calls_go_to_must_answer() -> None:
    flows, shelf = FlowsInMemory(), a_shelf()
    flows.create("acc_1", "flow_1", TRANSFER, AT_WORK)

    with pytest.raises(FlowRefused) as missing:
        publish(flows, "flow_1", shelf)
    flows.create("acc_1", "flow_2", OTHER, AT_WORK)
    with pytest.raises(FlowRefused) as unpublished:
        publish(flows, "flow_1", shelf)
    publish(flows, "flow_2", shelf)
    publish(flows, "flow_1", shelf)

    for refused in (missing, unpublished):
        assert [each.pointer for each in refused.value.faults] == ["/nodes/go/flow"]
    assert shelf["usage"].recorded["flow_1"] == (Use(Kind.FLOW, "flow_2", "/nodes/go/flow"),)


def test_another_account_s_flow_does_not_answer_for_it() -> None:
    flows, shelf = FlowsInMemory(), a_shelf()
    flows.create("acc_2", "flow_2", OTHER, AT_WORK)
    flows.create("acc_1", "flow_1", TRANSFER, AT_WORK)

    with pytest.raises(FlowRefused):
        publish(flows, "flow_1", shelf)


def test_a_flow_may_begin_again() -> None:
    flows, shelf = FlowsInMemory(), a_shelf()
    again = a_document(menu=a_menu(choices={"1": "go"}), go={"kind": "transfer", "flow": "flow_1"})
    flows.create("acc_1", "flow_1", again, AT_WORK)

    publish(flows, "flow_1", shelf)
