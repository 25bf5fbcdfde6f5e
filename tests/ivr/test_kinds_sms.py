"""Texts for callers, and what a call leaves to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import ErrandLost, Received, TextAsked
from chalicelib.ivr import usecases
from chalicelib.ivr.actions import Arrived, KeysPressed, MessageRecorded, NoInput
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.chores import SendText
from chalicelib.ivr.engine import step
from chalicelib.ivr.errands.errands import Notify, Transcribe
from chalicelib.ivr.position import Position
from chalicelib.ivr.texts import TEXTS, Line
from chalicelib.ivr.usecases import Ports
from chalicelib.kernel.errors import Unavailable
from tests.fakes import CallLogInMemory, FlowsInMemory, LateEventsInMemory
from tests.fakes.sounds import a_shelf
from tests.ivr.builders import (
    AT_WORK,
    CALLER,
    OURS,
    ACall,
    a_context,
    a_document,
    a_flow,
    a_voicemail,
    an_end,
    words_of,
)

if TYPE_CHECKING:
    from chalicelib.ivr.answering import Answer
    from chalicelib.ivr.errands.errands import Errand

FLOW = a_flow(
    text={
        "kind": "sms",
        "text": "12 rue des Lilas. Votre numéro : {{caller.number}}",
        "next": "sent",
        "refused": "refused",
        "impossible": "impossible",
    },
    sent=an_end(text="Envoyé."),
    refused=an_end(text="Non."),
    impossible=an_end(text="Pas de mobile."),
)


def answers_of(call: ACall) -> list[str]:
    return [event.answer for event in call.events if isinstance(event, TextAsked)]


def test_a_caller_who_agrees_is_sent_the_text() -> None:
    call = ACall(FLOW).presses("1")

    (text,) = call.replies[-1].errands
    assert isinstance(text, SendText)
    assert (text.to, text.body) == (CALLER, f"12 rue des Lilas. Votre numéro : {CALLER}")
    assert call.heard[-1] == "Envoyé."
    assert answers_of(call) == ["agreed"]


@pytest.mark.parametrize("given", [KeysPressed("2"), NoInput()], ids=["declines", "is silent"])
def test_a_caller_who_does_not_agree_is_sent_nothing(given: Any) -> None:
    call = ACall(FLOW)
    position = call.replies[-1].position
    assert position is not None

    reply = step(FLOW, position, given, a_context())

    assert reply.errands == ()
    assert words_of(reply.actions) == ["Non."]


@pytest.mark.parametrize("caller", [None, "+33162010001", "+442079460018"])
def test_a_caller_without_a_mobile_is_not_even_asked(caller: str | None) -> None:
    call = ACall(FLOW, caller=caller)

    assert call.heard == ["Pas de mobile."]
    assert answers_of(call) == ["impossible"]


@pytest.mark.parametrize("caller", [None, "+33162010001"])
def test_a_caller_who_wants_a_text_that_cannot_reach_them_is_told_so(caller: str | None) -> None:
    asked = a_flow(
        text={"kind": "sms", "text": "12 rue des Lilas", "agreed": True, "next": "sent"},
        sent=an_end(text="Autre chose ?"),
    )
    call = ACall(asked, caller=caller)

    assert call.heard == [TEXTS["fr"][Line.SMS_CANNOT], "Autre chose ?"]
    assert answers_of(call) == ["impossible"]


def test_the_same_webhook_again_asks_for_the_same_text() -> None:
    position = ACall(FLOW).replies[-1].position
    assert position is not None

    replies = [step(FLOW, position, KeysPressed("1"), a_context()) for _ in range(2)]

    assert replies[0].errands == replies[1].errands


# What a call leaves to be done.


@dataclass
class ErrandsInMemory:
    down: bool = False
    left: list[Errand] = field(default_factory=list)

    def put(self, *errands: Errand) -> None:
        if self.down:
            raise Unavailable("the queue does not answer")
        self.left += errands


BOX = a_document(
    box=a_voicemail(transcribe=True, notify=[{"email": "accueil@shop.example"}], next="end"),
    end=an_end(text="Merci."),
)


def a_message_left(errands: ErrandsInMemory, log: CallLogInMemory | None = None) -> Answer:
    flows = FlowsInMemory()
    usecases.create_flow("acc_1", "flow_1", BOX, now=AT_WORK, drafts=flows)
    usecases.publish_flow("acc_1", "flow_1", revision=None, now=AT_WORK, drafts=flows, **a_shelf())
    nobody: Any = None
    ports = Ports(
        lines=nobody,
        flows=flows,
        sources=nobody,
        callers=nobody,
        log=log or CallLogInMemory(),
        late=LateEventsInMemory(),
        errands=errands,
    )
    address = CallAddress(
        base_url="https://shop.example", flow_id="flow_1", version=1, account_id="acc_1"
    )
    position = Position("box", step=1)
    given = MessageRecorded("RE1", 12)
    return usecases.continue_call(a_context(), address, position, given, ports)


def test_a_message_is_written_down_and_somebody_is_told() -> None:
    errands = ErrandsInMemory()

    a_message_left(errands)

    assert [type(each) for each in errands.left] == [Transcribe, Notify]
    assert {each.account_id for each in errands.left} == {"acc_1"}


def test_a_caller_never_pays_for_a_queue_that_does_not_answer() -> None:
    log = CallLogInMemory()
    first = Received(id="received", at=AT_WORK.astimezone(UTC), dialled=OURS, caller=CALLER)
    log.append(CallRef(call_id="CA1", account_id="acc_1"), first)

    answer = a_message_left(ErrandsInMemory(down=True), log)

    assert words_of(answer.reply.actions) == ["Merci."]
    lost = [each for each in log.load("acc_1", "CA1").events if isinstance(each, ErrandLost)]
    assert sorted(each.errand for each in lost) == ["notify", "transcribe"]


def test_nobody_is_told_of_an_empty_message() -> None:
    flow = a_flow(**BOX["nodes"])

    reply = step(flow, Position("box"), MessageRecorded("RE1", 0), a_context())

    assert reply.errands == ()
    assert step(flow, Position("box"), Arrived(), a_context()).errands == ()
