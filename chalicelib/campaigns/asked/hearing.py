"""The carrier's words about a call to somebody who is rung first, read as ours. Pure."""

from __future__ import annotations

from typing import Final, Protocol

# Twilio, call status: what a call of ours to somebody ends with.
ENDS: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
# Twilio, <Dial> action: DialCallStatus.
_TALKED: Final = frozenset({"completed", "answered"})


class Webhook(Protocol):
    """A webhook's parameters, of which the signature has been checked."""

    def optional(self, name: str) -> str | None:
        """Return a parameter, None if it is absent or empty."""


def has_ended(webhook: Webhook) -> bool:
    """Tell whether the person's call is over."""
    return webhook.optional("CallStatus") in ENDS


def talked(webhook: Webhook) -> bool:
    """Tell whether an agent spoke with them: one who pressed no key was not put through."""
    bridged = webhook.optional("DialBridged") != "false"
    return bridged and webhook.optional("DialCallStatus") in _TALKED
