"""Endpoints and deliveries on the table `webhooks`.

An account's endpoints are one partition: an event reads them with one Query. A delivery is keyed
by its endpoint and its message, so that an event told of twice is one; the index lists them by
time. Deliveries forget themselves after a month.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.runtime.tables import Listed, TableMeta, bind, translated
from chalicelib.webhooks.deliveries import Attempt, Delivery, Status
from chalicelib.webhooks.endpoints import Endpoint

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

ENDPOINT: Final = "endpoint#"
GONE: Final = "gone#"
DELIVERY: Final = "delivery#"
REMEMBERED: Final = timedelta(days=30)


class WebhookRow(Listed):
    """What all rows of the table have."""

    class Meta(TableMeta):
        table = "webhooks"

    account_id = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)


class EndpointRow(WebhookRow):
    """A server to tell."""

    url = UnicodeAttribute()
    events = JSONAttribute()
    description = UnicodeAttribute(default="")
    secret = NumberAttribute()
    enabled = BooleanAttribute()
    disabled_reason = UnicodeAttribute(null=True)
    disabled_at = UTCDateTimeAttribute(null=True)
    failing_since = UTCDateTimeAttribute(null=True)
    version = NumberAttribute()


class GoneRow(WebhookRow):
    """An endpoint that was deleted: its deliveries are there for a while."""

    expires_at = TTLAttribute()


class DeliveryRow(WebhookRow):
    """A message for a server."""

    event = UnicodeAttribute()
    body = UnicodeAttribute()
    status = UnicodeAttribute()
    tries = NumberAttribute()
    attempts = JSONAttribute()
    next_at = UTCDateTimeAttribute(null=True)
    expires_at = TTLAttribute()


ROWS: Final = (WebhookRow, EndpointRow, GoneRow, DeliveryRow)


class WebhookStore:
    """The ports `Endpoints` and `Deliveries`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def endpoints(self, account_id: str) -> tuple[Endpoint, ...]:
        """Query the account's partition."""
        with translated("list endpoints", account_id=account_id):
            rows = EndpointRow.query(
                _account(account_id), EndpointRow.sk.startswith(ENDPOINT), consistent_read=True
            )
            return tuple(sorted(map(_endpoint, rows), key=lambda each: (each.created_at, each.id)))

    def endpoint(self, account_id: str, endpoint_id: str) -> Endpoint:
        """Read one."""
        with translated("load endpoint", endpoint_id=endpoint_id):
            row = EndpointRow.get(
                _account(account_id), ENDPOINT + endpoint_id, consistent_read=True
            )
        return _endpoint(row)

    def save(self, endpoint: Endpoint) -> Endpoint:
        """Put it whole, if nobody else did since it was read."""
        stored = replace(endpoint, version=endpoint.version + 1)
        same: Condition = EndpointRow.version == endpoint.version
        unchanged = same if endpoint.version else EndpointRow.pk.does_not_exist()
        try:
            with translated("save endpoint", endpoint_id=endpoint.id):
                _endpoint_row(stored).save(condition=unchanged)
        except Conflict as error:
            raise Stale("changed meanwhile: load it again", **error.facts) from error
        return stored

    def delete(self, account_id: str, endpoint_id: str, now: datetime) -> None:
        """Note that it is gone, then delete it, if it is there."""
        with translated("delete endpoint", endpoint_id=endpoint_id):
            gone = GoneRow(_account(account_id), GONE + endpoint_id)
            gone.expires_at = now + REMEMBERED + timedelta(days=1)
            gone.save()
            EndpointRow(_account(account_id), ENDPOINT + endpoint_id).delete()

    def note_health(self, endpoint: Endpoint, failing_since: datetime | None) -> None:
        """Set or remove one attribute, unless the endpoint is gone."""
        since = EndpointRow.failing_since
        change = since.remove() if failing_since is None else since.set(since | failing_since)
        row = EndpointRow(_account(endpoint.account_id), ENDPOINT + endpoint.id)
        try:
            with translated("note health", endpoint_id=endpoint.id):
                row.update(actions=[change], condition=EndpointRow.pk.exists())
        except Conflict:
            return

    def add(self, delivery: Delivery) -> Delivery:
        """Put it if it is not there, else read what is."""
        try:
            with translated("add delivery", delivery_id=delivery.id):
                _delivery_row(delivery).save(condition=DeliveryRow.pk.does_not_exist())
        except Conflict:
            return self.delivery(delivery.account_id, delivery.endpoint_id, delivery.id)
        return delivery

    def owners(self, account_id: str) -> tuple[str, ...]:
        """Query the account's partition for keys."""
        with translated("list endpoints", account_id=account_id):
            rows = WebhookRow.query(_account(account_id), consistent_read=True)
            return tuple(row.sk.partition("#")[2] for row in rows)

    def rewrite(self, delivery: Delivery) -> None:
        """Set one attribute, if the row is there."""
        row = DeliveryRow(f"{ENDPOINT}{delivery.endpoint_id}", DELIVERY + delivery.id)
        body = DeliveryRow.body.set(delivery.body)
        try:
            with translated("rewrite delivery", delivery_id=delivery.id):
                row.update(actions=[body], condition=DeliveryRow.pk.exists())
        except Conflict:
            return

    def delivery(self, account_id: str, endpoint_id: str, delivery_id: str) -> Delivery:
        """Read one, of the account's only."""
        with translated("load delivery", delivery_id=delivery_id):
            row = DeliveryRow.get(
                f"{ENDPOINT}{endpoint_id}", DELIVERY + delivery_id, consistent_read=True
            )
        if row.account_id != account_id:
            raise NotFound("no such delivery", delivery_id=delivery_id)
        return _delivery(row)

    def note(self, delivery: Delivery, seen: int) -> None:
        """Set what became of it, if it had as many tries as were seen; its body stays."""
        row = DeliveryRow(f"{ENDPOINT}{delivery.endpoint_id}", DELIVERY + delivery.id)
        due = DeliveryRow.next_at
        actions: list[Action] = [
            DeliveryRow.status.set(delivery.status.value),
            DeliveryRow.tries.set(delivery.tries),
            DeliveryRow.attempts.set([_written(each) for each in delivery.attempts]),
            due.remove() if delivery.next_at is None else due.set(delivery.next_at),
        ]
        with translated("note delivery", delivery_id=delivery.id):
            row.update(actions=actions, condition=DeliveryRow.tries == seen)

    def page(
        self, account_id: str, endpoint_id: str, limit: int, after: str | None
    ) -> Page[Delivery]:
        """Query the index backwards."""
        owner = _list(account_id, endpoint_id)
        start = None if after is None else _position(owner, endpoint_id, after)
        with translated("list deliveries", endpoint_id=endpoint_id):
            found = DeliveryRow.by_account.query(
                owner, limit=limit, last_evaluated_key=start, scan_index_forward=False
            )
            items = tuple(map(_delivery, found))
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["account_sk"]["S"]))


def _account(account_id: str) -> str:
    return f"account#{account_id}"


def _list(account_id: str, endpoint_id: str) -> str:
    return f"{account_id}#{endpoint_id}"


def _position(owner: str, endpoint_id: str, after: str) -> dict[str, dict[str, str]]:
    key = {
        "pk": f"{ENDPOINT}{endpoint_id}",
        "sk": DELIVERY + after.partition("#")[2],
        "account_pk": owner,
        "account_sk": after,
    }
    return {name: {"S": value} for name, value in key.items()}


def _endpoint_row(endpoint: Endpoint) -> EndpointRow:
    return EndpointRow(
        pk=_account(endpoint.account_id),
        sk=ENDPOINT + endpoint.id,
        account_id=endpoint.account_id,
        url=endpoint.url,
        events=list(endpoint.events),
        description=endpoint.description,
        secret=endpoint.secret,
        enabled=endpoint.enabled,
        disabled_reason=endpoint.disabled_reason,
        disabled_at=endpoint.disabled_at,
        failing_since=endpoint.failing_since,
        created_at=endpoint.created_at,
        version=endpoint.version,
    )


def _endpoint(row: EndpointRow) -> Endpoint:
    return Endpoint(
        id=row.sk.removeprefix(ENDPOINT),
        account_id=row.account_id,
        url=row.url,
        events=tuple(row.events),
        description=row.description,
        secret=int(row.secret),
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        disabled_at=row.disabled_at,
        failing_since=row.failing_since,
        created_at=row.created_at,
        version=int(row.version),
    )


def _delivery_row(delivery: Delivery) -> DeliveryRow:
    millis = int(delivery.created_at.timestamp() * 1000)
    return DeliveryRow(
        pk=f"{ENDPOINT}{delivery.endpoint_id}",
        sk=DELIVERY + delivery.id,
        account_pk=_list(delivery.account_id, delivery.endpoint_id),
        account_sk=f"{millis:013d}#{delivery.id}",
        account_id=delivery.account_id,
        event=delivery.event,
        body=delivery.body,
        status=delivery.status.value,
        tries=delivery.tries,
        attempts=[_written(each) for each in delivery.attempts],
        next_at=delivery.next_at,
        created_at=delivery.created_at,
        expires_at=delivery.created_at + REMEMBERED,
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.sk.removeprefix(DELIVERY),
        account_id=row.account_id,
        endpoint_id=row.pk.removeprefix(ENDPOINT),
        event=row.event,
        body=row.body,
        created_at=row.created_at,
        status=Status(row.status),
        tries=int(row.tries),
        attempts=tuple(map(_read, row.attempts)),
        next_at=row.next_at,
    )


def _written(attempt: Attempt) -> list[Any]:
    return [attempt.at.isoformat(), attempt.milliseconds, attempt.status, attempt.reason]


def _read(written: list[Any]) -> Attempt:
    at, milliseconds, status, reason = written
    return Attempt(
        at=datetime.fromisoformat(at), milliseconds=milliseconds, status=status, reason=reason
    )
