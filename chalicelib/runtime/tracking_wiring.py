"""Where call tracking meets the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.journeys.store import JourneyStore
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.pools.roster.store import RosterStore
    from chalicelib.tracking.pools.store import DeckStore
    from chalicelib.tracking.pools.usecases import Keeping
    from chalicelib.tracking.sites.sites import Site
    from chalicelib.tracking.sites.store import SiteStore
    from chalicelib.tracking.visits.store import VisitStore
    from chalicelib.tracking.visits.usecases import Ports


@cache
def decks() -> DeckStore:
    """Return what lends numbers to visits: decks, slots, the log of leases."""
    from chalicelib.tracking.pools.store import DeckStore

    return DeckStore(settings().tracking_table)


@cache
def roster() -> RosterStore:
    """Return pools, the numbers in them, and how they did."""
    from chalicelib.tracking.pools.roster.store import RosterStore

    return RosterStore(settings().tracking_table)


@cache
def sites() -> SiteStore:
    """Return customers' web sites."""
    from chalicelib.tracking.sites.store import SiteStore

    return SiteStore(settings().tracking_table)


@cache
def kept_sites() -> Kept[str, Site]:
    """Return sites as their pages know them: a change is served within half a minute."""
    from chalicelib.runtime.kept import Kept

    return Kept(sites().site)


@cache
def kept_pools() -> Kept[str, Pool]:
    """Return pools as lending knows them."""
    from chalicelib.runtime.kept import Kept

    return Kept(roster().pool)


@cache
def visits() -> VisitStore:
    """Return visits of customers' web sites."""
    from chalicelib.tracking.visits.store import VisitStore

    return VisitStore(settings().tracking_table)


@cache
def journeys() -> JourneyStore:
    """Return how calls came about."""
    from chalicelib.tracking.journeys.store import JourneyStore

    return JourneyStore(settings().tracking_table)


def visiting() -> Ports:
    """Return all that serving a page needs."""
    from chalicelib.tracking.visits.usecases import Ports

    return Ports(decks(), visits(), kept_pools().get)


def keeping() -> Keeping:
    """Return all that changing pools needs."""
    from chalicelib.tracking.pools.usecases import Keeping

    return Keeping(roster(), decks(), wiring.tracking(), wiring.directory())
