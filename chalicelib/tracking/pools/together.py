"""Numbers of several pools for one visit: three requests at most, however many pools there are.

A visit that wants nothing new is kept with one request. One that does has its turn at the first
pool of which it wants a number, looks at the others together, and is given everything together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.tracking.pools import deck as decks
from chalicelib.tracking.pools import lending
from chalicelib.tracking.pools.leases import (
    NOTHING,
    Lease,
    Lent,
    Loan,
    Seen,
    Settlement,
    Wanted,
    Without,
    millis,
    moment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.tracking.pools.deck import Card, Deck
    from chalicelib.tracking.pools.leases import Unsettled, Visit
    from chalicelib.tracking.pools.lending import Decks


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A pool that a visit is to have a number of. `lease_id` is new.

    `source` is the key of what brought the visit, where the pool's numbers are lent to sources;
    `lost` is the lease by which that source had a number, if that is known to be another's.
    """

    pool_id: str
    numbers: Sequence[str]
    lease_id: str
    source: str | None = None
    lost: str = ""

    @property
    def source_name(self) -> str | None:
        """The name of the source in place of a visit's id."""
        return None if self.source is None else lending.name_of_source(self.pool_id, self.source)


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit with what it has and what it wants."""

    visit: Visit
    keeping: tuple[Lease, ...] = ()
    wanting: tuple[Want, ...] = ()


def keep(wish: Wish, *, now: datetime, store: Decks) -> dict[str, Lent] | frozenset[str]:
    """Keep what a known visit has, with one request; or tell the ids of leases that are lost.

    Raises Forgotten, and Unavailable where another tab was there first: the page tells it again.
    """
    settled = Settlement(visit=wish.visit, at=millis(now), keeping=wish.keeping, known=True)
    refused = store.settle(settled)
    if refused is not None and not refused.lost:
        raise Unavailable("the visit is too busy", visit_id=wish.visit.id)
    return _given(settled) if refused is None else refused.lost


def provide(wish: Wish, *, now: datetime, store: Decks, asked: bool = False) -> dict[str, Lent]:
    """Lend a visit what it wants and keep what it has; of pools that are gone it gets nothing.

    It takes two requests if the one number it wants is dealt, or three. If it has `asked` already
    it has no turn, and takes two. Raises Unavailable for whoever met others each time.
    """
    at = millis(now)
    turn = None if asked else _turn(wish, at, store)
    card = None if turn is None else decks.dealt(turn)
    if turn is None or card is None:
        return _looked(wish, turn, None, at, store)
    loan = _loan(wish.visit, wish.wanting[0], turn, card, at, turn=turn.turns)
    return (_dealt if len(wish.wanting) == 1 else _looked)(wish, turn, loan, at, store)


def _turn(wish: Wish, at: int, store: Decks) -> Deck | None:
    """Have a turn at the first pool, unless it lends to sources or is gone."""
    if wish.wanting[0].source is not None:
        return None
    pool_id = wish.wanting[0].pool_id
    try:
        return store.deal(pool_id, wish.visit.account_id, at)
    except NotFound:
        return None
    except Conflict as error:
        raise Unavailable("the pool is being changed", pool_id=pool_id) from error


def _dealt(wish: Wish, turn: Deck, loan: Loan, at: int, store: Decks) -> dict[str, Lent]:
    """Lend the number that was dealt, or another if that one was taken back."""
    settled = Settlement(visit=wish.visit, at=at, keeping=wish.keeping, loans=(loan,))
    refused = store.settle(settled)
    if refused is not None:
        settled = _instead(settled, refused, loan, turn)
        if store.settle(settled) is not None:
            raise Unavailable("the pool is too busy", pool_id=turn.pool_id)
    return _given(settled)


def _instead(settled: Settlement, refused: Unsettled, loan: Loan, turn: Deck) -> Settlement:
    keeping = tuple(each for each in settled.keeping if each.id not in refused.lost)
    settled = replace(settled, keeping=keeping)
    if loan.lease.number not in refused.differ:
        return settled
    slot = refused.differ[loan.lease.number]
    held = int(slot is not None and slot.is_held(loan.at))
    card = decks.dealt_instead(turn, slot, loan.at, key=loan.lease.id)
    if card is None:
        return replace(settled, loans=(), without=(_without(loan.visit, loan.lease, turn, held),))
    lease = replace(loan.lease, number=card.number)
    return replace(settled, loans=(replace(loan, lease=lease, card=card, refused=held),))


def _looked(
    wish: Wish, turn: Deck | None, loan: Loan | None, at: int, store: Decks
) -> dict[str, Lent]:
    """Look at all pools but the one whose card is in hand, and have everything stored."""
    wanting = wish.wanting if loan is None else wish.wanting[1:]
    seen = _seen(wish, wanting, 0 if turn is None else turn.turns, store)
    chosen: list[_Chosen] = [*([] if loan is None else [loan])]
    chosen += [
        _chosen(wish.visit, each, turn, seen, at) for each in wanting if each.pool_id in seen.decks
    ]
    keeping = [each for each in wish.keeping if each.id in seen.own]
    settled = Settlement(
        visit=wish.visit,
        at=at,
        keeping=(*keeping, *(each for each in chosen if isinstance(each, Lease))),
        loans=tuple(each for each in chosen if isinstance(each, Loan)),
        without=tuple(each for each in chosen if isinstance(each, Without)),
    )
    if store.settle(settled) is not None:
        raise Unavailable("the pools are too busy", visit_id=wish.visit.id)
    shown = {each.lease.pool_id: each for each in chosen if isinstance(each, Lent) and each.lease}
    return shown | _given(settled)


def _seen(wish: Wish, wanting: Sequence[Want], turn: int, store: Decks) -> Seen:
    names = (each.source_name for each in wanting)
    wanted = Wanted(
        account_id=wish.visit.account_id,
        pools={each.pool_id: each.numbers for each in wanting},
        leases=wish.keeping,
        sources=tuple(each for each in names if each is not None),
        turn=turn,
    )
    if wanted.leases or wanted.sources or len(wanting) != 1:
        return store.look_at(wanted)
    try:  # a pool by itself is read whole, however large it is
        deck, slots = store.look(wanting[0].pool_id, wanted.account_id)
    except NotFound:
        return Seen()
    return Seen(decks={deck.pool_id: deck}, slots={deck.pool_id: slots})


_Chosen = Loan | Without | Lease | Lent


def _chosen(visit: Visit, want: Want, turn: Deck | None, seen: Seen, at: int) -> _Chosen:
    """Choose a number: to be lent, to be kept for a source, or only to be shown; or none."""
    if want.source is not None:
        return _chosen_for_source(visit, want, seen, at)
    deck, slots = seen.decks[want.pool_id], seen.slots[want.pool_id]
    if turn is None:
        card = decks.found_aside(deck, slots, at, key=visit.id)
        return _lent_or_not(visit, want, deck, card, at)
    if turn.pool_id == want.pool_id:
        card = decks.found(turn, deck, slots, at)
        return _lent_or_not(visit, want, deck, card, at, turn=turn.turns)
    card = decks.found_beside(turn, deck, slots, at)
    return _lent_or_not(visit, want, deck, card, at, turn=-turn.turns)


def _chosen_for_source(visit: Visit, want: Want, seen: Seen, at: int) -> _Chosen:
    name, deck, slots = want.source_name or "", seen.decks[want.pool_id], seen.slots[want.pool_id]
    kept = seen.kept.get(name)
    last = want.lost or ("" if kept is None else kept.lease.id)
    taken = any(
        kept and each.number == kept.lease.number and each.lease_id != last for each in slots
    )
    if kept is not None and not want.lost and at < kept.ends and not taken:
        if at < kept.seen + kept.lease.hold // lending.KEPT_EVERY:
            return Lent(number=kept.lease.number, lease=kept.lease, until=moment(kept.ends))
        return kept.lease
    want = replace(want, lease_id=lending.next_of_source(name, last))
    source = replace(visit, id=name, noted=NOTHING)
    for slot in slots:
        if slot.lease_id == want.lease_id and slot.is_held(at):
            return _lease(source, want.pool_id, want.lease_id, slot.number, deck.hold)
    card = lending.still_its_own(last, slots, at)
    card = card or decks.found_aside(deck, slots, at, key=name)
    return _lent_or_not(source, want, deck, card, at)


def _lent_or_not(
    visit: Visit, want: Want, deck: Deck, card: Card | None, at: int, *, turn: int = 0
) -> Loan | Without:
    if card is not None:
        return _loan(visit, want, deck, card, at, turn=turn)
    return _without(visit, _lease(visit, want.pool_id, want.lease_id, "", deck.hold), deck)


def _loan(visit: Visit, want: Want, deck: Deck, card: Card, at: int, *, turn: int) -> Loan:
    lease = _lease(visit, want.pool_id, want.lease_id, card.number, deck.hold)
    return Loan(visit=visit, lease=lease, card=card, at=at, turn=turn)


def _without(visit: Visit, lease: Lease, deck: Deck, refused: int = 0) -> Without:
    return Without(
        pool_id=lease.pool_id,
        lease_id=lease.id,
        visit=visit,
        shown=deck.overflow,
        refused=refused,
    )


def _lease(visit: Visit, pool_id: str, lease_id: str, number: str, hold: int) -> Lease:
    return Lease(
        id=lease_id,
        account_id=visit.account_id,
        visit_id=visit.id,
        pool_id=pool_id,
        number=number,
        hold=hold,
    )


def _given(settled: Settlement) -> dict[str, Lent]:
    """Return what a visit has by what was stored."""
    leases: Mapping[str, Lease] = {
        each.pool_id: each for each in (*settled.keeping, *(loan.lease for loan in settled.loans))
    }
    given = {
        pool_id: Lent(number=each.number, lease=each, until=moment(settled.at + each.hold))
        for pool_id, each in leases.items()
    }
    return given | {each.pool_id: Lent(number=each.shown) for each in settled.without}
