"""An event on its way to the log by queue: how the two are written into a message and read back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Event, parse

# What an error about an event may not say: people's numbers, and what they typed.
PRIVATE = frozenset({"caller", "dialled", "destination", "keys"})


def to_message(ref: CallRef, event: Event) -> dict[str, Any]:
    """Write an event and its call as plain JSON values."""
    return {"ref": asdict(ref), "event": event.to_dict()}


def from_message(message: dict[str, Any]) -> tuple[CallRef, Event]:
    """Read what `to_message` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    return CallRef(**message["ref"]), parse(message["event"])


def without_numbers(event: Event) -> dict[str, str | int | bool]:
    """Return the event's facts that a log line may hold."""
    return {name: value for name, value in event.to_dict().items() if name not in PRIVATE}
