"""What is done for a page: it is told what to show, and what it tells is kept of a visit.

The account is the site's, whose page asks. Without consent nothing is stored and nobody followed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.landing.classifying import classify
from chalicelib.tracking.pools import lending
from chalicelib.tracking.pools.leases import Visit, millis
from chalicelib.tracking.visits import serving as one
from chalicelib.tracking.visits import several, visits
from chalicelib.tracking.visits.serving import Serving
from chalicelib.tracking.visits.tokens import Known
from chalicelib.tracking.visits.visits import BEAT_SECONDS, Kind, Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from chalicelib.tracking.landing.classifying import Landing
    from chalicelib.tracking.sites.sites import Site, Swap
    from chalicelib.tracking.visits.serving import Held, Ports
    from chalicelib.tracking.visits.visits import Arrival, Event


def arrive(
    arrival: Arrival,
    known: Known | None,
    *,
    site: Site,
    now: datetime,
    new_id: Callable[[], str],
    ports: Ports,
    followed: bool = True,
) -> Shown:
    """Tell a page that was opened what to show. `followed`: it is somebody, who agreed to it.

    A new visit takes two requests, or three, whatever others do and however many pools there are;
    one that goes on takes one, and two more if its number is another's by now; one that an advert
    brings back to a number that sources share takes two or three. Raises Unavailable for whoever
    met others each time: the page asks again.
    """
    swaps = visits.wanted(site, arrival.numbers)
    landing = classify(arrival.url, arrival.referrer, hosts=site.hosts, rules=site.rules)
    if not followed:
        return Shown(numbers=visits.standins(swaps, landing), printed=_printed(site))
    visit = Visit(
        id=f"vis_{new_id()}" if known is None else known.visit_id,
        account_id=site.account_id,
        site_id=site.id,
        landing=visits.written(landing),
        noted=visits.arrived(arrival, landing, millis(now)),
    )
    try:
        serving = Serving(site, visit, known, landing, now, new_id, ports)
        found = _serve(serving, _pools(swaps))
    except NotFound:  # it was forgotten meanwhile: this is somebody new
        visit = replace(visit, id=f"vis_{new_id()}")
        serving = Serving(site, visit, None, landing, now, new_id, ports, anew=True)
        found = _serve(serving, _pools(swaps))
    shown = _shown(visit.id, found, swaps, landing, beat=not arrival.hidden)
    return replace(shown, printed=_printed(site))


def hear(
    events: Sequence[Event],
    known: Known | None,
    *,
    site: Site,
    now: datetime,
    new_id: Callable[[], str],
    ports: Ports,
) -> Shown:
    """Keep what a page tells of its visit, with one request; a number that was lost is replaced.

    Whoever is not known, or was forgotten, is told nothing. Consent that is withdrawn is the last
    that is heard: the visit is erased, and its numbers rest until their hold ends.
    """
    if known is None:
        return Shown()
    if any(each.kind is Kind.WITHDRAW for each in events):
        _forget(site.account_id, known.visit_id, ports)
        return Shown()
    noted = visits.happened(events, millis(now))
    visit = Visit(id=known.visit_id, account_id=site.account_id, site_id=site.id, noted=noted)
    granted = [each for each in _pools(site.swaps) if known.grant(each) is not None]
    try:
        found = _serve(Serving(site, visit, known, None, now, new_id, ports), granted)
    except NotFound:
        return Shown()
    return _shown(visit.id, found, site.swaps)


def _forget(account_id: str, visit_id: str, ports: Ports) -> None:
    try:
        found = ports.visits.visit(account_id, visit_id)
    except NotFound:
        return
    ports.forgetting(account_id, found)
    lending.withdraw(account_id, visit_id, store=ports.decks)


def _serve(serving: Serving, pools: Sequence[str]) -> dict[str, Held]:
    """Give a visit what it is to have of each pool, and store what it did.

    Raises NotFound for a known visit that was forgotten.
    """
    if several.has_to(serving, pools):
        return several.serve(serving, pools)
    return one.serve(serving, next(iter(pools), None))


def _pools(swaps: Iterable[Swap]) -> tuple[str, ...]:
    """Return each pool once, in order: one number stands for all that a pool replaces."""
    return tuple(dict.fromkeys(each.pool_id for each in swaps if each.pool_id is not None))


def _shown(
    visit_id: str,
    found: dict[str, Held],
    swaps: Sequence[Swap],
    landing: Landing | None = None,
    *,
    beat: bool = True,
) -> Shown:
    numbers = ((each.find, _number(each, found, landing)) for each in swaps)
    untils = [each.until for each in found.values() if each.until is not None]
    return Shown(
        known=Known(visit_id, tuple(each.grant for each in found.values())),
        numbers=tuple((find, show) for find, show in numbers if show is not None),
        beat=BEAT_SECONDS if beat else None,
        until=min(untils, default=None),
    )


def _number(swap: Swap, found: dict[str, Held], landing: Landing | None) -> str | None:
    held = found.get(swap.pool_id or "")
    if held is not None and held.grant.number is not None:
        return held.grant.number
    if landing is None:  # a number that was lost and has no successor: the printed one is put back
        return None if held is None else swap.find
    return swap.standin(landing)


def _printed(site: Site) -> tuple[str, ...]:
    return tuple(each.find for each in site.swaps)
