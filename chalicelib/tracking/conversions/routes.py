"""The API of conversions: where they go, what became of each, and what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from chalicelib.runtime import conversions_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.conversions import deeds, destinations, models, networks, usecases
else:
    deeds = lazily("chalicelib.tracking.conversions.deeds")
    models = lazily("chalicelib.tracking.conversions.models")
    networks = lazily("chalicelib.tracking.conversions.networks")
    usecases = lazily("chalicelib.tracking.conversions.usecases")

api = Api(__name__)


@api.post("/v1/conversions/destinations", scope="conversions:write", replayable=False)
def create_destination(
    request: Request, body: models.DestinationIn
) -> Answer[models.DestinationOut]:
    """Make a destination: an account at an advertising network, and which calls it is told of."""
    destination = usecases.create_destination(
        body.written(request.new_id("dst"), request.account_id, request.now),
        body.secrets,
        store=conversions_wiring.store(),
        vault=conversions_wiring.vault(),
        providers=networks.PROVIDERS,
    )
    conversions_wiring.kept_destinations().forget(request.account_id)
    return _destination(destination, location=f"/v1/conversions/destinations/{destination.id}")


@api.get("/v1/conversions/destinations", scope="conversions:read")
def list_destinations(request: Request, query: models.PageQuery) -> models.DestinationList:
    """List the account's destinations."""
    context = f"{request.account_id}/destinations"
    page = conversions_wiring.store().destinations(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.DestinationList(
        items=[models.DestinationOut.of(each) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/conversions/destinations/{destination_id}", scope="conversions:read")
def show_destination(request: Request, destination_id: str) -> Answer[models.DestinationOut]:
    """Show a destination; its secrets are never shown."""
    store = conversions_wiring.store()
    return _destination(usecases.destination_of_account(request.account_id, destination_id, store))


@api.patch("/v1/conversions/destinations/{destination_id}", scope="conversions:write")
def edit_destination(
    request: Request, destination_id: str, body: models.DestinationPatch
) -> Answer[models.DestinationOut]:
    """Change a destination; `If-Match` is the ETag of what was seen."""
    destination = usecases.edit_destination(
        cast("usecases.DestinationChanges", body.changes),
        body.secrets,
        account_id=request.account_id,
        destination_id=destination_id,
        version=expected(request.if_match),
        store=conversions_wiring.store(),
        vault=conversions_wiring.vault(),
        providers=networks.PROVIDERS,
    )
    conversions_wiring.kept_destinations().forget(request.account_id)
    return _destination(destination)


@api.delete("/v1/conversions/destinations/{destination_id}", scope="conversions:write")
def archive_destination(request: Request, destination_id: str) -> None:
    """Retire a destination and erase its secrets; the log of what it was told stays."""
    usecases.archive_destination(
        request.account_id,
        destination_id,
        now=request.now,
        store=conversions_wiring.store(),
        vault=conversions_wiring.vault(),
    )
    conversions_wiring.kept_destinations().forget(request.account_id)


@api.post("/v1/conversions/preview", scope="conversions:read", status=200)
def preview_conversion(request: Request, body: models.PreviewIn) -> models.PreviewOut:
    """Show what a destination would be told of a call, or of something written; nothing is sent."""
    request.principal.require("leads:read" if deeds.is_written(body.call_id) else "calls:read")
    desk = conversions_wiring.desk()
    deed = desk.deed(request.account_id, body.call_id)
    return models.PreviewOut.of(usecases.preview(deed, body.destination_id, desk))


@api.get("/v1/conversions", scope="conversions:read")
def list_conversions(request: Request, query: models.PageQuery) -> models.ConversionList:
    """List what became of telling networks, the newest calls first."""
    context = f"{request.account_id}/conversions"
    page = conversions_wiring.store().entries(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.ConversionList(
        items=[models.ConversionOut.of(each) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/conversions/{conversion_id}", scope="conversions:read")
def show_conversion(request: Request, conversion_id: str) -> models.ConversionOut:
    """Show what became of telling a destination of a call, with every attempt."""
    entry = conversions_wiring.store().entry(request.account_id, conversion_id)
    return models.ConversionOut.of(entry)


@api.post("/v1/conversions/{conversion_id}/resend", scope="conversions:write", status=202)
def resend_conversion(request: Request, conversion_id: str) -> models.ConversionOut:
    """Send what was skipped, refused, given up or cancelled, from the call as it is now."""
    entry = usecases.resend(request.account_id, conversion_id, conversions_wiring.desk())
    return models.ConversionOut.of(entry)


def _destination(
    destination: destinations.Destination, location: str | None = None
) -> Answer[models.DestinationOut]:
    shown = models.DestinationOut.of(destination)
    return Answer(shown, etag=etag(destination.version), location=location)
