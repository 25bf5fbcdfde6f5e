"""The removal effect: how many leads there would be fewer of, if a channel were taken away.

E. Anderl, I. Becker, F. von Wangenheim, J. Schumann, "Mapping the customer journey: Lessons
learned from graph-based online attribution modeling" (IJRM 33/3, 2016).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.attribution.chains import Chain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.tracking.attribution.chains import Path


def removal_effects(paths: Iterable[Path]) -> dict[str, Fraction]:
    """Return the part of all leads that is lost with each channel: 1 is every one of them."""
    return _effects(a_chain(paths))


def removal_shares(paths: Iterable[Path]) -> dict[str, Fraction]:
    """Return each channel's part of the credit, 1 in all: effects over their sum."""
    return shares(removal_effects(paths))


def a_chain(paths: Iterable[Path]) -> Chain:
    """Build the chain of journeys. Rejected if none of them became a lead, or touched nothing."""
    chain = Chain(paths)
    if not chain.channels or not chain.won:
        raise Rejected("no journey became a lead: there is nothing to learn from", won=chain.won)
    return chain


def shares(worths: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Divide by the sum; what is worth less than nothing gets nothing."""
    kept = {name: max(worth, Fraction(0)) for name, worth in worths.items()}
    total = sum(kept.values(), Fraction(0))
    if not total:
        raise Rejected("no channel made a difference: there is nothing to share out")
    return {name: worth / total for name, worth in kept.items()}


def _effects(chain: Chain) -> dict[str, Fraction]:
    whole = chain.conversion()
    return {
        channel: 1 - chain.conversion(set(chain.channels) - {channel}) / whole
        for channel in chain.channels
    }
