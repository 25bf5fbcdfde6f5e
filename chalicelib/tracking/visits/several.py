"""What a visit is given of several pools: of all together, with three requests at most.

What it was lent on other pages of the site is kept for it, whether this one shows it or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.pools import together
from chalicelib.tracking.pools.leases import Lease, millis, moment
from chalicelib.tracking.pools.pool import Level
from chalicelib.tracking.pools.together import Want, Wish
from chalicelib.tracking.visits import visits
from chalicelib.tracking.visits.serving import Held, Serving, came_anew, still, store
from chalicelib.tracking.visits.tokens import Passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.tracking.pools.leases import Lent


@dataclass(slots=True)
class _Plan:
    """What stays as it is, what is to be kept, and what is wanted of which pools."""

    stays: dict[str, Held] = field(default_factory=dict)
    keeping: list[Lease] = field(default_factory=list)
    wanting: list[Want] = field(default_factory=list)


def has_to(serving: Serving, pools: Sequence[str]) -> bool:
    """Say whether a visit has to do with other pools than one that its page shows."""
    return len(pools) > 1 or any(each.pool_id not in pools for each in _grants(serving))


def serve(serving: Serving, pools: Sequence[str]) -> dict[str, Held]:
    """Give a visit what it is to have of each pool, and store what it did.

    Raises NotFound for a known visit that was forgotten.
    """
    plan = _planned(serving, pools)
    found = _provided(serving, pools, plan)
    return plan.stays | {pool_id: _held(pool_id, lent, serving) for pool_id, lent in found.items()}


def _provided(serving: Serving, pools: Sequence[str], plan: _Plan) -> dict[str, Lent]:
    now, decks = serving.now, serving.ports.decks
    wish = Wish(serving.visit, tuple(plan.keeping), _ordered(plan.wanting))
    if wish.wanting:
        return _noted(serving, together.provide(wish, now=now, store=decks, asked=serving.anew))
    if not wish.keeping:
        store(serving)
        return {}
    kept = together.keep(wish, now=now, store=decks)
    if isinstance(kept, dict):
        return _noted(serving, kept)
    return _provided_anew(serving, pools, wish, kept)


def _provided_anew(
    serving: Serving, pools: Sequence[str], wish: Wish, lost: frozenset[str]
) -> dict[str, Lent]:
    """Go on without numbers that are somebody else's by now: there are others, if the page asks."""
    gone = [each for each in wish.keeping if each.id in lost and each.pool_id in pools]
    wanting = [_want(serving, each.pool_id, each) for each in gone]
    left = tuple(each for each in wish.keeping if each.id not in lost)
    wish = Wish(wish.visit, left, _ordered(each for each in wanting if each is not None))
    found = together.provide(wish, now=serving.now, store=serving.ports.decks, asked=True)
    return _noted(serving, found)


def _grants(serving: Serving) -> list[Lease | Passed]:
    """Return what the visit was granted of the site's pools."""
    theirs = {each.pool_id for each in serving.site.swaps}
    known = () if serving.known is None else serving.known.grants
    return [each for each in known if each.pool_id in theirs]


def _planned(serving: Serving, pools: Sequence[str]) -> _Plan:
    plan, grants = _Plan(), {each.pool_id: each for each in _grants(serving)}
    for pool_id in dict.fromkeys((*pools, *grants)):
        grant, on_page = grants.get(pool_id), pool_id in pools
        if isinstance(grant, Passed) and (still(grant, serving) or not on_page):
            plan.stays[pool_id] = Held(grant)
        elif isinstance(grant, Lease) and not came_anew(grant, serving):
            _go_on(serving, grant, plan)
        elif on_page and (want := _want(serving, pool_id)) is not None:
            plan.wanting.append(want)
    return plan


def _go_on(serving: Serving, lease: Lease, plan: _Plan) -> None:
    """Keep a number, unless it is a source's and was kept by this process just now."""
    lately = serving.ports.kept.lately(lease, millis(serving.now))
    if lately is None:
        plan.keeping.append(lease)
    else:
        plan.stays[lease.pool_id] = Held(lease, moment(lately + lease.hold))


def _want(serving: Serving, pool_id: str, lost: Lease | None = None) -> Want | None:
    """Return that a visit wants a number; None of a pool that is gone, or if no source is known."""
    try:
        pool = serving.ports.pool(pool_id)
    except NotFound:
        return None
    shared = pool.level is Level.SOURCE
    if shared and serving.landing is None:
        return None
    return Want(
        pool_id=pool_id,
        numbers=[each.number for each in pool.members],
        lease_id=f"lea_{serving.new_id()}",
        source=visits.source_of(serving.landing) if shared and serving.landing else None,
        lost=lost.id if lost is not None and lost.visit_id != serving.visit.id else "",
    )


def _ordered(wanting: Iterable[Want]) -> tuple[Want, ...]:
    """Put pools that lend to visits first: the first one is where the visit has its turn."""
    return tuple(sorted(wanting, key=lambda each: each.source is not None))


def _noted(serving: Serving, found: dict[str, Lent]) -> dict[str, Lent]:
    """Remember which numbers of sources were kept."""
    for each in found.values():
        lease = each.lease
        if lease is not None and lease.visit_id != serving.visit.id and each.until is not None:
            serving.ports.kept.note(lease, millis(each.until) - lease.hold)
    return found


def _held(pool_id: str, lent: Lent, serving: Serving) -> Held:
    return Held(lent.lease or Passed(pool_id, lent.number, millis(serving.now)), lent.until)
