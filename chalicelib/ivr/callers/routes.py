"""The doors of the caller book. A number is in no URL: what is in one, somebody logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import wiring
from chalicelib.runtime.api import Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position

if TYPE_CHECKING:
    from chalicelib.ivr.callers import models, usecases
    from chalicelib.ivr.callers.book import KnownCaller
    from chalicelib.runtime.api import Request
else:
    models = lazily("chalicelib.ivr.callers.models")
    usecases = lazily("chalicelib.ivr.callers.usecases")

api = Api(__name__)


@api.put("/v1/callers", scope="callers:write")
def put_caller(request: Request, body: models.CallerIn) -> models.CallerOut:
    """Write a caller down, by number, in place of what was known of them."""
    (caller,) = _put(request, [body])
    return models.CallerOut.of(caller)


@api.post("/v1/callers/import", scope="callers:write", status=200)
def import_callers(request: Request, body: models.CallersIn) -> models.ImportOut:
    """Write many callers down in one request; it can be repeated."""
    return models.ImportOut(stored=len(_put(request, body.callers)))


@api.get("/v1/callers", scope="callers:read")
def list_callers(request: Request, query: models.PageQuery) -> models.CallerPage:
    """List the account's known callers."""
    context = f"{request.account_id}/callers"
    page = wiring.caller_book().page(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.CallerPage(
        items=[models.CallerOut.of(each) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/callers/{caller_id}", scope="callers:read")
def show_caller(request: Request, caller_id: str) -> models.CallerOut:
    """Show a known caller."""
    return models.CallerOut.of(wiring.caller_book().load(request.account_id, caller_id))


@api.delete("/v1/callers/{caller_id}", scope="callers:write")
def erase_caller(request: Request, caller_id: str) -> None:
    """Erase all that the book knows of a caller."""
    wiring.caller_book().delete(request.account_id, caller_id)


def _put(request: Request, written: list[models.CallerIn]) -> tuple[KnownCaller, ...]:
    return usecases.put_callers(
        request.account_id,
        [each.written for each in written],
        now=request.now,
        book=wiring.caller_book(),
        hashes=wiring.Callers(),
    )
