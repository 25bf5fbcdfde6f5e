"""WebSockets for tests: the carrier's messages, the ways out, and a talk in which time goes by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from twilio.request_validator import RequestValidator

from chalicelib.ivr.voicebot.handlers import PASSPORT, VoicebotRoom
from chalicelib.ivr.voicebot.remembering import Place
from chalicelib.ivr.voicebot.store import ConnectionStore
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import sockets
from chalicelib.runtime.settings import settings
from chalicelib.runtime.sockets import Answer, Sockets
from tests.clouds import TOKEN
from tests.ivr.voicebot.builders import a_brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.bots import BotReply, Turn

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

    def woken(self, state: str) -> Answer:
        return Answer(state, ('"woken"',))

    def broke(self, state: str) -> Answer:
        return Answer(state, ('"broke"',))


class Wakeups:
    """The queue that brings rooms back to connections, kept in a list."""

    def __init__(self, error: Exception | None = None) -> None:
        self.waiting: list[tuple[int, dict[str, Any]]] = []
        self.error = error

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        if self.error:
            raise self.error
        self.waiting.append((delay_seconds, message))


class Clock:
    """A time that only a test moves on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


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

    clock = fields.get("clock", lambda: NOW)
    given = {
        "rooms": {"voicebot": room or VoicebotRoom(Flows(), bot or MatchingBot(), clock)},
        "connections": ConnectionStore(settings().ivr_table),
        "wakeups": Wakeups(),
        "post": lambda endpoint: post,
        "clock": clock,
        "pause": lambda look: None,
    }
    return Sockets(**{**given, **fields})


class Talk:
    """A conversation with its bot, in which time goes by and the queue brings what is due."""

    def __init__(self, **fields: Any) -> None:
        self.post, self.clock, self.wakeups = Posted(), Clock(), Wakeups()
        own = {"clock": self.clock, "wakeups": self.wakeups, **fields}
        self.sockets = opened(self.post, setup(), **own)

    def says(self, text: str) -> None:
        assert sockets.heard(an_event(says(text)), self.sockets) == {"statusCode": 200}

    def goes_by(self, seconds: int) -> None:
        """Let time go by; the queue's messages come when they are due."""
        until = self.clock.now + timedelta(seconds=seconds)
        while self.wakeups.waiting:
            ((delay, message),) = self.wakeups.waiting
            left = (until - self.clock.now).total_seconds()
            if delay > left:
                self.wakeups.waiting = [(delay - int(left), message)]
                break
            self.clock.now += timedelta(seconds=delay)
            self.wakeups.waiting.clear()
            sockets.wake([json.dumps(message)], self.sockets)
        self.clock.now = until

    @property
    def told(self) -> list[str]:
        return [each["token"] for each in self.post.sent if each["type"] == "text"]


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
