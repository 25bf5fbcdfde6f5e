"""Closing months: which are due, which entries of the ledger each one takes, and each exactly once.

A close takes what was recorded up to its cut-off and that no earlier close took, of its month and
of the months before ("late usage"). Nothing here reads or writes: it can be asked again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.periods import PARIS, Month

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.billing.ledger import Entry
    from chalicelib.kernel.errors import Fault


class Status(StrEnum):
    """What became of a month."""

    ISSUED = "issued"  # an invoice with a number
    EMPTY = "empty"  # nothing was used
    CARRIED = "carried"  # less than nothing is owed: it goes to the next month's invoice
    REFUSED = "refused"  # something is missing; tried again every hour

    @property
    def settled(self) -> bool:
        """Say whether the month is over and done with."""
        return self is not Status.REFUSED

    @property
    def covers(self) -> bool:
        """Say whether the entries that the close saw have been accounted for."""
        return self in (Status.ISSUED, Status.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One month of one account. `document` is the invoice; the rest says why there is none.

    `cutoff` is the stamp up to which it has accounted for the ledger of this month and before.
    """

    account_id: str
    month: Month
    status: Status
    cutoff: datetime
    closed_at: datetime
    number: str = ""
    document: dict[str, Any] | None = None
    code: str = ""
    message: str = ""
    reasons: tuple[Fault, ...] = ()


# Late events of the last calls come within minutes; five hours leave room for a bad night.
CLOSES_AFTER: Final = timedelta(hours=5)
# A charge is stamped before it is written, and seen in the index a moment after: what bears an
# older stamp than this is there. A Lambda runs 15 minutes at most.
GRACE: Final = timedelta(minutes=15)
# Writers' clocks may differ: a call of the first second may be stamped a little before it.
SKEW: Final = timedelta(hours=1)


def due_months(closings: Iterable[Closing], opened_at: datetime, now: datetime) -> list[Month]:
    """List the months to close, oldest first: each must wait for the one before.

    A month is due from 05:00 in Paris on the first of the next.
    """
    settled = [closing.month for closing in closings if closing.status.settled]
    month = max(settled, key=str).next() if settled else Month.of(opened_at)
    due = []
    while is_due(month, now):
        due.append(month)
        month = month.next()
    return due


def is_due(month: Month, now: datetime) -> bool:
    """Say whether it is time to close a month."""
    # No clock changes between midnight and five on the first of a month.
    return now >= month.end + CLOSES_AFTER


def cutoff(now: datetime) -> datetime:
    """Give the instant up to which everything recorded is certainly readable."""
    return now - GRACE


@dataclass(frozen=True, slots=True)
class Window:
    """Which entries a close takes."""

    month: Month
    cutoff: datetime
    covered_month: Month | None = None
    covered_until: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """Give a stamp before which there is nothing to take; None means read everything."""
        if self.covered_month is None or self.covered_until is None:
            return None
        return min(self.covered_until, self.covered_month.end - SKEW)

    def takes(self, entry: Entry) -> bool:
        """Say whether the close takes an entry: due by now, and not taken before."""
        if entry.recorded_at > self.cutoff or entry.period.text > self.month.text:
            return False
        if self.covered_month is None or self.covered_until is None:
            return True
        seen = entry.recorded_at <= self.covered_until
        return not (seen and entry.period.text <= self.covered_month.text)


def window(closings: Iterable[Closing], month: Month, cutoff: datetime) -> Window:
    """Tell what a close of this month takes of what was recorded up to its cut-off."""
    covering = [c for c in closings if c.status.covers and c.month.text < month.text]
    last = max(covering, key=lambda closing: closing.month.text, default=None)
    if last is None:
        return Window(month, cutoff)
    return Window(month, cutoff, last.month, last.cutoff)


def covered_until(window: Window, last_recorded: datetime | None, opened_at: datetime) -> datetime:
    """Give the stamp up to which a close has accounted for everything: no later than it has seen.

    What comes afterwards is late usage, even if somebody closes a month ahead of its end.
    """
    stamps = [stamp for stamp in (window.covered_until, last_recorded) if stamp is not None]
    return min(window.cutoff, max(stamps, default=opened_at))


def issue_date(now: datetime) -> date:
    """Give the date an invoice made at this instant bears: the day it is in Paris."""
    return now.astimezone(PARIS).date()
