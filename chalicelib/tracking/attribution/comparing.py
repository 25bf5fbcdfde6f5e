"""The same leads under two models, side by side: nothing is lost between them, not a cent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.attribution.touchpoints import LOOKBACK, journey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import timedelta

    from chalicelib.tracking.attribution.crediting import Model
    from chalicelib.tracking.attribution.touchpoints import Lead, Touchpoint

    Key = Callable[[Touchpoint], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What one channel (or source, or campaign) gets of some leads, and of their value."""

    leads: Fraction = Fraction(0)
    cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of a comparison; `name` is None for leads of which nothing is known."""

    name: str | None
    one: Credit
    other: Credit


def channel_of(touch: Touchpoint) -> str:
    """Group touches by their channel."""
    return touch.channel


def credit(
    leads: Iterable[Lead], model: Model, key: Key = channel_of, lookback: timedelta = LOOKBACK
) -> dict[str | None, Credit]:
    """Share leads and their value out by a model. The sums are those of the leads."""
    totals: defaultdict[str | None, Credit] = defaultdict(Credit)
    for lead in leads:
        touches = journey(lead, lookback)
        names: list[str | None] = [key(each) for each in touches] or [None]
        shares = model(lead, touches) if touches else (Fraction(1),)
        for name, share, cents in zip(names, shares, split(lead.cents, shares), strict=True):
            so_far = totals[name]
            totals[name] = Credit(leads=so_far.leads + share, cents=so_far.cents + cents)
    return dict(totals)


def compare(
    leads: Iterable[Lead],
    one: Model,
    other: Model,
    key: Key = channel_of,
    lookback: timedelta = LOOKBACK,
) -> list[Compared]:
    """Set the same leads under two models side by side, what gets most by the first one first."""
    known = list(leads)
    first, second = (credit(known, model, key, lookback) for model in (one, other))
    lines = [
        Compared(name=name, one=first.get(name, Credit()), other=second.get(name, Credit()))
        for name in first.keys() | second.keys()
    ]
    return sorted(lines, key=lambda each: (-each.one.leads, -each.other.leads, each.name or ""))


def split(cents: int, shares: Sequence[Fraction]) -> tuple[int, ...]:
    """Split an amount by shares that add up to 1; what is left over goes to the largest remainders.

    >>> split(100, [Fraction(1, 3)] * 3), split(-100, [Fraction(1, 3)] * 3)
    ((34, 33, 33), (-34, -33, -33))
    """
    if sum(shares) != 1:
        raise Rejected("the shares do not add up to the whole", total=str(sum(shares)))
    if cents < 0:
        return tuple(-each for each in split(-cents, shares))
    whole = [cents * share.numerator // share.denominator for share in shares]
    owed = sorted(range(len(shares)), key=lambda at: whole[at] - cents * shares[at])
    for at in owed[: cents - sum(whole)]:
        whole[at] += 1
    return tuple(whole)
