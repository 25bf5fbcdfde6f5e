"""The carrier's ConversationRelay messages: theirs read as values, ours written as JSON.

Source: Twilio, "Getting and sending WebSocket messages" (read 2026-11). It decides nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_MESSAGE: Final = 32 * 1024  # characters; API Gateway lets no longer frame through
LONGEST_SPEECH: Final = 2_000  # characters of what a caller says that are kept
_MOST_PARAMETERS: Final = 20
_KEYS: Final = frozenset("0123456789*#ABCD")


class NotAMessage(Rejected):
    """What came is no message of the protocol. Its words are never repeated: a caller said them."""

    code = "not-a-relay-message"


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message. `parameters` are those that our own TwiML gave."""

    session_id: str
    call_id: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller said. More of it follows unless `last`."""

    text: str
    language: str
    last: bool = True


@dataclass(frozen=True, slots=True)
class Key:
    """A key that the caller pressed."""

    key: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The caller spoke while we did; `after_ms` into what we said."""

    after_ms: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The carrier could not use something that we sent."""

    description: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind of message that this version does not know: to be noted, and nothing more."""

    kind: str


Message = Setup | Heard | Key | Interrupted | Failure | Unknown


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a text. `language` only where it is not the session's."""

    text: str
    language: str | None = None
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class PlaySound:
    """Play a sound file."""

    url: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class SendKeys:
    """Send keys down the line: 0-9, *, #, and w for half a second."""

    keys: str


@dataclass(frozen=True, slots=True)
class Speaking:
    """Speak and understand another language from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class Finish:
    """End the session; `handoff` comes back in the webhook of the verb's action."""

    handoff: str


Command = Speak | PlaySound | SendKeys | Speaking | Finish


def parse(text: str) -> Message:
    """Read a message of the carrier's. Raises NotAMessage."""
    if len(text) > LONGEST_MESSAGE:
        raise NotAMessage("the message is too long", characters=len(text))
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAMessage("the message is not JSON") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise NotAMessage("the message has no type")
    kind = fields["type"]
    reader = _READERS.get(kind)
    return Unknown(kind[:40]) if reader is None else reader(fields)


def render(command: Command) -> str:
    """Write a message to the carrier."""
    return json.dumps(_WRITERS[type(command)](command), ensure_ascii=False)


def _setup(fields: dict[str, Any]) -> Setup:
    given = fields.get("customParameters")
    parameters = given if isinstance(given, dict) and len(given) <= _MOST_PARAMETERS else {}
    return Setup(
        session_id=_text(fields, "sessionId"),
        call_id=_text(fields, "callSid"),
        parameters={name: each for name, each in parameters.items() if isinstance(each, str)},
    )


def _prompt(fields: dict[str, Any]) -> Heard:
    said = _text(fields, "voicePrompt", LONGEST_SPEECH).strip()
    return Heard(said, _text(fields, "lang", needed=False), fields.get("last") is not False)


def _dtmf(fields: dict[str, Any]) -> Key:
    key = _text(fields, "digit")
    if key not in _KEYS:
        raise NotAMessage("no key of a telephone")
    return Key(key)


def _interrupt(fields: dict[str, Any]) -> Interrupted:
    # Twilio's pages show the number with and without quotation marks.
    after = str(fields.get("durationUntilInterruptMs", "0"))
    return Interrupted(int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0)


def _error(fields: dict[str, Any]) -> Failure:
    return Failure(_text(fields, "description", needed=False))


def _text(fields: dict[str, Any], name: str, longest: int = 200, *, needed: bool = True) -> str:
    value = fields.get(name, None if needed else "")
    if not isinstance(value, str):
        raise NotAMessage("the message lacks a text", field=name)
    return value[:longest]


_READERS: Final[dict[str, Callable[[dict[str, Any]], Message]]] = {
    "setup": _setup,
    "prompt": _prompt,
    "dtmf": _dtmf,
    "interrupt": _interrupt,
    "error": _error,
}


def _text_token(command: Speak) -> dict[str, Any]:
    spoken: dict[str, Any] = {"type": "text", "token": command.text, "last": True}
    if command.language is not None:
        spoken["lang"] = command.language
    return spoken if command.interruptible else {**spoken, "interruptible": False}


def _play(command: PlaySound) -> dict[str, Any]:
    return {"type": "play", "source": command.url, "loop": command.times}


def _language(command: Speaking) -> dict[str, Any]:
    spoken = command.language
    return {"type": "language", "ttsLanguage": spoken, "transcriptionLanguage": spoken}


_WRITERS: Final[dict[type[Any], Callable[[Any], dict[str, Any]]]] = {
    Speak: _text_token,
    PlaySound: _play,
    SendKeys: lambda command: {"type": "sendDigits", "digits": command.keys},
    Speaking: _language,
    Finish: lambda command: {"type": "end", "handoffData": command.handoff},
}
