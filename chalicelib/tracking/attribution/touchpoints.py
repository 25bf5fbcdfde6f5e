"""What led to a lead, in its order: the touches that a model shares the credit among."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DIRECT: Final = "direct"
# Further back, nobody can say that it led here: Google Analytics looks back as far (2026-11).
LOOKBACK: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touchpoint:
    """One contact: a visit and what brought it, a call to a poster's number, a form."""

    at: datetime
    channel: str
    source: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A person who got in touch: what led there, and what it is worth in cents.

    `known_at` is when they first became known (the first call or form), if that was before
    `won_at`, at which credit is given. Touches after that have no part in it.
    """

    id: str
    won_at: datetime
    touchpoints: tuple[Touchpoint, ...]
    known_at: datetime | None = None
    cents: int = 0


def journey(lead: Lead, lookback: timedelta = LOOKBACK) -> tuple[Touchpoint, ...]:
    """Return the touches that can have led to a lead, first one first."""
    oldest = lead.won_at - lookback
    return _in_order(each for each in lead.touchpoints if oldest <= each.at <= lead.won_at)


def _in_order(touches: Iterable[Touchpoint]) -> tuple[Touchpoint, ...]:
    return tuple(sorted(touches, key=lambda each: each.at))
