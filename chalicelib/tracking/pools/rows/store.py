"""The rows of pools, leases and visits, and our values in them. It sends no request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.expressions.operand import Path

from chalicelib.tracking.landing.campaigns import NETWORKS
from chalicelib.tracking.pools.deck import SECOND, Card, Deck, Slot, forgotten
from chalicelib.tracking.pools.leases import LogEntry, moment, stamp
from chalicelib.tracking.pools.lending import REMEMBERED
from chalicelib.tracking.pools.steps import KINDS, gathered, shelved
from chalicelib.tracking.store import TrackingRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from chalicelib.tracking.pools.leases import Lease, Loan, Noted, Visit, Without

POOL: Final = "pool"
DECK: Final = "deck"
VISIT: Final = "visit"
SLOT: Final = "slot#"


class PoolRow(TrackingRow):
    """Any row of a pool's partition: the pool itself, its deck, a slot for each number."""

    account_id = UnicodeAttribute()
    # the pool
    name = UnicodeAttribute(null=True)
    level = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    archived_at = UTCDateTimeAttribute(null=True)
    members = JSONAttribute(null=True)
    growth = JSONAttribute(null=True)
    ordered = JSONAttribute(null=True)
    # the pool and the deck
    hold = NumberAttribute(null=True)
    overflow = UnicodeAttribute(null=True)
    # the deck: `cards` are pairs of a number and when it came free; `lately` counts by the second
    cards = JSONAttribute(null=True)
    laid_at = NumberAttribute(null=True)
    turns = NumberAttribute(null=True)
    lately: MapAttribute[Any, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    # a slot
    lease = UnicodeAttribute(null=True)
    since = NumberAttribute(null=True)
    ends = NumberAttribute(null=True)
    leaving = NumberAttribute(null=True)
    turn = NumberAttribute(null=True)


class FoundRow(PoolRow):
    """A row of a pool's partition, or a visit's: what is read of both at once."""

    last_seen = NumberAttribute(null=True)


class LogRow(TrackingRow):
    """A line of the log of leases; who it was and what brought it may be forgotten."""

    account_id = UnicodeAttribute()
    pool = UnicodeAttribute()
    visit = UnicodeAttribute(null=True)
    site = UnicodeAttribute(null=True)
    landing = UnicodeAttribute(null=True)
    freed = NumberAttribute(default=0)
    refused = NumberAttribute(default=0)
    expires_at = TTLAttribute(null=True)


class VisitRow(TrackingRow):
    """A visit. Its steps are on shelves (`steps`), `log` are the keys of its lines of the log.

    `landing` is what brought it first, `latest` what brought it last from outside. Of clicks on
    adverts there is the last that bore each parameter, with when it was, as JSON. `counted` is the
    call that its cart counts for.
    """

    account_id = UnicodeAttribute()
    site = UnicodeAttribute()
    landing = UnicodeAttribute()
    latest = UnicodeAttribute(null=True)
    gclid = UnicodeAttribute(null=True)
    gbraid = UnicodeAttribute(null=True)
    wbraid = UnicodeAttribute(null=True)
    msclkid = UnicodeAttribute(null=True)
    ttclid = UnicodeAttribute(null=True)
    li_fat_id = UnicodeAttribute(null=True)
    fbclid = UnicodeAttribute(null=True)
    first_seen = NumberAttribute()
    last_seen = NumberAttribute()
    lease = UnicodeAttribute(null=True)
    pages_a: ListAttribute[Any] = ListAttribute(null=True)
    pages_b: ListAttribute[Any] = ListAttribute(null=True)
    touches_a: ListAttribute[Any] = ListAttribute(null=True)
    touches_b: ListAttribute[Any] = ListAttribute(null=True)
    consent_a: ListAttribute[Any] = ListAttribute(null=True)
    consent_b: ListAttribute[Any] = ListAttribute(null=True)
    ids_a: ListAttribute[Any] = ListAttribute(null=True)
    ids_b: ListAttribute[Any] = ListAttribute(null=True)
    cart = UnicodeAttribute(null=True)
    form = UnicodeAttribute(null=True)
    counted = UnicodeAttribute(null=True)
    log: ListAttribute[Any] = ListAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class DueRow(TrackingRow):
    """A pool that a schedule looks after: until when its log is summed, and whether numbers leave.

    `untidy` is the pool's version when one began to.
    """

    account_id = UnicodeAttribute()
    summed = NumberAttribute()
    untidy = NumberAttribute(null=True)


class HourRow(TrackingRow):
    """What an hour of a pool was like, as JSON."""

    facts = JSONAttribute()
    expires_at = TTLAttribute(null=True)


ROWS: Final = (TrackingRow, PoolRow, FoundRow, LogRow, VisitRow, DueRow, HourRow)


def pool_key(pool_id: str) -> str:
    """Return the partition of a pool."""
    return f"pool#{pool_id}"


def slot_row(pool_id: str, number: str) -> PoolRow:
    """Return the row of a number in a pool."""
    return PoolRow(pool_key(pool_id), f"{SLOT}{number}")


def log_key(account_id: str, name: str) -> str:
    """Return the log of a number; by a pool's id, of those who got none."""
    return f"lent#{account_id}#{name}"


def deck_of(row: PoolRow) -> Deck:
    """Read a deck."""
    return Deck(
        pool_id=row.pk.partition("#")[2],
        account_id=row.account_id,
        hold=int(row.hold or 0),
        overflow=row.overflow,
        cards=tuple(Card(number, freed) for number, freed in row.cards or ()),
        laid_at=int(row.laid_at or 0),
        turns=int(row.turns or 0),
        lately={int(at): int(count) for at, count in _mapped(row.lately).items()},
    )


def slot_of(row: PoolRow) -> Slot:
    """Read a slot."""
    return Slot(
        number=row.sk.removeprefix(SLOT),
        lease_id=row.lease or "",
        since=int(row.since or 0),
        ends=int(row.ends or 0),
        leaving=bool(row.leaving),
        turn=int(row.turn or 0),
    )


def one_more_turn(at: int) -> list[Action]:
    """Return how a turn is counted."""
    counted = _lately(at // SECOND)
    return [
        PoolRow.turns.set(PoolRow.turns + 1),
        counted.set((counted | 0) + 1),
        *(_lately(second).remove() for second in forgotten(at)),
    ]


def deck_changes(deck: Deck) -> list[Action]:
    """Return how a deck is stored in place of the one there was."""
    return [
        PoolRow.cards.set([[card.number, card.freed] for card in deck.cards]),
        PoolRow.laid_at.set(deck.laid_at),
        PoolRow.lately.set({str(at): count for at, count in deck.lately.items()}),
    ]


def deck_unmoved(seen: Deck) -> Condition:
    """Return the condition that there was no turn since, and nobody laid the deck out anew."""
    same: Condition = (PoolRow.turns == seen.turns) & (PoolRow.laid_at == seen.laid_at)
    same &= PoolRow.account_id == seen.account_id
    return same


def _lately(second: int) -> Path:
    return Path(["lately", str(second)])


def _mapped(lately: Any) -> dict[str, Any]:
    return {} if lately is None else lately.as_dict()


def log_row(entry: LogEntry) -> LogRow:
    """Write a line of the log."""
    return LogRow(
        pk=log_key(entry.account_id, entry.number or entry.pool_id),
        sk=f"{stamp(entry.at)}#{entry.lease_id}",
        account_id=entry.account_id,
        pool=entry.pool_id,
        visit=entry.visit_id,
        site=entry.site_id,
        landing=entry.landing,
        freed=entry.freed,
        refused=entry.refused,
        expires_at=moment(entry.at) + REMEMBERED,
    )


def log_entry(row: LogRow) -> LogEntry:
    """Read a line of the log."""
    at, _, lease_id = row.sk.partition("#")
    name = row.pk.rpartition("#")[2]
    return LogEntry(
        account_id=row.account_id,
        pool_id=row.pool,
        at=int(at),
        number=None if name == row.pool else name,
        lease_id=lease_id,
        visit_id=row.visit or "",
        site_id=row.site or "",
        landing=row.landing or "{}",
        freed=int(row.freed),
        refused=int(row.refused),
    )


def entry_of(loan: Loan) -> LogEntry:
    """Return the line of the log that a loan makes."""
    return LogEntry(
        account_id=loan.lease.account_id,
        pool_id=loan.lease.pool_id,
        at=loan.at,
        number=loan.lease.number,
        lease_id=loan.lease.id,
        visit_id=loan.visit.id,
        site_id=loan.visit.site_id,
        landing=loan.visit.landing,
        freed=loan.card.freed,
        refused=loan.refused,
    )


def entry_without(without: Without, at: int) -> LogEntry:
    """Return the line of the log that a visit without a number makes."""
    return LogEntry(
        account_id=without.visit.account_id,
        pool_id=without.pool_id,
        at=at,
        lease_id=without.lease_id,
        visit_id=without.visit.id,
        site_id=without.visit.site_id,
        landing=without.visit.landing,
        refused=without.refused,
    )


def visit_changes(
    visit: Visit, at: int, lines: Sequence[LogRow], lease: Lease | None = None
) -> list[Action]:
    """Return how a visit is stored that was lent a number or none, whether it was known or not."""
    written = [f"{line.pk}|{line.sk}" for line in lines]
    return [
        *begun(visit, at),
        *([VisitRow.log.set((VisitRow.log | []).append(written))] if written else []),
        *([] if lease is None else [VisitRow.lease.set(lease.text)]),
    ]


def begun(visit: Visit, at: int) -> list[Action]:
    """Return how a visit is stored, whether it was known or not."""
    return [
        VisitRow.account_id.set(visit.account_id),
        VisitRow.site.set(visit.site_id),
        VisitRow.landing.set(VisitRow.landing | visit.landing),
        VisitRow.first_seen.set(VisitRow.first_seen | at),
        VisitRow.last_seen.set(at),
        VisitRow.expires_at.set(moment(at) + REMEMBERED),
        *present(visit.account_id, visit.id, at),
        *_told(visit.noted),
        *_with_shelves(visit.noted, at),
    ]


def present(account_id: str, visit_id: str, at: int) -> list[Action]:
    """Return how a visit is listed among those who are on a site: by when it was last heard of.

    Nobody takes it out: who asks for the last two minutes sees no other. All visits of a source
    that share a number (their name has a tilde) are nobody.
    """
    if "~" in visit_id:
        return []
    return [
        VisitRow.account_pk.set(on_site_key(account_id)),
        VisitRow.account_sk.set(f"{stamp(at)}#{visit_id}"),
    ]


def on_site_key(account_id: str) -> str:
    """Return the key of the index under which an account's visits are, by when they were seen."""
    return f"{account_id}#on"


def noting(account_id: str, visit_id: str, noted: Noted, at: int) -> list[Action]:
    """Return how what a visit did is stored, which is known."""
    return [
        VisitRow.last_seen.set(at),
        *present(account_id, visit_id, at),
        *_told(noted),
        *(_on_shelves(noted, at) if noted.steps else []),
    ]


def _told(noted: Noted) -> list[Action]:
    changes: list[Action] = []
    if noted.brought is not None:
        changes.append(VisitRow.latest.set(noted.brought))
    for parameter, click in noted.clicks.items():
        changes.append(getattr(VisitRow, parameter).set(click))
    if noted.cart is not None:
        changes.append(VisitRow.cart.set(noted.cart))
    if noted.form is not None:
        changes.append(VisitRow.form.set(noted.form))
    return changes


def _with_shelves(noted: Noted, at: int) -> list[Action]:
    """Return how steps are put on shelves that may not be there yet: so nothing is taken off."""
    coming = shelved(noted.steps, at)
    there = {name: _shelf(name) | [] for kind in KINDS for name in kind.shelves}
    return [
        _shelf(name).set(known.prepend(coming[name]) if name in coming else known)
        for name, known in there.items()
    ]


def _on_shelves(noted: Noted, at: int) -> list[Action]:
    """Return how steps are put on shelves, and what is too old is taken off the other ones."""
    coming = shelved(noted.steps, at)
    put = [_shelf(name).set(_shelf(name).prepend(steps)) for name, steps in coming.items()]
    too_old = (
        _shelf(name)[place].remove()
        for kind in KINDS
        for name, other in zip(kind.shelves, reversed(kind.shelves), strict=True)
        if other in coming
        for place in kind.past()
    )
    return [*put, *too_old]


def _shelf(name: str) -> Any:
    return getattr(VisitRow, name)


def steps_in(row: VisitRow) -> tuple[str, ...]:
    """Read what a visit did, oldest first."""
    names = [name for kind in KINDS for name in kind.shelves]
    return gathered({name: getattr(row, name) or () for name in names})


def clicks_in(row: VisitRow) -> dict[str, tuple[str, int]]:
    """Read the last click that bore each parameter: its id, and when it was."""
    found = ((parameter, getattr(row, parameter)) for parameter in NETWORKS)
    return {parameter: tuple(json.loads(click)) for parameter, click in found if click}


def visit_row(visit_id: str) -> VisitRow:
    """Return the row of a visit."""
    return VisitRow(f"visit#{visit_id}", VISIT)
