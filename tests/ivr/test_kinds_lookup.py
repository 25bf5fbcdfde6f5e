"""Flows that ask their owner's own system while the caller waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.events import LookedUp
from chalicelib.ivr.actions import Arrived, Connect, Reply, Say
from chalicelib.ivr.driving import drive
from chalicelib.ivr.flow import FlowRefused, parse
from chalicelib.ivr.needs import Fetched, FetchFailed, QueueFailed
from chalicelib.ivr.position import Position
from chalicelib.ivr.usecases import Standing
from tests.ivr.builders import CALLER, SALES, KnowsNothing, a_context, a_document, an_end

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.driving import Opened
    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.needs import DeskNeed

ASK = {
    "kind": "lookup",
    "url": "https://crm.example.fr/callers",
    "fields": {"number": "{{caller.number}}"},
    "answer": {"caller.first_name": "/name", "shop.number": "/shop"},
    "next": "greet",
    "failed": "sorry",
}
GREET = {"kind": "say", "text": "Bonjour {{caller.first_name}}.", "next": "dial"}
DIAL = {"kind": "dial", "destinations": [{"variable": "shop.number"}], "no_answer": "end"}
SORRY = {"kind": "say", "text": "Sans réponse : {{lookup.reason}}.", "next": "end"}
DOCUMENT = a_document(ask=ASK, greet=GREET, dial=DIAL, sorry=SORRY, end=an_end())


@dataclass
class ACrm(KnowsNothing):
    """The customer's own system, and what it was asked."""

    answer: Fetched | FetchFailed
    asked: list[LookupRequest] = field(default_factory=list)

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        return None

    def fetch(self, request: LookupRequest, context: Context) -> Fetched | FetchFailed:
        self.asked.append(request)
        return self.answer

    def queue(self, need: DeskNeed, context: Context) -> QueueFailed:
        return QueueFailed("no desk")


def answered_by(crm: ACrm, **memory: Any) -> Reply:
    flow = parse(DOCUMENT)
    opened = Standing("flow_1", 1, flow)
    context = replace(a_context(), memory=memory)
    reply, _ = drive(opened, Position(flow.start), Arrived(), context, crm)
    return reply


def knowing(values: Mapping[str, Any], **memory: Any) -> Reply:
    return answered_by(ACrm(Fetched(values)), **memory)


def test_a_caller_is_greeted_by_the_name_that_the_customer_s_system_knows() -> None:
    reply = knowing({"caller.first_name": "Anne", "shop.number": SALES})

    assert [a.words.text for a in reply.actions if isinstance(a, Say)] == ["Bonjour Anne."]
    assert [a.number for a in reply.actions if isinstance(a, Connect)] == [SALES]
    assert reply.memory == {"caller.first_name": "Anne", "shop.number": SALES}
    assert reply.position is not None
    assert reply.position.remembers


def test_the_system_is_told_what_the_flow_says_and_nothing_else() -> None:
    crm = ACrm(FetchFailed("timeout"))

    answered_by(crm)

    assert [request.body for request in crm.asked] == [f'{{"number":"{CALLER}"}}']


def test_a_system_that_does_not_answer_leads_to_the_failure_s_exit() -> None:
    reply = answered_by(ACrm(FetchFailed("timeout")))

    assert [a.words.text for a in reply.actions if isinstance(a, Say)] == [
        "Sans réponse : timeout."
    ]
    assert [e.result for e in reply.events if isinstance(e, LookedUp)] == ["timeout"]


def test_what_was_not_asked_for_is_not_kept() -> None:
    reply = knowing({"caller.first_name": "Anne", "shop.number": SALES, "caller.vip": True})

    assert "caller.vip" not in (reply.memory or {})


def test_what_an_earlier_lookup_said_is_forgotten() -> None:
    reply = knowing({"shop.number": SALES}, **{"caller.first_name": "Anne", "order.number": "12"})

    assert [a.words.text for a in reply.actions if isinstance(a, Say)] == ["Bonjour ."]
    assert reply.memory == {"caller.first_name": "", "order.number": "12", "shop.number": SALES}


@pytest.mark.parametrize("number", ["", "112", "0899 10 20 30", "n'importe quoi"])
def test_a_number_that_may_not_be_rung_is_as_if_nobody_answered(number: str) -> None:
    reply = knowing({"caller.first_name": "Anne", "shop.number": number})

    assert not [a for a in reply.actions if isinstance(a, Connect)]
    assert reply.position is None


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"url": "http://crm.example.fr/"}, "/nodes/ask/url", id="not https"),
        pytest.param({"url": "https://10.0.0.1/"}, "/nodes/ask/url", id="a private address"),
        pytest.param({"url": "https://{{shop.host}}/"}, "/nodes/ask/url", id="host from outside"),
        pytest.param({"headers": {"Host": "a"}}, "/nodes/ask/headers/Host", id="a header of ours"),
        pytest.param({"answer": {"call.date": "/d"}}, "/nodes/ask/answer/call.date", id="reserved"),
        pytest.param(
            {"fields": {"a": "{{who.knows}}"}},
            "/nodes/ask/fields/a",
            id="a variable that nothing sets",
        ),
        pytest.param({"timeout_seconds": 4}, "/nodes/ask/timeout_seconds", id="too patient"),
    ],
)
def test_a_lookup_that_could_not_work_is_refused(changes: dict[str, Any], pointer: str) -> None:
    document = {**DOCUMENT, "nodes": {**DOCUMENT["nodes"], "ask": {**ASK, **changes}}}

    with pytest.raises(FlowRefused) as refused:
        parse(document)

    assert pointer in {fault.pointer for fault in refused.value.faults}
