"""The API of alerts: who is told of calls that nobody took, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.runtime import watch_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.alerts import alerts, models, usecases
else:
    alerts = lazily("chalicelib.tracking.alerts.alerts")
    models = lazily("chalicelib.tracking.alerts.models")
    usecases = lazily("chalicelib.tracking.alerts.usecases")

api = Api(__name__)


@api.post("/v1/alerts", scope="calls:write")
def create_alert(request: Request, body: models.AlertIn) -> Answer[models.AlertOut]:
    """Have somebody told of calls that nobody took. The key must be able to read calls."""
    request.principal.require("calls:read")
    alert = alerts.Alert(
        id=request.new_id("alert"),
        account_id=request.account_id,
        created_at=request.now,
        **body.facts,
    )
    stored = usecases.create_alert(alert, watch_wiring.alerts(), watch_wiring.owned())
    return _alert(stored, location=f"/v1/alerts/{stored.id}")


@api.get("/v1/alerts", scope="calls:read")
def list_alerts(request: Request) -> models.AlertList:
    """List the account's alerts."""
    found = watch_wiring.alerts().alerts(request.account_id)
    return models.AlertList(items=[models.AlertOut.of(each) for each in found])


@api.get("/v1/alerts/{alert_id}", scope="calls:read")
def show_alert(request: Request, alert_id: str) -> Answer[models.AlertOut]:
    """Show an alert."""
    return _alert(_own(request, alert_id))


@api.patch("/v1/alerts/{alert_id}", scope="calls:write")
def edit_alert(request: Request, alert_id: str, body: models.AlertPatch) -> Answer[models.AlertOut]:
    """Change an alert; `If-Match` is the ETag of what was seen."""
    request.principal.require("calls:read")
    changed = usecases.edit_alert(
        lambda seen: replace(seen, **body.facts(seen.by)),
        account_id=request.account_id,
        alert_id=alert_id,
        version=expected(request.if_match),
        alerts=watch_wiring.alerts(),
        owned=watch_wiring.owned(),
    )
    return _alert(changed)


@api.delete("/v1/alerts/{alert_id}", scope="calls:write")
def delete_alert(request: Request, alert_id: str) -> None:
    """Tell somebody no more."""
    alert = _own(request, alert_id)
    watch_wiring.alerts().delete(request.account_id, alert.id)


@api.get("/v1/alerts/{alert_id}/sent", scope="calls:read")
def list_sent_alerts(request: Request, alert_id: str, query: models.PageQuery) -> models.SentList:
    """List the calls of the last weeks that an alert was for, newest first."""
    alert = _own(request, alert_id)
    context = f"{request.account_id}/alerts/{alert.id}"
    after = position(query.cursor, context)
    page = watch_wiring.alerts().sent(request.account_id, alert.id, query.limit, after)
    items = [models.SentOut.of(each) for each in page.items]
    return models.SentList(items=items, next=cursor(page.next, context))


def _own(request: Request, alert_id: str) -> alerts.Alert:
    return watch_wiring.alerts().alert(request.account_id, alert_id)


def _alert(shown: alerts.Alert, location: str | None = None) -> Answer[models.AlertOut]:
    return Answer(models.AlertOut.of(shown), etag=etag(shown.version), location=location)
