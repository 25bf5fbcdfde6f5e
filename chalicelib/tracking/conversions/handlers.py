"""The body of the handler of the queue of conversions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.runtime import jobs
from chalicelib.tracking.conversions.messages import from_message
from chalicelib.tracking.conversions.telling import see_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.conversions.ports import Desk


def send_conversions(bodies: Iterable[str], desk: Desk) -> None:
    """See to conversions that are due; put the others off."""
    jobs.every("send-conversion", bodies, lambda body: _send(body, desk))


def _send(body: str, desk: Desk) -> None:
    due, now = from_message(json.loads(body)), desk.clock()
    if due.at > now:
        desk.queue.put(due.account_id, due.entry_id, due.at, now)
    else:
        see_to(due.account_id, due.entry_id, desk)
