"""The API of sources.

The room's own modules are imported at the first request that needs them: a voice webhook lives in
the same function and asks for no report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from chalicelib.runtime import wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking import models, usecases
    from chalicelib.tracking.sources import Source
else:
    models = lazily("chalicelib.tracking.models")
    usecases = lazily("chalicelib.tracking.usecases")

api = Api(__name__)


@api.post("/v1/sources", scope="sources:write")
def create_source(request: Request, body: models.SourceIn) -> Answer[models.SourceOut]:
    """Make a source; numbers are given to it next."""
    source = usecases.create_source(
        body.name,
        body.channel,
        body.campaign,
        account_id=request.account_id,
        source_id=request.new_id("src"),
        now=request.now,
        store=wiring.tracking(),
    )
    return _source(source, location=f"/v1/sources/{source.id}")


@api.get("/v1/sources", scope="sources:read")
def list_sources(request: Request, query: models.PageQuery) -> models.SourceList:
    """List the account's sources."""
    context = f"{request.account_id}/sources"
    page = wiring.tracking().sources(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.SourceList(
        items=[models.SourceOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/sources/{source_id}", scope="sources:read")
def show_source(request: Request, source_id: str) -> Answer[models.SourceOut]:
    """Show a source with its numbers."""
    return _source(usecases.source_of_account(request.account_id, source_id, wiring.tracking()))


@api.patch("/v1/sources/{source_id}", scope="sources:write")
def edit_source(
    request: Request, source_id: str, body: models.SourcePatch
) -> Answer[models.SourceOut]:
    """Change a source; `If-Match` is the ETag of what was seen."""
    source = usecases.edit_source(
        cast("usecases.SourceChanges", body.model_dump(exclude_unset=True)),
        account_id=request.account_id,
        source_id=source_id,
        version=expected(request.if_match),
        now=request.now,
        store=wiring.tracking(),
    )
    return _source(source)


@api.delete("/v1/sources/{source_id}", scope="sources:write")
def archive_source(request: Request, source_id: str) -> None:
    """Retire a source: its numbers stand for it no more; reports of its past keep its name."""
    source = usecases.archive_source(
        request.account_id, source_id, now=request.now, store=wiring.tracking()
    )
    for period in source.periods:
        wiring.sources().forget(request.account_id, period.number)


@api.put("/v1/sources/{source_id}/numbers/{number}", scope="sources:write")
def assign_number(
    request: Request, source_id: str, number: str, body: models.PeriodIn
) -> Answer[models.SourceOut]:
    """Have a number of the account stand for a source."""
    source = usecases.assign_number(
        usecases.PeriodOrder(number=number, since=body.from_, until=body.until),
        account_id=request.account_id,
        source_id=source_id,
        now=request.now,
        store=wiring.tracking(),
        lines=wiring.directory(),
    )
    wiring.sources().forget(request.account_id, number)
    return _source(source)


def _source(source: Source, location: str | None = None) -> Answer[models.SourceOut]:
    return Answer(models.SourceOut.of(source), etag=etag(source.version), location=location)
