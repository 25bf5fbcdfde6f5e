"""The doors of costs: of a source, of what visits say brought them, and whole files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import reports_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking import usecases as sources
    from chalicelib.tracking.costs import costs, importing, models, usecases
else:
    costs = lazily("chalicelib.tracking.costs.costs")
    importing = lazily("chalicelib.tracking.costs.importing")
    models = lazily("chalicelib.tracking.costs.models")
    sources = lazily("chalicelib.tracking.usecases")
    usecases = lazily("chalicelib.tracking.costs.usecases")

api = Api(__name__)


@api.post("/v1/sources/{source_id}/costs", scope="sources:write")
def add_source_cost(
    request: Request, source_id: str, body: models.SourceCostIn
) -> Answer[models.CostOut]:
    """Tell what a source cost: a poster's print, a month of radio."""
    return _added(request, body, costs.Target(), source_id)


@api.get("/v1/sources/{source_id}/costs", scope="sources:read")
def list_source_costs(request: Request, source_id: str, query: models.PageQuery) -> models.CostList:
    """List what a source cost."""
    source = sources.source_of_account(request.account_id, source_id, wiring.tracking())
    return _listed(request, query, source.id)


@api.delete("/v1/sources/{source_id}/costs/{cost_id}", scope="sources:write")
def remove_source_cost(request: Request, source_id: str, cost_id: str) -> None:
    """Take back what was said that a source cost."""
    reports_wiring.costs().remove(request.account_id, cost_id, source_id)


@api.post("/v1/costs", scope="sources:write")
def add_cost(request: Request, body: models.CostIn) -> Answer[models.CostOut]:
    """Tell what a campaign, a keyword, a source or a channel cost."""
    return _added(request, body, body.target)


@api.get("/v1/costs", scope="sources:read")
def list_costs(request: Request, query: models.PageQuery) -> models.CostList:
    """List all costs, the newest days first."""
    return _listed(request, query)


@api.delete("/v1/costs/{cost_id}", scope="sources:write")
def remove_cost(request: Request, cost_id: str) -> None:
    """Take back what was said that something cost."""
    reports_wiring.costs().remove(request.account_id, cost_id)


@api.post("/v1/costs/imports", scope="sources:write", status=200)
def import_costs(request: Request, body: models.ImportIn) -> models.ImportOut:
    """Read a file of costs, first as a preview; a period that is there already is replaced."""
    found = usecases.take(
        body.content,
        body.origin,
        importing.Owner(request.account_id, request.now),
        preview=body.preview,
        store=reports_wiring.costs(),
        sources=wiring.tracking(),
        order=body.days,
    )
    return models.ImportOut.of(found, stored=not body.preview)


def _added(
    request: Request,
    body: models.SourceCostIn,
    target: costs.Target,
    source_id: str | None = None,
) -> Answer[models.CostOut]:
    token = request.new_id("").removeprefix("_")
    told = costs.Cost(
        id=costs.id_of(body.from_, token),
        account_id=request.account_id,
        target=target,
        amount=body.money,
        first=body.from_,
        last=body.to,
        created_at=request.now,
        source_id=source_id,
        note=body.note,
    )
    cost = usecases.add(told, store=reports_wiring.costs(), sources=wiring.tracking())
    return Answer(models.CostOut.of(cost))


def _listed(
    request: Request, query: models.PageQuery, source_id: str | None = None
) -> models.CostList:
    context = f"{request.account_id}/costs/{source_id}"
    page = reports_wiring.costs().page(
        request.account_id, query.limit, position(query.cursor, context), source_id
    )
    return models.CostList(
        items=[models.CostOut.of(each) for each in page.items], next=cursor(page.next, context)
    )
