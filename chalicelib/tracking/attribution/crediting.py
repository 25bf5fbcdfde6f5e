"""Models of credit: which of a lead's touches gets how much of it. Shares are exact, and add to 1.

Where touches are missing (a journey of one or two), what they would have got goes to the others
in proportion: a single touch has everything, two of position-based have a half each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.attribution.touchpoints import DIRECT, LOOKBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.tracking.attribution.touchpoints import Lead, Touchpoint

    Journey = Sequence[Touchpoint]
    Model = Callable[[Lead, Journey], tuple[Fraction, ...]]

HALF_LIFE: Final = timedelta(days=7)


def first(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
    """Credit what made the person aware."""
    return _all_to(0, touches)


def last(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
    """Credit what made them ring."""
    return _all_to(len(touches) - 1, touches)


def last_non_direct(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
    """Credit the last touch that something brought: whoever types the address knows it already."""
    brought = [at for at, each in enumerate(touches) if each.channel != DIRECT]
    return _all_to(brought[-1] if brought else len(touches) - 1, touches)


def linear(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
    """Credit all alike."""
    return _normalised([Fraction(1)] * len(touches))


def position_based(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
    """Credit the first and the last with 40 % each, the others with 20 % together."""
    return _by_role(touches, [(0, 40), (len(touches) - 1, 40)], others=20)


def w_shaped(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
    """Credit the first, the one that made a lead of them, and the last: 30 % each, others 10 %.

    The middle one is the last touch by `known_at`. A touch with two of the roles has both shares.
    """
    known = lead.known_at or lead.won_at
    made = max((at for at, each in enumerate(touches) if each.at <= known), default=0)
    return _by_role(touches, [(0, 30), (made, 30), (len(touches) - 1, 30)], others=10)


def time_decay(
    lead: Lead, touches: Journey, half_life: timedelta = HALF_LIFE
) -> tuple[Fraction, ...]:
    """Credit each with half as much for every half-life that lay between it and the last one."""
    # A power of two is rounded once, to the nearest float; the shares of it are exact.
    weights = [2.0 ** ((each.at - touches[-1].at) / half_life) for each in touches]
    return _normalised([Fraction(each) for each in weights])


def by_channel(weights: Mapping[str, Fraction]) -> Model:
    """Build the model that credits each channel of a journey by a weight of its own.

    The weights are a data-driven model's (`removal`, `shapley`). A channel that was touched twice
    shares its credit between the two; a journey of which no channel has a weight is linear.
    """

    def model(lead: Lead, touches: Journey) -> tuple[Fraction, ...]:
        channels = [each.channel for each in touches]
        parts = [weights.get(each, Fraction(0)) / channels.count(each) for each in channels]
        return _normalised(parts) if any(parts) else linear(lead, touches)

    return model


MODELS: Final[dict[str, Model]] = {
    "first": first,
    "last": last,
    "last-non-direct": last_non_direct,
    "linear": linear,
    "position-based": position_based,
    "w-shaped": w_shaped,
    "time-decay": time_decay,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How far back touches count, and after how long time decay credits half as much."""

    lookback: timedelta = LOOKBACK
    half_life: timedelta = HALF_LIFE

    @property
    def models(self) -> dict[str, Model]:
        """The models on these terms."""
        return {**MODELS, "time-decay": partial(time_decay, half_life=self.half_life)}


USUAL: Final = Terms()


def _all_to(chosen: int, touches: Journey) -> tuple[Fraction, ...]:
    return tuple(Fraction(at == chosen) for at in range(len(touches)))


def _by_role(
    touches: Journey, roles: Sequence[tuple[int, int]], others: int
) -> tuple[Fraction, ...]:
    parts = [Fraction(0)] * len(touches)
    for at, share in roles if touches else ():
        parts[at] += share
    rest = len(touches) - len({at for at, _ in roles})
    return _normalised([each or Fraction(others, rest) for each in parts])


def _normalised(parts: Sequence[Fraction]) -> tuple[Fraction, ...]:
    total = sum(parts, Fraction(0))
    return tuple(each / total for each in parts)
