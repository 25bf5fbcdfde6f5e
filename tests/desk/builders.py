"""A contact centre at nine in the morning, and people who ring it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chalicelib.desk.agents import Agent
from chalicelib.desk.callbacks import Callback
from chalicelib.desk.queues import Queue

NINE: Final = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday, nine o'clock in Paris
ACCOUNT: Final = "acc_1"
LINE: Final = "+33162010001"
CUSTOMER: Final = "+33612345678"
WEEKDAYS: Final = '{"weekly":{"monday":[["09:00","12:00"],["14:00","18:00"]]}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller as a flow tells of them."""

    call_id: str = "CA1"
    dialled: str = LINE
    caller: str | None = CUSTOMER
    arrived_at: datetime = NINE
    language: str = "fr-FR"
    priority: int = 0
    skills: frozenset[str] = frozenset()
    label: str = ""


def at(**later: float) -> datetime:
    """Return an instant so much after nine."""
    return NINE + timedelta(**later)


def a_queue(name: str = "support", **facts: Any) -> Queue:
    """Return a queue with the usual settings."""
    return Queue(name=name, **facts)


def an_agent(id: str = "agt_1", number: str = "+33162010009", **facts: Any) -> Agent:
    """Return an agent who has been idle since yesterday, and works at any hour."""
    known = {"name": id, "created_at": at(days=-1), "idle_since": at(days=-1)}
    return Agent(id=id, number=number, **{**known, **facts})


def a_callback(id: str = "cb_1", **facts: Any) -> Callback:
    """Return a callback that was asked for at nine."""
    known = {
        "queue": "support",
        "number": CUSTOMER,
        "line": LINE,
        "arrived_at": NINE,
        "asked_at": NINE,
        "language": "fr-FR",
    }
    return Callback(id=id, **{**known, **facts})
