"""What owners do with their sites. Every function takes the account that the request acts for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypedDict

from chalicelib.directory.numbers import line_of
from chalicelib.kernel.errors import Fault, NotFound, Rejected, Stale
from chalicelib.tracking.landing import checking
from chalicelib.tracking.landing.addresses import address, same_site
from chalicelib.tracking.landing.classifying import classify
from chalicelib.tracking.sites.sites import Site, check_origins, check_swaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.directory.ports import Lines, Page
    from chalicelib.tracking.landing.classifying import Landing
    from chalicelib.tracking.landing.rules import Rule
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sites.sites import Swap
    from chalicelib.tracking.usecases import Numbers


PAGE: Final = 200


class Sites(Protocol):
    """Where sites are kept. Everything raises Unavailable."""

    def site(self, site_id: str) -> Site:
        """Return a site, archived or not. Raises NotFound."""

    def sites(self, account_id: str, limit: int, after: str | None = None) -> Page[Site]:
        """Return an account's sites in use, in order of id."""

    def save_site(self, site: Site) -> Site:
        """Store a site, new (version 0) or changed. Raises Stale."""


class Pools(Protocol):
    """Which pools there are."""

    def pool(self, pool_id: str) -> Pool:
        """Return a pool, anybody's. Raises NotFound."""


class SiteChanges(TypedDict, total=False):
    """What may be changed of a site: only what is there is touched."""

    name: str
    origins: tuple[str, ...]
    swaps: tuple[Swap, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a site may name: numbers, what they stand for, and pools."""

    lines: Lines
    numbers: Numbers
    pools: Pools


def create_site(site: Site, *, store: Sites, known: Known) -> Site:
    """Keep a new site. Raises Rejected with what is wrong with it."""
    return store.save_site(_checked(site, known))


def site_of_account(account_id: str, site_id: str, store: Sites) -> Site:
    """Return an account's site. Somebody else's, or an archived one, is NotFound."""
    site = store.site(site_id)
    if site.account_id != account_id or site.archived_at is not None:
        raise NotFound("no such site", site_id=site_id)
    return site


def edit_site(
    changes: SiteChanges,
    *,
    account_id: str,
    site_id: str,
    version: int,
    store: Sites,
    known: Known,
) -> Site:
    """Change a site. Raises Stale, or Rejected with what is wrong with it."""
    site = site_of_account(account_id, site_id, store)
    if site.version != version:
        raise Stale("the site changed meanwhile", site_id=site_id)
    return store.save_site(_checked(replace(site, **changes), known))


def archive_site(account_id: str, site_id: str, *, now: datetime, store: Sites) -> None:
    """Retire a site: its pages keep their printed numbers from now on."""
    site = site_of_account(account_id, site_id, store)
    store.save_site(replace(site, archived_at=now))


def try_landing(account_id: str, site_id: str, url: str, referrer: str, store: Sites) -> Landing:
    """Tell what would be said to have brought a visit to this address of the site.

    Raises Rejected for what no browser on one of its pages sends.
    """
    site = site_of_account(account_id, site_id, store)
    faults = tuple(_strange(site, url, referrer))
    if faults:
        raise Rejected("no visit of this site's", faults=faults)
    return classify(url, referrer, hosts=site.hosts, rules=site.rules)


def _strange(site: Site, url: str, referrer: str) -> Iterator[Fault]:
    page = address(url)
    if page is None:
        yield Fault("/url", "no page's address: write https://www.example.fr/page")
    elif not any(same_site(page.host, own) for own in site.hosts):
        yield Fault("/url", f"not a page of this site: its origins are {', '.join(site.origins)}")
    if referrer and address(referrer) is None:
        yield Fault(
            "/referrer", "no page's address: write https://www.example.fr/, or leave it out"
        )


def site_that_shows(account_id: str, number: str, store: Sites) -> str | None:
    """Return the site on which everybody may see a number: printed, or in place of what is."""
    after: str | None = None
    while True:
        page = store.sites(account_id, PAGE, after)
        for site in page.items:
            if any(number == shown for _, shown in _shown_to_all(site)):
                return site.id
        if page.next is None:
            return None
        after = page.next


def _checked(site: Site, known: Known) -> Site:
    """Return a site that can be served; all faults of its numbers and pools come at once."""
    origins, checked = check_origins(site.origins), checking.check(site.rules)
    faults = (
        *_unknown_numbers(site, known.lines),
        *_unknown_pools(site, known.pools),
        *_lent_numbers(site, known.numbers),
    )
    if faults:
        raise Rejected("the site names what it cannot have", faults=faults)
    return replace(site, origins=origins, rules=checked, swaps=check_swaps(site.swaps))


def _unknown_numbers(site: Site, lines: Lines) -> Iterator[Fault]:
    for at, swap in enumerate(site.swaps):
        for place, standin in enumerate(swap.standins):
            try:
                line_of(site.account_id, standin.number, lines)
            except NotFound:
                pointer = f"/swaps/{at}/standins/{place}/number"
                yield Fault(pointer, "not a number of this account")


def _lent_numbers(site: Site, numbers: Numbers) -> Iterator[Fault]:
    """Yield the numbers that a pool lends to one visit: nobody else may see them."""
    for pointer, number in _shown_to_all(site):
        pooled = numbers.number(site.account_id, number).pool
        if pooled is not None:
            yield Fault(pointer, f"is in {pooled.pool_id}, which lends it to one visit at a time")


def _shown_to_all(site: Site) -> Iterator[tuple[str, str]]:
    for at, swap in enumerate(site.swaps):
        yield f"/swaps/{at}/find", swap.find
        for place, standin in enumerate(swap.standins):
            yield f"/swaps/{at}/standins/{place}/number", standin.number


def _unknown_pools(site: Site, pools: Pools) -> Iterable[Fault]:
    return (
        Fault(f"/swaps/{at}/pool_id", "not a pool of this account")
        for at, swap in enumerate(site.swaps)
        if swap.pool_id is not None and not _has_pool(site.account_id, swap.pool_id, pools)
    )


def _has_pool(account_id: str, pool_id: str, pools: Pools) -> bool:
    try:
        pool = pools.pool(pool_id)
    except NotFound:
        return False
    return pool.account_id == account_id and pool.archived_at is None
