"""A customer's web site: who may ask for it, which printed numbers are swapped there, and for what.

Pure: nothing here loads or stores. A site's id is public: it stands in the page's source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.landing.addresses import host_of
from chalicelib.tracking.landing.referrers import source_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.tracking.landing.channels import WebChannel
    from chalicelib.tracking.landing.classifying import Landing
    from chalicelib.tracking.landing.rules import Rule

MOST_ORIGINS: Final = 20
MOST_SWAPS: Final = 50
# A visit may be given numbers of all of them at once: three rows of each, of the hundred that one
# transaction takes.
MOST_POOLS: Final = 30
MOST_STANDINS: Final = 100

# As browsers send it: no path, no default port, small letters. Plain HTTP on one's own machine.
_ORIGIN: Final = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[1-9][0-9]{0,4})?"
    r"|http://(?:localhost|127\.0\.0\.1)(?::[1-9][0-9]{0,4})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standin:
    """A number shown in place of the printed one to visits of a kind; None asks for nothing.

    Texts are compared with a landing's, without regard to capitals; a source by its name.
    """

    number: str
    channel: WebChannel | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None

    def fits(self, landing: Landing) -> bool:
        """Say whether a visit is of that kind."""
        texts = (
            (self.source and source_name(self.source), landing.source),
            (self.medium, landing.medium),
            (self.campaign, landing.campaign),
        )
        return (self.channel is None or self.channel == landing.channel) and all(
            wanted is None or wanted.lower() == found.lower() for wanted, found in texts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """What becomes of a number that is printed on the site.

    A visit with consent is lent a number of the pool, if there is one; every other visit sees the
    first stand-in that fits it, or the printed number.
    """

    find: str
    pool_id: str | None = None
    standins: tuple[Standin, ...] = ()

    def standin(self, landing: Landing) -> str | None:
        """Return the number that stands in for visits of this kind, None for the printed one."""
        return next((each.number for each in self.standins if each.fits(landing)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of an account's."""

    id: str
    account_id: str
    name: str
    origins: tuple[str, ...]
    created_at: datetime
    swaps: tuple[Swap, ...] = ()
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    archived_at: datetime | None = None
    version: int = 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """The site's own hosts: a link from one brings nobody."""
        return tuple(each.partition("://")[2].partition(":")[0] for each in self.origins)

    def admits(self, origin: str) -> bool:
        """Say whether pages of this origin may speak for the site."""
        return origin in self.origins

    def swap_of(self, number: str) -> Swap | None:
        """Return what becomes of a printed number, None if it is left alone."""
        return next((each for each in self.swaps if each.find == number), None)

    def numbers(self) -> frozenset[str]:
        """Return the account's numbers that stand in for printed ones."""
        return frozenset(each.number for swap in self.swaps for each in swap.standins)


def check_origins(origins: Iterable[str]) -> tuple[str, ...]:
    """Return origins as browsers send them in a header. Raises Rejected with each fault.

    >>> check_origins(["https://boutique.example", "https://boutiqué.example:8443"])
    ('https://boutique.example', 'https://xn--boutiqu-hya.example:8443')
    """
    known = tuple(_as_sent(each) for each in origins)
    faults = [
        Fault(f"/origins/{at}", "no origin: write https://www.example.fr, without a path")
        for at, origin in enumerate(known)
        if not _ORIGIN.fullmatch(origin)
    ]
    if len(set(known)) < len(known):
        faults.append(Fault("/origins", "one of them is there twice"))
    if faults:
        raise Rejected("the site's origins are no origins", faults=tuple(faults))
    return known


def _as_sent(origin: str) -> str:
    scheme, separator, host = origin.partition("://")
    return f"{scheme}{separator}{host_of(host)}"


def check_swaps(swaps: Iterable[Swap]) -> tuple[Swap, ...]:
    """Return swaps, each of a number of its own. Raises Rejected with each fault."""
    known = tuple(swaps)
    seen: set[str] = set()
    faults = []
    for at, swap in enumerate(known):
        if swap.find in seen:
            faults.append(Fault(f"/swaps/{at}/find", "this number is swapped above already"))
        seen.add(swap.find)
        if swap.pool_id is None and not swap.standins:
            faults.append(Fault(f"/swaps/{at}", "shows no other number: give a pool or stand-ins"))
    if len({swap.pool_id for swap in known} - {None}) > MOST_POOLS:
        faults.append(Fault("/swaps", f"shows numbers of more than {MOST_POOLS} pools"))
    if faults:
        raise Rejected("the site's numbers cannot be swapped so", faults=tuple(faults))
    return known
