"""Where reports of calls meet what they are made of. Built on first use, as `wiring` is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import tracking_wiring, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.calls.call import Call
    from chalicelib.calls.projections import Projection
    from chalicelib.tracking.costs.store import CostStore
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.reports.projecting import Known
    from chalicelib.tracking.reports.store import TallyStore


@cache
def tallies() -> TallyStore:
    """Return what each call added to counters, and the counters."""
    from chalicelib.tracking.reports.store import TallyStore

    return TallyStore(settings().tracking_table)


@cache
def costs() -> CostStore:
    """Return what advertising cost."""
    from chalicelib.tracking.costs.store import CostStore

    return CostStore(settings().tracking_table)


def known() -> Known:
    """Return all that is asked about a call before it is counted."""
    from chalicelib.tracking.reports.projecting import Known

    return Known(tracking_wiring.journeys(), tallies(), wiring.tracking(), wiring.sources())


def count_call(call: Call, journey: Journey | None = None) -> None:
    """Count an ended call: a step of the projection "tracking", which has found its `journey`."""
    from chalicelib.tracking.reports.projecting import Found, count_call

    facts = known() if journey is None else replace(known(), journeys=Found(journey))
    count_call(call, known=facts, tallies=tallies(), pause=wiring.pause, now=wiring.clock())


def later() -> Mapping[str, Projection]:
    """Return what the stream does in place of projections that read much: leave them on the queue.

    Tracking looks for visits, sums and tells others. Charges, and the next calls of the batch, must
    not wait for that.
    """

    def tracking(call: Call) -> None:
        tracking_wiring.track_again(call.account_id, call.call_id)

    return {"tracking": tracking}
