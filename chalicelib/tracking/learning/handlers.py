"""The body of the schedule that learns how visitors behave. `app.py` declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.runtime import jobs
from chalicelib.runtime.observability import logger
from chalicelib.tracking.learning.usecases import due, learn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chalicelib.tracking.learning.usecases import Desk

# An account is read and fitted in less; whose turn does not come now has it in an hour.
ENOUGH_SECONDS: Final = 15.0


def learn_behaviours(now: datetime, desk: Desk, seconds_left: Callable[[], float]) -> None:
    """Learn from the calls of each account whose turn it is, as long as there is time."""

    def in_time() -> Iterator[str]:
        for account_id in due(now, desk):
            if seconds_left() < ENOUGH_SECONDS:
                logger().warning("accounts wait for their turn to be learnt from")
                return
            yield account_id

    def see_to(account_id: str) -> None:
        found = learn(account_id, now, desk)
        facts = {"account_id": account_id, "calls": found.calls, "fitted": bool(found.behaviour)}
        logger().info("behaviour was learnt", extra=facts)

    with jobs.job("learn-behaviours"):
        jobs.every("learn-behaviour", in_time(), see_to)
