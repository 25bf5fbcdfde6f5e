"""What errands need of the world. Everything raises Unavailable when it does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.recordings.recordings import Job, Result, Transcript
    from chalicelib.calls.recordings.sharing import Shared
    from chalicelib.calls.recordings.usecases import Recordings
    from chalicelib.calls.usecases import CallLog
    from chalicelib.ivr.errands.errands import Errand, Notify, Order, TellSurvey
    from chalicelib.kernel.telling import Mail, Texts


class Errands(Protocol):
    """Where a call leaves what is to be done."""

    def put(self, *errands: Errand) -> None:
        """Leave errands on the queue. Raises Unavailable; then some may have been taken."""


class Later(Protocol):
    """How an errand is put off."""

    def put_off(self, order: Order, seconds: int) -> None:
        """Leave an order on the queue, to be looked at after so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known of earlier attempts at an errand. `status` is None until one is over."""

    began_at: datetime
    fresh: bool
    status: str | None = None
    reason: str | None = None
    message_id: str | None = None


class Attempts(Protocol):
    """A note of each errand that touches somebody, kept so that nobody is told twice."""

    def begin(self, errand: Errand, now: datetime) -> Attempt:
        """Note that an attempt begins, or return what an earlier one left."""

    def end(self, errand: Errand, status: str, reason: str | None, message_id: str | None) -> None:
        """Note how it ended, for ever."""


class Hooks(Protocol):
    """Webhooks to customers' servers."""

    def send(self, errand: Notify, body: bytes, now: datetime) -> str:
        """Post a signed body and return its id. Raises Rejected if the address is refused."""


class Transcriber(Protocol):
    """Whoever writes messages down."""

    def start(self, job: Job) -> None:
        """Begin, unless it has begun already. Raises Rejected if it can never be done."""

    def result(self, job: Job) -> Result:
        """Return how far it is."""


class Transcripts(Protocol):
    """Where what was written down is kept."""

    def put(self, transcript: Transcript) -> None:
        """Keep one; it replaces what was there."""

    def of_call(self, account_id: str, call_id: str) -> tuple[Transcript, ...]:
        """Return a call's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that a worker has. Without a `transcriber`, nothing is written down.

    `sender` sends text messages where the number that was dialled cannot: "" is nobody.
    `base_url` says where the carrier reaches us, `links` where people hear a recording.
    `surveys` keeps what was answered; it is idempotent.
    """

    log: CallLog
    later: Later
    attempts: Attempts
    texts: Texts
    mail: Mail
    hooks: Hooks
    recordings: Recordings
    transcripts: Transcripts
    transcriber: Transcriber | None
    sender: str
    base_url: Callable[[], str]
    links: Callable[[Shared], str]
    clock: Callable[[], datetime]
    surveys: Callable[[TellSurvey], None]
