"""The API of appointments, of which people are reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import reminders_wiring
from chalicelib.runtime.api import Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position

if TYPE_CHECKING:
    from chalicelib.campaigns.reminders import appointments, models, reminding
    from chalicelib.runtime.api import Request
else:
    models = lazily("chalicelib.campaigns.reminders.models")
    reminding = lazily("chalicelib.campaigns.reminders.reminding")

api = Api(__name__)


@api.post("/v1/appointments", scope="appointments:write", status=200)
def put_appointments(request: Request, body: models.AppointmentsIn) -> models.AppointmentList:
    """Write appointments down, or change them, by your own reference; people are reminded."""
    desk = reminders_wiring.desk()
    told = body.read(request.account_id, request.now, desk.person, desk.line)
    done = [reminding.put(each, request.now, desk) for each in told]
    return models.AppointmentList(items=[_shown(request, each) for each in done])


@api.get("/v1/appointments", scope="appointments:read")
def list_appointments(request: Request, query: models.AppointmentsQuery) -> models.AppointmentList:
    """List appointments, in order of their id."""
    context = f"{request.account_id}/appointments"
    store, after = reminders_wiring.store(), position(query.cursor, context)
    page = store.appointments(request.account_id, query.limit, after)
    return models.AppointmentList(
        items=[_shown(request, each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/appointments/{appointment_id}", scope="appointments:read")
def show_appointment(request: Request, appointment_id: str) -> models.AppointmentOut:
    """Show an appointment, and what its person said."""
    found = reminders_wiring.store().appointment(request.account_id, appointment_id)
    return _shown(request, found)


@api.delete("/v1/appointments/{appointment_id}", scope="appointments:write")
def withdraw_appointment(request: Request, appointment_id: str) -> None:
    """Let nobody be reminded of an appointment any more."""
    desk = reminders_wiring.desk()
    reminding.withdraw(request.account_id, appointment_id, request.now, desk)


def _shown(request: Request, each: appointments.Appointment) -> models.AppointmentOut:
    sees = bool(request.principal.scopes & {"*", "calls:*", "calls:read"})
    return models.AppointmentOut.of(each, numbers=sees)
