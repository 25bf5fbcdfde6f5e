"""Where call tracking meets the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.tracking.pools.roster.store import RosterStore
    from chalicelib.tracking.pools.store import DeckStore
    from chalicelib.tracking.pools.usecases import Keeping
    from chalicelib.tracking.sites.store import SiteStore


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


def keeping() -> Keeping:
    """Return all that changing pools needs."""
    from chalicelib.tracking.pools.usecases import Keeping

    return Keeping(roster(), decks(), wiring.tracking(), wiring.directory())
