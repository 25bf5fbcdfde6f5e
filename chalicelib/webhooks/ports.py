"""What telling customers' servers needs of the world. All raise Unavailable when out of reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.directory.ports import Page
    from chalicelib.webhooks.deliveries import Attempt, Delivery
    from chalicelib.webhooks.endpoints import Endpoint
    from chalicelib.webhooks.events import Errand, Happened


class Endpoints(Protocol):
    """Customers' servers."""

    def endpoints(self, account_id: str) -> tuple[Endpoint, ...]:
        """Return all of an account's, with one request."""

    def endpoint(self, account_id: str, endpoint_id: str) -> Endpoint:
        """Return one. Raises NotFound."""

    def save(self, endpoint: Endpoint) -> Endpoint:
        """Store one, a version on. Raises Stale if it is not at the version that was seen."""

    def delete(self, account_id: str, endpoint_id: str, now: datetime) -> None:
        """Forget one, but for its id while there are deliveries of it."""

    def note_health(self, endpoint: Endpoint, failing_since: datetime | None) -> None:
        """Note since when it fails, None if it answers. Its version stays."""


class Deliveries(Protocol):
    """Messages for servers."""

    def add(self, delivery: Delivery) -> Delivery:
        """Store a new one, or return what is there of it."""

    def owners(self, account_id: str) -> tuple[str, ...]:
        """Return the ids of all endpoints of which there may be deliveries, deleted or not."""

    def rewrite(self, delivery: Delivery) -> None:
        """Store another body of one, whatever becomes of it meanwhile."""

    def delivery(self, account_id: str, endpoint_id: str, delivery_id: str) -> Delivery:
        """Return one. Raises NotFound."""

    def note(self, delivery: Delivery, seen: int) -> None:
        """Store what became of it. Raises Conflict if it had other than `seen` tries."""

    def page(
        self, account_id: str, endpoint_id: str, limit: int, after: str | None
    ) -> Page[Delivery]:
        """Return some of an endpoint's, newest first."""


class Orders(Protocol):
    """The queue of what is to be done."""

    def put(self, order: Happened | Errand, now: datetime) -> None:
        """Leave an order; an errand comes back when it is due, or as late as the queue can."""


class Sender(Protocol):
    """The way to customers' servers."""

    def send(self, endpoint: Endpoint, message_id: str, body: str, now: datetime) -> Attempt:
        """Post a signed message, and say what came of it. Never raises for the server's sake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that a worker has."""

    endpoints: Endpoints
    deliveries: Deliveries
    orders: Orders
    sender: Sender
    clock: Callable[[], datetime]
