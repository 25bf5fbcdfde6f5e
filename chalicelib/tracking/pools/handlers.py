"""The body of the schedule that looks after pools. `app.py` declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import jobs
from chalicelib.runtime.observability import count, logger
from chalicelib.tracking.pools import tending

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.tracking.pools.growing import Grown
    from chalicelib.tracking.pools.tending import Due, Found, Tending


def tend_pools(now: datetime, *, needs: Tending, tell: Callable[[Due, Found], None]) -> None:
    """Look after every pool, whatever becomes of the others; say which run short or grew."""

    def see_to(due: Due) -> None:
        found = tending.tend(due, now=now, tending=needs)
        if found.short is not None:
            when = found.short.value
            count("PoolRunsShort", when=when)
            logger().warning("pool runs short", extra={"pool_id": due.pool_id, "when": when})
        _note_growth(due, found.grown)
        tell(due, found)

    with jobs.job("tend-pools"):
        jobs.every("tend-pool", needs.tends.due(), see_to)


def _note_growth(due: Due, grown: Grown) -> None:
    facts = {"pool_id": due.pool_id, "numbers": len(grown.numbers)}
    for _ in grown.numbers:
        count("PoolNumbersBought")
    if grown.refusal is not None:
        logger().warning("pool can't grow", extra={**facts, "reason": grown.refusal})
    elif grown.numbers:
        logger().info("pool grew", extra=facts)
