"""How long before a call each visit last had its number on screen, as far as anybody knows.

The last that was heard of a visit is the last of its pages and heartbeats before the call. What
came after the call proves that the page was still open, if it came before a lease would have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution.curves import ON_PAGE_SECONDS
from chalicelib.tracking.attribution.evidence import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from chalicelib.tracking.attribution.behaviour import Behaviour
    from chalicelib.tracking.attribution.evidence import Lease, Ring, Visit

_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A visit that had the number: `seconds` before the call it was last on screen, 0 if it was.

    `visit` is None where it was erased; each of those stands for somebody of their own. `shared`:
    it names all visits of one source, of which the last saw it then; `held`: nobody else was lent
    the number since.
    """

    visit: str | None
    lease: str
    seconds: float
    source: str | None = None
    shared: bool = False
    held: bool = False


def sightings(
    ring: Ring, leases: Iterable[Lease], visits: Mapping[str, Visit], behaviour: Behaviour
) -> list[Sighting]:
    """Return each visit that had the number before the call, latest sight first.

    A visit that was lent the number twice is one visitor: its latest sight counts. The order in
    which leases are given does not matter, nor does one given twice.
    """
    known = sorted({each.id: each for each in leases}.values(), key=_when, reverse=True)
    found: dict[str, Sighting] = {}
    for sighting in _each(ring, known, visits, behaviour):
        whose = sighting.visit or sighting.lease
        if whose not in found or sighting.seconds < found[whose].seconds:
            found[whose] = sighting
    return sorted(found.values(), key=lambda each: (each.seconds, each.lease))


def looks(
    leases: Iterable[Lease], visits: Mapping[str, Visit], behaviour: Behaviour
) -> list[float]:
    """Return for how many seconds each visit had a number of a pool on its screen, but the newest.

    Whoever had it last may have it still. Of an erased visit nobody knows.
    """
    known = sorted({each.id: each for each in leases}.values(), key=_when, reverse=True)
    return [
        _look(lease, visits[lease.visit or ""], newer.since - behaviour.hold, behaviour)
        for newer, lease in pairwise(known)
        if (lease.visit or "") in visits
    ]


def _look(lease: Lease, visit: Visit, last: datetime, behaviour: Behaviour) -> float:
    """Add up the spans in which no silence was longer than the hold, each with its own end."""
    spans = [
        after - before for before, after in pairwise(sorted(_seen(lease, visit, last, behaviour)))
    ]
    kept = [span.total_seconds() for span in spans if span <= behaviour.hold]
    return sum(kept) + ON_PAGE_SECONDS * (1 + len(spans) - len(kept))


def _when(lease: Lease) -> tuple[datetime, str]:
    return lease.since, lease.id


def _each(
    ring: Ring, leases: list[Lease], visits: Mapping[str, Visit], behaviour: Behaviour
) -> Iterator[Sighting]:
    freed: datetime | None = None
    takes_turns = ring.dialled.role is not Role.OVERFLOW
    for lease in leases:
        last = None if freed is None else freed - behaviour.hold
        held = takes_turns and (freed is None or freed > ring.at)
        freed = lease.since if takes_turns else None
        silence = _silence(ring.at, lease, visits.get(lease.visit or ""), last, behaviour)
        if lease.since <= ring.at and silence <= behaviour.window:
            yield Sighting(
                visit=lease.visit,
                lease=lease.id,
                seconds=silence.total_seconds(),
                source=lease.source,
                shared=lease.shared,
                held=held,
            )


def _silence(
    at: datetime, lease: Lease, visit: Visit | None, last: datetime | None, behaviour: Behaviour
) -> timedelta:
    """Tell how long before the call the number was last on this visit's screen.

    `last` is when it was free for the next one at the latest, less the hold.
    """
    seen = _seen(lease, visit, last, behaviour)
    before = max((each for each in seen if each <= at), default=lease.since)
    after = min((each for each in seen if each > at), default=None)
    if after is None:
        return at - before
    if lease.shared:  # whose later visitors hide when the last one came before the call
        return min(at - before, behaviour.hold)
    return _NOTHING if after - before <= behaviour.hold else at - before


def _seen(
    lease: Lease, visit: Visit | None, last: datetime | None, behaviour: Behaviour
) -> list[datetime]:
    """Return when the number was on this visit's screen: what came later was another number's."""
    limit = None if last is None else max(last, lease.since)
    if visit is None:
        guess = lease.since + min(behaviour.unknown_visit, behaviour.hold)
        return [lease.since, guess if limit is None else min(guess, limit)]
    times = (*visit.pages, visit.last_seen)
    kept = (each for each in times if each >= lease.since and (limit is None or each <= limit))
    return [lease.since, *kept]
