"""Where outgoing webhooks meet the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.runtime import wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.runtime.kept import Kept
    from chalicelib.webhooks.endpoints import Endpoint
    from chalicelib.webhooks.gateway import OrderQueue
    from chalicelib.webhooks.ports import Desk
    from chalicelib.webhooks.store import WebhookStore


def publish(
    account_id: str,
    event: str,
    event_id: str,
    data: Mapping[str, Any],
    *,
    at: datetime | None = None,
) -> None:
    """Tell an account's servers of an event; nothing is done where none wants it.

    `event_id` comes from the outside world: an event published twice is one message. `data` is
    plain JSON. Raises Unavailable if the queue fails, Rejected if there is no such event.
    """
    from chalicelib.webhooks.events import Happened
    from chalicelib.webhooks.usecases import publish

    happened = Happened(
        account_id=account_id,
        event=event,
        event_id=event_id,
        at=at or wiring.clock(),
        data=data,
    )
    publish(happened, known=kept_endpoints().get, orders=orders())


@cache
def store() -> WebhookStore:
    """Return endpoints and deliveries."""
    from chalicelib.webhooks.store import WebhookStore

    return WebhookStore(settings().webhooks_table)


@cache
def kept_endpoints() -> Kept[str, tuple[Endpoint, ...]]:
    """Return accounts' endpoints as events know them: a new one is told after half a minute."""
    from chalicelib.runtime.kept import Kept

    return Kept(store().endpoints)


@cache
def orders() -> OrderQueue:
    """Return the queue of events and attempts."""
    from chalicelib.webhooks.gateway import OrderQueue

    return OrderQueue(Queue(settings().hooks_queue))


@cache
def desk() -> Desk:
    """Return all that a worker needs."""
    from chalicelib.webhooks.gateway import SignedPosts
    from chalicelib.webhooks.ports import Desk

    return Desk(
        endpoints=store(),
        deliveries=store(),
        orders=orders(),
        sender=SignedPosts(wiring.webhook_secret, time.monotonic),
        clock=wiring.clock,
    )
