"""Where outgoing webhooks meet the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.calls.call import Call
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


def tell_of_call(call: Call, *, spam: bool, visit: Callable[[], Mapping[str, Any] | None]) -> None:
    """Tell an account's servers of a call that is over, once; asks for its `visit` if any wants it.

    A call of which the end may still turn out to be otherwise is shown again later.
    """
    from chalicelib.calls.projections import projection_message
    from chalicelib.webhooks import called

    now = wiring.clock()
    wanted = _wanted(call.account_id, called.events_of(call, spam=spam))
    if not wanted or called.is_old(call, now):
        return
    if called.may_change(call, now):
        message = projection_message(call.account_id, call.call_id, "tracking")
        wait = int(called.SETTLED_WITHIN.total_seconds()) + 1
        wiring.projections_queue().put(message, delay_seconds=wait)
        return
    data = called.told_of(call, spam=spam, visit=visit())
    for event in wanted:
        publish(call.account_id, event, call.call_id, data, at=call.ended_at)


def tell_of_answer(call: Call, *, visit: Mapping[str, Any] | None, at: datetime) -> None:
    """Tell an account's servers that somebody took a call, once: its end may tell of it again."""
    from chalicelib.webhooks import called

    data = called.told_of(call, spam=False, visit=visit)
    publish(call.account_id, called.ANSWERED, call.call_id, data, at=at)


def forget_visit(account_id: str, call_id: str) -> None:
    """Take a visit that was erased out of what servers were told of its call."""
    from chalicelib.webhooks import usecases

    usecases.forget_visit(account_id, call_id, store())


def _wanted(account_id: str, events: tuple[str, ...]) -> list[str]:
    """Return the events that any server wants, all of them where nobody can tell."""
    try:
        endpoints = kept_endpoints().get(account_id)
    except Unavailable:
        return list(events)
    return [event for event in events if any(each.wants(event) for each in endpoints)]


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
