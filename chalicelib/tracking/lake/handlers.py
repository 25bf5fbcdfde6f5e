"""Bodies of the schedule and the queue that write days as files."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.kernel.periods import Day
from chalicelib.runtime import jobs
from chalicelib.runtime.observability import logger
from chalicelib.tracking.lake.usecases import write_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.tracking.lake.usecases import Ports

# What is told late of a call (an end, a person's verdict) comes within hours, rarely in days.
DAYS_AGAIN: Final = 3
AGAIN_SECONDS: Final = 900  # as long as SQS keeps a message back: the visit is erased by then
KEPT: Final = timedelta(days=400)  # the files, in infra/cadran.yaml


class Messages(Protocol):
    """A queue."""

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        """Send a message, which is delivered after so long. Raises Unavailable."""


def ask_for_days(now: datetime, accounts: Iterable[str], queue: Messages) -> None:
    """Have the last days of every account written, each by a message of its own."""
    today = Day.of(now).date
    days = [today - timedelta(days=back) for back in range(1, DAYS_AGAIN + 1)]

    def ask(account_id: str) -> None:
        for day in days:
            queue.put({"account_id": account_id, "day": day.isoformat()})

    jobs.every("ask-for-days", accounts, ask)


def write_again(account_id: str, since: datetime, now: datetime, queue: Messages) -> None:
    """Have the days since a visit began written again, in a while: it is about to be erased.

    The last days are written again anyway; so is no day that the files have forgotten.
    """
    oldest = Day.of(max(since, now - KEPT)).date
    day = Day.of(now).date - timedelta(days=DAYS_AGAIN)
    while oldest <= day:
        message = {"account_id": account_id, "day": day.isoformat()}
        queue.put(message, delay_seconds=AGAIN_SECONDS)
        day -= timedelta(days=1)


def write_days(bodies: Iterable[str], ports: Ports) -> None:
    """Write the days that messages name."""

    def write(body: str) -> None:
        message = json.loads(body)
        rows = write_day(message["account_id"], date.fromisoformat(message["day"]), ports)
        logger().info("a day was written", extra={**message, **rows})

    jobs.every("write-day", bodies, write)
