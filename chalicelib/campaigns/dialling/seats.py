"""Seats of a campaign: agents who are on duty for it, and what each is doing. Pure.

An agent's telephone is rung once; then they stay on the line, and people are put through to them.
A seat is changed by whoever has seen it, if it still stands so: of two who want the same agent one
has them. `holder` tells the contact centre whom an agent is kept for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MOST_SEATS: Final = 200
# How long an agent's telephone rings, and how long it takes until somebody must have told.
RING_SECONDS: Final = 25
_CALLED: Final = timedelta(seconds=90)
# For so long an agent is kept for a call: it has rung out by then, whoever has died.
RESERVED: Final = timedelta(seconds=75)
# An agent on the line is heard of each ten seconds or so.
SILENT: Final = timedelta(seconds=90)


class Doing(StrEnum):
    """What an agent who is on duty for a campaign is doing."""

    AWAY = "away"  # not on the line: rung as soon as the contact centre can spare them
    CALLED = "called"  # their telephone rings
    IDLE = "idle"  # on the line; until `free_at` they write up
    RESERVED = "reserved"  # kept for a call that rings
    TALKING = "talking"


ON_THE_LINE: Final = frozenset({Doing.IDLE, Doing.RESERVED, Doing.TALKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An agent of a campaign.

    `leg` counts the times that their telephone was rung, `call_id` is the carrier's call of the
    last. `attempt` is whom they are kept for or talk with. One who is `leaving` goes off duty after
    the conversation. `shown` is the contact whom they were shown, who is theirs `shown_until`.
    """

    campaign_id: str
    account_id: str
    agent_id: str
    name: str
    number: str
    wrap_up_seconds: int
    doing: Doing = Doing.AWAY
    since: datetime
    seen_at: datetime
    free_at: datetime
    until: datetime | None = None
    attempt: str = ""
    leg: int = 0
    call_id: str = ""
    leaving: bool = False
    shown: str = ""
    shown_until: datetime | None = None
    revision: int = 0

    @property
    def is_up(self) -> bool:
        """Tell whether they are on the line."""
        return self.doing in ON_THE_LINE

    def is_free(self, now: datetime) -> bool:
        """Tell whether somebody can be put through to them now, or be rung for them."""
        if self.leaving or now < self.free_at:
            return False
        lapsed = self.until is not None and now >= self.until
        return self.doing is Doing.IDLE or (self.doing is Doing.RESERVED and lapsed)

    def sees(self, contact_id: str, now: datetime) -> bool:
        """Tell whether somebody is theirs to have rung."""
        there = self.shown_until is not None and now < self.shown_until
        return there and self.shown == contact_id

    def is_wrapping(self, now: datetime) -> bool:
        """Tell whether they write up."""
        return self.doing is Doing.IDLE and now < self.free_at

    def has_lapsed(self, now: datetime) -> bool:
        """Tell whether nobody has told what became of their telephone, and somebody must have."""
        if self.doing is Doing.CALLED:
            return self.until is not None and now >= self.until
        return self.doing is Doing.IDLE and now - self.seen_at >= SILENT


def holder(campaign_id: str) -> str:
    """Return what the contact centre keeps an agent for.

    >>> holder("camp_1")
    'campaign#camp_1'
    """
    return f"campaign#{campaign_id}"


def line_of(seat: Seat) -> str:
    """Return the name of the line that an agent waits on: the carrier's queue of one."""
    return f"seat-{seat.agent_id}"


def called(seat: Seat, now: datetime) -> Seat:
    """Return an agent whose telephone is to be rung: stored before it is."""
    return replace(
        seat,
        doing=Doing.CALLED,
        since=now,
        until=now + _CALLED,
        leg=seat.leg + 1,
        call_id="",
        attempt="",
    )


def came(seat: Seat, now: datetime) -> Seat:
    """Return an agent who is on the line; one who is already as they are."""
    if seat.is_up:
        return seat
    return replace(seat, doing=Doing.IDLE, since=now, seen_at=now, free_at=now, until=None)


def away(seat: Seat, now: datetime) -> Seat:
    """Return an agent whom the contact centre has for a caller."""
    return replace(seat, doing=Doing.AWAY, since=now, until=None, attempt="", call_id="")


def reserved(seat: Seat, attempt: str, now: datetime) -> Seat:
    """Return an agent kept for a call that is to be placed."""
    until = now + RESERVED
    seat = unshown(seat)
    return replace(seat, doing=Doing.RESERVED, attempt=attempt, since=now, until=until)


def shown(seat: Seat, contact_id: str, until: datetime) -> Seat:
    """Return an agent who is shown somebody, to have them rung or to pass them by."""
    return replace(seat, shown=contact_id, shown_until=until)


def unshown(seat: Seat) -> Seat:
    """Return an agent who is shown nobody."""
    return replace(seat, shown="", shown_until=None)


def talking(seat: Seat, attempt: str, now: datetime) -> Seat:
    """Return an agent to whom somebody is put through."""
    return replace(seat, doing=Doing.TALKING, attempt=attempt, since=now, until=None)


def freed(seat: Seat, now: datetime, *, wraps_up: bool) -> Seat:
    """Return an agent after a call, with time to write it up if somebody spoke."""
    wrap_up = timedelta(seconds=seat.wrap_up_seconds if wraps_up else 0)
    return replace(
        seat,
        doing=Doing.IDLE,
        attempt="",
        since=now,
        seen_at=max(now, seat.seen_at),
        free_at=now + wrap_up,
        until=None,
    )


def idle(seats: Iterable[Seat], now: datetime) -> list[Seat]:
    """Return who is free, those first who have been for longest."""
    free = (each for each in seats if each.is_free(now))
    return sorted(free, key=lambda each: (max(each.since, each.free_at), each.agent_id))


def for_call(seats: Iterable[Seat], attempt: str, now: datetime) -> list[Seat]:
    """Return whom somebody who has answered may be put through to, in order: who is kept first."""
    seats = tuple(seats)
    kept = [
        each
        for each in seats
        if each.attempt == attempt and each.doing in (Doing.RESERVED, Doing.TALKING)
    ]
    return [*kept, *(each for each in idle(seats, now) if each.attempt != attempt)]
