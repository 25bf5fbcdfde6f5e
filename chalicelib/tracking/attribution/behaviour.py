"""What is assumed of the people who ring an account, and from when on a call is credited.

Each number here is an intensity or a share of one: calls an hour, of a visit or of nobody known.
Shares of intensities are the confidence (decision 19).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.attribution.curves import DAY, HOUR, Curve, mixture

if TYPE_CHECKING:
    from collections.abc import Iterator

# Assumption: of 1,000 visits 30 ring: 18 of them while they look at the page (for four minutes),
# six within some five minutes after it, six from a note, days later. Nobody publishes such figures;
# these are on the side of doubt. Only their proportions matter, and `fitting.fit` finds an
# account's own.
ASSUMED: Final = mixture(page_calls_per_hour=0.27, soon=(0.006, 300.0), noted=(0.006, 3 * DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What people do, and the windows within which it is looked for."""

    curve: Curve = ASSUMED
    calls_per_visit: float = 0.03
    # Misdialled, told by a friend, read in an old e-mail: one a number in fifty days, if it has
    # been lent to many. That is what accounts are fitted to, whose numbers have been.
    strays_per_day: float = 0.02
    # Of those, misdialled. A number that only one visitor ever saw gets no others: one in three
    # years. Ten visitors more make it half of what many do.
    misdialled_share: float = 0.05
    worn_after: float = 10.0
    # Assumption: a number that is printed, or shown to whoever finds the pool empty and to pages
    # without consent, is rung once an hour by people of whom no visit is known.
    printed_per_hour: float = 1.0
    # A lease is kept so long after the last sign of life: who got the number next proves silence.
    hold: timedelta = timedelta(minutes=20)
    # Of an erased visit nobody knows how long it was: as long as others.
    unknown_visit: timedelta = timedelta(minutes=4)
    # Leases from before are not asked: a note that old is a stray.
    window: timedelta = timedelta(days=30)
    # Whoever rings a number again found it in their telephone, not on another screen.
    redial_share: float = 0.98
    redial_window: timedelta = timedelta(days=180)
    # A caller we know from one visit rings from another browser: one call in a thousand.
    stranger_share: float = 0.001
    # Assumption: a number that a source's visits share was seen by thirty of them, and rings once a
    # day as long as no other source gets it.
    shared_visits: float = 30.0
    shared_per_day: float = 1.0
    # A visitor has one telephone on one day; on another they may ring from the office.
    one_caller: timedelta = timedelta(days=1)
    # Of all calls, those that are not a caller's first, and how long after the visit they come.
    repeat_share: float = 0.2
    repeat_mean: timedelta = timedelta(days=3)
    # Credited if more likely than not; whoever wants all candidates has them with their weights.
    least_confidence: float = 0.5

    def __post_init__(self) -> None:
        faults = tuple(_faults(self))
        if faults:
            raise Rejected("nobody behaves like that", faults=faults)

    def of_visit(self, seconds: float, *, withheld: bool) -> float:
        """Tell how many calls an hour one visit makes, so long after its number was seen.

        It never grows with time. A withheld number may also hide somebody's second call.
        """
        first = self.curve.at(seconds)
        return first + self._again(seconds) if withheld else first

    def of_source(self, seconds: float, *, held: bool, withheld: bool) -> float:
        """Tell how many calls an hour come of all visits of one source, which share a number.

        Its last visitor saw it so long ago, the others earlier. `held`: no other source got it.
        """
        last = self.of_visit(seconds, withheld=withheld)
        calls = last + self.shared_visits * self.of_visit(max(seconds, HOUR), withheld=withheld)
        return max(calls, self.shared_per_day * HOUR / DAY) if held else calls

    def of_nobody(self, earlier: float = math.inf) -> float:
        """Tell how many calls an hour a number gets that no visit explains.

        They grow with how many visits were lent it before: each of them may have passed it on.
        """
        passed_on = 1 - self.worn_after / (self.worn_after + earlier)
        share = self.misdialled_share + (1 - self.misdialled_share) * passed_on
        return share * self.strays_per_day * HOUR / DAY

    def of_anybody(self) -> float:
        """Tell how many calls an hour come to a number that people see of whom nobody knows."""
        return max(self.printed_per_hour, self.of_nobody())

    def of_unread(self, newest: float, oldest: float, leases_a_day: float) -> float:
        """Tell how many calls an hour come from leases that were not read.

        They are between so many seconds old, evenly, as many a day as the number is lent.
        """
        calls = self.curve.after(newest) - self.curve.after(max(newest, oldest))
        return calls * leases_a_day * HOUR / DAY

    def _again(self, seconds: float) -> float:
        calls = self.calls_per_visit * self.repeat_share / (1 - self.repeat_share)
        mean = self.repeat_mean.total_seconds()
        return calls * HOUR / mean * math.exp(-seconds / mean)


_SHARES: Final = (
    "misdialled_share",
    "redial_share",
    "stranger_share",
    "repeat_share",
    "least_confidence",
)


def _faults(behaviour: Behaviour) -> Iterator[Fault]:
    heights = behaviour.curve.heights
    if list(heights) != sorted(heights, reverse=True) or not all(map(_positive, heights)):
        yield Fault("/curve", "must descend, and every step be more than nothing")
    for field in fields(behaviour):
        value = getattr(behaviour, field.name)
        if field.name != "curve" and not _positive(value):
            yield Fault(f"/{field.name}", "must be more than nothing, and finite")
        elif field.name in _SHARES and value >= 1:
            yield Fault(f"/{field.name}", "is a share: less than 1")


def _positive(value: float | timedelta) -> bool:
    number = value.total_seconds() if isinstance(value, timedelta) else value
    return math.isfinite(number) and number > 0
