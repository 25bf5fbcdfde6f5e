"""What a step asks to be done once the caller has been answered. Plain values.

Whoever runs the engine adds whose call it is and puts them on the queue of errands; a simulation
only lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class By(StrEnum):
    """How somebody is told of a message."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is told: an e-mail address, a mobile number (E.164) or an https URL."""

    by: By
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendText:
    """Send the caller a text. `id` is the same for a repeated webhook."""

    id: str
    node: str
    to: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Tell people of a message that was left, with its words if `transcribe`."""

    id: str
    node: str
    recording_id: str
    seconds: int
    language: str
    caller: str | None
    recipients: tuple[Recipient, ...] = ()
    transcribe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TellSurvey:
    """Keep what was answered to a survey: that it was `begun`, an `answer`, that it is `finished`.

    `about` says of whoever answers what is known: a campaign, a contact, an agent.
    """

    id: str
    node: str
    survey_id: str
    version: int
    what: str
    language: str
    question: str = ""
    answer: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


Chore = SendText | PassOn | TellSurvey
