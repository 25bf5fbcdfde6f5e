"""What is kept of numbers, leases, visits and calls, read as what attribution asks for. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.attribution import evidence
from chalicelib.tracking.attribution.evidence import Dialled, PastCall, Reach, Role
from chalicelib.tracking.journeys.journeys import source_key
from chalicelib.tracking.pools.leases import moment
from chalicelib.tracking.sources import source_at
from chalicelib.tracking.visits.visits import journey as steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.pools.leases import LogEntry
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sources import Number
    from chalicelib.tracking.visits.visits import Remembered

# Of leases that are not read, attribution knows how many there are (decision 19).
MOST_LEASES: Final = 50
# Of the calls that a visit was credited with, those of the same day matter.
MOST_CALLS: Final = 10
MOST_READ: Final = 100
_SHORTEST: Final = timedelta(minutes=1)
# Assumption: a poster that is taken down is rung for a month more.
_POSTER_FADES: Final = timedelta(days=30)
# A number that all visits of one source share is lent to a name with this in it.
_SHARED: Final = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a number was used for when it rang.

    `logs` are the names under which the log has who saw it, `pool_id` the pool that it was of,
    `began` when it was first lent, `printed` that it stood for a source not long ago.
    """

    role: Role
    source_id: str | None = None
    pool_id: str | None = None
    logs: tuple[str, ...] = ()
    began: datetime | None = None
    printed: bool = False


def place_of(rung: Rung, number: Number, showing: Sequence[Pool]) -> Place:
    """Tell what a number was used for; `showing` are the pools whose overflow number it is.

    A number that has left its pool is still rung by those who saw it.
    """
    source_id = rung.source_id or source_at(number.assignments, rung.at)
    if showing:
        ids = tuple(pool.id for pool in showing)
        began = min(pool.created_at for pool in showing)
        return Place(role=Role.OVERFLOW, source_id=source_id, pool_id=ids[0], logs=ids, began=began)
    pool = number.pool if number.pool is not None and number.pool.since <= rung.at else None
    if source_id is not None and pool is None:
        return Place(role=Role.STATIC, source_id=source_id)
    if pool is None and not number.version:
        return Place(role=Role.UNKNOWN)
    return Place(
        role=Role.POOL,
        source_id=source_id,
        pool_id=None if pool is None else pool.pool_id,
        logs=(number.number,),
        began=None if pool is None else pool.since,
        printed=_is_printed(number, rung.at),
    )


def dialled(place: Place, rung: Rung, entries: Sequence[LogEntry], window: timedelta) -> Dialled:
    """Return the number as attribution sees it, with how far back its leases were read."""
    role = Role.UNKNOWN if place.role is Role.POOL and not place.pool_id and not entries else None
    return Dialled(
        number=rung.dialled,
        role=role or place.role,
        source=place.source_id,
        reach=_reach(place, rung, entries, window),
        printed=place.printed,
    )


def within(lines: Sequence[LogEntry], since: int, place: Place) -> Iterator[LogEntry]:
    """Yield the lines, newest first, of whoever may have had a number since then.

    A number of a pool is its visitor's until somebody else gets it, so one lease more may be.
    """
    held = place.pool_id is not None and place.role is Role.POOL
    for each in lines:
        if each.at < since and not held:
            return
        held = held and each.at >= since
        yield each


def leases_of(entries: Iterable[LogEntry]) -> list[evidence.Lease]:
    """Return who had a number. Of whoever was erased, nothing is left but that there was one."""
    return [
        evidence.Lease(
            id=each.lease_id,
            since=moment(each.at),
            visit=each.visit_id or None,
            source=source_key(json.loads(each.landing)) if each.visit_id else None,
            shared=is_shared(each.visit_id),
        )
        for each in entries
    ]


def visits_of(
    visits: Iterable[Remembered], calls: Mapping[str, Journey] = MappingProxyType({})
) -> dict[str, evidence.Visit]:
    """Return when each visitor was seen, and who rang for whom they were taken."""
    return {
        each.id: evidence.Visit(
            id=each.id,
            last_seen=each.last_seen,
            pages=tuple(moment(step["at"]) for step in steps_of(each.steps)),
            calls=tuple(_credited(each, calls)),
        )
        for each in visits
    }


def calls_of(visits: Iterable[Remembered], rung: Rung) -> tuple[str, ...]:
    """Return the newest calls that visits were credited with, this one apart."""
    found = (call for each in visits for call in each.calls[-MOST_CALLS:])
    return tuple(each for each in dict.fromkeys(found) if each != rung.call_id)[:MOST_READ]


def _credited(visit: Remembered, calls: Mapping[str, Journey]) -> Iterator[evidence.Credited]:
    """Yield the calls of a visit that are still credited to it."""
    for each in map(calls.get, visit.calls):
        if each is not None and each.visit_id == visit.id:
            yield evidence.Credited(
                at=each.rang_at, caller=each.caller_hash, confidence=each.confidence
            )


def past_of(journeys: Iterable[Journey], rung: Rung) -> list[PastCall]:
    """Return the calls that the same caller had made before."""
    return [
        PastCall(
            at=each.rang_at,
            number=each.dialled,
            visit=each.holder,
            confidence=each.confidence if each.holder else 0.0,
            source=source_key(each.landing) if each.landing else None,
            first_at=datetime.fromisoformat(each.first_at) if each.first_at else None,
        )
        for each in journeys
        if each.call_id != rung.call_id and each.rang_at < rung.at
    ]


def is_shared(holder: str | None) -> bool:
    """Say whether a number was lent to all visits of one source, and not to one visit."""
    return _SHARED in (holder or "")


def facts_in(text: str) -> dict[str, Any]:
    """Read what brought a visit."""
    found: dict[str, Any] = json.loads(text)
    return found


def _is_printed(number: Number, at: datetime) -> bool:
    """Say whether a number stands for a source on something that people may still see."""
    return any(
        each.since <= at and (each.until is None or at < each.until + _POSTER_FADES)
        for each in number.assignments
    )


def _reach(
    place: Place, rung: Rung, entries: Sequence[LogEntry], window: timedelta
) -> Reach | None:
    if len(entries) < MOST_LEASES:
        return None
    since = moment(min(each.at for each in entries))
    span = max(rung.at - since, _SHORTEST)
    began = max(place.began or rung.at - window, rung.at - window)
    return Reach(
        since=since,
        began=min(began, since),
        leases_a_day=len(entries) * timedelta(days=1) / span,
    )
