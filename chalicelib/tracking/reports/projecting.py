"""What is known of a call that ended: its visit, its source, its verdict; and that it is counted.

A step of the projection "tracking" of the call log, after the journey and the rules of spam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.periods import Day
from chalicelib.tracking.reports.contributing import REMEMBERED, Facts, contribution_of
from chalicelib.tracking.reports.counting import count
from chalicelib.tracking.sources import source_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.reports.contributing import Contribution, Verdict
    from chalicelib.tracking.reports.counting import Tallies
    from chalicelib.tracking.sources import Number, Source


class Journeys(Protocol):
    """How calls came about."""

    def journey(self, account_id: str, call_id: str) -> Journey:
        """Return a call's journey. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Found:
    """The port `Journeys`, where the one that is asked for has just been found."""

    known: Journey

    def journey(self, account_id: str, call_id: str) -> Journey:
        """Return it."""
        return self.known


class Verdicts(Protocol):
    """What people and rules made of calls."""

    def verdict(self, account_id: str, call_id: str) -> Verdict:
        """Return a call's verdict: an empty one, if nobody said anything."""


class Numbers(Protocol):
    """What numbers stand for."""

    def number(self, account_id: str, number: str) -> Number:
        """Return what an account's number has stood for: nothing, if nobody ever said."""


class About(Protocol):
    """Sources by id, kept in the process."""

    def about(self, account_id: str, source_id: str) -> Source | None:
        """Return a source of the account's, None where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is asked about a call."""

    journeys: Journeys
    verdicts: Verdicts
    numbers: Numbers
    sources: About


def count_call(
    call: Call, *, known: Known, tallies: Tallies, pause: Callable[[int], None], now: datetime
) -> bool:
    """Count an ended call, or count it anew; idempotent. Returns whether anything was changed.

    What calls of long ago have added is known no more: they stay as they are.
    """
    if not call.ended or call.started_at < now - REMEMBERED:
        return False
    return count(
        call.account_id,
        call.call_id,
        call.caller_hash,
        lambda: contribution(call, known),
        day=Day.of(call.started_at).date,
        tallies=tallies,
        pause=pause,
    )


def contribution(call: Call, known: Known) -> Contribution | None:
    """Return what a call adds to the counters, by all that is known of it now."""
    journey = _journey(call, known.journeys)
    source_id = call.source_id or _source_of(call, journey, known.numbers)
    return contribution_of(
        Facts(
            call=call,
            landing={} if journey is None else journey.landing,
            source_id=source_id,
            source=None if source_id is None else known.sources.about(call.account_id, source_id),
            verdict=known.verdicts.verdict(call.account_id, call.call_id),
        )
    )


def _journey(call: Call, journeys: Journeys) -> Journey | None:
    try:
        return journeys.journey(call.account_id, call.call_id)
    except NotFound:
        return None


def _source_of(call: Call, journey: Journey | None, numbers: Numbers) -> str | None:
    """Tell now what the number stood for then: tracking did not answer while the phone rang."""
    if journey is not None and journey.source_id is not None:
        return journey.source_id
    number = numbers.number(call.account_id, call.dialled)
    return source_at(number.assignments, call.started_at)
