"""What customers' servers can be told, and how it travels on the queue. Pure values.

An event's id comes from the outside world (a call's id, a lead's version): the same event, told
of twice, is one message to each server.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

# Each event, and the scope that would let a key read the same by itself: whoever adds an endpoint
# has calls sent to a server, which must not be a way around what their key may see.
SCOPES: Final[Mapping[str, str]] = {
    "call.ringing": "calls:read",
    "call.answered": "calls:read",
    "call.completed": "calls:read",
    "call.missed": "calls:read",
    "lead.created": "leads:read",
    "lead.updated": "leads:read",
    "pool.short": "pools:read",
    "pool.grown": "pools:read",
    "campaign.attempt.ended": "campaigns:read",
    "campaign.finished": "campaigns:read",
    "callback.asked": "callbacks:read",
    "callback.done": "callbacks:read",
    "appointment.confirmed": "appointments:read",
    "appointment.cancelled": "appointments:read",
    "appointment.moved": "appointments:read",
}
# Those that say which visit a call came from, by the name that it has in their data.
VISITS: Final[Mapping[str, str]] = {
    "call.ringing": "journey",
    "call.answered": "visit",
    "call.completed": "visit",
    "call.missed": "visit",
}
TRIAL: Final = "webhook.test"
VERSION: Final = 1
# DynamoDB keeps 400 kB an item, and servers commonly refuse more than a megabyte.
MOST_BYTES: Final = 200_000


class EventUnreadable(Rejected):
    """A message of the queue is none of ours, or of a version that we do not know."""

    code = "event-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something to tell an account's servers. `data` is plain JSON, and people's."""

    account_id: str
    event: str
    event_id: str
    at: datetime
    data: Mapping[str, Any] = field(repr=False)

    @property
    def message_id(self) -> str:
        """Name the message: the same for each server and each attempt."""
        return message_id(self.account_id, self.event, self.event_id)

    @property
    def body(self) -> str:
        """Write the message as servers get it (Standard Webhooks: type, timestamp, data)."""
        return _json({"type": self.event, "timestamp": self.at.isoformat(), "data": self.data})


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An attempt to make: the `tries`-th (from 0) at a delivery, not before `due`."""

    account_id: str
    endpoint_id: str
    delivery_id: str
    tries: int
    due: datetime


def message_id(account_id: str, event: str, event_id: str) -> str:
    """Name the message of an event."""
    named = "\n".join((account_id, event, event_id))
    return "msg_" + hashlib.sha256(named.encode()).hexdigest()[:32]


def without_visit(event: str, body: str) -> str:
    """Take the visit out of a message.

    >>> without_visit("call.missed", '{"data":{"id":"CA1","visit":{"id":"vis_1"}}}')
    '{"data":{"id":"CA1","visit":null}}'
    """
    told = json.loads(body)
    return _json({**told, "data": {**told["data"], VISITS[event]: None}})


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def checked(happened: Happened) -> Happened:
    """Refuse what we have no name for, or what is too much for a message."""
    if happened.event not in SCOPES:
        raise Rejected("no such event", event=happened.event)
    size = len(happened.body.encode())
    if size > MOST_BYTES:
        raise Rejected("the event is too large", event=happened.event, bytes=size)
    return happened


def to_message(order: Happened | Errand) -> dict[str, Any]:
    """Write an order of the queue as plain JSON values.

    >>> at = datetime.fromisoformat("2026-11-24T09:05:00+00:00")
    >>> lost = Happened(account_id="a", event="call.missed", event_id="CA1", at=at, data={})
    >>> from_message(to_message(lost)) == lost
    True
    """
    if isinstance(order, Happened):
        facts: dict[str, Any] = {
            "event": order.event,
            "event_id": order.event_id,
            "at": order.at.isoformat(),
            "data": dict(order.data),
        }
        return {"v": VERSION, "kind": "event", "account_id": order.account_id, **facts}
    facts = {
        "endpoint_id": order.endpoint_id,
        "delivery_id": order.delivery_id,
        "tries": order.tries,
        "due": order.due.isoformat(),
    }
    return {"v": VERSION, "kind": "attempt", "account_id": order.account_id, **facts}


def from_message(message: object) -> Happened | Errand:
    """Read what `to_message` wrote. Raises EventUnreadable on anything else."""
    if not isinstance(message, dict) or message.get("v") != VERSION:
        raise EventUnreadable("no message of a webhook, or one of another version")
    kind, facts = message.get("kind"), {**message}
    del facts["v"]
    facts.pop("kind", None)
    try:
        if kind == "event":
            return Happened(**{**facts, "at": datetime.fromisoformat(facts["at"])})
        if kind == "attempt":
            return Errand(**{**facts, "due": datetime.fromisoformat(facts["due"])})
    except (KeyError, TypeError, ValueError) as error:
        # The cause would quote the values, which are people's.
        raise EventUnreadable("a message of a webhook lacks facts", kind=str(kind)) from error
    raise EventUnreadable("a message of a webhook of no kind that we know", kind=str(kind))
