"""What agents of campaigns hear, and people who are put through to them, as TwiML.

An agent waits on a line of their own, which is a queue of the carrier's; a person who has answered
takes whoever waits there. So both are together at once, and nobody rings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twilio.twiml.voice_response import VoiceResponse

from chalicelib.campaigns.dialling.seats import line_of
from chalicelib.campaigns.dialling.words import VOICES, said, tongue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twilio.twiml.voice_response import Gather

    from chalicelib.campaigns.campaign import Plan
    from chalicelib.campaigns.dialling.addresses import Address, SeatAddress
    from chalicelib.campaigns.dialling.seats import Seat

STOP: Final = "9"
_PATIENCE: Final = 8
# Seconds that an agent waits until we are asked whether they go on.
_ROUND: Final = 10
# What a person who has answered waits for an agent's line, at the most.
_GRACE: Final = 2


def come(plan: Plan, address: SeatAddress) -> str:
    """Tell an agent which campaign it is, and wait for a key."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf",
        num_digits=1,
        timeout=_PATIENCE,
        action=address.url("choice"),
        method="POST",
        action_on_empty_result=True,
    )
    _say(gather, "come", plan)
    return str(response)


def line(seat: Seat, address: SeatAddress, plan: Plan | None = None) -> str:
    """Have an agent wait on their line; with the plan they are told so first."""
    response = VoiceResponse()
    if plan is not None:
        _say(response, "wait", plan)
    response.enqueue(
        line_of(seat),
        action=address.url("over"),
        method="POST",
        wait_url=address.url("wait"),
        wait_url_method="POST",
    )
    return str(response)


def another_round(*, stays: bool) -> str:
    """Have an agent wait for a while, or leave the line."""
    response = VoiceResponse()
    if stays:
        response.pause(length=_ROUND)
    else:
        response.leave()
    return str(response)


def put_through(seat: Seat, address: Address, tried: Iterable[str]) -> str:
    """Have a person talk with the agent who waits on a line."""
    response = VoiceResponse()
    dial = response.dial(
        action=address.agent("over", [*tried, seat.agent_id]), method="POST", timeout=_GRACE
    )
    dial.queue(line_of(seat))
    return str(response)


def look_again(address: Address, step: str, tried: Iterable[str]) -> str:
    """Look again in a second."""
    response = VoiceResponse()
    response.pause(length=1)
    response.redirect(address.agent(step, tried), method="POST")
    return str(response)


def nobody(plan: Plan, address: Address) -> str:
    """Say on whose behalf it was, which number to ring, and how to be rung no more."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf", num_digits=1, timeout=5, action=address.agent("choice"), method="POST"
    )
    _say(gather, "nobody", plan)
    response.hangup()
    return str(response)


def goodbye(what: str, plan: Plan) -> str:
    """Say a last word."""
    response = VoiceResponse()
    _say(response, what, plan)
    response.hangup()
    return str(response)


def hang_up() -> str:
    """End a call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _say(verb: VoiceResponse | Gather, what: str, plan: Plan) -> None:
    verb.say(said(what, plan), language=VOICES[tongue(plan)])
