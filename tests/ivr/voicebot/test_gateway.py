"""The bot with a language model: what it asks of Bedrock, and what it takes for an answer."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.ivr.voicebot.bots import BotFailed, End, HandOver, Said, Say, Turn
from chalicelib.ivr.voicebot.gateway import BedrockBot, request
from tests.ivr.voicebot.builders import a_brief

MODEL = "eu.amazon.nova-lite-v1:0"
TURN = Turn(
    text="où est ma commande 123456",
    language="fr-FR",
    brief=a_brief(instructions="Nous vendons du pain."),
    history=(Said("bonjour", "Bonjour !"),),
)


def used(**given: Any) -> list[dict[str, Any]]:
    return [{"toolUse": {"toolUseId": "t1", "name": "answer", "input": given}}]


def answered(content: list[dict[str, Any]]) -> Any:
    """Return what the bot makes of an answer that the SDK's own model of Bedrock accepts."""
    client = boto3.client(
        "bedrock-runtime",
        region_name="eu-west-3",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    answer = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }
    with Stubber(client) as stub:
        stub.add_response("converse", answer, request(MODEL, TURN))
        return BedrockBot(client, MODEL).reply(TURN)


@pytest.mark.parametrize(
    ("given", "reply"),
    [
        ({"action": "say", "text": " Oui. "}, Say(text="Oui.")),
        (
            {"action": "say", "text": "Pardon ?", "understood": False},
            Say(text="Pardon ?", understood=False),
        ),
        ({"action": "end"}, End()),
        (
            {
                "action": "hand_over",
                "intent": "order",
                "learnt": {"order.number": "123456", "card": "4970"},
            },
            HandOver(exit="order", learnt={"order.number": "123456"}),
        ),
    ],
)
def test_the_models_answer_is_read(given: dict[str, Any], reply: Any) -> None:
    assert answered(used(**given)) == reply


@pytest.mark.parametrize(
    "content",
    [
        [{"text": "Bonjour !"}],
        used(action="hand_over", intent="moon"),
        used(action="hand_over", intent="hours"),
        used(action="say", text=""),
        used(action="fly"),
        [],
    ],
)
def test_an_answer_that_makes_no_sense_is_a_failure(content: list[dict[str, Any]]) -> None:
    with pytest.raises(BotFailed):
        answered(content)


def test_a_model_that_does_not_answer_is_a_failure_that_tells_nothing_of_the_caller() -> None:
    client = boto3.client(
        "bedrock-runtime",
        region_name="eu-west-3",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    with Stubber(client) as stub:
        stub.add_client_error("converse", "ThrottlingException")
        with pytest.raises(BotFailed) as failed:
            BedrockBot(client, MODEL).reply(TURN)

    assert "123456" not in str(failed.value)


def test_the_model_must_use_the_tool_and_knows_the_flow() -> None:
    asked = request(MODEL, TURN)

    assert asked["toolConfig"]["toolChoice"] == {"tool": {"name": "answer"}}
    assert "Nous vendons du pain." in asked["system"][0]["text"]
    assert [each["role"] for each in asked["messages"]] == ["user", "assistant", "user"]
    schema = asked["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]
    assert schema["properties"]["intent"]["enum"] == ["cancel", "order", "person"]
    assert json.dumps(asked)
