"""What a flow still does for a caller who has hung up, and what it no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import Dialled, DialStatus, MessageLeft, Tagged, TextAsked
from chalicelib.ivr.actions import Arrived, DialEnded, MessageRecorded
from chalicelib.ivr.chores import PassOn, SendText
from chalicelib.ivr.engine import step
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.needs import Fetch
from chalicelib.ivr.position import Position
from tests.ivr.builders import (
    SALES,
    SUPPORT,
    a_context,
    a_dial,
    a_document,
    a_flow,
    a_menu,
    a_say,
    a_voicemail,
    an_end,
)

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Input, Reply

MESSAGE = MessageRecorded("RE1", 12)
TOLD = [{"email": "accueil@example.fr"}]
TEXT: dict[str, Any] = {"kind": "sms", "text": "Bien reçu.", "agreed": True, "next": "end"}
LOOKUP: dict[str, Any] = {
    "kind": "lookup",
    "url": "https://crm.example.fr/messages",
    "fields": {"number": "{{caller.number}}"},
    "answer": {"shop.known": "/known"},
    "next": "end",
}


def after_hanging_up(given: Input, **nodes: dict[str, Any]) -> Reply:
    """Bring an input to the first node of a flow from a caller who has gone."""
    flow = a_flow(**nodes, end=an_end())
    return step(flow, Position(flow.start, step=1), given, a_context(gone=True))


def test_a_message_ended_by_hanging_up_is_passed_on_and_nothing_is_said() -> None:
    reply = after_hanging_up(MESSAGE, box=a_voicemail(notify=TOLD, next="menu"), menu=a_menu())

    assert [type(each) for each in reply.errands] == [PassOn]
    assert [type(each) for each in reply.events] == [MessageLeft]
    assert (reply.actions, reply.position) == ((), None)


def test_what_a_flow_does_without_its_caller_is_still_done() -> None:
    tag = {"kind": "tag", "tag": "message", "next": "thanks"}
    nodes = {"box": a_voicemail(next="tag"), "tag": tag, "thanks": a_say(next="text"), "text": TEXT}

    reply = after_hanging_up(MESSAGE, **nodes)

    assert [type(each) for each in reply.events] == [MessageLeft, Tagged, TextAsked]
    assert [type(each) for each in reply.errands] == [SendText]
    assert (reply.actions, reply.position) == ((), None)


def test_the_owner_s_own_system_is_still_told_of_a_message() -> None:
    reply = after_hanging_up(MESSAGE, box=a_voicemail(next="ask"), ask=LOOKUP)

    assert isinstance(reply.need, Fetch)


@pytest.mark.parametrize("status", DialStatus)
def test_nobody_else_is_rung_for_a_caller_who_has_gone(status: DialStatus) -> None:
    dial = a_dial(SALES, SUPPORT, answered="again", no_answer="again")

    reply = after_hanging_up(DialEnded(status, 0, "CA2"), sales=dial, again=a_dial())

    assert [type(each) for each in reply.events] == [Dialled]
    assert (reply.actions, reply.position) == ((), None)


def test_a_caller_who_has_gone_enters_no_node_that_would_wait() -> None:
    reply = after_hanging_up(Arrived(), menu=a_menu())

    assert (reply.actions, reply.events, reply.position) == ((), (), None)


def test_a_long_way_without_a_caller_comes_to_an_end() -> None:
    chain = {f"n{at}": a_say(next=f"n{at + 1}") for at in range(60)}

    reply = after_hanging_up(MESSAGE, box=a_voicemail(next="n0"), **chain, n60=an_end())

    assert (reply.actions, reply.position) == ((), None)


def test_a_round_of_texts_is_refused() -> None:
    rounds = a_document(
        text={**TEXT, "next": "tag"}, tag={"kind": "tag", "tag": "told", "next": "text"}
    )

    with pytest.raises(FlowRefused) as refused:
        parse(rounds)

    assert any("without waiting" in fault.reason for fault in refused.value.faults)
