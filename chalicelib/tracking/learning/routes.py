"""The API of attribution: its windows, and how the account's visitors are taken to behave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import tracking_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.learning import models
    from chalicelib.tracking.learning.learnt import Known
else:
    models = lazily("chalicelib.tracking.learning.models")

api = Api(__name__)


@api.get("/v1/attribution", scope="reports:read")
def show_attribution(request: Request) -> Answer[models.AttributionOut]:
    """Show how your calls are matched with visits, and your leads credited."""
    return _shown(tracking_wiring.learning().known(request.account_id))


@api.put("/v1/attribution", scope="reports:write")
def set_attribution(request: Request, body: models.AttributionIn) -> Answer[models.AttributionOut]:
    """Say how, for calls that ring from now on, and for every lead; `If-Match` is the ETag seen."""
    said = body.said_of(request.account_id, expected(request.if_match))
    tracking_wiring.learning().save_assumptions(said)
    tracking_wiring.kept_behaviours().forget(request.account_id)
    return _shown(tracking_wiring.learning().known(request.account_id))


def _shown(known: Known) -> Answer[models.AttributionOut]:
    return Answer(models.AttributionOut.of(known), etag=etag(known.assumptions.version))
