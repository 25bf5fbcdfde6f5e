"""A pool's numbers laid out as a deck, least recently used first, and dealt one by one.

Decides which number comes next; it lends none. A number in the deck may have been taken back by
the visitor who had it, so being dealt a card is a chance: the slot of the number says who has it.
Instants are milliseconds of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SECOND: Final = 1_000
# How long a card may be between being dealt and being lent: two requests, each with its time-out
# and its retry. So long after the last card was dealt, whoever has not been lent theirs has died.
IN_HAND: Final = 10 * SECOND
NEVER: Final = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A number, and when it came free: NEVER if nobody ever had it."""

    number: str
    freed: int = NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A number of a pool: whose it is until when. A leaving one is lent to nobody else."""

    number: str
    lease_id: str = ""
    since: int = NEVER
    ends: int = NEVER
    leaving: bool = False

    def is_held(self, now: int) -> bool:
        """Say whether somebody may still have the number in view, or in mind."""
        return now < self.ends

    def is_free(self, now: int) -> bool:
        """Say whether it may be lent."""
        return not self.leaving and not self.is_held(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """Cards, of which the first `dealt` are gone. `round` counts how often it was laid out.

    What lending needs to know of the pool is copied here, so that it reads nothing else: the hold
    in milliseconds, and the number that is shown when there is none to lend.
    """

    pool_id: str
    account_id: str
    hold: int
    overflow: str | None = None
    cards: tuple[Card, ...] = ()
    dealt: int = 0
    round: int = 0
    dealt_at: int = NEVER

    @property
    def left(self) -> tuple[Card, ...]:
        """The cards that nobody was dealt yet."""
        return self.cards[self.dealt :]

    def is_in_hand(self, card: Card, now: int) -> bool:
        """Say whether somebody was dealt a card a moment ago and is about to have its number."""
        return now < self.dealt_at + IN_HAND and card in self.cards[: self.dealt]


@dataclass(frozen=True, slots=True)
class Draw:
    """A card to try, and the deck as it must be stored with it: None if it was dealt already.

    `seen` is the deck as it was found.
    """

    card: Card
    seen: Deck
    deck: Deck | None = None


def drawn_by_dealing(deck: Deck) -> Draw:
    """Return the card that was just dealt from a deck."""
    return Draw(deck.cards[deck.dealt - 1], deck)


def drawn_by_looking(deck: Deck, slots: Iterable[Slot], now: int) -> Draw | None:
    """Draw from a deck that was found empty, laid out anew; None if no number is free.

    Somebody else may have laid it out meanwhile.
    """
    if deck.left:
        return drawn_next(deck, now)
    return _drawn(deck, laid_out(deck, slots, now), now)


def drawn_next(deck: Deck, now: int) -> Draw | None:
    """Draw the next card of a deck, to be stored with it; None if there is none."""
    return _drawn(deck, deck, now)


def drawn_instead(draw: Draw, slot: Slot | None, now: int) -> Draw | None:
    """Return what to try after a number proved not to be as its card said; None: nothing known.

    `slot` is how the number stands, None if it has left the pool. If it is free all the same, its
    last visitor had come back after the deck was laid out, and has gone again.
    """
    if draw.deck is not None:
        return None
    if slot is not None and slot.is_free(now):
        return replace(draw, card=Card(slot.number, slot.ends))
    return drawn_next(draw.seen, now)


def laid_out(deck: Deck, slots: Iterable[Slot], now: int) -> Deck:
    """Lay a deck out with all numbers that are free, the least recently used first."""
    cards = [Card(slot.number, slot.ends) for slot in slots if slot.is_free(now)]
    free = [card for card in cards if not deck.is_in_hand(card, now)]
    ordered = tuple(sorted(free, key=lambda card: (card.freed, card.number)))
    return replace(deck, cards=ordered, dealt=0, round=deck.round + 1)


def worth_laying_out(deck: Deck, fresh: Deck) -> bool:
    """Say whether a deck laid out now holds much more than what is left of the one in use.

    If it always were, those who lay it out would be in the way of those who are dealt cards.
    """
    return len(fresh.cards) > 2 * len(deck.left)


def _drawn(seen: Deck, deck: Deck, now: int) -> Draw | None:
    if not deck.left:
        return None
    return Draw(deck.left[0], seen, replace(deck, dealt=deck.dealt + 1, dealt_at=now))
