"""The API of journeys: how a call came about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import tracking_wiring, wiring
from chalicelib.runtime.api import Api
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.journeys import models, usecases
    from chalicelib.tracking.sources import Source
else:
    models = lazily("chalicelib.tracking.journeys.models")
    usecases = lazily("chalicelib.tracking.journeys.usecases")

api = Api(__name__)


@api.get("/v1/calls/{call_id}/journey", scope="calls:read")
def show_journey(request: Request, call_id: str) -> models.JourneyOut:
    """Show whose visit a call was, how sure that is, and what the visitor did."""
    call = wiring.calls().load(request.account_id, call_id)
    journey = usecases.journey_of(call, tracking_wiring.journey_desk())
    found = None
    if journey.visit_id is not None:
        visits = tracking_wiring.visits().visits(request.account_id, [journey.visit_id])
        found = visits.get(journey.visit_id)
    return models.JourneyOut.of(journey, found, _source(request.account_id, journey.source_id))


def _source(account_id: str, source_id: str | None) -> Source | None:
    return None if source_id is None else wiring.sources().about(account_id, source_id)
