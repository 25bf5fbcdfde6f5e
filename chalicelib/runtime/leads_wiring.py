"""Where leads meet the call log, visits and sources. Built on first use, as `wiring` is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime import tracking_wiring, webhooks_wiring, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.runtime.kept import Kept
    from chalicelib.tracking.leads.managing import Judging
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.qualifying import Rules
    from chalicelib.tracking.leads.store import LeadStore


@cache
def leads() -> LeadStore:
    """Return leads, and what is said of calls."""
    from chalicelib.tracking.leads.store import LeadStore

    return LeadStore(settings().tracking_table)


@cache
def kept_rules() -> Kept[str, Rules]:
    """Return accounts' rules: a change holds within half a minute everywhere."""
    from chalicelib.runtime.kept import Kept

    return Kept(leads().rules)


@cache
def desk() -> Desk:
    """Return all that putting people together takes."""
    from chalicelib.tracking.leads.projecting import Desk

    return Desk(
        leads=leads(),
        qualities=leads(),
        rules=kept_rules().get,
        visits=tracking_wiring.visits(),
        source=wiring.sources().about,
        publish=webhooks_wiring.publish,
        new_id=wiring.new_id,
    )


def judging() -> Judging:
    """Return what judging a call takes."""
    from chalicelib.tracking.leads.managing import Judging

    return Judging(wiring.calls(), leads(), tracking_wiring.track_again)
