"""Endpoints, deliveries, the queue and customers' servers, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Stale, Unavailable
from chalicelib.webhooks.deliveries import Attempt

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.webhooks.deliveries import Delivery
    from chalicelib.webhooks.endpoints import Endpoint
    from chalicelib.webhooks.events import Errand, Happened


class WebhooksInMemory:
    """The ports `Endpoints` and `Deliveries`. `down = True` makes them unavailable."""

    def __init__(self) -> None:
        self.down = False
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._gone: set[tuple[str, str]] = set()

    def endpoints(self, account_id: str) -> tuple[Endpoint, ...]:
        """Return an account's."""
        self._ask()
        own = [each for (owner, _), each in self._endpoints.items() if owner == account_id]
        return tuple(sorted(own, key=lambda each: (each.created_at, each.id)))

    def endpoint(self, account_id: str, endpoint_id: str) -> Endpoint:
        """Return one."""
        self._ask()
        if (account_id, endpoint_id) not in self._endpoints:
            raise NotFound("no such endpoint")
        return self._endpoints[account_id, endpoint_id]

    def save(self, endpoint: Endpoint) -> Endpoint:
        """Store one, a version on."""
        self._ask()
        there = self._endpoints.get((endpoint.account_id, endpoint.id))
        if (there.version if there else 0) != endpoint.version:
            raise Stale("changed meanwhile: load it again")
        stored = replace(endpoint, version=endpoint.version + 1)
        self._endpoints[endpoint.account_id, endpoint.id] = stored
        return stored

    def delete(self, account_id: str, endpoint_id: str, now: datetime) -> None:
        """Forget one, but for its id."""
        self._ask()
        self._gone.add((account_id, endpoint_id))
        self._endpoints.pop((account_id, endpoint_id), None)

    def note_health(self, endpoint: Endpoint, failing_since: datetime | None) -> None:
        """Note since when it fails; the first to say so is believed."""
        self._ask()
        key = (endpoint.account_id, endpoint.id)
        there = self._endpoints.get(key)
        if there is not None:
            since = failing_since and (there.failing_since or failing_since)
            self._endpoints[key] = replace(there, failing_since=since)

    def add(self, delivery: Delivery) -> Delivery:
        """Store a new one, or return what is there."""
        self._ask()
        return self._deliveries.setdefault((delivery.endpoint_id, delivery.id), delivery)

    def delivery(self, account_id: str, endpoint_id: str, delivery_id: str) -> Delivery:
        """Return one."""
        self._ask()
        found = self._deliveries.get((endpoint_id, delivery_id))
        if found is None or found.account_id != account_id:
            raise NotFound("no such delivery")
        return found

    def note(self, delivery: Delivery, seen: int) -> None:
        """Store what became of it."""
        self._ask()
        key = (delivery.endpoint_id, delivery.id)
        if key not in self._deliveries or self._deliveries[key].tries != seen:
            raise Conflict("changed meanwhile")
        self._deliveries[key] = replace(delivery, body=self._deliveries[key].body)

    def owners(self, account_id: str) -> tuple[str, ...]:
        """Return all that there are or were."""
        self._ask()
        known = {*self._endpoints, *self._gone}
        return tuple(sorted(each for owner, each in known if owner == account_id))

    def rewrite(self, delivery: Delivery) -> None:
        """Store another body."""
        self._ask()
        key = (delivery.endpoint_id, delivery.id)
        if key in self._deliveries:
            self._deliveries[key] = replace(self._deliveries[key], body=delivery.body)

    def page(
        self, account_id: str, endpoint_id: str, limit: int, after: str | None
    ) -> Page[Delivery]:
        """Return some, newest first."""
        self._ask()
        keyed = sorted(
            (
                (f"{int(each.created_at.timestamp() * 1000):013d}#{each.id}", each)
                for each in self._deliveries.values()
                if (each.account_id, each.endpoint_id) == (account_id, endpoint_id)
            ),
            key=lambda pair: pair[0],
            reverse=True,
        )
        left = [pair for pair in keyed if after is None or pair[0] < after]
        shown = left[:limit]
        following = shown[-1][0] if len(left) > limit else None
        return Page(tuple(each for _, each in shown), following)

    def _ask(self) -> None:
        if self.down:
            raise Unavailable("the table is down")


class OrdersInMemory:
    """The `Orders` port: what was left, and when it was."""

    def __init__(self) -> None:
        self.left: list[Happened | Errand] = []
        self.down = False

    def put(self, order: Happened | Errand, now: datetime) -> None:
        """Keep an order."""
        if self.down:
            raise Unavailable("the queue is down")
        self.left.append(order)

    def taken(self) -> list[Happened | Errand]:
        """Take everything off."""
        orders, self.left = self.left, []
        return orders


@dataclass
class ServersInMemory:
    """Customers' servers: each answers the status that its URL is set to, 200 unless told."""

    answers: dict[str, int | str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, endpoint: Endpoint, message_id: str, body: str, now: datetime) -> Attempt:
        """Note what was sent, and answer. A word is a trouble: no answer came."""
        self.asked.append((endpoint.url, message_id, body))
        answer = self.answers.get(endpoint.url, 200)
        if isinstance(answer, str):
            return Attempt(at=now, milliseconds=10_000, reason=answer)
        reason = None if 200 <= answer < 300 else "status"
        return Attempt(at=now, milliseconds=12, status=answer, reason=reason)
