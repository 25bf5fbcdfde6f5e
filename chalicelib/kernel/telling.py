"""Telling people of calls: by what, who may be sent a text message, what a refusal means. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# Twilio's error codes (www.twilio.com/docs/api/errors), read 2026-11.
REASONS: Final[dict[int, str]] = {
    21211: "invalid-number",
    21408: "country-not-allowed",
    21602: "empty",
    21603: "no-sender",
    21606: "sender-cannot-text",
    21610: "opted-out",
    21612: "unreachable",
    21614: "not-a-mobile",
    21617: "too-long",
    30003: "unreachable",
    30005: "unknown-number",
    30006: "not-a-mobile",
    30007: "filtered",
    63016: "template-wanted",
    63003: "unreachable",
    63007: "sender-cannot-text",
}
SENDER_CANNOT_TEXT: Final = "sender-cannot-text"
EMAIL: Final = re.compile(r"[^@\s,;<>]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Means(StrEnum):
    """By what somebody is told of a call."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


class NotSendable(Rejected):
    """Somebody cannot be told, now or ever. `reason` is a word that stays the same."""

    code = "not-sendable"

    def __init__(self, reason: str) -> None:
        super().__init__("it cannot be sent", reason=reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOrder:
    """A text message to send. `ordered_at` tells it from earlier ones with the same words, and
    `status_url` is told what becomes of it; "" is nobody. With a `template` (the carrier's id of
    one), the body is its first variable.
    """

    to: str
    from_: str
    body: str
    ordered_at: datetime
    status_url: str
    template: str = ""


class Texts(Protocol):
    """Text messages."""

    def send(self, order: TextOrder, *, retry: bool) -> str:
        """Send one and return its id. With `retry`, first look whether it was sent already.

        Raises Rejected with the carrier's code when it refuses, Unavailable.
        """


class Mail(Protocol):
    """E-mail."""

    def send(self, to: str, subject: str, body: str) -> str:
        """Send one and return its id. Raises Rejected when it can never be sent, Unavailable."""


def text(order: TextOrder, senders: Iterable[str], texts: Texts, *, retry: bool) -> str:
    """Send a text message from the first of some senders that can. "" is nobody."""
    reason = refusal(order.to)
    if reason is not None:
        raise NotSendable(reason)
    able = [each for each in dict.fromkeys(senders) if each]
    if not able:
        raise NotSendable("no-sender")
    for sender in able:
        try:
            return texts.send(replace(order, from_=sender), retry=retry)
        except Rejected as error:
            reason = reason_of(error)
            if reason != SENDER_CANNOT_TEXT or sender == able[-1]:
                raise NotSendable(reason) from error
    raise AssertionError("one of the senders was the last")


def refusal(number: str) -> str | None:
    """Say why we send no text message to a number (E.164), None when we do: French mobiles only.

    >>> refusal("+33612345678"), refusal("+33162012345"), refusal("+447911123456")
    (None, 'not-a-mobile', 'country-not-allowed')
    """
    try:
        family = classify(number).family
    except Rejected:
        return "invalid-number" if number.startswith("+33") else "country-not-allowed"
    return None if family is Family.MOBILE else "not-a-mobile"


def reason_of(error: Rejected) -> str:
    """Name the carrier's refusal in words that never change."""
    code = error.facts.get("carrier_code")
    return REASONS.get(code, "refused") if isinstance(code, int) else "refused"
