"""Bodies of the schedule and the queue by which askings are seen to. `app.py` declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.asked import ringing
from chalicelib.campaigns.asked.messages import message
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import jobs
from chalicelib.runtime.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.asked.ports import Book, Desk
    from chalicelib.runtime.queues import Queue
_NOTES = {"rung": ringing.rung, "reached": ringing.reached, "stopped": ringing.stopped}


def find_askings(book: Book, queue: Queue, clock: Callable[[], Any]) -> None:
    """Leave a message for each asking that is to be looked at."""

    def leave(due: tuple[str, str]) -> None:
        account_id, asking_id = due
        queue.put(message(account_id, asking_id))

    with jobs.job("find-askings"):
        jobs.every("find-asking", book.due(clock()), leave)


def see_to(told: dict[str, Any], desk: Desk) -> None:
    """See to one. Raises Unavailable, and the message comes again."""
    place = (told["account_id"], told["asking_id"])
    note = _NOTES.get(told["about"])
    try:
        if note is not None:
            note(*place, told["n"], desk)
        ringing.look(*place, desk)
    except NotFound:
        logger().warning("an asking is gone", extra={"asking": told["asking_id"]})
