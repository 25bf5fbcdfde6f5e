"""Members of a campaign, and the calls to each of them. Pure.

A member is a contact in a campaign. An attempt is one call, known by the contact and which call to
them it is: whoever plans it twice means the same one. People are known by the account's keyed
hashes; an attempt has the number too, until its contact is erased.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.pacing import life
from chalicelib.campaigns.pacing.life import State, Told
from chalicelib.campaigns.pacing.modes import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.pacing.outcomes import Outcome, Tried

# What is asked within four years: proof is kept for three from the last call on, as of consents.
KEPT: Final = timedelta(days=3 * 365)
# A call that the carrier has, of which nobody has told for so long, is asked for.
LOOKED_AFTER: Final = timedelta(minutes=5)
# The fact of an attempt that says which agent it was put through to.
SPOKEN_WITH: Final = "agent"


class Standing(StrEnum):
    """Where a member stands."""

    WAITING = "waiting"  # to be rung when they are due
    OUT = "out"  # an attempt is open
    DONE = "done"


class Why(StrEnum):
    """Why a member is done: what `pacing.retries` says, and what befalls them besides."""

    REACHED = "reached"
    REFUSED = "refused"
    USED_UP = "attempts_used_up"
    NO_NUMBER = "no_number_left"
    BLOCKED = "blocked"  # the law, or a list, will never let them be rung
    GONE = "gone"  # not in the list any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How far a campaign has gone through its list: whose page is next, or that it is through."""

    campaign_id: str
    account_id: str
    cursor: str | None = None
    whole: bool = False
    edition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A contact in a campaign.

    `number` is the hash of the one to ring next; "" is their first. `block` is what kept them from
    being rung when they were last looked at: a code, `@` and the key of its article. Whoever
    changes a member has seen it: `due_at` and `tries` are what it is known by.
    """

    campaign_id: str
    account_id: str
    contact_id: str
    due_at: datetime
    standing: Standing = Standing.WAITING
    why: Why | None = None
    tries: int = 0
    history: tuple[Tried, ...] = ()
    number: str = ""
    round: int = 1
    agent_until: datetime | None = None
    block: str = ""

    def stands_as(self, seen: Member) -> bool:
        """Say whether what somebody has seen still holds: the condition of every change."""
        return _known_by(self) == _known_by(seen)

    def is_due(self, now: datetime) -> bool:
        """Say whether they are to be rung."""
        return self.standing is Standing.WAITING and self.due_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call to one member, and what it rested on.

    `hashes` are those of all numbers of the person, `hash` that of the one rung, `number` the
    number itself. `history` is what was tried before. `slot` is the pace's number of the call.
    `facts` are whatever the dialler wants to know of it. While it is open it is looked at again at
    `look_at`, should nobody tell of it.
    """

    campaign_id: str
    account_id: str
    contact_id: str
    serial: int
    hash: str
    hashes: tuple[str, ...]
    number: str | None = field(default=None, repr=False)
    siren: str
    sells: bool
    object: str
    mode: str
    shown: str
    zone: str
    decision: Mapping[str, Any]
    state: State = State.PLACING
    ordered_at: datetime
    claimed_at: datetime
    look_at: datetime
    told: Told = Told.NOTHING
    retry_at: datetime | None = None
    slot: int = 0
    round: int = 1
    history: tuple[Tried, ...] = ()
    call_id: str = ""
    outcome: Outcome | None = None
    answered_by: str = ""
    seconds: int = 0
    ended_at: datetime | None = None
    refused_at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What it is called within its campaign."""
        return attempt_id(self.contact_id, self.serial)

    @property
    def life(self) -> life.Attempt:
        """What decides of what to do about it."""
        return life.Attempt(
            state=self.state,
            ordered_at=self.ordered_at,
            claimed_at=self.claimed_at,
            told=self.told,
            retry_at=self.retry_at,
        )

    @property
    def is_open(self) -> bool:
        """Say whether it is not over."""
        return self.state is not State.ENDED

    @property
    def found_nobody(self) -> bool:
        """Say whether it was for an agent, and was put through to none."""
        return self.mode != Mode.AGENTLESS and SPOKEN_WITH not in self.facts


@dataclass(frozen=True, slots=True)
class Placed:
    """The carrier has an attempt's call."""

    campaign_id: str
    attempt_id: str
    call_id: str
    at: datetime


def attempt_id(contact_id: str, serial: int) -> str:
    """Name the nth call of a campaign to a contact.

    >>> attempt_id("k3Zt", 2)
    'k3Zt-2'
    """
    return f"{contact_id}-{serial}"


def parts_of(name: str) -> tuple[str, int] | None:
    """Return the contact and which call it is; None: it is no name of an attempt.

    >>> parts_of("k3-Zt-2"), parts_of("k3Zt"), parts_of("-2")
    (('k3-Zt', 2), None, None)
    """
    contact_id, _, serial = name.rpartition("-")
    sound = contact_id and serial.isascii() and serial.isdecimal() and len(serial) < _LONGEST_SERIAL
    return (contact_id, int(serial)) if sound else None


_LONGEST_SERIAL: Final = 7


def _known_by(member: Member) -> tuple[Standing, int, datetime]:
    return member.standing, member.tries, member.due_at
