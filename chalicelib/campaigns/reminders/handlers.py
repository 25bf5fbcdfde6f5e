"""Bodies of the schedule and the queue by which people are reminded. `app.py` declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.reminders import reminding
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import jobs
from chalicelib.runtime.observability import logger

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.reminders.ports import Desk, Diary
    from chalicelib.runtime.queues import Queue

KIND: Final = "reminder"  # of messages on the queue of callbacks: keep it


def message(account_id: str, appointment_id: str) -> dict[str, Any]:
    """Write which appointment is to be looked at."""
    return {"kind": KIND, "account_id": account_id, "appointment_id": appointment_id}


def find_appointments(diary: Diary, queue: Queue, now: datetime) -> None:
    """Leave a message for each appointment that is to be looked at."""

    def leave(due: tuple[str, str]) -> None:
        queue.put(message(*due))

    with jobs.job("find-appointments"):
        jobs.every("find-appointment", diary.due(now), leave)


def see_to(told: dict[str, Any], desk: Desk) -> None:
    """See to one. Raises Unavailable, and the message comes again."""
    try:
        reminding.look(told["account_id"], told["appointment_id"], desk)
    except NotFound:
        logger().warning("an appointment is gone", extra={"appointment": told["appointment_id"]})
