"""A lease: a number lent to a visit from an instant on. What is asked, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.tracking.pools.deck import Card, Deck, Slot

MILLISECOND: Final = timedelta(milliseconds=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN: Final = re.compile(r"(lea_\w{1,40})~(pool_\w{1,40})~(\+\d{4,15})~(\d{1,9})")


def millis(instant: datetime) -> int:
    """Return an instant in whole milliseconds since 1970.

    >>> millis(datetime(2026, 11, 27, tzinfo=UTC))
    1795737600000
    """
    return (instant - EPOCH) // MILLISECOND


def moment(milliseconds: int) -> datetime:
    """Return the instant of so many milliseconds.

    >>> moment(1795737600000).isoformat()
    '2026-11-27T00:00:00+00:00'
    """
    return EPOCH + milliseconds * MILLISECOND


def stamp(milliseconds: int) -> str:
    """Write an instant so that texts sort as instants do.

    >>> stamp(1795737600000), stamp(0)
    ('1795737600000', '0000000000000')
    """
    return f"{milliseconds:013}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What a visit did, as JSON: steps are added to those known, the others replace the last.

    `brought` is what brought the visitor from outside, this time, and when (`at`). `clicks` are ids
    and instants of clicks on adverts, by the parameter of the address that bore them.
    """

    steps: tuple[str, ...] = ()
    brought: str | None = None
    clicks: Mapping[str, str] = field(default_factory=dict)
    cart: str | None = None
    form: str | None = None


NOTHING: Final = Noted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who agreed to be followed. `landing` is what brought them, as JSON."""

    id: str
    account_id: str
    site_id: str
    landing: str = "{}"
    noted: Noted = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A number lent. It is all that keeping the number takes, so a token can carry it."""

    id: str
    account_id: str
    visit_id: str
    pool_id: str
    number: str
    hold: int  # milliseconds after the last activity

    @property
    def text(self) -> str:
        """Write it, for a token that is signed with its visit: see `read_lease`."""
        return f"{self.id}~{self.pool_id}~{self.number}~{self.hold}"


def read_lease(text: str, *, account_id: str, visit_id: str) -> Lease:
    """Read a lease from what was written of it. Raises Rejected."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise Rejected("not a lease")
    lease_id, pool_id, number, hold = found.groups()
    return Lease(
        id=lease_id,
        account_id=account_id,
        visit_id=visit_id,
        pool_id=pool_id,
        number=number,
        hold=int(hold),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """What a visit is shown: a number of its own, or the pool's overflow number, or nothing.

    `until` is when the hold ends unless there is activity; None without a lease. `stored` says
    whether the visit itself was stored, and not only that a source has the number; if it was not,
    `asked` is how many requests there were.
    """

    number: str | None
    lease: Lease | None = None
    until: datetime | None = None
    stored: bool = True
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A lease to be stored, with its line of the log and the visit.

    `refused` counts the numbers that proved to be held by somebody else. `turn` is the visit's, 0
    if it has none. `guest` is stored too: who came, if the number is one that a source shares.
    """

    visit: Visit
    lease: Lease
    card: Card
    at: int
    turn: int = 0
    refused: int = 0
    guest: Visit | None = None

    @property
    def ends(self) -> int:
        """When the number is free again, if nothing more is heard."""
        return self.at + self.lease.hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a loan was not stored.

    Its slot is not as the card says (`slot` is how it stands, None if it is gone), or somebody was
    at the same rows at that instant.
    """

    slot_differs: bool = False
    slot: Slot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """A visit, or all that a source brings, for whom a pool has no number: `shown` is what is."""

    pool_id: str
    lease_id: str
    visit: Visit
    shown: str | None = None
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """All that a page gives a visit, of several pools: stored at once, or not at all.

    `keeping` are leases that go on: its own, and such as sources share. `loans` and `without` are
    of pools that it had nothing of. `known`: the visit must be there, unless it is lent something.
    """

    visit: Visit
    at: int
    keeping: tuple[Lease, ...] = ()
    loans: tuple[Loan, ...] = ()
    without: tuple[Without, ...] = ()
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Why a settlement was not stored: neither, if somebody was at the same rows just then.

    `lost` are ids of leases whose numbers are somebody else's by now; `differ` are numbers that are
    not as their cards said, with how they stand (None: it is in the pool no more).
    """

    lost: frozenset[str] = frozenset()
    differ: Mapping[str, Slot | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked at together: pools with their numbers, leases, and sources by their names.

    `turn` says which numbers of a pool that is too large to be looked at whole.
    """

    account_id: str
    pools: Mapping[str, Sequence[str]] = field(default_factory=dict)
    leases: tuple[Lease, ...] = ()
    sources: tuple[str, ...] = ()
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found of it; nothing of pools that are gone, or not the account's.

    `own` are ids of leases whose numbers are still theirs; `kept` is what sources have.
    """

    decks: Mapping[str, Deck] = field(default_factory=dict)
    slots: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    kept: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """The lease that a visit had last, and when it was last heard of."""

    lease: Lease
    seen: int

    @property
    def ends(self) -> int:
        """When the hold ends, unless the number is another's by now."""
        return self.seen + self.lease.hold


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A line of the log: a number lent, or a visit that got none (`number` is None).

    `freed` is when the number had come free before, 0 if it was its first lease. A visit that took
    its consent back is forgotten: who it was and what brought it are empty.
    """

    account_id: str
    pool_id: str
    at: int
    number: str | None = None
    lease_id: str = ""
    visit_id: str = ""
    site_id: str = ""
    landing: str = "{}"
    freed: int = 0
    refused: int = 0
