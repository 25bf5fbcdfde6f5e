"""What somebody who is rung first hears, and the agent who is rung for them, as TwiML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twilio.twiml.voice_response import VoiceResponse

from chalicelib.campaigns.asked.words import VOICES, spoken, tongue

if TYPE_CHECKING:
    from twilio.twiml.voice_response import Gather

    from chalicelib.campaigns.asked.addresses import Address

YES: Final = "1"
STOP: Final = "9"
_PATIENCE: Final = 8
_ROUND: Final = 10  # seconds of waiting until the queue is asked again


def greeting(name: str, address: Address) -> str:
    """Say who rings, and wait for a key: an answering machine presses none."""
    return _asked("greeting", address, address.url("choice"), name=name)


def agent_greeting(label: str, address: Address) -> str:
    """Tell the agent whom it is about, and wait for a key."""
    about = f"{label.rstrip('.')}." if label else ""
    return _asked("agent", address, address.url("taken"), label=about)


def hold(address: Address, *, first: bool) -> str:
    """Have somebody wait for another round."""
    response = VoiceResponse()
    _say(response, "hold" if first else "still", address.language)
    response.pause(length=_ROUND)
    response.redirect(address.next_round().url("wait"), method="POST")
    return str(response)


def connect(number: str, ring_seconds: int, shown: str, address: Address) -> str:
    """Ring an agent, who has to press a key: nobody is put through to a machine."""
    response = VoiceResponse()
    dialled = response.dial(
        action=address.url("end"), method="POST", caller_id=shown, timeout=ring_seconds
    )
    dialled.number(number, url=address.url("agent"), method="POST")
    return str(response)


def put_through() -> str:
    """Let the agent speak with the person: an empty answer bridges them."""
    return str(VoiceResponse())


def goodbye(line: str, language: str) -> str:
    """Say a last word."""
    response = VoiceResponse()
    _say(response, line, language)
    response.hangup()
    return str(response)


def over() -> str:
    """Hang up."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _asked(line: str, address: Address, action: str, **facts: str) -> str:
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf", num_digits=1, timeout=_PATIENCE, action=action, method="POST"
    )
    _say(gather, line, address.language, **facts)
    response.hangup()
    return str(response)


def _say(verb: VoiceResponse | Gather, line: str, language: str, **facts: str) -> None:
    verb.say(spoken(line, language, **facts), language=VOICES[tongue(language)])
