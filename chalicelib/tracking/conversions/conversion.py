"""A deed as a network is told of it, and the line of the log that says what became of that.

Pure. What is people's (numbers, clicks) is in `Conversion`, which is made anew for each attempt and
never kept; the log has ids, states and the networks' codes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.leads.leads import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.tracking.conversions.destinations import Network
    from chalicelib.tracking.conversions.words import Reason

MOST_TRIES: Final = 12
MOST_ATTEMPTS_KEPT: Final = 30
REMEMBERED: Final = timedelta(days=400)
# Between attempts that a network did not answer, or did not want yet; the last one goes on.
BACK_OFF: Final = tuple(
    timedelta(minutes=each) for each in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60)
)


class Use(StrEnum):
    """What a visitor agrees to, as Google's Consent Mode v2 names it."""

    ANALYTICS = "analytics_storage"
    ADS = "ad_user_data"
    PERSONALISATION = "ad_personalization"


@dataclass(frozen=True, slots=True)
class Click:
    """A click that a network knows: the parameter of the address, and its value."""

    parameter: str
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """All that a network may be told of a deed. `caller` is E.164, of whoever wrote as well.

    `again`: it was taken back so often. Networks that know what was taken back by its id, or by its
    time, and take it no more, are told another conversion: `told_as`, `told_at`.

    `agreed` are the uses to which the visitor agreed. What was written ended as it began.
    """

    id: str
    kind: Kind = Kind.CALL
    called_at: datetime
    ended_at: datetime
    talk_seconds: int
    agreed: frozenset[Use]
    caller: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    click: Click | None = None
    clicked_at: datetime | None = None
    client_id: str | None = field(default=None, repr=False)
    session_id: str | None = field(default=None, repr=False)
    browser_id: str | None = field(default=None, repr=False)
    value_cents: int | None = None
    currency: str = "EUR"
    again: int = 0

    @property
    def told_as(self) -> str:
        """Its id at such a network."""
        return f"{self.id}-{self.again}" if self.again else self.id

    @property
    def told_at(self) -> datetime:
        """Its time at such a network."""
        return self.ended_at + timedelta(seconds=self.again)

    @property
    def value(self) -> float | None:
        """The value as networks write it: in whole units of its currency."""
        return None if self.value_cents is None else self.value_cents / 100


class State(StrEnum):
    """How far telling a network has come."""

    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"  # nothing may be sent, or there is nothing to send
    REFUSED = "refused"  # the network's last word
    GIVEN_UP = "given-up"
    CANCELLED = "cancelled"  # before anything was sent
    RETRACTING = "retracting"
    RETRACTED = "retracted"
    STANDS = "stands"  # it should be taken back, and cannot


class Held(StrEnum):
    """What a network has of a conversion, as far as anybody knows."""

    NOTHING = "nothing"
    PERHAPS = "perhaps"  # it was sent, and nobody answered
    TAKEN = "taken"
    LEAVING = "leaving"  # it was taken back, and nobody answered


UNDER_WAY: Final = frozenset({State.WAITING, State.RETRACTING})
# What may be sent (again) when somebody asks, or when the call has changed.
OPEN_AGAIN: Final = frozenset({State.SKIPPED, State.REFUSED, State.GIVEN_UP, State.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time that a network was asked. `status` is HTTP's, None without an answer."""

    at: datetime
    status: int | None
    code: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log.

    `tries` counts since it was last opened, `again` how often it was told anew after it had been
    taken back; `claimed_at`: somebody is at it.
    """

    id: str
    account_id: str
    destination_id: str
    network: Network
    deed_id: str
    called_at: datetime
    state: State
    reason: Reason | None = None
    next_at: datetime | None = None
    tries: int = 0
    held: Held = Held.NOTHING
    again: int = 0
    attempts: tuple[Attempt, ...] = ()
    claimed_at: datetime | None = None
    version: int = 0

    @property
    def is_under_way(self) -> bool:
        """Say whether something remains to be done."""
        return self.state in UNDER_WAY


def conversion_id(deed_id: str, destination_id: str) -> str:
    """Name what a destination is told of a deed: always alike, so that networks know it again.

    >>> conversion_id("CA1", "dst_1")
    'cnv_13159a7b594c9a9f2e8f'
    """
    return "cnv_" + hashlib.sha256(f"{deed_id} {destination_id}".encode()).hexdigest()[:20]


def back_off(tries: int) -> timedelta:
    """Return how long to wait after so many attempts.

    >>> back_off(1), back_off(99)
    (datetime.timedelta(seconds=60), datetime.timedelta(days=1))
    """
    return BACK_OFF[min(tries, len(BACK_OFF)) - 1]
