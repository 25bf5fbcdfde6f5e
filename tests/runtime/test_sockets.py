"""WebSockets as API Gateway hands them over: who gets in, and what happens whatever breaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.ivr.voicebot.remembering import Place
from chalicelib.ivr.voicebot.store import ConnectionStore
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime import sockets
from chalicelib.runtime.settings import settings
from chalicelib.runtime.sockets import Answer, Connection, Gone
from tests.runtime.talking import (
    DOMAIN,
    NOW,
    URL,
    Broken,
    Posted,
    Room,
    an_event,
    opened,
    outcome,
    says,
    setup,
    signed,
    the_sockets,
)

if TYPE_CHECKING:
    from tests.clouds import Cloud


@pytest.mark.parametrize("url", [f"{URL}/", URL])
def test_the_carrier_gets_in_with_or_without_a_slash(cloud: Cloud, url: str) -> None:
    answer = sockets.connected(an_event(headers=signed(url)), the_sockets(Posted()))

    assert answer == {"statusCode": 200}


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-twilio-signature": ""}, signed(token="other"), signed(url="wss://elsewhere/")],
    ids=["unsigned", "empty", "another token", "another address"],
)
def test_nobody_else_gets_in(cloud: Cloud, headers: dict[str, str]) -> None:
    event = an_event(headers=headers, queryStringParameters={"kind": "voicebot"})

    assert sockets.connected(event, the_sockets(Posted())) == {"statusCode": 403}
    assert cloud.rows("ivr") == []


def test_a_kind_that_nobody_answers_is_refused(cloud: Cloud) -> None:
    event = an_event(headers=signed(), queryStringParameters={"kind": "live"})

    assert sockets.connected(event, the_sockets(Posted())) == {"statusCode": 403}


def test_a_caller_talks_and_is_handed_over(cloud: Cloud) -> None:
    post = Posted()

    opened(post, setup(), says("où est ma commande"), says("123456"))

    assert post.sent[0]["token"] == "Quel numéro ?"
    assert json.loads(post.sent[1]["handoffData"]) == {
        "outcome": "handed-over",
        "exit": "order",
        "learnt": {"order.number": "123456"},
    }


@pytest.mark.parametrize(
    "first",
    [
        {"sealed_for": "CA2"},
        {"place": Place("acct_1", "flow_2", 3, "bot", "fr-FR")},
        {"place": Place("acct_1", "flow_1", 3, "menu", "fr-FR")},
    ],
    ids=["another call's", "a flow that is gone", "a node without a bot"],
)
def test_a_session_that_cannot_begin_ends_by_the_exit_for_failures(
    cloud: Cloud, first: dict[str, Any]
) -> None:
    post = Posted()

    opened(post, setup(**first))

    assert outcome(post) == "failed"


def test_a_bot_with_a_bug_costs_the_caller_nothing_but_the_bot(cloud: Cloud) -> None:
    post = Posted()

    opened(post, setup(), says("bonjour"), bot=Broken())

    assert outcome(post) == "failed"


@pytest.mark.parametrize("text", ["no json", "[]", '{"type":"new-kind"}', ""])
def test_what_makes_no_sense_is_ignored_and_the_conversation_goes_on(
    cloud: Cloud, text: str
) -> None:
    post = Posted()

    opened(post, setup(), text, says("vos horaires"))

    assert [each["type"] for each in post.sent] == ["text"]
    assert post.closed == []


def test_what_callers_say_is_in_no_log(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    opened(Posted(), setup(), says("je m'appelle Zébulon"), '{"type": "prompt", "Zébulon"')
    opened(Posted(), setup(), says("Zébulon"), bot=Broken())

    logged = "".join(capsys.readouterr())
    assert "a message was ignored" in logged
    assert "ZeroDivisionError" in logged
    assert "bulon" not in logged


def test_a_message_that_overtakes_another_is_answered_once_that_is_there(cloud: Cloud) -> None:
    post = Posted()
    room = Room(None, None, Answer("now", ('"fine"',)))

    opened(post, "early", room=room)

    assert post.sent == ["fine"]


def test_a_message_whose_turn_never_comes_closes_the_connection(cloud: Cloud) -> None:
    post = Posted()

    opened(post, says("bonjour"))

    assert (post.sent, post.closed) == ([], ["c1"])


def test_of_two_messages_at_once_the_later_is_answered_to_what_is_so_now(cloud: Cloud) -> None:
    class Raced(ConnectionStore):
        lost = 0

        def save(self, connection: Connection, state: str, now: datetime) -> None:
            if not self.lost:
                self.lost += 1
                super().save(connection, "theirs", now)
                raise Conflict("changed meanwhile")
            super().save(connection, state, now)

    post, store = Posted(), Raced(settings().ivr_table)

    opened(post, "x", room=Room(Answer("a", ('"a"',)), Answer("b", ('"b"',))), connections=store)

    assert post.sent == ["b"]
    assert store.load("c1").state == "b"


@pytest.mark.parametrize("error", [Unavailable("no table"), NotFound("no row"), ValueError()])
def test_a_connection_that_cannot_be_answered_is_closed(cloud: Cloud, error: Exception) -> None:
    class Lost(ConnectionStore):
        def load(self, connection_id: str) -> Connection:
            raise error

    post = Posted()

    opened(post, setup(), connections=Lost(settings().ivr_table))

    assert post.closed == ["c1"]


def test_a_table_that_does_not_answer_lets_nobody_in(cloud: Cloud) -> None:
    class Lost(ConnectionStore):
        def open(self, connection: Connection, now: datetime) -> None:
            raise Unavailable("no table")

    ready = the_sockets(Posted(), connections=Lost(settings().ivr_table))

    assert sockets.connected(an_event(headers=signed()), ready) == {"statusCode": 500}


def test_somebody_who_has_gone_is_no_failure(cloud: Cloud) -> None:
    post = Posted(Gone("gone"))

    opened(post, setup(), says("vos horaires"))

    assert len(cloud.rows("ivr")) == 1


def test_nothing_is_kept_of_a_closed_connection(cloud: Cloud) -> None:
    post = Posted()
    ready = opened(post, setup(), says("vos horaires"))
    (row,) = cloud.rows("ivr")
    kept_until = datetime.fromtimestamp(int(row["expires_at"]["N"]), UTC)
    assert kept_until < NOW + timedelta(hours=3)

    assert sockets.left(an_event(), ready) == {"statusCode": 200}
    assert cloud.rows("ivr") == []
    assert sockets.left(an_event(), ready) == {"statusCode": 200}


def test_a_cloud_without_names_is_told_its_address(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sockets.endpoint_of(an_event()) == f"https://{DOMAIN}/prod"
    monkeypatch.setenv("CADRAN_SOCKETS_URL", "ws://127.0.0.1:8081/sockets/api/")
    settings.cache_clear()

    assert sockets.endpoint_of(an_event()) == "http://127.0.0.1:8081/sockets/api"
    assert sockets.public_url() == "ws://127.0.0.1:8081/sockets/api"


def test_the_address_is_what_the_deployment_noted(cloud: Cloud) -> None:
    with pytest.raises(Unavailable):
        sockets.public_url()
    cloud.put_parameter("sockets-url", f"{URL}/")

    assert sockets.public_url() == URL


@pytest.mark.parametrize(
    ("code", "raised"), [("GoneException", Gone), ("LimitExceededException", Unavailable)]
)
def test_api_gateways_refusals_are_told_apart(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, code: str, raised: type[Exception]
) -> None:
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://ws.test")
    monkeypatch.setattr(sockets, "_client", lambda endpoint: client)
    with Stubber(client) as stub:
        stub.add_client_error("post_to_connection", code)

        with pytest.raises(raised):
            sockets.Management("https://ws.test").send("c1", "x")
