"""Events of a call on their way to the log by queue: how a message of them is written and read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Event, parse

# What an error about an event may not say: people's numbers, and what they typed.
PRIVATE = frozenset({"caller", "dialled", "destination", "keys", "value", "words"})


def to_message(ref: CallRef, *events: Event) -> dict[str, Any]:
    """Write events of a call as plain JSON values."""
    return {"ref": asdict(ref), "events": [event.to_dict() for event in events]}


def from_message(message: dict[str, Any]) -> tuple[CallRef, tuple[Event, ...]]:
    """Read what `to_message` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    return CallRef(**message["ref"]), tuple(parse(event) for event in message["events"])


def without_numbers(event: Event) -> dict[str, str | int | bool]:
    """Return the event's facts that a log line may hold."""
    return {name: value for name, value in event.to_dict().items() if name not in PRIVATE}
