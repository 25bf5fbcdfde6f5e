"""<ConversationRelay>: the network hears the caller, speaks what the application writes, and keeps
a WebSocket with it.

Source: Twilio, "TwiML Voice: <ConversationRelay>" and "Getting and sending WebSocket messages"
(2026-11). Not played: speech in part, several languages, Intelligence and its events.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp

from local.phone import speech
from local.phone.legs import HungUp, Key, Speech, future
from local.phone.signing import signature, signed_url

if TYPE_CHECKING:
    from local.phone.legs import Input
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag
    from local.phone.verbs.connect import Result

UNREACHABLE: Final = 64102
CLOSED: Final = 64105
INVALID: Final = 64107

# Real seconds that a jumping clock stands still for an answer which may come: to words it does,
# to a key it need not.
_ANSWER_TO_WORDS: Final = 15.0
_ANSWER_TO_KEY: Final = 1.0
_CONNECT: Final = 15.0
_LARGEST: Final = 128 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# Type, and the texts that a message of it must have.
_MESSAGES: Final = {
    "text": ("token",),
    "play": ("source",),
    "sendDigits": ("digits",),
    "language": (),
    "end": (),
}


async def run(tag: Tag, on: Program, result: Result) -> None:
    """Talk until the application ends it, loses it, or the caller hangs up."""
    began, clock = on.exchange.clock.seconds(), on.exchange.clock
    session_id = on.exchange.dice.sid("VX")
    result.params |= {"SessionId": session_id, "SessionStatus": "failed", "SessionDuration": "0"}
    async with aiohttp.ClientSession() as client:
        socket = await _connected(client, tag, on, result)
        if socket is None:
            return
        session = _Session(tag, on, socket, session_id)
        try:
            result.params |= await session.run()
        except HungUp:
            result.params["SessionStatus"] = "completed"
            raise
        finally:
            result.params["SessionDuration"] = str(round(clock.seconds() - began))
            await session.close()


async def _connected(
    client: aiohttp.ClientSession, tag: Tag, on: Program, result: Result
) -> aiohttp.ClientWebSocketResponse | None:
    """Open the socket with a signed handshake; None, and a report, if that cannot be."""
    url = tag.get("url")
    parts = urlsplit(url)
    if parts.scheme != "wss" and parts.hostname not in _LOOPBACK:
        _failed(on, result, UNREACHABLE, f"{url!r} is no wss:// address")
        return None
    # Twilio's word for a socket's headers: in small letters.
    signed = {"x-twilio-signature": signature(on.exchange.auth_token, signed_url(url))}
    try:
        with on.exchange.clock.busy():
            return await asyncio.wait_for(
                client.ws_connect(url, headers=signed, max_msg_size=_LARGEST), _CONNECT
            )
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _failed(on, result, UNREACHABLE, f"{url}: {type(error).__name__}")
        return None


def _failed(on: Program, result: Result, code: int, detail: str) -> None:
    on.report(code, detail)
    result.params |= {"ErrorCode": str(code), "ErrorMessage": detail}


@dataclass(slots=True)
class _Session:
    """One conversation: what was received and is not dealt with yet."""

    tag: Tag
    on: Program
    socket: aiohttp.ClientWebSocketResponse
    session_id: str
    received: deque[dict[str, Any] | None] = field(default_factory=deque)  # None: it was closed
    arrived: asyncio.Future[None] = field(default_factory=future)
    reader: asyncio.Task[None] | None = None
    language: str = "en-US"

    async def run(self) -> dict[str, str]:
        """Return the action's parameters of a session that ended while the caller was there."""
        self.language = self.tag.get("language", self.language)
        self.reader = asyncio.create_task(self._read())
        await self._send(self._setup())
        greeting = self.tag.get("welcomeGreeting")
        if greeting:
            await self._speak(greeting)
        while True:
            while self.received:
                over = await self._obey(self.received.popleft())
                if over is not None:
                    return over
            self._look_out()
            item = await self.on.leg.next_input(or_when=self.arrived)
            if item is not None:
                await self._hear(item)

    async def close(self) -> None:
        """Close the socket, and stop reading it."""
        if self.reader is not None:
            self.reader.cancel()
        with self.on.exchange.clock.busy():
            await self.socket.close()

    def _setup(self) -> dict[str, Any]:
        call = self.on.leg.call
        parameters = {each.get("name"): each.get("value") for each in self.tag.children}
        return {
            "type": "setup",
            "sessionId": self.session_id,
            "accountSid": self.on.exchange.settings.account_sid,
            "parentCallSid": "",
            "callSid": call.sid,
            "from": call.from_,
            "to": call.to,
            "forwardedFrom": "",
            "callType": "PSTN",
            "callerName": "",
            "direction": "inbound",
            "callStatus": "IN-PROGRESS",
            "customParameters": parameters,
        }

    async def _read(self) -> None:
        """Take what comes; a message that makes no sense is told back, as Twilio does."""
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            fields = _parsed(message.data)
            if fields is None:
                self.on.report(INVALID, "a message that is none of ConversationRelay's")
                await self._send({"type": "error", "description": "Invalid message received"})
                continue
            self._came(fields)
        self._came(None)

    def _came(self, fields: dict[str, Any] | None) -> None:
        self.received.append(fields)
        if not self.arrived.done():
            self.arrived.set_result(None)

    def _look_out(self) -> None:
        if self.arrived.done() and not self.received:
            self.arrived = future()

    async def _send(self, message: dict[str, Any], answer_within: float = 0) -> None:
        """Send, and hold a jumping clock while an answer may be on its way."""
        with self.on.exchange.clock.busy():
            if not self.socket.closed:
                await self.socket.send_str(json.dumps(message))
            self._look_out()
            if answer_within:
                await asyncio.wait({self.arrived}, timeout=answer_within)
        self.on.leg.check()

    async def _obey(self, fields: dict[str, Any] | None) -> dict[str, str] | None:
        """Do what the application asks; the action's parameters, if that is the end."""
        if fields is None:
            detail = "the application closed the WebSocket"
            self.on.report(CLOSED, detail)
            return {"ErrorCode": str(CLOSED), "ErrorMessage": detail}
        if fields["type"] == "end":
            told = fields.get("handoffData")
            return {"SessionStatus": "ended", **({"HandoffData": told} if told else {})}
        if fields["type"] == "text":
            await self._speak(fields["token"])
        elif fields["type"] == "language":
            self.language = fields.get("transcriptionLanguage") or self.language
        elif fields["type"] == "play":
            self.on.leg.phone.hear("sound", fields["source"], 1, fields["source"])
        return None

    async def _speak(self, text: str) -> None:
        """Speak; a caller who cuts in is heard, and so is an end, which cuts speech short too."""
        leg, clock = self.on.leg, self.on.exchange.clock
        took = speech.seconds(text)
        leg.phone.asked(took)
        leg.phone.hear("heard", text, took)
        began = clock.seconds()
        while (left := began + took - clock.seconds()) > 0 and not self._is_ending():
            self._look_out()
            item = await leg.next_input(left, or_when=self.arrived if not self.received else None)
            if item is not None:
                await self._interrupted(item, text, clock.seconds() - began)
                return

    def _is_ending(self) -> bool:
        return any(fields is None or fields["type"] == "end" for fields in self.received)

    async def _interrupted(self, item: Input, text: str, after: float) -> None:
        said = text[: int(after * speech.CHARACTERS_A_SECOND)]
        milliseconds = round(after * 1000)
        await self._send(
            {
                "type": "interrupt",
                "utteranceUntilInterrupt": said,
                "durationUntilInterruptMs": milliseconds,
            }
        )
        await self._hear(item)

    async def _hear(self, item: Input) -> None:
        if isinstance(item, Key):
            if self.tag.true("dtmfDetection"):
                await self._send({"type": "dtmf", "digit": item.key}, _ANSWER_TO_KEY)
        elif isinstance(item, Speech):
            await self.on.leg.sleep(item.seconds)
            if item.text:
                said = {"voicePrompt": item.text, "lang": self.language, "last": True}
                await self._send({"type": "prompt", **said}, _ANSWER_TO_WORDS)


def _parsed(text: str) -> dict[str, Any] | None:
    """Read a message of the application's; None if Twilio would refuse it."""
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    needed = _MESSAGES.get(str(fields.get("type")))
    texts = [fields.get(name) for name in needed or ()]
    if needed is None or not all(isinstance(each, str) for each in texts):
        return None
    return fields if isinstance(fields.get("handoffData", ""), str) else None
