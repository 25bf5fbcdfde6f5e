"""The node of a bot: how a flow writes it, how the caller gets there, and how they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from chalicelib.ivr import callbacks, twiml
from chalicelib.ivr.actions import BotEnded, Converse, HangUp, NoInput
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.flow import FlowRefused, parse, restore
from chalicelib.ivr.voicebot.handoff import Outcome
from chalicelib.runtime import sockets
from local.phone.twiml.document import from_text
from tests.ivr.builders import ACall, a_document, a_say
from tests.ivr.test_callbacks import a_form

if TYPE_CHECKING:
    from tests.clouds import Cloud

ADDRESS = CallAddress(base_url="https://h/api", flow_id="flow_1", version=3, account_id="acct_1")
INTENTS: list[dict[str, Any]] = [
    {
        "name": "order",
        "phrases": ["où est ma commande", "suivre, vite, ma commande"],
        "collect": [{"name": "order.number", "ask": "Quel numéro ?", "digits": {"least": 6}}],
        "reply": "Je cherche.",
        "go": "found",
    },
    {"name": "hours", "phrases": ["vos horaires"], "reply": "De neuf à dix-huit heures."},
]


def a_bot(**fields: Any) -> dict[str, Any]:
    return {"kind": "voicebot", "greeting": "Bonjour.", "intents": INTENTS, **fields}


def a_flow_with(**fields: Any) -> dict[str, Any]:
    exits = {"not_understood": "people", "no_input": "machine", "failed": "people", "ended": "bye"}
    return a_document(
        bot=a_bot(**{**exits, **fields}),
        found=a_say("Commande {{order.number}}.", next="bye"),
        people=a_say("Quelqu'un.", next="bye"),
        machine=a_say("Le répondeur.", next="bye"),
        bye={"kind": "hangup"},
    )


def a_caller(**fields: Any) -> ACall:
    return ACall(restore(a_flow_with(**fields)))


def talked(call: ACall, outcome: Outcome, leaves: str | None = None, **learnt: Any) -> ACall:
    known = {name.replace("_", "."): value for name, value in learnt.items()}
    return call._on(BotEnded(outcome.value, leaves, known))


def faults(document: dict[str, Any]) -> str:
    with pytest.raises(FlowRefused) as refused:
        parse(document)
    return "; ".join(fault.reason for fault in refused.value.faults)


def test_a_caller_comes_to_a_bot_that_knows_what_they_may_say() -> None:
    (talk,) = a_caller().actions

    assert isinstance(talk, Converse)
    assert talk.greeting is not None
    assert (talk.greeting.text, talk.call_id) == ("Bonjour.", "CA1")
    assert "où est ma commande" in talk.hints


def test_a_caller_who_is_handed_over_hears_the_reply_and_goes_on_with_what_was_learnt() -> None:
    call = talked(a_caller(), Outcome.HANDED_OVER, "order", order_number="123456")

    assert call.heard == ["Je cherche.", "Commande 123456."]
    assert call.memory["order.number"] == "123456"
    assert [event.kind for event in call.events] == ["variables-set"]


def test_what_the_flow_never_asked_for_is_not_kept() -> None:
    call = talked(a_caller(), Outcome.HANDED_OVER, "order", caller_name="Martin")

    assert "caller.name" not in call.memory


@pytest.mark.parametrize(
    ("outcome", "leaves", "heard"),
    [
        (Outcome.NOT_UNDERSTOOD, None, ["Quelqu'un."]),
        (Outcome.SILENT, None, ["Le répondeur."]),
        (Outcome.FAILED, None, ["Quelqu'un."]),
        (Outcome.HANDED_OVER, "moon", ["Quelqu'un."]),
        (Outcome.HANDED_OVER, "hours", ["Quelqu'un."]),
        (Outcome.ENDED, None, []),
        (Outcome.HUNG_UP, None, []),
    ],
)
def test_every_end_of_a_conversation_has_an_exit(
    outcome: Outcome, leaves: str | None, heard: list[str]
) -> None:
    call = talked(a_caller(), outcome, leaves)

    assert call.heard == heard
    assert call.actions[-1] == HangUp()


def test_a_caller_who_never_met_the_bot_leaves_by_the_exit_for_failures() -> None:
    assert a_caller().says_nothing().heard == ["Quelqu'un."]


def test_without_an_exit_for_it_the_misunderstood_go_where_failures_go() -> None:
    call = a_caller(not_understood=None)

    assert talked(call, Outcome.NOT_UNDERSTOOD).heard == ["Quelqu'un."]


def test_a_caller_who_said_nothing_is_noted_and_without_an_exit_goes_where_failures_go() -> None:
    call = talked(a_caller(no_input=None), Outcome.SILENT)

    assert call.heard == ["Quelqu'un."]
    assert [event.kind for event in call.events] == ["went-silent"]


def test_a_bot_gives_callers_time_from_the_end_of_its_greeting() -> None:
    (node,) = [each for each in restore(a_flow_with()).nodes.values() if hasattr(each, "brief")]

    assert (node.brief.patience, node.brief.opening) == (10, 1)


def test_without_any_exit_the_caller_is_told_that_nobody_is_there() -> None:
    call = a_caller(not_understood=None, failed=None)

    assert len(talked(call, Outcome.FAILED).heard) == 1


@pytest.mark.parametrize(
    ("intents", "reason"),
    [
        ([], "from 1 to 50 intents"),
        ([{"name": "a", "phrases": ["oui"]}], "a `reply` to say, or a node to `go` to"),
        ([{"name": "A", "phrases": ["oui"], "reply": "x"}], "a name of small letters"),
        ([{"name": "a", "phrases": ["?!"], "reply": "x"}], "no word in it"),
        ([{"name": "a", "phrases": [], "reply": "x"}], "from 1 to 50 phrases"),
        ([{"name": "a", "phrases": ["oui"], "reply": "{{x}}"}], "knows no variables"),
        ([{"name": "a", "phrases": ["oui"], "go": "moon"}], "moon"),
        ([{"name": "a", "phrases": ["Où ?"], "reply": "x"},
          {"name": "b", "phrases": ["ou"], "reply": "x"}], "a phrase of a and of b"),
        ([{"name": "a", "phrases": ["oui"], "reply": "x"},
          {"name": "a", "phrases": ["non"], "reply": "x"}], "two intents are called"),
        ([{"name": "a", "phrases": ["oui"], "reply": "x",
           "collect": [{"name": "n", "ask": "?"}]}], "means nothing without `go`"),
        ([{"name": "a", "phrases": ["oui"], "go": "bye",
           "collect": [{"name": "call.id", "ask": "?"}]}], "the platform's own"),
        ([{"name": "a", "phrases": ["oui"], "go": "bye",
           "collect": [{"name": "n", "ask": "?", "digits": {}, "shape": "A9"}]}], "takes one of"),
        ([{"name": "a", "phrases": ["oui"], "go": "bye",
           "collect": [{"name": "n", "ask": "?", "digits": {"least": 5, "most": 2}}]}],
         "at least 5 and at most 2"),
    ],
)  # fmt: skip
def test_a_bot_that_could_not_work_is_refused(intents: list[Any], reason: str) -> None:
    assert reason in faults(a_flow_with(intents=intents))


def test_a_loop_through_a_bot_that_cannot_be_reached_is_refused() -> None:
    document = a_flow_with(failed="people") | {"start": "bot"}
    document["nodes"]["people"] = a_say("Un instant.", next="bot")

    assert "goes round without waiting" in faults(document)


def test_the_carrier_is_sent_to_our_socket_with_a_session_that_only_we_can_seal(
    cloud: Cloud,
) -> None:
    cloud.put_parameter("sockets-url", "wss://ws.test/prod/")
    reply = a_caller().replies[-1]

    text = twiml.render(reply, ADDRESS)

    assert list(from_text(text).findings) == []
    connect = ElementTree.fromstring(text).find("Connect")
    relay = connect.find("ConversationRelay") if connect is not None else None
    assert connect is not None
    assert relay is not None
    assert connect.get("action", "").startswith("https://h/api/voice/flows/flow_1/3/bot?")
    assert (relay.get("url"), relay.get("welcomeGreeting")) == ("wss://ws.test/prod/", "Bonjour.")
    assert "suivre vite ma commande" in relay.get("hints", "").split(",")
    (parameter,) = relay.findall("Parameter")
    sealed = parameter.get("value", "")
    assert len(sealed) < 400
    facts = sockets.opened_passport("voicebot", sealed, "CA1")
    assert facts == {"a": "acct_1", "f": "flow_1", "v": "3", "n": "bot", "l": "fr-FR"}


def test_where_no_socket_is_known_the_caller_comes_straight_back(cloud: Cloud) -> None:
    root = ElementTree.fromstring(twiml.render(a_caller().replies[-1], ADDRESS))

    assert [verb.tag for verb in root] == ["Redirect"]
    assert "/bot?" in (root[0].text or "")


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        ({"SessionStatus": "failed", "ErrorCode": "64102"}, BotEnded("failed")),
        ({"SessionStatus": "completed"}, BotEnded("hung-up")),
        ({"SessionStatus": "ended", "HandoffData": '{"outcome":"ended"}'}, BotEnded("ended")),
        ({}, NoInput()),
    ],
)
def test_the_action_of_a_conversation_is_read(fields: dict[str, str], given: Any) -> None:
    assert callbacks.heard(a_form(**fields)) == given


def test_a_bot_from_which_no_way_leads_to_a_person_is_refused() -> None:
    hours = {"name": "hours", "phrases": ["vos horaires"], "reply": "De neuf heures à midi."}
    bot = {"kind": "voicebot", "greeting": "Bonjour.", "intents": [hours]}
    box = {"kind": "voicemail"}

    assert "no way leads from here to a person" in faults(
        {"name": "Accueil", "start": "bot", "nodes": {"bot": bot}}
    )
    nodes = {"bot": {**bot, "failed": "box"}, "box": box}
    assert parse({"name": "Accueil", "start": "bot", "nodes": nodes}).nodes
