"""The carrier's words about a callback's call, read as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.events import DialStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

# Twilio, <Dial> action: DialCallStatus.
_DIAL_STATUS: Final = {
    "completed": DialStatus.ANSWERED,
    "answered": DialStatus.ANSWERED,
    "busy": DialStatus.BUSY,
    "no-answer": DialStatus.NO_ANSWER,
    "canceled": DialStatus.CANCELLED,
}
# Twilio, call status: what a call of ours to somebody ends with.
ENDS: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
_MOST_DIGITS: Final = 7


class Webhook(Protocol):
    """A webhook's parameters, of which the signature has been checked."""

    @property
    def query(self) -> Mapping[str, str]:
        """What we wrote into the URL ourselves."""

    def optional(self, name: str) -> str | None:
        """Return a parameter, None if it is absent or empty."""


def dialled(webhook: Webhook) -> tuple[DialStatus, int]:
    """Read how it went with the person who was dialled, and for how long they talked."""
    status = _DIAL_STATUS.get(webhook.optional("DialCallStatus") or "", DialStatus.FAILED)
    if status is DialStatus.ANSWERED and webhook.optional("DialBridged") == "false":
        status = DialStatus.NO_ANSWER  # picked up, but never put through
    seconds = webhook.optional("DialCallDuration") or ""
    known = seconds.isascii() and seconds.isdigit() and len(seconds) <= _MOST_DIGITS
    return status, int(seconds) if known else 0


def has_ended(webhook: Webhook) -> bool:
    """Tell whether the agent's call is over."""
    return webhook.optional("CallStatus") in ENDS
