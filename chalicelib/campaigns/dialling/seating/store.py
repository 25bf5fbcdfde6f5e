"""Seats of campaigns on the table `campaigns`: a partition for each campaign, a row for an agent.

Whoever changes a seat has seen it. Putting somebody through changes the attempt with it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.campaigns.attempts.calls.store import AttemptRow, key_of
from chalicelib.campaigns.dialling.seats import Doing, Seat
from chalicelib.campaigns.store import CampaignRow, Write, transacted
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from datetime import datetime

_SAME: Final = (
    "account_id",
    "name",
    "number",
    "wrap_up_seconds",
    "since",
    "seen_at",
    "free_at",
    "until",
    "leg",
    "leaving",
    "shown_until",
)
# What is left of a call of which nobody tells any more.
_LONGEST_RING: Final = timedelta(hours=1)


class SeatRow(CampaignRow):
    """A seat."""

    account_id = UnicodeAttribute()
    name = UnicodeAttribute()
    number = UnicodeAttribute()
    wrap_up_seconds = NumberAttribute()
    doing = UnicodeAttribute()
    since = UTCDateTimeAttribute()
    seen_at = UTCDateTimeAttribute()
    free_at = UTCDateTimeAttribute()
    until = UTCDateTimeAttribute(null=True)
    attempt = UnicodeAttribute(null=True)
    leg = NumberAttribute()
    call_id = UnicodeAttribute(null=True)
    leaving = BooleanAttribute()
    shown = UnicodeAttribute(null=True)
    shown_until = UTCDateTimeAttribute(null=True)
    revision = NumberAttribute()


class RingRow(CampaignRow):
    """A call that rings for whichever agent is free."""

    began_at = UTCDateTimeAttribute()
    expires_at = NumberAttribute()


class SeatStore:
    """The port `Seats`."""

    def __init__(self, table_name: str) -> None:
        for row in (SeatRow, RingRow, AttemptRow):
            bind(row, table_name)

    def of(self, campaign_id: str) -> tuple[Seat, ...]:
        """Query a campaign's partition."""
        with translated("read seats", campaign_id=campaign_id):
            return tuple(
                _seat(row) for row in SeatRow.query(_pk(campaign_id), consistent_read=True)
            )

    def ringing(self, campaign_id: str) -> dict[str, datetime]:
        """Query the partition of calls that ring."""
        with translated("read ringing calls", campaign_id=campaign_id):
            rows = RingRow.query(_rings(campaign_id), consistent_read=True)
            return {row.sk: row.began_at for row in rows}

    def rings(self, campaign_id: str, attempt_id: str, now: datetime) -> None:
        """Put a row, which is gone by itself in the end."""
        over = int((now + _LONGEST_RING).timestamp())
        with translated("note a ringing call", campaign_id=campaign_id):
            RingRow(_rings(campaign_id), attempt_id, began_at=now, expires_at=over).save()

    def rang(self, campaign_id: str, attempt_id: str) -> None:
        """Delete a row."""
        with translated("note a call that rang", campaign_id=campaign_id):
            RingRow(_rings(campaign_id), attempt_id).delete()

    def seat(self, campaign_id: str, agent_id: str) -> Seat:
        """Read one row."""
        with translated("read a seat", campaign_id=campaign_id):
            return _seat(SeatRow.get(_pk(campaign_id), agent_id, consistent_read=True))

    def put(self, seat: Seat) -> Seat:
        """Write a row over the revision that was read."""
        with translated("store a seat", campaign_id=seat.campaign_id):
            _row(seat).save(condition=_as_seen(seat))
        return replace(seat, revision=seat.revision + 1)

    def drop(self, seat: Seat) -> None:
        """Delete the revision that was read."""
        with translated("drop a seat", campaign_id=seat.campaign_id):
            SeatRow(_pk(seat.campaign_id), seat.agent_id).delete(
                condition=SeatRow.revision == seat.revision
            )

    def connect(self, seat: Seat) -> Seat:
        """Write a seat, and into the attempt who talks, at once: while it is open, and once."""
        attempt = AttemptRow(*key_of(seat.campaign_id, seat.attempt))
        fact = AttemptRow.facts["agent"]
        unspoken = AttemptRow.state.is_in("placing", "placed")
        writes = [
            Write(row=_row(seat), condition=_as_seen(seat)),
            Write(row=attempt, condition=unspoken, actions=[fact.set(seat.agent_id)]),
        ]
        if transacted("put somebody through", writes, campaign_id=seat.campaign_id):
            raise Conflict("the agent, or the call, is not as it was seen")
        return replace(seat, revision=seat.revision + 1)

    def heard_of(self, campaign_id: str, agent_id: str, leg: int, now: datetime) -> Seat | None:
        """Change one row, which says how it stands; None: they are on another line by now."""
        row: Any = SeatRow(_pk(campaign_id), agent_id)
        try:
            with translated("hear of an agent", campaign_id=campaign_id):
                row.update([SeatRow.seen_at.set(now)], condition=SeatRow.leg == leg)
        except (Conflict, NotFound):
            return None
        return _seat(row)


def _rings(campaign_id: str) -> str:
    return f"rings#{campaign_id}"


def _pk(campaign_id: str) -> str:
    return f"seats#{campaign_id}"


def _as_seen(seat: Seat) -> Any:
    if not seat.revision:
        return SeatRow.pk.does_not_exist()
    return SeatRow.revision == seat.revision


def _row(seat: Seat) -> SeatRow:
    return SeatRow(
        _pk(seat.campaign_id),
        seat.agent_id,
        **{name: getattr(seat, name) for name in _SAME},
        doing=seat.doing.value,
        attempt=seat.attempt or None,
        call_id=seat.call_id or None,
        shown=seat.shown or None,
        revision=seat.revision + 1,
    )


def _seat(row: Any) -> Seat:
    same = {name: getattr(row, name) for name in _SAME}
    same |= {name: int(same[name]) for name in ("wrap_up_seconds", "leg")}
    return Seat(
        campaign_id=row.pk.partition("#")[2],
        agent_id=row.sk,
        **same,
        doing=Doing(row.doing),
        attempt=row.attempt or "",
        call_id=row.call_id or "",
        shown=row.shown or "",
        revision=int(row.revision),
    )
