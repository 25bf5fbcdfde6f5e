"""The body of the schedule that looks after pools. `app.py` declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import jobs
from chalicelib.runtime.observability import count, logger
from chalicelib.tracking.pools import tending

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.tracking.pools.forecast import Shortage
    from chalicelib.tracking.pools.tending import Due, Logs, Tends
    from chalicelib.tracking.pools.usecases import Keeping


def tend_pools(
    now: datetime,
    *,
    keeping: Keeping,
    tends: Tends,
    logs: Logs,
    tell: Callable[[Due, Shortage], None],
) -> None:
    """Look after every pool, whatever becomes of the others; say which ones run short."""

    def see_to(due: Due) -> None:
        short = tending.tend(due, now=now, keeping=keeping, tends=tends, logs=logs)
        if short is not None:
            count("PoolRunsShort", when=short.value)
            logger().warning("pool runs short", extra={"pool_id": due.pool_id, "when": short.value})
            tell(due, short)

    with jobs.job("tend-pools"):
        jobs.every("tend-pool", tends.due(), see_to)
