"""The Shapley value: what a channel adds, on average over every order in which channels may join.

L. Shapley, "A value for n-person games" (1953). What a set of channels is worth is how likely a
journey becomes a lead when there are only those, by the chain of all journeys. Exact, and so
only for a dozen players: every one more doubles the work.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.attribution.removal import a_chain, shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.tracking.attribution.chains import Path

MOST_CHANNELS: Final = 12
_SMALL: Final = "\1"  # no channel has this name


def shapley_values(
    players: Sequence[str], worth: Callable[[frozenset[str]], Fraction]
) -> dict[str, Fraction]:
    """Return what each player adds to the worth of a coalition, on average over all orders.

    >>> values = shapley_values("lr", lambda those: Fraction(len(those) == 2))
    >>> {player: str(value) for player, value in values.items()}
    {'l': '1/2', 'r': '1/2'}
    """
    if len(players) > MOST_CHANNELS:
        raise Rejected(
            "too many players for the Shapley value",
            players=len(players),
            most=MOST_CHANNELS,
        )
    known = {coalition: worth(coalition) for coalition in _coalitions(players)}
    values = dict.fromkeys(players, Fraction(0))
    for coalition, worthy in known.items():
        for player in coalition:
            size = len(coalition) - 1
            orders = len(players) * comb(len(players) - 1, size)
            values[player] += (worthy - known[coalition - {player}]) / orders
    return values


def shapley_shares(paths: Iterable[Path]) -> dict[str, Fraction]:
    """Return each channel's part of the credit, 1 in all.

    Beyond a dozen, the channels that were touched least play as one, and share what it is worth
    by how often each was touched.
    """
    known = list(paths)
    touched = _touched(known)
    small = _small(touched)
    folded = [_folded(path, small) for path in known]
    chain = a_chain(folded)
    worth = shares(shapley_values(chain.channels, chain.conversion))
    together = worth.pop(_SMALL, Fraction(0))
    all_small = sum(touched[name] for name in small)
    return worth | {name: together * touched[name] / all_small for name in sorted(small)}


def _touched(paths: Iterable[Path]) -> Counter[str]:
    touched: Counter[str] = Counter()
    for path in paths:
        for channel in path.channels:
            touched[channel] += path.won + path.lost
    return touched


def _small(touched: Counter[str]) -> frozenset[str]:
    names = sorted((name for name, count in touched.items() if count), key=_by_touches(touched))
    return frozenset(names[MOST_CHANNELS - 1 :] if len(names) > MOST_CHANNELS else ())


def _by_touches(touched: Counter[str]) -> Callable[[str], tuple[int, str]]:
    return lambda name: (-touched[name], name)


def _folded(path: Path, small: frozenset[str]) -> Path:
    channels = tuple(_SMALL if each in small else each for each in path.channels)
    return replace(path, channels=channels)


def _coalitions(players: Sequence[str]) -> Iterable[frozenset[str]]:
    for size in range(len(players) + 1):
        yield from map(frozenset, combinations(players, size))
