"""The API of outgoing webhooks: servers to tell, and what became of each message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.runtime import webhooks_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.runtime.api import Request
    from chalicelib.webhooks import endpoints, events, models, usecases
else:
    endpoints = lazily("chalicelib.webhooks.endpoints")
    events = lazily("chalicelib.webhooks.events")
    models = lazily("chalicelib.webhooks.models")
    usecases = lazily("chalicelib.webhooks.usecases")

api = Api(__name__)


@api.post("/v1/webhooks", scope="webhooks:write")
def create_webhook(request: Request, body: models.WebhookIn) -> Answer[models.WebhookOut]:
    """Have a server told of events. The key must be able to read what they tell."""
    endpoint = endpoints.Endpoint(
        id=request.new_id("hook"),
        account_id=request.account_id,
        url=body.url,
        events=tuple(body.events),
        created_at=request.now,
        description=body.description,
        secret=body.secret,
    ).switched(request.now, enabled=body.enabled)
    _require(request, endpoint)
    stored = usecases.create_endpoint(endpoint, webhooks_wiring.store())
    return _webhook(stored, location=f"/v1/webhooks/{stored.id}")


@api.get("/v1/webhooks", scope="webhooks:read")
def list_webhooks(request: Request) -> models.WebhookList:
    """List the servers that are told of events."""
    found = webhooks_wiring.store().endpoints(request.account_id)
    return models.WebhookList(items=[models.WebhookOut.of(each) for each in found])


@api.get("/v1/webhooks/{webhook_id}", scope="webhooks:read")
def show_webhook(request: Request, webhook_id: str) -> Answer[models.WebhookOut]:
    """Show one of them."""
    return _webhook(_own(request, webhook_id))


@api.patch("/v1/webhooks/{webhook_id}", scope="webhooks:write")
def edit_webhook(
    request: Request, webhook_id: str, body: models.WebhookPatch
) -> Answer[models.WebhookOut]:
    """Change, switch off or switch on; `If-Match` is the ETag of what was seen."""

    def changed(seen: endpoints.Endpoint) -> endpoints.Endpoint:
        after = replace(seen, **body.changes)
        if "enabled" in body.model_fields_set:
            after = after.switched(request.now, enabled=body.enabled)
        _require(request, after)
        return after

    stored = usecases.edit_endpoint(
        changed,
        account_id=request.account_id,
        endpoint_id=webhook_id,
        version=expected(request.if_match),
        endpoints=webhooks_wiring.store(),
    )
    return _webhook(stored)


@api.delete("/v1/webhooks/{webhook_id}", scope="webhooks:write")
def delete_webhook(request: Request, webhook_id: str) -> None:
    """Tell a server no more; what waits for it is not sent."""
    endpoint = _own(request, webhook_id)
    webhooks_wiring.store().delete(request.account_id, endpoint.id, request.now)
    webhooks_wiring.kept_endpoints().forget(request.account_id)


@api.post("/v1/webhooks/{webhook_id}/test", scope="webhooks:write", status=200)
def try_webhook(request: Request, webhook_id: str) -> models.DeliveryOut:
    """Send a server the event `webhook.test` now and once, and tell what came of it."""
    endpoint = _own(request, webhook_id)
    tried = usecases.try_out(endpoint, request.new_id("trial"), webhooks_wiring.desk())
    return models.DeliveryOut.of(tried, body=True)


@api.get("/v1/webhooks/{webhook_id}/deliveries", scope="webhooks:read")
def list_deliveries(
    request: Request, webhook_id: str, query: models.PageQuery
) -> models.DeliveryList:
    """List the messages of the last thirty days, newest first."""
    endpoint = _own(request, webhook_id)
    context = f"{request.account_id}/webhooks/{endpoint.id}"
    after = position(query.cursor, context)
    page = webhooks_wiring.store().page(request.account_id, endpoint.id, query.limit, after)
    items = [models.DeliveryOut.of(each) for each in page.items]
    return models.DeliveryList(items=items, next=cursor(page.next, context))


@api.get("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", scope="webhooks:read")
def show_delivery(request: Request, webhook_id: str, delivery_id: str) -> models.DeliveryOut:
    """Show a message with its body, to a key that can read what it tells."""
    endpoint = _own(request, webhook_id)
    store = webhooks_wiring.store()
    delivery = store.delivery(request.account_id, endpoint.id, delivery_id)
    if delivery.event in events.SCOPES:
        request.principal.require(events.SCOPES[delivery.event])
    return models.DeliveryOut.of(delivery, body=True)


@api.post(
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    scope="webhooks:write",
    status=202,
)
def resend_delivery(request: Request, webhook_id: str, delivery_id: str) -> models.DeliveryOut:
    """Have a message sent once more, under the same id; whatever became of it before."""
    endpoint = _own(request, webhook_id)
    store = webhooks_wiring.store()
    waiting = usecases.resend(
        store.delivery(request.account_id, endpoint.id, delivery_id),
        deliveries=store,
        orders=webhooks_wiring.orders(),
        now=request.now,
    )
    return models.DeliveryOut.of(waiting)


def _own(request: Request, webhook_id: str) -> endpoints.Endpoint:
    return webhooks_wiring.store().endpoint(request.account_id, webhook_id)


def _require(request: Request, endpoint: endpoints.Endpoint) -> None:
    """Refuse a key that would have a server told what it cannot read; it may switch one off."""
    if not endpoint.enabled:
        return
    for scope in {events.SCOPES[each] for each in endpoint.events if each in events.SCOPES}:
        request.principal.require(scope)


def _webhook(shown: endpoints.Endpoint, location: str | None = None) -> Answer[models.WebhookOut]:
    webhooks_wiring.kept_endpoints().forget(shown.account_id)
    return Answer(models.WebhookOut.of(shown), etag=etag(shown.version), location=location)
