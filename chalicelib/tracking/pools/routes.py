"""The doors of pools. Visits come in by other doors, which lend them numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import tracking_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.pools import models, pool, reading, usecases
else:
    models = lazily("chalicelib.tracking.pools.models")
    pool = lazily("chalicelib.tracking.pools.pool")
    reading = lazily("chalicelib.tracking.pools.reading")
    usecases = lazily("chalicelib.tracking.pools.usecases")

api = Api(__name__)


@api.post("/v1/pools", scope="pools:write")
def create_pool(request: Request, body: models.PoolIn) -> Answer[models.PoolOut]:
    """Make a pool; numbers are put into it next."""
    _check_spending(request, body)
    made = pool.Pool(
        id=request.new_id("pool"),
        account_id=request.account_id,
        created_at=request.now,
        **body.facts(),
    )
    stored = usecases.create_pool(made, tracking_wiring.keeping())
    return _pool(stored, location=f"/v1/pools/{stored.id}")


@api.get("/v1/pools", scope="pools:read")
def list_pools(request: Request, query: models.PageQuery) -> models.PoolList:
    """List the account's pools."""
    context = f"{request.account_id}/pools"
    after = position(query.cursor, context)
    page = tracking_wiring.roster().pools(request.account_id, query.limit, after)
    return models.PoolList(
        items=[models.PoolOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/pools/{pool_id}", scope="pools:read")
def show_pool(request: Request, pool_id: str) -> Answer[models.PoolOut]:
    """Show a pool with its numbers."""
    return _pool(_own(request, pool_id))


@api.patch("/v1/pools/{pool_id}", scope="pools:write")
def edit_pool(request: Request, pool_id: str, body: models.PoolPatch) -> Answer[models.PoolOut]:
    """Change a pool; `If-Match` is the ETag of what was seen."""
    _check_spending(request, body)
    changed = usecases.edit_pool(
        body.facts(),
        account_id=request.account_id,
        pool_id=pool_id,
        version=expected(request.if_match),
        keeping=tracking_wiring.keeping(),
    )
    return _pool(changed)


@api.delete("/v1/pools/{pool_id}", scope="pools:write")
def archive_pool(request: Request, pool_id: str) -> None:
    """Retire a pool: it lends no more; its numbers are free for others after their hold."""
    usecases.archive_pool(
        request.account_id, pool_id, now=request.now, keeping=tracking_wiring.keeping()
    )


@api.put("/v1/pools/{pool_id}/numbers/{number}", scope="pools:write")
def add_to_pool(request: Request, pool_id: str, number: str) -> Answer[models.PoolOut]:
    """Put a number of the account into a pool."""
    changed = usecases.add_number(
        request.account_id,
        pool_id,
        number,
        now=request.now,
        keeping=tracking_wiring.keeping(),
    )
    return _pool(changed)


@api.delete("/v1/pools/{pool_id}/numbers/{number}", scope="pools:write")
def take_from_pool(request: Request, pool_id: str, number: str) -> None:
    """Take a number out of a pool: now if nobody has it, otherwise after its hold."""
    usecases.remove_number(
        request.account_id,
        pool_id,
        number,
        now=request.now,
        keeping=tracking_wiring.keeping(),
    )


@api.get("/v1/pools/{pool_id}/health", scope="pools:read")
def show_pool_health(request: Request, pool_id: str, query: models.HealthQuery) -> models.HealthOut:
    """Show how a pool does, now and by hour."""
    own, roster = _own(request, pool_id), tracking_wiring.roster()
    standing = reading.standing(roster.slots(own.id), request.now)
    return models.HealthOut.of(query, standing, roster.hours(own.id, *query.span()))


@api.get("/v1/pools/{pool_id}/forecast", scope="pools:read")
def forecast_pool(
    request: Request, pool_id: str, query: models.ForecastQuery
) -> models.ForecastOut:
    """Tell how many numbers a pool needs, by its own traffic, and what they cost."""
    seen = reading.foreseen(
        _own(request, pool_id),
        query.supposed(),
        query.target,
        now=request.now,
        hours=tracking_wiring.roster(),
    )
    return models.ForecastOut.of(seen)


def _check_spending(request: Request, body: models.PoolIn | models.PoolPatch) -> None:
    """Refuse that a pool buys numbers, from a key that may not buy any itself."""
    if body.growth is not None:
        request.principal.require("numbers:write")


def _own(request: Request, pool_id: str) -> pool.Pool:
    return usecases.pool_of_account(request.account_id, pool_id, tracking_wiring.roster())


def _pool(shown: pool.Pool, location: str | None = None) -> Answer[models.PoolOut]:
    return Answer(models.PoolOut.of(shown), etag=etag(shown.version), location=location)
