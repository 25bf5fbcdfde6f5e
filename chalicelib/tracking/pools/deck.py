"""A pool's numbers laid out as a deck, least recently used first, and dealt one by one.

Decides which number comes next; it lends none. A number in the deck may have been taken back by
the visitor who had it, so being dealt a card is a chance: the slot of the number says who has it.
Each visit that asks has a *turn* of its own, whether there is a card for it or not. Whoever comes
after the last card looks which numbers are free, and passes by as many of them as there are others
before it who are about to have one: so they are not in one another's way.
Instants are milliseconds of UTC.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECOND: Final = 1_000
# How long a card may be between being dealt and being lent: two requests, each with its time-out
# and its retry. So long after a card was dealt, whoever has not been lent it has died. Turns are
# counted by whole seconds: one more, then.
IN_HAND: Final = 9 * SECOND
AT_MOST_IN_HAND: Final = IN_HAND + SECOND
# How long who came without a card may be on the way to a number: usually it is a few hundredths of
# a second. Whoever is slower meets another at the number, and one of them is refused.
ON_THE_WAY: Final = SECOND // 2
# At each turn so many seconds are forgotten that matter no more: few are counted if there is a turn
# in so many seconds, and a deck is laid out anew if there are fewer.
FORGOTTEN: Final = 10
MOST_SECONDS: Final = 60
NEVER: Final = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A number, and when it came free: NEVER if nobody ever had it."""

    number: str
    freed: int = NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A number of a pool: whose it is until when. A leaving one is lent to nobody else.

    `turn` is that of the visit that was lent it last, 0 if it had none; below 0 it is its turn at
    another pool.
    """

    number: str
    lease_id: str = ""
    since: int = NEVER
    ends: int = NEVER
    leaving: bool = False
    turn: int = 0

    def is_held(self, now: int) -> bool:
        """Say whether somebody may still have the number in view, or in mind."""
        return now < self.ends

    def is_free(self, now: int) -> bool:
        """Say whether it may be lent."""
        return not self.leaving and not self.is_held(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """Cards, for the turns that follow turn `laid_at`; `turns` is the last one that somebody had.

    `lately` counts turns by the second, as far back as matters. What lending needs to know of the
    pool is copied here, so that it reads nothing else: the hold in milliseconds, and the number
    that is shown when there is none to lend.
    """

    pool_id: str
    account_id: str
    hold: int
    overflow: str | None = None
    cards: tuple[Card, ...] = ()
    laid_at: int = 0
    turns: int = 0
    lately: Mapping[int, int] = field(default_factory=dict)

    @property
    def left(self) -> tuple[Card, ...]:
        """The cards that nobody was dealt yet."""
        return self.cards[self.turns - self.laid_at :]

    @property
    def without(self) -> int:
        """How many turns came after the last card."""
        return max(0, self.turns - self.laid_at - len(self.cards))

    def turns_since(self, instant: int) -> int:
        """How many turns there were since an instant; up to a second's more."""
        return sum(count for at, count in self.lately.items() if at >= instant // SECOND)

    def in_hand(self, now: int) -> frozenset[Card]:
        """Return the cards dealt so lately that somebody may be about to have their numbers."""
        gone = self.turns - self.laid_at
        return frozenset(self.cards[max(0, gone - self.turns_since(now - IN_HAND)) : gone])


def forgotten(now: int) -> range:
    """Return the seconds whose turns are forgotten at the next one."""
    oldest = (now - AT_MOST_IN_HAND) // SECOND
    return range(oldest - FORGOTTEN, oldest)


def dealt(deck: Deck) -> Card | None:
    """Return the card of the last turn, None if it came after the last card."""
    at = deck.turns - deck.laid_at - 1
    return deck.cards[at] if at < len(deck.cards) else None


def found(turn: Deck, seen: Deck, slots: Iterable[Slot], now: int) -> Card | None:
    """Return a free number for a turn without a card; None if there is none for it.

    `turn` is the deck as it was then, `seen` as it is now, perhaps laid out anew.
    """
    known = tuple(slots)
    free = _free(seen, known, now)
    if seen.left:  # others are about to be dealt these, the first of them first
        free.reverse()
    before = _on_the_way(turn, known, now, since=1)
    return free[before] if before < len(free) else None


def found_beside(turn: Deck, seen: Deck, slots: Iterable[Slot], now: int) -> Card | None:
    """Return a free number for a visit that had its turn at another pool; None if there is none.

    `turn` is that pool's deck as it was then. While others come here, what they are about to be
    dealt is last; else it is the least recently used one. It passes by as many as there are others
    who had their turn there just before it: that may be more than it must, so it begins again.
    """
    known = tuple(slots)
    free = _free(seen, known, now)
    dealt_next = frozenset(seen.left[: seen.turns_since(now - ON_THE_WAY)])
    ours = sorted(free, key=lambda card: card in dealt_next)
    coming = turn.turns_since(now - ON_THE_WAY) - 1
    have = sum(1 for slot in known if turn.turns - coming <= -slot.turn < turn.turns)
    return ours[(coming - have) % len(ours)] if ours else None


def found_aside(seen: Deck, slots: Iterable[Slot], now: int, *, key: str) -> Card | None:
    """Return a free number for whoever has no turn; None if there is none. Any `key` finds its own.

    It leaves alone what others are about to be dealt, as long as there is anything else.
    """
    free = _free(seen, slots, now)
    waiting = frozenset(seen.left)
    others = [card for card in free if card not in waiting] or free[len(free) // 2 :]
    return _picked(others, key)


def dealt_instead(deck: Deck, slot: Slot | None, now: int, *, key: str) -> Card | None:
    """Return what to try after a number proved not to be as its card said; None: nothing known.

    `slot` is how the number stands, None if it has left the pool. If it is free all the same, its
    last visitor had come back after the deck was laid out, and has gone again.
    """
    if slot is not None and slot.is_free(now):
        return Card(slot.number, slot.ends)
    return _picked(deck.left[len(deck.left) // 2 :], key)


def laid_out(deck: Deck, slots: Iterable[Slot], now: int) -> Deck:
    """Lay a deck out with all numbers that are free, the least recently used first.

    Those are left out that somebody is about to have.
    """
    known = tuple(slots)
    cards = tuple(_free(deck, known, now)[_on_the_way(deck, known, now) :])
    return replace(deck, cards=cards, laid_at=deck.turns, lately={})


def worth_laying_out(deck: Deck, fresh: Deck) -> bool:
    """Say whether a deck laid out now is much better than what is left of the one in use.

    It holds twice as many cards, or that one has cards that are wrong by now, or counts too much.
    If it always were laid out, those who do it would be in the way of one another.
    """
    left, cards = frozenset(deck.left), frozenset(fresh.cards)
    return len(cards) > 2 * len(left) or not left <= cards or len(deck.lately) > MOST_SECONDS


def _free(seen: Deck, slots: Iterable[Slot], now: int) -> list[Card]:
    cards = [Card(slot.number, slot.ends) for slot in slots if slot.is_free(now)]
    in_hand = seen.in_hand(now)
    free = [card for card in cards if card not in in_hand]
    return sorted(free, key=lambda card: (card.freed, card.number))


def _on_the_way(deck: Deck, slots: Iterable[Slot], now: int, *, since: int = 0) -> int:
    """Count who came without a card, so lately that they may be about to have a number.

    Not who has one by now, as slots tell; nor the last `since` of them.
    """
    last = deck.turns - since
    coming = min(deck.without, deck.turns_since(now - ON_THE_WAY)) - since
    have = sum(1 for slot in slots if last - coming < slot.turn <= last)
    return max(0, coming - have)


def _picked(cards: list[Card] | tuple[Card, ...], key: str) -> Card | None:
    return cards[zlib.crc32(key.encode()) % len(cards)] if cards else None
