"""How many calls an hour are to be expected of each candidate, and of whoever is none of them.

Calls that no visit explains depend on who else was shown the number. Any is misdialled; somebody
was told it, or kept it, only if others were shown it before; and whoever reads it on a poster, or
on a page without consent, leaves no trace at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.tracking.attribution.curves import DAY
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.attribution.past import unclaimed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.tracking.attribution.behaviour import Behaviour
    from chalicelib.tracking.attribution.evidence import Reach, Ring, Visit
    from chalicelib.tracking.attribution.past import Recognised
    from chalicelib.tracking.attribution.sightings import Sighting


def of_sighting(
    each: Sighting, ring: Ring, visits: Mapping[str, Visit], known: Recognised, behaviour: Behaviour
) -> float:
    """Return how many calls an hour are to be expected of a visit, by this very caller."""
    withheld = ring.caller is None
    if each.shared:
        return behaviour.of_source(each.seconds, held=each.held, withheld=withheld)
    calls = behaviour.of_visit(each.seconds, withheld=withheld)
    calls *= known.among_others(each.visit)
    visit = visits.get(each.visit or "")
    if visit is None or known.is_one(each.visit):
        return calls
    return calls * unclaimed(ring, visit.calls, behaviour)


def of_nobody(ring: Ring, seen: Sequence[Sighting], behaviour: Behaviour) -> float:
    """Tell how many calls an hour come to a number from somebody who is none of those who saw it.

    One more who saw it never makes it less: a visit that is alone has nobody before it.
    """
    reach = ring.dialled.reach
    unread = 0.0 if reach is None else _unread(ring, reach, behaviour)
    if ring.dialled.role is Role.OVERFLOW or ring.dialled.printed:
        return behaviour.of_anybody() + unread
    earlier = max(0, len(seen) - 1) + (0.0 if reach is None else _lent_before(reach))
    return behaviour.of_nobody(earlier) + unread


def _unread(ring: Ring, reach: Reach, behaviour: Behaviour) -> float:
    newest, oldest = (
        max(0.0, (ring.at - each).total_seconds()) for each in (reach.since, reach.began)
    )
    return behaviour.of_unread(newest, oldest, reach.leases_a_day)


def _lent_before(reach: Reach) -> float:
    """Return how many leases there were before those that were read."""
    return max(0.0, (reach.since - reach.began).total_seconds()) / DAY * reach.leases_a_day
