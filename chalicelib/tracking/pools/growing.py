"""Pools that buy numbers by themselves: only where their owner asked for it, never past a ceiling.

An order is stored before anything is bought, and is done with when its number is in the pool:
broken off anywhere and taken up again, no number is bought that nobody knows of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.directory.lines import NumberTaken
from chalicelib.kernel.errors import Conflict, Rejected, Unavailable
from chalicelib.tracking.pools import forecast
from chalicelib.tracking.pools.leases import millis
from chalicelib.tracking.pools.pool import kind_of
from chalicelib.tracking.pools.usecases import add_number, model_of
from chalicelib.tracking.sources import AlreadyAssigned, InPool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chalicelib.directory.lines import Line
    from chalicelib.tracking.pools.health import Hour
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.pools.usecases import Keeping

# What a burst of traffic may cost before anybody has read that it did: an hour's numbers.
MOST_AN_HOUR: Final = 10


# The carrier will not sell it, or it is somebody's by now, or stands for something else.
REFUSALS: Final = (Rejected, NumberTaken, InPool, AlreadyAssigned)


class Market(Protocol):
    """Where numbers are bought."""

    def on_sale(self, kind: str, begins: str) -> Sequence[str]:
        """Return numbers of a kind that begin like this and can be bought."""

    def buy(self, number: str, like: Line) -> None:
        """Have a number in service that answers as another one does.

        Asked again, it goes on where it stopped. Raises Rejected if the carrier will not sell it,
        NumberTaken if it is somebody else's by now.
        """


@dataclass(frozen=True, slots=True)
class Grown:
    """What became of a pool's growth: numbers that are in it now, and why no more, if so."""

    numbers: tuple[str, ...] = ()
    refusal: str | None = None


NOTHING: Final = Grown()


def wanted(pool: Pool, hours: Sequence[Hour], now: datetime) -> int:
    """Return how many numbers a pool is to buy now."""
    if pool.growth is None:
        return 0
    staying = sum(not each.leaving for each in pool.members)
    needed = forecast.needed(hours, pool.hold, millis(now)) - staying - len(pool.ordered)
    room = pool.growth.at_most - len(pool.members) - len(pool.ordered)
    return max(0, min(needed, room, MOST_AN_HOUR))


def grow(
    pool: Pool, hours: Sequence[Hour], *, now: datetime, keeping: Keeping, market: Market
) -> Grown:
    """Buy what a pool wants, and first whatever an earlier attempt left undone."""
    count = wanted(pool, hours, now)
    if count == 0 and not pool.ordered:
        return NOTHING
    bought: list[str] = []
    try:
        like = model_of(pool, keeping.lines)
        if like is None:
            raise Rejected("growth was forbidden meanwhile")
        if count:
            pool = _order(pool, like, count, keeping, market)
        for number in pool.ordered:
            market.buy(number, like)
            add_number(pool.account_id, pool.id, number, now=now, keeping=keeping)
            bought.append(number)
    except REFUSALS as error:
        _give_up(pool.id, keeping)
        return Grown(tuple(bought), error.message)
    except (Unavailable, Conflict) as error:
        return Grown(tuple(bought), f"{error.message}; it is tried again in an hour")
    return Grown(tuple(bought))


def _order(pool: Pool, like: Line, count: int, keeping: Keeping, market: Market) -> Pool:
    kind, digits = kind_of(like.number)
    begins = like.number[:digits]
    found = [each for each in market.on_sale(kind, begins) if each not in pool.ordered]
    if not found:
        raise Rejected(f"no numbers on sale that begin with {begins}")
    return keeping.roster.save(replace(pool, ordered=(*pool.ordered, *found[:count])))


def _give_up(pool_id: str, keeping: Keeping) -> None:
    """Forget what is still ordered: the carrier does not sell it."""
    pool = keeping.roster.pool(pool_id)
    try:
        keeping.roster.save(replace(pool, ordered=()))
    except Conflict:
        return  # it is tried again in an hour
