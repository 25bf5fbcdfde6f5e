"""Appointments on the table `campaigns`: a partition of each account, and an index of what is due.

A number has the names of its appointments, and of what it was last reminded of: an answer finds
that at once, and who is to be forgotten all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import JSONAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute

from chalicelib.campaigns.reminders.appointments import KEPT, Appointment
from chalicelib.campaigns.reminders.records import read, written
from chalicelib.campaigns.store import CampaignRow
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

LONGEST_ID: Final = 100
LAST: Final = "last"
PARTS: Final = 4  # of what is due: each minute asks each of them
MOST_AT_ONCE: Final = 1_000  # of a part, in a minute; the next one goes on
ANSWERED_FOR: Final = timedelta(days=2)  # after the appointment


class AppointmentRow(CampaignRow):
    """An appointment."""

    facts = JSONAttribute()
    number = UnicodeAttribute()
    version = NumberAttribute()
    expires_at = TTLAttribute()


class AwaitedRow(CampaignRow):
    """What a number was last reminded of."""

    appointment_id = UnicodeAttribute()
    expires_at = TTLAttribute()


class AppointmentStore:
    """The port `Diary`."""

    def __init__(self, table_name: str) -> None:
        for row in (AppointmentRow, AwaitedRow):
            bind(row, table_name)

    def appointment(self, account_id: str, appointment_id: str) -> Appointment:
        """Read one row."""
        if not 0 < len(appointment_id) <= LONGEST_ID:  # no id of ours, and no key of DynamoDB's
            raise NotFound("no such appointment")
        with translated("load appointment", appointment_id=appointment_id):
            row = AppointmentRow.get(_pk(account_id), appointment_id, consistent_read=True)
        return _appointment(row)

    def save(self, appointment: Appointment) -> Appointment:
        """Put it over the version that was read."""
        row = _row(appointment)
        seen: Condition = AppointmentRow.version == appointment.version
        new = AppointmentRow.pk.does_not_exist()
        with translated("save appointment", appointment_id=appointment.id):
            row.save(condition=seen if appointment.version else new)
        return _appointment(row)

    def appointments(self, account_id: str, limit: int, after: str | None) -> Page[Appointment]:
        """Query the account's."""
        later = AppointmentRow.sk > after if after else None
        with translated("list appointments", account_id=account_id):
            found = list(AppointmentRow.query(_pk(account_id), later, limit=limit + 1))
        shown = found[:limit]
        return Page(tuple(map(_appointment, shown)), shown[-1].sk if len(found) > limit else None)

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Query each part of the index until now."""
        for part in range(PARTS):
            with translated("find appointments"):
                until = AppointmentRow.gsi1sk < _stamp(now, "~")
                rows = AppointmentRow.gsi1.query(_due(part), until, limit=MOST_AT_ONCE)
                yield from [(row.pk.removeprefix("appointments#"), row.sk) for row in rows]

    def remember(self, appointment: Appointment) -> None:
        """Put a row of the number's."""
        row = AwaitedRow(
            _person(appointment.account_id, appointment.person),
            appointment.id,
            appointment_id=appointment.id,
            expires_at=appointment.when + KEPT,
        )
        with translated("remember appointment", appointment_id=appointment.id):
            row.save()

    def of_person(self, account_id: str, person: str) -> tuple[str, ...]:
        """Query the number's rows."""
        return tuple(row.sk for row in self._of(account_id, person) if row.sk != LAST)

    def drop(self, appointment: Appointment) -> None:
        """Delete the row."""
        row = AppointmentRow(_pk(appointment.account_id), appointment.id)
        with translated("drop appointment", appointment_id=appointment.id):
            row.delete(condition=AppointmentRow.version == appointment.version)

    def forget(self, account_id: str, person: str) -> None:
        """Delete the number's rows."""
        rows = self._of(account_id, person)
        with (
            translated("forget appointments", account_id=account_id),
            AwaitedRow.batch_write() as batch,
        ):
            for row in rows:
                batch.delete(row)

    def _of(self, account_id: str, person: str) -> list[AwaitedRow]:
        with translated("list appointments of a number", account_id=account_id):
            return list(AwaitedRow.query(_person(account_id, person), consistent_read=True))

    def await_answer(self, appointment: Appointment) -> None:
        """Put the number's row, in place of an earlier one."""
        row = AwaitedRow(
            *_awaited(appointment.account_id, appointment.person),
            appointment_id=appointment.id,
            expires_at=appointment.when + ANSWERED_FOR,
        )
        with translated("await answer", appointment_id=appointment.id):
            row.save()

    def awaited(self, account_id: str, person: str) -> str | None:
        """Read the number's row."""
        try:
            with translated("load awaited", account_id=account_id):
                row = AwaitedRow.get(*_awaited(account_id, person), consistent_read=True)
        except NotFound:
            return None
        return str(row.appointment_id)


def _pk(account_id: str) -> str:
    return f"appointments#{account_id}"


def _person(account_id: str, person: str) -> str:
    return f"appointment-of#{account_id}#{person}"


def _awaited(account_id: str, person: str) -> tuple[str, str]:
    return _person(account_id, person), LAST


def _due(part: int) -> str:
    return f"appointments-due#{part}"


def _stamp(at: datetime, name: str) -> str:
    return f"{int(at.timestamp()):011d}#{name}"


def _row(appointment: Appointment) -> AppointmentRow:
    due = appointment.due_at
    part = sum(appointment.id.encode()) % PARTS
    return AppointmentRow(
        _pk(appointment.account_id),
        appointment.id,
        gsi1pk=None if due is None else _due(part),
        gsi1sk=None if due is None else _stamp(due, appointment.id),
        facts=written(appointment),
        number=appointment.number,
        version=appointment.version + 1,
        expires_at=appointment.when + KEPT,
    )


def _appointment(row: Any) -> Appointment:
    account_id = row.pk.removeprefix("appointments#")
    return read(account_id, row.sk, row.facts, row.number, int(row.version))
