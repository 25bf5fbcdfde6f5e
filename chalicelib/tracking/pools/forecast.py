"""How many numbers a pool needs, from its own traffic, and what they cost.

The load is that of the busiest hour: its visits, times how long each keeps its number, which is
the visit and the hold after it. The mean of a day would leave the visitors of its peak without.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.pools import erlang
from chalicelib.tracking.pools.deck import SECOND
from chalicelib.tracking.pools.health import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from chalicelib.tracking.pools.health import Hour

DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
LOOKED_BACK: Final = 4 * WEEK
TARGET: Final = 0.01
TARGETS: Final = (0.05, 0.01, 0.001)
# Growth that is believed: a week that doubled is a campaign, and tells little of the next one.
MOST_GROWTH: Final = 2.0
# Twilio, "France phone numbers" (service and country specific terms, seen November 2026): the
# minimum period of use is 72 hours, but for "technical platform" numbers.
MINIMUM_HOURS: Final = 72
_POINTS: Final = 40


class Shortage(StrEnum):
    """Whether a pool has too few numbers: already, or in a week if visits go on growing."""

    NOW = "now"
    SOON = "soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The visits of a pool's busiest hour, and for how many seconds each has a number."""

    visits_per_hour: float
    visit_seconds: float
    hold_seconds: float

    @property
    def load(self) -> float:
        """The numbers that are busy on the mean, if there are always enough (erlangs).

        >>> round(Traffic(visits_per_hour=200, visit_seconds=180, hold_seconds=1200).load, 1)
        76.7
        """
        return self.visits_per_hour * (self.visit_seconds + self.hold_seconds) / 3600


@dataclass(frozen=True, slots=True)
class Point:
    """With so many numbers, so large a share of the visits has none of its own."""

    numbers: int
    overflow: float


def measured(hours: Iterable[Hour], hold: timedelta) -> Traffic | None:
    """Return the traffic of a pool's hours, as it would be with a hold; None if there was none.

    The mean visit is told from all hours, as a visit may outlast its own.
    """
    known = list(hours)
    busiest = max((hour.visits for hour in known), default=0)
    if busiest == 0:
        return None
    lent = sum(hour.lent for hour in known)
    # Where nobody was lent a number, nobody knows how long visits are: the hold at least is sure.
    kept = sum(hour.busy for hour in known) / lent / SECOND if lent else 0.0
    seconds = hold.total_seconds()
    return Traffic(
        visits_per_hour=busiest,
        visit_seconds=max(0.0, kept - seconds),
        hold_seconds=seconds,
    )


def points(load: float, numbers: int) -> list[Point]:
    """Return the curve: from none to where next to nobody goes without, and what there is now."""
    needed = {erlang.numbers_needed(load, target) for target in TARGETS}
    last = max(numbers, erlang.numbers_needed(load, TARGETS[-1] / 10))
    wanted = needed | {numbers} | {last * at // _POINTS for at in range(_POINTS + 1)}
    shares = islice(erlang.overflows(load), last + 1)
    return [Point(at, share) for at, share in shares if at in wanted]


def shortage(hours: Sequence[Hour], numbers: int, hold: timedelta, now: int) -> Shortage | None:
    """Say whether a pool's visits ask for more numbers than it has, or will in a week.

    Weeks that cannot be compared, as one of them saw no visit, are taken not to have grown.
    """
    now_and_soon = _loads(hours, hold, now)
    if now_and_soon is None:
        return None
    last, coming = now_and_soon
    if erlang.overflow(last, numbers) > TARGET:
        return Shortage.NOW
    return Shortage.SOON if erlang.overflow(coming, numbers) > TARGET else None


def needed(hours: Sequence[Hour], hold: timedelta, now: int) -> int:
    """Return the fewest numbers with which a pool runs short neither now nor in a week."""
    now_and_soon = _loads(hours, hold, now)
    return 0 if now_and_soon is None else erlang.numbers_needed(max(now_and_soon), TARGET)


def _loads(hours: Sequence[Hour], hold: timedelta, now: int) -> tuple[float, float] | None:
    """Return the load of the last week's busiest hour, and what it is in a week, if it grows on."""
    last = measured((hour for hour in hours if hour.starts >= now - WEEK), hold)
    if last is None:
        return None
    earlier = (hour for hour in hours if now - 2 * WEEK <= hour.starts < now - WEEK)
    before = measured(earlier, hold)
    grown = 1.0 if before is None else last.visits_per_hour / before.visits_per_hour
    return last.load, last.load * min(MOST_GROWTH, max(1.0, grown))
