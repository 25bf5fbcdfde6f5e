"""Where reminders of appointments meet consents, numbers and texts. Built on first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.runtime import (
    campaigns_wiring,
    consents_wiring,
    desk_wiring,
    webhooks_wiring,
    wiring,
)
from chalicelib.runtime.observability import count
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.campaigns.reminders.ports import Desk
    from chalicelib.campaigns.reminders.store import AppointmentStore

KIND = "reminder"  # as `reminders.handlers` writes it


@cache
def store() -> AppointmentStore:
    """Return appointments."""
    from chalicelib.campaigns.reminders.store import AppointmentStore

    return AppointmentStore(settings().campaigns_table)


def desk() -> Desk:
    """Return all that reminding people takes."""
    from chalicelib.campaigns.reminders.ports import Desk
    from chalicelib.runtime.telling import CarrierTexts

    return Desk(
        diary=store(),
        known=consents_wiring.facts_for,
        person=wiring.Callers().caller_hash,
        line=campaigns_wiring.House().line,
        dialled=_whose,
        texts=CarrierTexts(wiring.gateway),
        sender=settings().text_sender,
        publish=webhooks_wiring.publish,
        nudge=_nudge,
        clock=wiring.clock,
    )


def find() -> None:
    """Have every appointment looked at whose time has come."""
    from chalicelib.campaigns.reminders.handlers import find_appointments

    find_appointments(store(), desk_wiring.callbacks_queue(), wiring.clock())


def see_to(message: dict[str, Any]) -> None:
    """See to an appointment."""
    from chalicelib.campaigns.reminders.handlers import see_to

    see_to(message, desk())


def take_text(message: dict[str, Any]) -> bool:
    """Take a text as the answer to a reminder; idempotent. False: it is none."""
    from chalicelib.campaigns.reminders.reminding import take_text

    return take_text(message, desk())


def _whose(number: str) -> str | None:
    try:
        return wiring.lines().line(number).account_id
    except NotFound:
        return None


def _nudge(account_id: str, appointment_id: str) -> None:
    from chalicelib.campaigns.reminders.handlers import message

    try:
        desk_wiring.callbacks_queue().put(message(account_id, appointment_id))
    except Unavailable:
        count("NudgeLost")  # the tick of the minute finds it
