"""Numbers lent to visits, kept while they go on, and forgotten.

No two live visits ever share a number: that rests on the condition on the number's slot alone,
with which `take` stores a lease. All else here is speed (`docs/decisions/`, number 18).
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.tracking.pools import deck as decks
from chalicelib.tracking.pools.leases import NOTHING, Lease, Lent, Loan, millis, moment

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.tracking.pools.deck import Deck, Draw, Slot
    from chalicelib.tracking.pools.leases import Noted, Refusal, Visit

# Each attempt that fails was somebody else's success.
ATTEMPTS: Final = 8
# Assumption: as long as the tracker itself may live, by the CNIL's advice on cookies; what becomes
# of it in reports names nobody.
REMEMBERED: Final = timedelta(days=396)


class Decks(Protocol):
    """What lending asks of storage: each of them is one request."""

    def deal(self, pool_id: str, account_id: str, at: int) -> Deck | None:
        """Deal the next card; the deck as it is then. None if it is empty, or there is none."""

    def look(self, pool_id: str, account_id: str) -> tuple[Deck, tuple[Slot, ...]]:
        """Return a deck and all slots of its pool. Raises NotFound."""

    def take(self, loan: Loan) -> Refusal | None:
        """Store a lease, its line of the log and the visit, at once or not at all.

        The slot must stand as the card says, and the deck as it was seen if it is stored too.
        """

    def pass_over(self, order: Order, at: int, refused: int = 0) -> None:
        """Store a visit that gets no number, and its line of the log."""

    def extend(self, lease: Lease, at: int, noted: Noted = NOTHING) -> bool:
        """Keep a number, and what was done; False if the number is somebody else's.

        Raises NotFound if the visit was forgotten, Conflict if another tab was there first.
        """

    def lease_of(self, account_id: str, visit_id: str) -> Lease | None:
        """Return the lease that a visit had last, if there is such a visit."""

    def relay(self, seen: Deck, deck: Deck) -> bool:
        """Store a deck in place of the one that was seen; False if that one has moved."""

    def withdraw(self, account_id: str, visit_id: str) -> None:
        """Erase a visit, and from the log who it was. What is not there is no error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A visit that wants a number of a pool. The lease's id is new."""

    pool_id: str
    visit: Visit
    lease_id: str


def lend(order: Order, *, now: datetime, store: Decks) -> Lent:
    """Lend a visit a number: two requests, three if the deck has to be laid out anew.

    Each race that is lost costs two more. Raises NotFound for a pool that is not the account's,
    Unavailable if the pool is too busy.
    """
    at, refused, draw = millis(now), 0, None
    for _ in range(ATTEMPTS):
        if draw is None:
            draw, overflow = _draw(order, at, store)
        if draw is None:
            store.pass_over(order, at, refused)
            return Lent(number=overflow)
        loan = _loan(order, draw, at, refused)
        refusal = store.take(loan)
        if refusal is None:
            return _lent(loan)
        refused += refusal.slot is not None and refusal.slot.is_held(at)
        draw = _instead(draw, refusal, at)
    raise Unavailable("the pool is too busy", pool_id=order.pool_id)


def lend_to_source(order: Order, key: str, *, now: datetime, store: Decks) -> Lent:
    """Lend a number to all visits that one source brought; `key` names it: nobody is followed.

    Keeping the number takes two requests. The order's visit has no id of its own.
    """
    visit = replace(order.visit, id=_name_of_source(order.pool_id, key), noted=NOTHING)
    lease = store.lease_of(visit.account_id, visit.id)
    if lease is not None:
        until = extend(lease, now=now, store=store)
        if until is not None:
            return Lent(number=lease.number, lease=lease, until=until)
    return lend(replace(order, visit=visit), now=now, store=store)


def extend(lease: Lease, *, now: datetime, store: Decks, noted: Noted = NOTHING) -> datetime | None:
    """Keep a number for a visit that goes on, with one request; until when, None if it is lost.

    Its visitor keeps a number even after the hold, as long as nobody else was lent it. Raises
    NotFound if the visit was forgotten.
    """
    at = millis(now)
    for _ in range(ATTEMPTS):
        with suppress(Conflict):
            return moment(at + lease.hold) if store.extend(lease, at, noted) else None
    raise Unavailable("the visit is too busy", visit_id=lease.visit_id)


def withdraw(account_id: str, visit_id: str, *, store: Decks) -> None:
    """Forget a visit that took its consent back; its numbers rest until their hold ends."""
    store.withdraw(account_id, visit_id)


def lay_out(
    pool_id: str, account_id: str, *, now: datetime, store: Decks, whole: bool = False
) -> bool:
    """Lay a deck out before visitors find it empty, if that is worth while. Says whether it did.

    `whole` wants every number that is free in it. Raises NotFound.
    """
    deck, slots = store.look(pool_id, account_id)
    fresh = decks.laid_out(deck, slots, millis(now))
    worth = len(fresh.cards) > len(deck.left) if whole else decks.worth_laying_out(deck, fresh)
    return worth and store.relay(deck, fresh)


def _name_of_source(pool_id: str, key: str) -> str:
    """Return a short name for a source in place of a visit's id, however long its key is."""
    return f"{pool_id}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _draw(order: Order, at: int, store: Decks) -> tuple[Draw | None, str | None]:
    account_id = order.visit.account_id
    dealt = store.deal(order.pool_id, account_id, at)
    if dealt is not None:
        return decks.drawn_by_dealing(dealt), None
    deck, slots = store.look(order.pool_id, account_id)
    return decks.drawn_by_looking(deck, slots, at), deck.overflow


def _instead(draw: Draw, refusal: Refusal, at: int) -> Draw | None:
    if refusal.again:
        return draw
    return decks.drawn_instead(draw, refusal.slot, at) if refusal.slot_differs else None


def _loan(order: Order, draw: Draw, at: int, refused: int) -> Loan:
    lease = Lease(
        id=order.lease_id,
        account_id=order.visit.account_id,
        visit_id=order.visit.id,
        pool_id=order.pool_id,
        number=draw.card.number,
        hold=draw.seen.hold,
    )
    return Loan(
        visit=order.visit,
        lease=lease,
        card=draw.card,
        at=at,
        seen=draw.seen,
        deck=draw.deck,
        refused=refused,
    )


def _lent(loan: Loan) -> Lent:
    return Lent(number=loan.lease.number, lease=loan.lease, until=moment(loan.ends))
