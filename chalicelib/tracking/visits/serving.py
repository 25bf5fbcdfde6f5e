"""What a visit is given of one pool: a number of its own, a source's, or none.

Where a visit has to do with several pools, see `several`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.pools import lending
from chalicelib.tracking.pools.leases import Lease, Lent, Visit, millis
from chalicelib.tracking.pools.lending import Forgotten, Renewals
from chalicelib.tracking.pools.pool import Level
from chalicelib.tracking.visits import visits
from chalicelib.tracking.visits.tokens import Known, Passed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.tracking.landing.classifying import Landing
    from chalicelib.tracking.pools.leases import Noted
    from chalicelib.tracking.pools.lending import Decks
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sites.sites import Site
    from chalicelib.tracking.visits.visits import Remembered

# A visitor whom a pool had no number for is offered one again after so long: at each page it would
# be counted as one more visit that got none.
PASSED_MILLISECONDS: Final = 30 * 60_000
# So many requests a page makes at most.
MOST_REQUESTS: Final = 3


class Visits(Protocol):
    """Where visits are kept. Everything raises Unavailable, and is one request."""

    def begin(self, visit: Visit, at: int) -> None:
        """Store a visit, new or known, and what it did."""

    def note(self, account_id: str, visit_id: str, noted: Noted, at: int) -> None:
        """Store what a known visit did. Raises NotFound for one that was forgotten."""

    def visit(self, account_id: str, visit_id: str) -> Remembered:
        """Return an account's visit. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All that serving a page needs. `pool` raises NotFound.

    `forgetting` is told of a visit before it is erased: of what was written of it elsewhere.
    `kept` are the numbers of sources that were kept lately.
    """

    decks: Decks
    visits: Visits
    pool: Callable[[str], Pool]
    forgetting: Callable[[str, Remembered], None]
    kept: Renewals = field(default_factory=Renewals)


@dataclass(frozen=True, slots=True)
class Serving:
    """A visit of a site at an instant: what it had, and what brought it if that is known.

    `anew`: a request was made already, for what it had and has no more.
    """

    site: Site
    visit: Visit
    known: Known | None
    landing: Landing | None
    now: datetime
    new_id: Callable[[], str]
    ports: Ports
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a visit has of a pool. `stored`: what it did was stored with it.

    If it was not, `asked` is how many requests were made.
    """

    grant: Lease | Passed
    until: datetime | None = None
    stored: bool = True
    asked: int = 0


def serve(serving: Serving, pool_id: str | None) -> dict[str, Held]:
    """Give a visit what it is to have of a pool, if there is one, and store what it did.

    Raises NotFound for a known visit that was forgotten.
    """
    held = None if pool_id is None else _held(serving, pool_id)
    if pool_id is None or held is None:
        store(serving)
        return {}
    if not held.stored:
        store(serving, held.asked)
    return {pool_id: held}


def store(serving: Serving, asked: int = 0) -> None:
    """Store what a visit did. With the last of three requests, one that was forgotten begins."""
    visit, at, store = serving.visit, millis(serving.now), serving.ports.visits
    if serving.known is None or asked == MOST_REQUESTS - 1:
        store.begin(visit, at)
    else:
        store.note(visit.account_id, visit.id, visit.noted, at)


def _held(serving: Serving, pool_id: str) -> Held | None:
    """Return what a visit has of a pool from now on; None if the pool is gone."""
    grant = None if serving.known is None else serving.known.grant(pool_id)
    if isinstance(grant, Passed) and still(grant, serving):
        return Held(grant, stored=False)
    if isinstance(grant, Lease) and not came_anew(grant, serving):
        kept = _kept(grant, serving)
        return kept or _lent(pool_id, replace(serving, anew=True), grant)
    return _lent(pool_id, serving)


def still(passed: Passed, serving: Serving) -> bool:
    """Say whether a visit goes on without a number: only a page that is opened asks again."""
    age = millis(serving.now) - passed.at
    return serving.landing is None or age < PASSED_MILLISECONDS


def came_anew(lease: Lease, serving: Serving) -> bool:
    """Say whether a number that all share who came from one source is another source's now."""
    landing = serving.landing
    shared = lease.visit_id != serving.visit.id
    return shared and landing is not None and visits.is_from_outside(landing)


def _kept(lease: Lease, serving: Serving) -> Held | None:
    now, visit, store = serving.now, serving.visit, serving.ports.decks
    if lease.visit_id == visit.id:
        until = lending.extend(lease, now=now, store=store, noted=visit.noted)
        return None if until is None else Held(lease, until)
    kept = serving.ports.kept
    lent = lending.extend_shared(lease, visit, now=now, store=store, kept=kept)
    if lent is None:
        return None
    return Held(lease, lent.until, stored=lent.stored, asked=lent.asked)


def _lent(pool_id: str, serving: Serving, lost: Lease | None = None) -> Held | None:
    visit, known = serving.visit, serving.known is not None
    lease_id = f"lea_{serving.new_id()}"
    order = lending.Order(pool_id=pool_id, visit=visit, lease_id=lease_id, known=known)
    try:
        shared = serving.ports.pool(pool_id).level is Level.SOURCE
        lent = _of_source(order, serving, lost) if shared else _of_its_own(order, serving)
    except Forgotten:
        raise
    except NotFound:
        return None
    grant = lent.lease or Passed(pool_id, lent.number, millis(serving.now))
    return Held(grant, lent.until, stored=lent.stored, asked=lent.asked)


def _of_its_own(order: lending.Order, serving: Serving) -> Lent:
    lend = lending.lend_anew if serving.anew else lending.lend
    return lend(order, now=serving.now, store=serving.ports.decks)


def _of_source(order: lending.Order, serving: Serving, lost: Lease | None) -> Lent:
    if serving.landing is None:  # what brought it is told by no event: the next page asks
        raise NotFound("no source")
    if serving.anew and serving.known is None:  # it was forgotten: two requests were made for that
        raise NotFound("no request is left")
    key, store = visits.source_of(serving.landing), serving.ports.decks
    lost = lost if lost is not None and lost.visit_id != serving.visit.id else None
    return lending.lend_to_source(order, key, now=serving.now, store=store, lost=lost)
