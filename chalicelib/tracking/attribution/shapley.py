"""The Shapley value: what a channel adds, on average over every order in which channels may join.

L. Shapley, "A value for n-person games" (1953). What a set of channels is worth is how likely a
journey becomes a lead when there are only those, by the chain of all journeys. Exact, and so
only for a dozen channels: every one more doubles the work.
"""

from __future__ import annotations

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
            "too many channels for the Shapley value: group the small ones, or use removal effects",
            channels=len(players),
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
    """Return each channel's part of the credit, 1 in all."""
    chain = a_chain(paths)
    return shares(shapley_values(chain.channels, chain.conversion))


def _coalitions(players: Sequence[str]) -> Iterable[frozenset[str]]:
    for size in range(len(players) + 1):
        yield from map(frozenset, combinations(players, size))
