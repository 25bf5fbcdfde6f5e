"""Numbers lent to visits, kept while they go on, and forgotten.

No two live visits ever share a number: that rests on the condition on the number's slot alone,
with which `take` stores a lease. All else here is speed (`docs/decisions/`, number 18).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.tracking.pools import deck as decks
from chalicelib.tracking.pools.leases import NOTHING, Lease, Lent, Loan, millis, moment

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.tracking.pools.deck import Card, Deck, Slot
    from chalicelib.tracking.pools.leases import (
        Kept,
        Noted,
        Refusal,
        Seen,
        Settlement,
        Unsettled,
        Visit,
        Wanted,
    )

# A number that a source shares is kept by whoever comes, once in this part of its hold.
KEPT_EVERY: Final = 20
# Assumption: as long as the tracker itself may live, by the CNIL's advice on cookies; what becomes
# of it in reports names nobody.
REMEMBERED: Final = timedelta(days=396)


class Forgotten(NotFound):
    """The visit is not known any more: its visitor took their consent back, or it is too old."""


class Decks(Protocol):
    """What lending asks of storage: each of them is one request."""

    def deal(self, pool_id: str, account_id: str, at: int) -> Deck:
        """Count one more turn; the deck as it is then. Raises NotFound, Conflict."""

    def look(self, pool_id: str, account_id: str) -> tuple[Deck, tuple[Slot, ...]]:
        """Return a deck and all slots of its pool. Raises NotFound."""

    def take(self, loan: Loan) -> Refusal | None:
        """Store a lease, its line of the log and the visit, at once or not at all.

        The slot must stand as the card says.
        """

    def pass_over(self, order: Order, at: int, refused: int = 0) -> None:
        """Store a visit that gets no number, and its line of the log."""

    def extend(
        self, lease: Lease, at: int, noted: Noted = NOTHING, guest: Visit | None = None
    ) -> bool:
        """Keep a number, and what was done; False if the number is somebody else's.

        `guest` is whose doing it was, if it is not the visit that the number was lent to. Raises
        Forgotten, and Conflict if another tab was there first.
        """

    def look_at(self, wanted: Wanted) -> Seen:
        """Return what there is of several pools, and of sources."""

    def settle(self, settlement: Settlement) -> Unsettled | None:
        """Store all that a page gives a visit, or nothing. Raises Forgotten."""

    def kept_by(self, account_id: str, visit_id: str) -> Kept | None:
        """Return the lease that a visit had last, if there is such a visit."""

    def relay(self, seen: Deck, deck: Deck) -> bool:
        """Store a deck in place of the one that was seen; False if that one has moved."""

    def withdraw(self, account_id: str, visit_id: str) -> None:
        """Erase a visit, and from the log who it was. What is not there is no error."""


class Renewals:
    """Which numbers of sources this process kept lately: a thousand visitors write one slot once.

    It forgets all of them from time to time, which costs a request's weight, and nothing else.
    """

    MOST: Final = 10_000

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def lately(self, lease: Lease, at: int) -> int | None:
        """Return when a number was kept, if that is good for a while."""
        kept = self._at.get(lease.id)
        fresh = kept is not None and kept <= at < kept + lease.hold // KEPT_EVERY
        return kept if fresh else None

    def note(self, lease: Lease, at: int) -> None:
        """Remember that a number was kept."""
        if len(self._at) >= self.MOST:
            self._at.clear()
        self._at[lease.id] = at


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A visit that wants a number of a pool. The lease's id is new.

    `guest` is who came, where the number is lent to a source in place of a visit. `known`: the
    visit was stored before.
    """

    pool_id: str
    visit: Visit
    lease_id: str
    guest: Visit | None = None
    known: bool = False


def lend(order: Order, *, now: datetime, store: Decks) -> Lent:
    """Lend a visit a number: with two requests, or three if its card was wrong or there was none.

    Raises NotFound for a pool that is not the account's, Unavailable for whoever met others three
    times: a page shows its own number then, and asks again.
    """
    at, pool_id = millis(now), order.pool_id
    try:
        deck = store.deal(pool_id, order.visit.account_id, at)
    except Conflict as error:
        raise Unavailable("the pool is being changed", pool_id=pool_id) from error
    card = decks.dealt(deck)
    if card is None:
        seen, slots = store.look(pool_id, order.visit.account_id)
        return _last(order, seen, decks.found(deck, seen, slots, at), at, store, turn=deck.turns)
    refusal = store.take(loan := _loan(order, deck, card, at, deck.turns))
    if refusal is None:
        return _lent(loan)
    held = refusal.slot is not None and refusal.slot.is_held(at)
    if refusal.slot_differs:
        card = decks.dealt_instead(deck, refusal.slot, at, key=order.lease_id)
    return _last(order, deck, card, at, store, turn=deck.turns, refused=int(held))


def lend_anew(order: Order, *, now: datetime, store: Decks) -> Lent:
    """Lend a number to a visit that has asked for one it had, with two requests more.

    Raises as `lend` does.
    """
    at = millis(now)
    seen, slots = store.look(order.pool_id, order.visit.account_id)
    card = decks.found_aside(seen, slots, at, key=order.visit.id)
    return _last(order, seen, card, at, store)


def lend_to_source(
    order: Order, key: str, *, now: datetime, store: Decks, lost: Lease | None = None
) -> Lent:
    """Lend a number to all visits that one source brought; `key` names it: nobody is followed.

    It takes one request as long as the source has a number, two when that is to be kept, three
    when it has none; two if it is known to have `lost` the one it had. With what stores the visit,
    where that is not `stored`, it is never more than three. Raises as `lend` does, and Forgotten
    for a `known` visit that is not any more.
    """
    at, account_id = millis(now), order.visit.account_id
    source = replace(order.visit, id=name_of_source(order.pool_id, key), noted=NOTHING)
    kept = store.kept_by(account_id, source.id) if lost is None else None
    if kept is not None and at < kept.ends:
        return _kept_for_source(kept, order, at, store)
    last = kept.lease.id if kept is not None else "" if lost is None else lost.id
    # Whoever else comes from there at this instant has the same number by the same lease.
    lease_id = next_of_source(source.id, last)
    order = replace(order, visit=source, guest=order.visit, lease_id=lease_id)
    seen, slots = store.look(order.pool_id, account_id)
    for slot in slots:
        if slot.lease_id == lease_id and slot.is_held(at):
            lease = _lease(order, slot.number, seen.hold)
            return _not_stored(lease, moment(slot.ends), asked=2)
    card = still_its_own(last, slots, at) or decks.found_aside(seen, slots, at, key=source.id)
    return _last(order, seen, card, at, store)


def extend(lease: Lease, *, now: datetime, store: Decks, noted: Noted = NOTHING) -> datetime | None:
    """Keep the number of a visit that goes on, with one request; until when, None if it is lost.

    Its visitor keeps a number even after the hold, as long as nobody else was lent it. Raises
    Forgotten, and Unavailable where another tab was at the visit just then: its number is kept by
    that one, and the page tells what it had to tell a moment later.
    """
    at = millis(now)
    try:
        mine = store.extend(lease, at, noted)
    except Conflict as error:
        raise Unavailable("the visit is too busy", visit_id=lease.visit_id) from error
    return moment(at + lease.hold) if mine else None


def extend_shared(
    lease: Lease, guest: Visit, *, now: datetime, store: Decks, kept: Renewals
) -> Lent | None:
    """Keep a number that a source has, and what one of its visits did; None if it is lost.

    Whoever `kept` it lately has no need to: the visit is not stored then. Raises Forgotten, and
    Unavailable where others did the same just then: the page tells it a moment later.
    """
    at = millis(now)
    lately = kept.lately(lease, at)
    if lately is not None:
        return _not_stored(lease, moment(lately + lease.hold))
    try:
        if not store.extend(lease, at, guest.noted, guest):
            return None
    except Conflict as error:
        raise Unavailable("the source is too busy", pool_id=lease.pool_id) from error
    kept.note(lease, at)
    return Lent(number=lease.number, lease=lease, until=moment(at + lease.hold))


def withdraw(account_id: str, visit_id: str, *, store: Decks) -> None:
    """Forget a visit that took its consent back; its numbers rest until their hold ends."""
    store.withdraw(account_id, visit_id)


def name_of_source(pool_id: str, key: str) -> str:
    """Return a short name for a source in place of a visit's id, however long its key is."""
    return f"{pool_id}~{_hashed(key)}"


def next_of_source(name: str, last: str) -> str:
    """Return the id of the lease that follows a source's last one: whoever comes means the same."""
    return f"lea_{_hashed(f'{name} {last}')}"


def still_its_own(lease_id: str, slots: tuple[Slot, ...], at: int) -> Card | None:
    """Return the number that was lent by a lease, if nobody else was lent it since."""
    own = (slot for slot in slots if lease_id and slot.lease_id == lease_id)
    return next((decks.Card(slot.number, slot.ends) for slot in own if slot.is_free(at)), None)


def lay_out(
    pool_id: str, account_id: str, *, now: datetime, store: Decks, whole: bool = False
) -> bool:
    """Lay a deck out before visitors find it empty, if that is worth while. Says whether it did.

    `whole` wants every number that is free in it, and no other. Raises NotFound.
    """
    deck, slots = store.look(pool_id, account_id)
    fresh = decks.laid_out(deck, slots, millis(now))
    differs = frozenset(fresh.cards) != frozenset(deck.left)
    worth = differs if whole else decks.worth_laying_out(deck, fresh)
    return worth and store.relay(deck, fresh)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _kept_for_source(kept: Kept, order: Order, at: int, store: Decks) -> Lent:
    """Show the number that a source has, and keep it from time to time: with what a visit did."""
    lease = kept.lease
    if at < kept.seen + lease.hold // KEPT_EVERY:
        return _not_stored(lease, moment(kept.ends), asked=1)
    guest = order.visit if order.known else None
    try:
        mine = store.extend(lease, at, order.visit.noted if order.known else NOTHING, guest)
    except Conflict:  # somebody else keeps it at this instant
        return _not_stored(lease, moment(kept.ends), asked=2)
    if not mine:  # no time is left to find another: the next page does
        return Lent(number=None, stored=False, asked=2)
    lent = _not_stored(lease, moment(at + lease.hold), asked=2)
    return replace(lent, stored=order.known)


def _not_stored(lease: Lease, until: datetime, asked: int = 0) -> Lent:
    return Lent(number=lease.number, lease=lease, until=until, stored=False, asked=asked)


def _last(
    order: Order,
    deck: Deck,
    card: Card | None,
    at: int,
    store: Decks,
    *,
    turn: int = 0,
    refused: int = 0,
) -> Lent:
    """Lend a number, or show the one that all are shown if there is none: with the last request."""
    if card is None:
        store.pass_over(order, at, refused)
        return Lent(number=deck.overflow)
    loan = replace(_loan(order, deck, card, at, turn), refused=refused)
    if store.take(loan) is not None:
        raise Unavailable("the pool is too busy", pool_id=order.pool_id)
    return _lent(loan)


def _loan(order: Order, deck: Deck, card: Card, at: int, turn: int) -> Loan:
    lease = _lease(order, card.number, deck.hold)
    return Loan(visit=order.visit, lease=lease, card=card, at=at, turn=turn, guest=order.guest)


def _lease(order: Order, number: str, hold: int) -> Lease:
    return Lease(
        id=order.lease_id,
        account_id=order.visit.account_id,
        visit_id=order.visit.id,
        pool_id=order.pool_id,
        number=number,
        hold=hold,
    )


def _lent(loan: Loan) -> Lent:
    return Lent(number=loan.lease.number, lease=loan.lease, until=moment(loan.ends))
