"""An event on its way to the log by queue: how the two are written into a message and read back."""

from __future__ import annotations

import json
from dataclasses import asdict

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Event, parse

# What an error about an event may not say: people's numbers, and what they typed.
PRIVATE = frozenset({"caller", "dialled", "destination", "keys"})


def to_message(ref: CallRef, event: Event) -> str:
    """Write an event and its call as JSON."""
    return json.dumps({"ref": asdict(ref), "event": event.to_dict()}, separators=(",", ":"))


def from_message(message: str) -> tuple[CallRef, Event]:
    """Read what `to_message` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    values = json.loads(message)
    return CallRef(**values["ref"]), parse(values["event"])


def without_numbers(event: Event) -> dict[str, str | int | bool]:
    """Return the event's facts that a log line may hold."""
    return {name: value for name, value in event.to_dict().items() if name not in PRIVATE}
