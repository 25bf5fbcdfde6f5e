"""The carrier's voice webhooks, read as what a caller did. Twilio's words end here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import (
    Arrived,
    BotEnded,
    CalleeAnswered,
    CalleePressed,
    Context,
    DialEnded,
    KeysPressed,
    MessageRecorded,
    NoInput,
    Spoke,
)
from chalicelib.ivr.addresses import CALLEE, CallAddress
from chalicelib.ivr.position import Position
from chalicelib.ivr.voicebot import handoff
from chalicelib.kernel import phone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.ivr.actions import Input

# Twilio, <Dial> action: DialCallStatus. "answered" is what conferences say.
DIAL_STATUS: Final = {
    "completed": DialStatus.ANSWERED,
    "answered": DialStatus.ANSWERED,
    "busy": DialStatus.BUSY,
    "no-answer": DialStatus.NO_ANSWER,
    "failed": DialStatus.FAILED,
    "canceled": DialStatus.CANCELLED,
}
# Twilio, CallStatus of a call that is over: the result of a <Dial> still comes to its action.
_OVER: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
# Twilio, Direction: of a call that the REST API placed, the person is whom it goes to.
PLACED_BY_US: Final = "outbound-api"
_MOST_WORDS: Final = 1_000  # characters of speech that are looked at
_MOST_DIGITS: Final = 7  # of a number of seconds: more is no call's length


class Webhook(Protocol):
    """A webhook's parameters, of which the signature has been checked."""

    @property
    def base_url(self) -> str:
        """Our public address."""

    @property
    def query(self) -> Mapping[str, str]:
        """What we wrote into the URL ourselves."""

    def required(self, name: str) -> str:
        """Return a parameter, or raise Rejected."""

    def optional(self, name: str) -> str | None:
        """Return a parameter, None if it is absent or empty."""


def context_of(webhook: Webhook, now: datetime) -> Context:
    """Read which call it is, and who called whom."""
    if webhook.query.get("side") == CALLEE:
        return _caller_of(webhook, now)
    dialled, caller = webhook.required("To"), webhook.optional("From")
    if webhook.optional("Direction") == PLACED_BY_US and caller is not None:
        dialled, caller = caller, dialled
    return Context(
        now=now,
        call_id=webhook.required("CallSid"),
        dialled=phone.caller_or_none(dialled) or dialled,
        caller=phone.caller_or_none(caller),
        gone=webhook.optional("CallStatus") in _OVER,
    )


def _caller_of(webhook: Webhook, now: datetime) -> Context:
    """Read the call of whoever is waiting, from the leg of the person that we rang for them.

    That leg comes from the caller's number, or from ours where the caller's is not shown.
    """
    dialled, shown = webhook.query.get("dialled", ""), webhook.optional("From")
    caller = phone.caller_or_none(shown)
    return Context(
        now=now,
        call_id=webhook.optional("ParentCallSid") or webhook.required("CallSid"),
        dialled=dialled,
        caller=None if caller == dialled else caller,
    )


def place_of(
    webhook: Webhook, flow_id: str, version: str, node: str
) -> tuple[CallAddress, Position]:
    """Read where the call stands. Raises Rejected on a URL that we did not write."""
    address = CallAddress.from_url(webhook.base_url, flow_id, version, webhook.query)
    return address, Position.from_url(node, webhook.query)


def heard(webhook: Webhook) -> Input:
    """Read what happened since our last answer; silence is the absence of anything."""
    if webhook.query.get("side") == CALLEE:
        pressed = webhook.optional("Digits") or ""
        return CalleeAnswered() if webhook.query.get("arriving") == "1" else CalleePressed(pressed)
    if handoff.is_ending(webhook):
        ending = handoff.ending_of(webhook)
        return BotEnded(ending.outcome.value, ending.exit, ending.learnt)
    status, recording = webhook.optional("DialCallStatus"), _recording_id(webhook)
    if status is not None:
        known = DIAL_STATUS.get(status, DialStatus.FAILED)
        if known is DialStatus.ANSWERED and webhook.optional("DialBridged") == "false":
            known = DialStatus.NO_ANSWER  # picked up, but never put through
        seconds = _seconds(webhook, "DialCallDuration")
        return DialEnded(known, seconds, leg_id=webhook.optional("DialCallSid"))
    if recording is not None:
        return MessageRecorded(recording, _seconds(webhook, "RecordingDuration"))
    keys = webhook.optional("Digits")
    if keys is not None:
        return KeysPressed(keys)
    words = webhook.optional("SpeechResult")
    if words is not None:
        return Spoke(words[:_MOST_WORDS], _hundredths(webhook.optional("Confidence")))
    return Arrived() if webhook.query.get("arriving") == "1" else NoInput()


def _hundredths(confidence: str | None) -> int | None:
    """Read how sure the carrier is of what it heard; it does not always say."""
    try:
        return min(100, max(0, round(float(confidence or "") * 100)))
    except (ValueError, OverflowError):
        return None


def _recording_id(webhook: Webhook) -> str | None:
    """Twilio's documents promise the recording's URL; its id, which ends it, also arrives."""
    url = webhook.optional("RecordingUrl")
    return webhook.optional("RecordingSid") or (url and url.rstrip("/").rpartition("/")[2])


def _seconds(webhook: Webhook, name: str) -> int:
    """Read a duration. One that makes no sense must not cost the caller the call."""
    value = webhook.optional(name) or "0"
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS else 0
