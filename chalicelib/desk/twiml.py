"""What an agent who is rung for a callback hears, as TwiML. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twilio.twiml.voice_response import Gather, VoiceResponse

from chalicelib.desk.addresses import CHOICE, END

if TYPE_CHECKING:
    from chalicelib.desk.addresses import Address
    from chalicelib.desk.callbacks import Callback
    from chalicelib.desk.ports import Speech

ACCEPT: Final = "1"
# An agent may have to put something down first; an answering machine never presses.
_PATIENCE: Final = 8
# Five to six rings: a person who asked for it may still need to find the telephone.
_RING_SECONDS: Final = 30


def whisper(words: Speech, address: Address) -> str:
    """Say whom it is about, and wait for a key."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf",
        num_digits=1,
        timeout=_PATIENCE,
        action=address.url(CHOICE),
        method="POST",
        action_on_empty_result=True,
    )
    _say(gather, words)
    return str(response)


def dial(callback: Callback, address: Address) -> str:
    """Dial the person, who sees the number that they know."""
    response = VoiceResponse()
    dialled = response.dial(
        action=address.url(END), method="POST", caller_id=callback.line, timeout=_RING_SECONDS
    )
    dialled.number(callback.number)
    return str(response)


def goodbye(words: Speech | None = None) -> str:
    """End the agent's call, with or without a word."""
    response = VoiceResponse()
    if words is not None:
        _say(response, words)
    response.hangup()
    return str(response)


def _say(verb: VoiceResponse | Gather, words: Speech) -> None:
    verb.say(words.text, language=words.language, voice=words.voice)
