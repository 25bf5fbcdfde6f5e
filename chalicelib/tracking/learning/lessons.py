"""What a call has to teach of how visitors behave, and what all of an account's have. Pure.

A lesson says how long before the call each visit had the number on screen, and nothing of who
they were. A record is the lessons since its first one, with the hours of the pools they rang: how
many visits there were that did not ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution.curves import ENDS
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.attribution.fitting import Exposure, Heard, heard_in
from chalicelib.tracking.attribution.sightings import looks
from chalicelib.tracking.pools.deck import SECOND
from chalicelib.tracking.pools.health import HOUR, hour_of
from chalicelib.tracking.pools.leases import millis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.tracking.attribution.behaviour import Behaviour
    from chalicelib.tracking.attribution.evidence import Lease, PastCall, Ring, Visit
    from chalicelib.tracking.pools.health import Hour

# Visits of before a record are candidates of its calls, for as long as the curve goes.
BEFORE: Final = round(ENDS[-1]) * SECOND
HOURS_A_DAY: Final = 24
# The mean of how long a number is looked at is held by so many visits that are assumed.
_ASSUMED_LOOKS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one call has to teach; `looked` are the seconds of `looks` visits that left before."""

    pool_id: str
    hour: int  # when it began that the call came in
    heard: Heard
    looks: int = 0
    looked: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What there is to fit a behaviour to."""

    heard: tuple[Heard, ...]
    exposure: Exposure


def lesson_in(
    ring: Ring,
    leases: Sequence[Lease],
    visits: Mapping[str, Visit],
    past: Sequence[PastCall],
    behaviour: Behaviour,
    *,
    pool_id: str | None,
) -> Lesson | None:
    """Return what a call teaches: none but a caller's first one, to a number that visits are lent.

    Somebody who withholds their number may be ringing for the second time, and to whom a number on
    a poster was shown nobody knows.
    """
    shown_to_visits = ring.dialled.role is Role.POOL and not ring.dialled.printed
    if not shown_to_visits or pool_id is None or ring.caller is None or past:
        return None
    seconds = looks(leases, visits, behaviour)
    return Lesson(
        pool_id=pool_id,
        hour=hour_of(millis(ring.at)),
        heard=heard_in(ring, leases, visits, behaviour),
        looks=len(seconds),
        looked=sum(seconds),
    )


def material(
    lessons: Iterable[Lesson], hours: Mapping[str, Sequence[Hour]], assumed: Behaviour
) -> Material | None:
    """Put lessons and the hours of their pools together; None where that is no record.

    The first lesson only says since when there were any. `hours` go back to the curve's end before
    it; of the hours that not every pool has summed, none counts.
    """
    known = [each for each in lessons if hours.get(each.pool_id)]
    if not known:
        return None
    since = min(each.hour for each in known) + HOUR
    until = min(each[-1].starts for each in hours.values() if each) + HOUR
    if since >= until:
        return None
    kept = [each for each in known if since <= each.hour < until]
    summed = [hour for each in hours.values() for hour in each if hour.starts < until]
    within = [hour for hour in summed if hour.starts >= since]
    look = _mean_look(kept, assumed)
    return Material(
        heard=tuple(each.heard for each in kept),
        exposure=Exposure(
            page_hours=sum(hour.lent for hour in within) * look * SECOND / HOUR,
            number_days=sum(hour.numbers for hour in within) / HOURS_A_DAY,
            watched=list(_watched(summed, look, since, until)),
        ),
    )


def _mean_look(lessons: Iterable[Lesson], assumed: Behaviour) -> float:
    usual = assumed.unknown_visit.total_seconds()
    seconds, count = usual * _ASSUMED_LOOKS, float(_ASSUMED_LOOKS)
    for each in lessons:
        seconds += each.looked
        count += each.looks
    return seconds / count


def _watched(
    hours: Iterable[Hour], look: float, since: int, until: int
) -> Iterator[tuple[float, float]]:
    """Yield how long the record went on after the visits of each hour, which left in its middle."""
    for hour in hours:
        left = hour.starts / SECOND + HOUR / SECOND / 2 + look
        missed = ((since, -hour.lent),) if hour.starts < since else ()
        for end, count in ((until, hour.lent), *missed):
            yield max(0.0, end / SECOND - left), float(count)
