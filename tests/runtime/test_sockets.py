"""WebSockets as API Gateway hands them over: who gets in, and what happens whatever breaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from twilio.request_validator import RequestValidator

from chalicelib.ivr.voicebot.handlers import PASSPORT, VoicebotRoom
from chalicelib.ivr.voicebot.remembering import Place
from chalicelib.ivr.voicebot.store import ConnectionStore
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime import sockets
from chalicelib.runtime.settings import settings
from chalicelib.runtime.sockets import Answer, Connection, Gone, Sockets
from tests.clouds import TOKEN
from tests.ivr.voicebot.builders import a_brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.bots import BotReply, Turn
    from tests.clouds import Cloud

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DOMAIN = "ws1.execute-api.eu-west-3.amazonaws.com"
URL = f"wss://{DOMAIN}/prod"
PLACE = Place("acct_1", "flow_1", 3, "bot", "fr-FR")


class Posted:
    """The way out: what was sent on which connection, and what was closed."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[Any] = []
        self.closed: list[str] = []
        self.error = error

    def send(self, connection_id: str, text: str) -> None:
        if self.error:
            raise self.error
        self.sent.append(json.loads(text))

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)


class Flows:
    """One flow, with a bot at its node `bot`."""

    class Flow:
        class Node:
            brief = a_brief()

        nodes: Mapping[str, Any] = {"bot": Node(), "menu": object()}

    def version(self, flow_id: str, version: int) -> Any:
        if flow_id != "flow_1":
            raise NotFound("no such version")
        return self.Flow()


class Broken:
    """A bot with a bug."""

    def reply(self, turn: Turn) -> BotReply:
        raise ZeroDivisionError


class Room:
    """A room that answers as it is told."""

    def __init__(self, *answers: Answer | None) -> None:
        self.answers = list(answers)

    def admits(self, handshake: sockets.Handshake) -> bool:
        return True

    def heard(self, state: str, text: str) -> Answer | None:
        return self.answers.pop(0)

    def broke(self, state: str) -> Answer:
        return Answer(state, ('"broke"',))


def an_event(body: Any = None, **fields: Any) -> dict[str, Any]:
    context = {"connectionId": "c1", "domainName": DOMAIN, "stage": "prod", "apiId": "ws1"}
    text = body if isinstance(body, str) else json.dumps(body)
    return {"requestContext": context, "body": text, **fields}


def signed(url: str = f"{URL}/", token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, {})}


def setup(place: Place = PLACE, call: str = "CA1", sealed_for: str = "CA1") -> dict[str, Any]:
    sealed = sockets.passport("voicebot", place.facts(), sealed_for)
    parameters = {PASSPORT: sealed}
    return {"type": "setup", "sessionId": "VX1", "callSid": call, "customParameters": parameters}


def says(text: str) -> dict[str, Any]:
    return {"type": "prompt", "voicePrompt": text, "lang": "fr-FR", "last": True}


def the_sockets(post: Posted, room: Any = None, bot: Any = None, **fields: Any) -> Sockets:
    from chalicelib.ivr.voicebot.bundled import MatchingBot

    given = {
        "rooms": {"voicebot": room or VoicebotRoom(Flows(), bot or MatchingBot())},
        "connections": ConnectionStore(settings().ivr_table),
        "post": lambda endpoint: post,
        "clock": lambda: NOW,
        "pause": lambda look: None,
    }
    return Sockets(**{**given, **fields})


def outcome(post: Posted) -> str:
    (last,) = post.sent[-1:]
    assert last["type"] == "end"
    return str(json.loads(last["handoffData"])["outcome"])


def opened(post: Posted, *messages: Any, **fields: Any) -> Sockets:
    """Open a connection as the carrier does, and say something on it."""
    ready = the_sockets(post, **fields)
    assert sockets.connected(an_event(headers=signed()), ready) == {"statusCode": 200}
    for message in messages:
        assert sockets.heard(an_event(message), ready) == {"statusCode": 200}
    return ready


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
