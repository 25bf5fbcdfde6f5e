"""Callers labelled, remembered, turned away, recorded, and sent from one flow to another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import FellBack, Tagged, TurnedAway, VariablesSet
from chalicelib.ivr.actions import Arrived, Ask, Connect, HangUp, NoInput, Reason, Refuse
from chalicelib.ivr.driving import drive
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.needs import FetchFailed, QueueFailed
from chalicelib.ivr.position import MOST_RETURNS, Position
from chalicelib.ivr.texts import TEXTS, Line
from chalicelib.ivr.usecases import Standing
from tests.ivr.builders import (
    SALES,
    ACall,
    KnowsNothing,
    a_context,
    a_dial,
    a_document,
    a_flow,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
    words_of,
)

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Context, Input, Reply
    from chalicelib.ivr.driving import Opened
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import DeskNeed

FR, EN = TEXTS["fr"], TEXTS["en"]


def a_transfer(flow: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "transfer", "flow": flow, **fields}


def a_tag(tag: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "tag", "tag": tag, "next": "end", **fields}


def a_set(next: str = "end", **fields: Any) -> dict[str, Any]:
    return {"kind": "set", "next": next, **fields}


BACK = {"kind": "return"}


# Variables, languages, labels.


def test_a_caller_hears_what_was_set_on_the_way() -> None:
    flow = a_flow(
        one=a_set("two", variables={"order.total": "12.50", "order.count": 2}),
        two=a_set("tell", variables={"order.text": "{{order.count}} pour {{order.total|amount}}"}),
        tell=a_say("Total : {{order.text}}."),
        end=an_end(),
    )

    call = ACall(flow)

    assert call.heard == ["Total : deux pour douze euros et cinquante centimes."]
    assert call.memory["order.count"] == 2
    assert [e.names for e in call.events if isinstance(e, VariablesSet)] == [
        "order.count, order.total",
        "order.text",
    ]


def test_a_variable_that_is_copied_keeps_its_value() -> None:
    flow = a_flow(
        one=a_set("two", variables={"order.count": 2, "order.paid": True}),
        two=a_set(variables={"copy.count": "{{order.count}}", "copy.paid": "{{order.paid}}"}),
        end=an_end(),
    )

    memory = ACall(flow).memory

    assert (memory["copy.count"], memory["copy.paid"]) == (2, True)


def test_a_caller_who_chose_english_hears_english_from_then_on() -> None:
    flow = a_flow(
        menu=a_menu(choices={"9": "english"}),
        english=a_set("box", language="en-GB"),
        box=a_voicemail(),
    )

    call = ACall(flow).presses("9")
    assert call.heard == [EN[Line.GREETING]]

    call.leaves_a_message()
    assert call.heard == [EN[Line.THANKS]]


def test_a_prompt_in_two_languages_is_heard_in_the_caller_s() -> None:
    document = a_document(
        english=a_set("hello", language="en-GB"),
        hello={
            "kind": "say",
            "by_language": {"fr-FR": "Bonjour.", "en-GB": "Hello."},
            "next": "end",
        },
        end=an_end(),
    )

    call = ACall(parse({**document, "languages": ["fr-FR", "en-GB"]}))

    assert call.heard == ["Hello."]


def test_a_call_is_labelled_to_be_found_again() -> None:
    call = ACall(a_flow(first=a_tag("vip", next="second"), second=a_tag("lille"), end=an_end()))

    assert [(e.id, e.tag) for e in call.events if isinstance(e, Tagged)] == [
        ("step:0", "vip"),
        ("step:0:second", "lille"),
    ]


@pytest.mark.parametrize(
    "node",
    [
        pytest.param(a_set(), id="sets nothing"),
        pytest.param(a_set(variables={"caller.number": "1"}), id="a name of the platform's"),
        pytest.param(a_set(variables={"a.b": "{{who.knows}}"}), id="of what nothing sets"),
        pytest.param(a_set(language="xx-XX"), id="a language nobody speaks"),
        pytest.param(a_tag("Très important"), id="a label of several words"),
    ],
)
def test_what_could_not_be_set_is_refused(node: dict[str, Any]) -> None:
    with pytest.raises(FlowRefused):
        parse(a_document(node=node, end=an_end()))


# Recording.


def recorded(**fields: Any) -> ACall:
    record = {"kind": "record", "on": True, "next": "desk", **fields}
    return ACall(a_flow(record=record, desk=a_dial(SALES), end=an_end()))


def is_recorded(call: ACall) -> bool:
    (connect,) = (action for action in call.actions if isinstance(action, Connect))
    return connect.record


def test_a_caller_who_lets_the_notice_pass_is_recorded() -> None:
    call = recorded()
    assert call.ringing is None

    assert is_recorded(call.says_nothing())


def test_a_caller_is_told_of_the_recording_in_one_sentence() -> None:
    (ask,) = recorded().actions
    assert isinstance(ask, Ask)
    (notice,) = words_of(ask.prompts)

    assert "enregistré afin d'améliorer la qualité de nos services." in notice


def test_a_caller_who_objects_is_told_so_and_is_not_recorded() -> None:
    call = recorded().presses("9")

    assert call.heard == [FR[Line.RECORDING_REFUSED]]
    assert not is_recorded(call)


def test_a_flow_that_turns_recording_off_asks_nothing() -> None:
    assert not is_recorded(recorded(on=False))


def test_a_round_that_only_turns_recording_off_is_refused() -> None:
    with pytest.raises(FlowRefused, match="faults") as refused:
        parse(a_document(off={"kind": "record", "on": False, "next": "off"}))

    assert "goes round" in refused.value.faults[0].reason


# Turning callers away.

NO = {"kind": "reject", "reason": "rejected"}


def test_a_call_that_still_rings_is_not_taken() -> None:
    call = ACall(a_flow(label=a_tag("spam", next="no"), no=NO))

    assert call.actions == (Refuse(Reason.REJECTED),)
    assert [e.reason for e in call.events if isinstance(e, TurnedAway)] == ["rejected"]


def test_a_call_that_heard_us_was_taken_and_can_only_be_closed() -> None:
    spoken_to = ACall(a_flow(hello=a_say(next="no"), no=NO))
    asked = ACall(a_flow(menu=a_menu(choices={"1": "no"}), no=NO)).presses("1")

    assert spoken_to.heard == ["Bonjour."]
    assert spoken_to.actions[-1] == asked.actions[-1] == HangUp()


# From flow to flow.


@dataclass
class AnAccount(KnowsNothing):
    """An account's flows, each in the version that is published."""

    flows: dict[str, dict[str, Any]]
    opened: list[tuple[str, int | None]] = field(default_factory=list)

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        self.opened.append((flow_id, version))
        document = self.flows.get(flow_id)
        return None if document is None else Standing(flow_id, version or 7, restore(document))

    def fetch(self, request: LookupRequest, context: Context) -> FetchFailed:
        return FetchFailed("timeout")

    def queue(self, need: DeskNeed, context: Context) -> QueueFailed:
        return QueueFailed("no desk")


@dataclass
class ATour:
    """A call that goes from flow to flow."""

    account: AnAccount
    context: Context = field(default_factory=a_context)

    def __post_init__(self) -> None:
        start = self.account.open("main", 3)
        assert start is not None
        self.opened = start
        self.goes_on(Position(start.flow.start), Arrived())

    def goes_on(self, position: Position | None, given: Input) -> Reply:
        assert position is not None, "the call is over"
        self.reply, self.opened = drive(self.opened, position, given, self.context, self.account)
        memory = self.reply.memory
        self.context = self.context if memory is None else replace(self.context, memory=memory)
        return self.reply

    @property
    def heard(self) -> list[str]:
        return words_of(self.reply.actions)


def tour(**flows: dict[str, Any]) -> ATour:
    return ATour(AnAccount(flows))


MAIN = a_document(
    hello=a_say(next="go"),
    go=a_transfer("survey", returned="bye", failed="sorry"),
    bye=an_end(text="Au revoir."),
    sorry=an_end(text="Désolé."),
)


def test_a_caller_goes_through_another_flow_and_comes_back_in_one_breath() -> None:
    call = tour(main=MAIN, survey=a_document(thanks=a_say("Merci.", next="back"), back=BACK))

    assert call.heard == ["Bonjour.", "Merci.", "Au revoir."]
    assert call.reply.position is None
    assert call.account.opened == [("main", 3), ("survey", None), ("main", 3)]


def test_a_caller_who_waits_in_the_other_flow_comes_back_to_the_version_they_left() -> None:
    call = tour(main=MAIN, survey=a_document(box=a_voicemail(next="back"), back=BACK))
    assert (call.opened.flow_id, call.opened.version) == ("survey", 7)

    call.goes_on(call.reply.position, NoInput())

    assert call.heard == ["Au revoir."]
    assert call.account.opened[-1] == ("main", 3)


def test_a_flow_that_does_not_answer_leads_to_the_failure_s_exit() -> None:
    assert tour(main=MAIN).heard == ["Bonjour.", "Désolé."]


def test_without_an_exit_of_its_own_a_missing_flow_ends_politely() -> None:
    call = tour(main=a_document(go=a_transfer("gone")))

    assert call.heard == [FR[Line.NOBODY]]
    assert call.reply.actions[-1] == HangUp()


def test_a_return_where_no_call_came_from_says_goodbye() -> None:
    call = tour(main=a_document(back=BACK))

    assert call.heard == [FR[Line.GOODBYE]]
    assert call.reply.position is None


def test_what_one_flow_set_the_other_knows() -> None:
    main = a_document(
        know=a_set("go", variables={"order.number": "12"}),
        go=a_transfer("survey", returned="bye"),
        bye=an_end(),
    )
    survey = {
        **a_document(tell=a_say("Commande {{order.number}}.", next="back"), back=BACK),
        "variables": {"order.number": "inconnue"},
    }

    assert tour(main=main, survey=survey).heard == ["Commande 12."]


def test_nodes_of_one_name_in_two_flows_log_two_facts() -> None:
    main = a_document(
        hello=a_say(next="label"), label=a_tag("a", next="go"), go=a_transfer("other")
    )
    call = tour(main=main, other=a_document(hi=a_say(next="label"), label=a_tag("b"), end=an_end()))

    tags = [(e.id, e.tag) for e in call.reply.events if isinstance(e, Tagged)]
    assert tags == [("step:0:label", "a"), ("step:0:label~2", "b")]


def test_nodes_of_one_name_in_two_flows_send_two_texts() -> None:
    def text(then: str) -> dict[str, Any]:
        return {"kind": "sms", "text": then, "agreed": True, "next": then}

    main = a_document(text=text("go"), go=a_transfer("other", returned="go"))
    call = tour(main=main, other=a_document(text=text("end"), end=an_end()))

    assert [each.body for each in call.reply.errands] == ["go", "end"]
    assert len({each.id for each in call.reply.errands}) == 2


def test_flows_that_send_a_caller_round_in_circles_give_up() -> None:
    call = tour(main=a_document(go=a_transfer("b")), b=a_document(go=a_transfer("main")))

    assert call.heard == []
    assert call.reply.actions[-1] == HangUp()
    assert call.reply.position is None
    assert [e.reason for e in call.reply.events if isinstance(e, FellBack)]


def test_five_flows_may_be_open_and_no_more() -> None:
    deeper = a_document(
        box=a_voicemail(next="go"),
        go=a_transfer("main", returned="bye", failed="sorry"),
        bye=an_end(),
        sorry=an_end(text="Trop loin."),
    )
    call = tour(main=deeper)

    for depth in range(1, MOST_RETURNS + 1):
        position = call.goes_on(call.reply.position, NoInput()).position
        assert position is not None
        assert len(position.returns) == depth

    call.goes_on(call.reply.position, NoInput())
    assert call.heard == ["Trop loin."]
