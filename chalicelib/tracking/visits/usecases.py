"""What is done for a page: it is told what to show, and what it tells is kept of a visit.

The account is the site's, whose page asks. Without consent nothing is stored and nobody followed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import NotFound
from chalicelib.tracking.landing.classifying import classify
from chalicelib.tracking.pools import lending
from chalicelib.tracking.pools.leases import NOTHING, Lease, Lent, Visit, millis
from chalicelib.tracking.pools.lending import Forgotten, Renewals
from chalicelib.tracking.pools.pool import Level
from chalicelib.tracking.visits import visits
from chalicelib.tracking.visits.tokens import Known, Passed
from chalicelib.tracking.visits.visits import BEAT_SECONDS, Kind, Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from chalicelib.tracking.landing.classifying import Landing
    from chalicelib.tracking.pools.leases import Noted
    from chalicelib.tracking.pools.lending import Decks
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sites.sites import Site, Swap
    from chalicelib.tracking.visits.visits import Arrival, Event, Remembered

# A visitor whom a pool had no number for is offered one again after so long: at each page it would
# be counted as one more visit that got none.
PASSED_MILLISECONDS: Final = 30 * 60_000
# So many requests a page makes for a pool at most.
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
class _Serving:
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
class _Held:
    """What a visit has of a pool. `stored`: what it did was stored with it.

    If it was not, `asked` is how many requests were made.
    """

    grant: Lease | Passed
    until: datetime | None = None
    stored: bool = True
    asked: int = 0


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

    Of a pool, a new visit takes two requests, or three if all cards are dealt, whatever others do;
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
        serving = _Serving(site, visit, known, landing, now, new_id, ports)
        found = _serve(serving, _pools(swaps))
    except NotFound:  # it was forgotten meanwhile: this is somebody new
        visit = replace(visit, id=f"vis_{new_id()}")
        serving = _Serving(site, visit, None, landing, now, new_id, ports, anew=True)
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
        found = _serve(_Serving(site, visit, known, None, now, new_id, ports), granted)
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


def _serve(serving: _Serving, pools: Collection[str]) -> dict[str, _Held]:
    """Give a visit what it is to have of each pool. What it did is stored with the first of them.

    Raises NotFound for a known visit that was forgotten.
    """
    found = _kept_together(serving, pools)
    left = _with_nothing_new(serving) if found else serving
    for pool_id in (each for each in pools if each not in found):
        held = _held(left, pool_id)
        if held is not None:
            found[pool_id] = held
            left = _with_nothing_new(left) if held.stored else left
    if left is serving:
        _store(serving, max((each.asked for each in found.values()), default=0))
    return found


def _kept_together(serving: _Serving, pools: Collection[str]) -> dict[str, _Held]:
    """Keep the numbers that a visit has of several pools at once; none if one of them is lost."""
    grants = (None if serving.known is None else serving.known.grant(each) for each in pools)
    own = [each for each in grants if isinstance(each, Lease) and each.visit_id == serving.visit.id]
    if len(own) < 2:
        return {}
    noted, store = serving.visit.noted, serving.ports.decks
    until = lending.extend(*own, now=serving.now, store=store, noted=noted)
    return {} if until is None else {each.pool_id: _Held(each, until) for each in own}


def _with_nothing_new(serving: _Serving) -> _Serving:
    return replace(serving, visit=replace(serving.visit, noted=NOTHING))


def _store(serving: _Serving, asked: int) -> None:
    """Store what a visit did. With the last of three requests, one that was forgotten begins."""
    visit, at, store = serving.visit, millis(serving.now), serving.ports.visits
    if serving.known is None or asked == MOST_REQUESTS - 1:
        store.begin(visit, at)
    else:
        store.note(visit.account_id, visit.id, visit.noted, at)


def _held(serving: _Serving, pool_id: str) -> _Held | None:
    """Return what a visit has of a pool from now on; None if the pool is gone."""
    grant = None if serving.known is None else serving.known.grant(pool_id)
    if isinstance(grant, Passed) and _still(grant, serving):
        return _Held(grant, stored=False)
    if isinstance(grant, Lease) and not _came_anew(grant, serving):
        kept = _kept(grant, serving)
        return kept or _lent(pool_id, replace(serving, anew=True), grant)
    return _lent(pool_id, serving)


def _still(passed: Passed, serving: _Serving) -> bool:
    """Say whether a visit goes on without a number: only a page that is opened asks again."""
    age = millis(serving.now) - passed.at
    return serving.landing is None or age < PASSED_MILLISECONDS


def _came_anew(lease: Lease, serving: _Serving) -> bool:
    """Say whether a number that all share who came from one source is another source's now."""
    landing = serving.landing
    shared = lease.visit_id != serving.visit.id
    return shared and landing is not None and visits.is_from_outside(landing)


def _kept(lease: Lease, serving: _Serving) -> _Held | None:
    now, visit, store = serving.now, serving.visit, serving.ports.decks
    if lease.visit_id == visit.id:
        until = lending.extend(lease, now=now, store=store, noted=visit.noted)
        return None if until is None else _Held(lease, until)
    kept = serving.ports.kept
    lent = lending.extend_shared(lease, visit, now=now, store=store, kept=kept)
    if lent is None:
        return None
    return _Held(lease, lent.until, stored=lent.stored, asked=lent.asked)


def _lent(pool_id: str, serving: _Serving, lost: Lease | None = None) -> _Held | None:
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
    return _Held(grant, lent.until, stored=lent.stored, asked=lent.asked)


def _of_its_own(order: lending.Order, serving: _Serving) -> Lent:
    lend = lending.lend_anew if serving.anew else lending.lend
    return lend(order, now=serving.now, store=serving.ports.decks)


def _of_source(order: lending.Order, serving: _Serving, lost: Lease | None) -> Lent:
    if serving.landing is None:  # what brought it is told by no event: the next page asks
        raise NotFound("no source")
    if serving.anew and serving.known is None:  # it was forgotten: two requests were made for that
        raise NotFound("no request is left")
    key, store = visits.source_of(serving.landing), serving.ports.decks
    lost = lost if lost is not None and lost.visit_id != serving.visit.id else None
    return lending.lend_to_source(order, key, now=serving.now, store=store, lost=lost)


def _pools(swaps: Iterable[Swap]) -> tuple[str, ...]:
    """Return each pool once, in order: one number stands for all that a pool replaces."""
    return tuple(dict.fromkeys(each.pool_id for each in swaps if each.pool_id is not None))


def _shown(
    visit_id: str,
    found: dict[str, _Held],
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


def _number(swap: Swap, found: dict[str, _Held], landing: Landing | None) -> str | None:
    held = found.get(swap.pool_id or "")
    if held is not None and held.grant.number is not None:
        return held.grant.number
    if landing is None:  # a number that was lost and has no successor: the printed one is put back
        return None if held is None else swap.find
    return swap.standin(landing)


def _printed(site: Site) -> tuple[str, ...]:
    return tuple(each.find for each in site.swaps)
