"""Endpoints, events and a worker's desk with defaults; a test says only what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.webhooks.endpoints import Endpoint
from chalicelib.webhooks.events import Errand, Happened
from chalicelib.webhooks.ports import Desk
from chalicelib.webhooks.usecases import see_to
from tests.fakes.webhooks import OrdersInMemory, ServersInMemory, WebhooksInMemory

if TYPE_CHECKING:
    from chalicelib.webhooks.deliveries import Delivery

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "acct_1"
CRM = "https://crm.example.fr/calls"


def an_endpoint(**facts: Any) -> Endpoint:
    """Return a server that wants missed calls."""
    usual: dict[str, Any] = {
        "id": "hook_1",
        "account_id": ACCOUNT,
        "url": CRM,
        "events": ("call.missed",),
        "created_at": NOON,
    }
    return Endpoint(**(usual | facts))


def happened(**facts: Any) -> Happened:
    """Return a missed call."""
    usual: dict[str, Any] = {
        "account_id": ACCOUNT,
        "event": "call.missed",
        "event_id": "CA1",
        "at": NOON,
        "data": {"id": "CA1", "caller": "+33600000001"},
    }
    return Happened(**(usual | facts))


@dataclass
class Office:
    """A worker with its queue and clock: time passes by `wait`."""

    store: WebhooksInMemory = field(default_factory=WebhooksInMemory)
    orders: OrdersInMemory = field(default_factory=OrdersInMemory)
    servers: ServersInMemory = field(default_factory=ServersInMemory)
    now: datetime = NOON

    @property
    def desk(self) -> Desk:
        """Return what a worker is given."""
        return Desk(
            endpoints=self.store,
            deliveries=self.store,
            orders=self.orders,
            sender=self.servers,
            clock=lambda: self.now,
        )

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def work(self) -> None:
        """See to everything that is on the queue now, and what comes of it at once."""
        for _ in range(3):
            for order in self.orders.taken():
                if isinstance(order, Errand) and order.due > self.now:
                    self.orders.left.append(order)
                else:
                    see_to(order, self.desk)

    def work_through(self, hours: int) -> None:
        """Work for so long, from one due errand to the next."""
        until = self.now + timedelta(hours=hours)
        self.work()
        while self.orders.left:
            due = min(each.due for each in self.orders.left if isinstance(each, Errand))
            if due > until:
                break
            self.now = max(due, self.now)
            self.work()
        self.now = until

    def delivery(self, endpoint_id: str = "hook_1", event: Happened | None = None) -> Delivery:
        """Return the delivery of an event."""
        message_id = (event or happened()).message_id
        return self.store.delivery(ACCOUNT, endpoint_id, message_id)
