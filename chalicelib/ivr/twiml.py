"""Actions as TwiML: the only place that knows how the carrier spells them. It decides nothing."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from twilio.twiml.voice_response import Gather, VoiceResponse

from chalicelib.ivr import texts
from chalicelib.ivr.actions import (
    Apologise,
    Ask,
    Connect,
    Continue,
    Converse,
    HangUp,
    Listening,
    Play,
    Refuse,
    Say,
    TakeMessage,
)
from chalicelib.ivr.voices import voice_for
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import sockets
from chalicelib.runtime.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.ivr.actions import Reply
    from chalicelib.ivr.nodes import Audio, Spoken
    from chalicelib.ivr.position import Position
    from chalicelib.ivr.ssml import Node
    from chalicelib.ivr.voicebot.remembering import Place


# Twilio, <Gather> hints: 500 phrases of 100 characters; a long list makes each of them weaker.
MOST_HINTS: Final = 100
LONGEST_HINT: Final = 100


class Urls(Protocol):
    """Where a call comes back to. `addresses.CallAddress` is one."""

    def at(self, position: Position, *, arriving: bool = False) -> str:
        """Return the absolute URL of a position."""

    def sound(self, prompt_id: str, version: int) -> str:
        """Return the absolute URL of an uploaded prompt."""

    def builtin(self, name: str) -> str:
        """Return the absolute URL of a sound that is built in: `beep` or `hold`."""

    def whisper(self, position: Position) -> str:
        """Return the absolute URL of what is said to whoever we ring."""

    def recordings(self) -> str:
        """Return the absolute URL that is told of recordings."""

    def place(self, position: Position, language: str) -> Place:
        """Return where a conversation with a bot takes place."""


def render(reply: Reply, urls: Urls | None = None) -> str:
    """Return the TwiML of a reply. One that waits for the caller needs `urls` to come back to."""
    response = VoiceResponse()
    back = _Back(reply, urls)
    for action in reply.actions:
        _VERBS[type(action)](response, action, back)
    return str(response)


class _Back:
    """The way back of one reply, made only if a verb asks for it."""

    def __init__(self, reply: Reply, urls: Urls | None) -> None:
        self._position = reply.position
        self._urls = urls

    def url(self, *, arriving: bool = False) -> str | None:
        if self._position is None or self._urls is None:
            return None
        return self._urls.at(self._position, arriving=arriving)

    def sound(self, audio: Audio) -> str | None:
        if audio.url or self._urls is None:
            return audio.url
        if audio.builtin:
            return self._urls.builtin(audio.builtin)
        return self._urls.sound(audio.prompt_id, audio.version) if audio.prompt_id else None

    def whisper(self) -> str | None:
        if self._position is None or self._urls is None:
            return None
        return self._urls.whisper(self._position)

    def recordings(self) -> str | None:
        return self._urls.recordings() if self._urls else None

    def place(self, language: str) -> Place | None:
        if self._position is None or self._urls is None:
            return None
        return self._urls.place(self._position, language)

    def action(self) -> dict[str, str]:
        url = self.url()
        return {"action": url, "method": "POST"} if url else {}


def _say(verb: VoiceResponse | Gather, action: Say, back: _Back) -> None:
    _speak(verb, action.words)


def _play(verb: VoiceResponse | Gather, action: Play, back: _Back) -> None:
    url = back.sound(action.audio)
    if url:
        verb.play(url)


def _ask(response: VoiceResponse, action: Ask, back: _Back) -> None:
    # Without actionOnEmptyResult the carrier would go on silently: silence comes back here too.
    gather = response.gather(
        **back.action(),
        timeout=action.timeout_seconds,
        action_on_empty_result=True,
        **_listening(action),
    )
    for prompt in action.prompts:
        _VERBS[type(prompt)](gather, prompt, back)


def _listening(action: Ask) -> dict[str, Any]:
    """Say what is listened for; keys and speech each have attributes of their own."""
    keys = {"num_digits": action.most_keys, "finish_on_key": action.finish_key}
    speech: dict[str, Any] = {
        "language": action.language or None,
        "hints": ",".join(_hints(action)) or None,
        "speech_timeout": action.speech_timeout or "auto",
    }
    heard = {
        Listening.KEYS: {"input": "dtmf", **keys},
        Listening.SPEECH: {"input": "speech", **speech},
        Listening.BOTH: {"input": "dtmf speech", **keys, **speech},
    }[action.listening]
    return heard if action.barge_in else {**heard, "barge_in": False}


def _hints(action: Ask | Converse) -> Iterator[str]:
    """Yield as many hints as the carrier takes, without the commas that part them."""
    for hint in islice(action.hints, MOST_HINTS):
        yield " ".join(hint.replace(",", " ").split())[:LONGEST_HINT]


def _connect(response: VoiceResponse, action: Connect, back: _Back) -> None:
    record: dict[str, Any] = {}
    if action.record:
        record = {
            "record": "record-from-answer-dual",
            "recording_status_callback": back.recordings(),
            "recording_status_callback_event": "completed absent",
        }
    dial = response.dial(
        timeout=action.ring_seconds,
        time_limit=action.most_seconds,
        caller_id=action.caller_id,
        **record,
        **back.action(),
    )
    whisper = {"url": back.whisper(), "method": "POST"} if action.whisper else {}
    for number in action.numbers:
        dial.number(number, **whisper)


def _refuse(response: VoiceResponse, action: Refuse, back: _Back) -> None:
    response.reject(reason=action.reason.value)


def _take_message(response: VoiceResponse, action: TakeMessage, back: _Back) -> None:
    response.record(
        **back.action(),
        max_length=action.max_seconds,
        timeout=action.silence_seconds,
        finish_on_key="#",
        play_beep=True,
        recording_status_callback=back.recordings(),
        recording_status_callback_event="completed absent",
    )
    # A caller who says nothing leaves no recording: some carriers then go on to the next verb.
    url = back.url()
    if url:
        response.redirect(url, method="POST")


def _converse(response: VoiceResponse, action: Converse, back: _Back) -> None:
    """Connect the caller to our socket; where that cannot be, come straight back without an answer.

    The address has no query: everything about the call is in a parameter, which only we can seal.
    """
    place, url = back.place(action.language), back.url()
    if place is None or url is None:
        return
    try:
        socket = sockets.public_url()
        sealed = sockets.passport("voicebot", place.facts(), action.call_id)
    except Unavailable as error:
        logger().error("no bot can be reached", extra={"error": error.message})
        response.redirect(url, method="POST")
        return
    greeting = action.greeting
    voice = greeting.voice if greeting else None
    relay = response.connect(**back.action()).conversation_relay(
        url=f"{socket}/",
        language=action.language,
        voice=relay_voice(voice or voice_for(action.language)),
        tts_provider="Amazon",
        welcome_greeting=greeting.text if greeting else None,
        hints=",".join(_hints(action)) or None,
        dtmf_detection=True,
        interruptible="any",
    )
    relay.parameter(name="session", value=sealed)


def relay_voice(voice: str | None) -> str | None:
    """Return how ConversationRelay spells a voice of <Say>; None for one that only <Say> has.

    >>> relay_voice("Polly.Lea-Neural")
    'Lea-Neural'
    """
    family, _, name = (voice or "").partition(".")
    return name if family == "Polly" else None


def _continue(response: VoiceResponse, action: Continue, back: _Back) -> None:
    url = back.url(arriving=True)
    if url:
        response.redirect(url, method="POST")


def _apologise(response: VoiceResponse, action: Apologise, back: _Back) -> None:
    _speak(response, texts.say(texts.Line.APOLOGY, action.language))


def _hang_up(response: VoiceResponse, action: HangUp, back: _Back) -> None:
    response.hangup()


def _speak(verb: VoiceResponse | Gather, words: Spoken) -> None:
    voice = words.voice or voice_for(words.language)
    if words.markup:
        _mark(verb.say(language=words.language, voice=voice), words.markup)
    else:
        verb.say(words.text, language=words.language, voice=voice)


def _mark(verb: Any, nodes: tuple[Node, ...]) -> None:
    """Nest speech markup: the carrier's library has a method for each element."""
    for node in nodes:
        if isinstance(node, str):
            verb.append(node)
            continue
        # Elements of text take their words first; an empty one leaves them to what follows.
        words = () if node.name == "break" else ("",)
        _mark(getattr(verb, node.method)(*words, **node.arguments), node.children)


_VERBS: Final[dict[type[Any], Callable[[Any, Any, _Back], None]]] = {
    Say: _say,
    Play: _play,
    Refuse: _refuse,
    Ask: _ask,
    Connect: _connect,
    TakeMessage: _take_message,
    Converse: _converse,
    Continue: _continue,
    Apologise: _apologise,
    HangUp: _hang_up,
}
