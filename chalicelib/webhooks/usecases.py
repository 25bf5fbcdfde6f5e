"""Tell customers' servers of events: fan out, try, try again, give up; and resend by hand.

The queue brings every order at least once. Each is safe to see to again: a delivery's id comes
from its event, and an attempt is made only if the delivery has had as many tries as the order
says. The next attempt is queued before this one is noted: a worker that dies in between asks a
server once too often rather than never again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Stale, Unavailable
from chalicelib.webhooks.deliveries import Delivery, Status
from chalicelib.webhooks.endpoints import MOST_ENDPOINTS, checked
from chalicelib.webhooks.events import (
    TRIAL,
    VISITS,
    Errand,
    Happened,
    message_id,
    without_visit,
)
from chalicelib.webhooks.events import checked as checked_event

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.webhooks.deliveries import Attempt
    from chalicelib.webhooks.endpoints import Endpoint
    from chalicelib.webhooks.ports import Deliveries, Desk, Endpoints, Orders


def publish(
    happened: Happened, *, known: Callable[[str], tuple[Endpoint, ...]], orders: Orders
) -> None:
    """Leave an event for the servers that want it. Raises Unavailable if the queue fails.

    `known` may be some seconds old; where nobody can tell who wants it, the worker finds out.
    """
    checked_event(happened)
    with suppress(Unavailable):
        if not any(each.wants(happened.event) for each in known(happened.account_id)):
            return
    orders.put(happened, happened.at)


def see_to(order: Happened | Errand, desk: Desk) -> None:
    """Do what an order asks. Raises Unavailable or Conflict when it should be brought again."""
    if isinstance(order, Happened):
        _spread(order, desk)
    else:
        _try(order, desk)


def _spread(happened: Happened, desk: Desk) -> None:
    """Make a delivery for each server: they wait for their own, never for one another's."""
    for endpoint in desk.endpoints.endpoints(happened.account_id):
        if not endpoint.wants(happened.event):
            continue
        stored = desk.deliveries.add(_delivery(happened, endpoint))
        if stored.tries == 0:
            desk.orders.put(_errand(stored, desk.clock()), desk.clock())


def _try(errand: Errand, desk: Desk) -> None:
    now = desk.clock()
    if now < errand.due:
        desk.orders.put(errand, now)
        return
    delivery = desk.deliveries.delivery(errand.account_id, errand.endpoint_id, errand.delivery_id)
    if delivery.tries != errand.tries:  # brought twice, or overtaken by a resending
        return
    endpoint = _endpoint_of(delivery, desk)
    if endpoint is None or not endpoint.enabled:
        desk.deliveries.note(delivery.cancelled(), errand.tries)
        return
    attempt = desk.sender.send(endpoint, delivery.id, delivery.body, now)
    tried = delivery.after(attempt)
    if tried.next_at is not None:
        desk.orders.put(_errand(tried, tried.next_at), desk.clock())
    with suppress(Conflict):  # brought twice at once: the other has noted what came of it
        desk.deliveries.note(tried, errand.tries)
    _judge(endpoint, attempt, desk)


def _judge(endpoint: Endpoint, attempt: Attempt, desk: Desk) -> None:
    """Note whether a server answers, and stop telling one that is gone or fails for days.

    Whoever changed it meanwhile knows better; the next failure judges again.
    """
    if attempt.succeeded:
        if endpoint.failing_since is not None:
            desk.endpoints.note_health(endpoint, None)
        return
    reason = endpoint.reason_to_stop(attempt.at, gone=attempt.gone)
    if reason is not None:
        stopped = replace(endpoint, enabled=False, disabled_reason=reason, disabled_at=attempt.at)
        with suppress(Stale):
            desk.endpoints.save(stopped)
    elif endpoint.failing_since is None:
        desk.endpoints.note_health(endpoint, attempt.at)


def create_endpoint(endpoint: Endpoint, endpoints: Endpoints) -> Endpoint:
    """Keep a new server to tell."""
    if len(endpoints.endpoints(endpoint.account_id)) >= MOST_ENDPOINTS:
        raise Rejected("the account has as many webhooks as it may", most=MOST_ENDPOINTS)
    return endpoints.save(checked(endpoint))


def edit_endpoint(
    changed: Callable[[Endpoint], Endpoint],
    *,
    account_id: str,
    endpoint_id: str,
    version: int | None,
    endpoints: Endpoints,
) -> Endpoint:
    """Change a server to tell, as it was seen at a version. Raises Stale."""
    seen = endpoints.endpoint(account_id, endpoint_id)
    if version is not None and version != seen.version:
        raise Stale("changed meanwhile: load it again", endpoint_id=endpoint_id)
    return endpoints.save(checked(changed(seen)))


def try_out(endpoint: Endpoint, trial_id: str, desk: Desk) -> Delivery:
    """Send a server a message that says nothing, now and once, and return what came of it."""
    now = desk.clock()
    happened = Happened(
        account_id=endpoint.account_id,
        event=TRIAL,
        event_id=trial_id,
        at=now,
        data={"webhook": endpoint.id},
    )
    delivery = desk.deliveries.add(_delivery(happened, endpoint))
    attempt = desk.sender.send(endpoint, delivery.id, delivery.body, now)
    tried = delivery.after(attempt, last=True)
    desk.deliveries.note(tried, delivery.tries)
    return tried


def resend(
    delivery: Delivery, *, deliveries: Deliveries, orders: Orders, now: datetime
) -> Delivery:
    """Have a message sent once more, under its id, whatever became of it before."""
    waiting = delivery.resent(now)
    orders.put(_errand(waiting, now), now)
    with suppress(Conflict):  # an attempt came in between: it is being sent
        deliveries.note(waiting, delivery.tries)
    return waiting


def forget_visit(account_id: str, call_id: str, deliveries: Deliveries) -> None:
    """Take a visit that was erased out of what was told of its call, also of what waits."""
    for endpoint_id in deliveries.owners(account_id):
        for event in VISITS:
            with suppress(NotFound):
                name = message_id(account_id, event, call_id)
                told = deliveries.delivery(account_id, endpoint_id, name)
                body = without_visit(event, told.body)
                if body != told.body:
                    deliveries.rewrite(replace(told, body=body))


def _endpoint_of(delivery: Delivery, desk: Desk) -> Endpoint | None:
    try:
        return desk.endpoints.endpoint(delivery.account_id, delivery.endpoint_id)
    except NotFound:
        return None


def _delivery(happened: Happened, endpoint: Endpoint) -> Delivery:
    return Delivery(
        id=happened.message_id,
        account_id=happened.account_id,
        endpoint_id=endpoint.id,
        event=happened.event,
        body=happened.body,
        created_at=happened.at,
        status=Status.PENDING,
        next_at=happened.at,
    )


def _errand(delivery: Delivery, due: datetime) -> Errand:
    return Errand(
        account_id=delivery.account_id,
        endpoint_id=delivery.endpoint_id,
        delivery_id=delivery.id,
        tries=delivery.tries,
        due=due,
    )
