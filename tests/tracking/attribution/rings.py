"""Calls, leases, visits and earlier calls with all that a test does not care about filled in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib.tracking.attribution import Dialled, Lease, PastCall, Ring, Role, Visit
from tests.tracking.builders import NOW, NUMBER

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_ring(role: Role = Role.POOL, *, at: datetime = NOW, **facts: Any) -> Ring:
    known: dict[str, Any] = {"caller": "hash-1", "number": NUMBER} | facts
    caller = known.pop("caller")
    return Ring(at=at, dialled=Dialled(role=role, **known), caller=caller)


def lent(visit: str | None, ago: timedelta, **facts: Any) -> Lease:
    """Return a lease that began so long before the call."""
    known: dict[str, Any] = {"id": f"lea_{visit}_{ago}", "since": NOW - ago, "visit": visit}
    return Lease(**known | facts)


def seen(visit: str, ago: timedelta, *pages: timedelta) -> dict[str, Visit]:
    """Return a visit that gave its last sign of life so long before the call."""
    times = tuple(NOW - each for each in pages)
    return {visit: Visit(id=visit, last_seen=NOW - ago, pages=times)}


def rang(visit: str | None, ago: timedelta, **facts: Any) -> PastCall:
    """Return a call of the same caller so long before this one."""
    known: dict[str, Any] = {
        "at": NOW - ago,
        "number": NUMBER,
        "visit": visit,
        "confidence": 0.9 if visit else 0.0,
    }
    return PastCall(**known | facts)
