"""Events of a call on their way to the log by queue: how a message of them is written and read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.calls.call import CallRef
from chalicelib.calls.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.calls.events import Event

# What an error about an event may not say: people's numbers, and what they typed.
PRIVATE = frozenset({"caller", "dialled", "destination", "keys", "value", "words"})


@dataclass(frozen=True, slots=True)
class Memory:
    """A call's variables as a step of its flow (they are numbered) left them."""

    values: Mapping[str, str | int | bool]
    step: int

    def over(self, stored: Memory) -> Memory:
        """Return both together: where they differ, what the later step wrote counts."""
        if stored.step < self.step:
            return Memory({**stored.values, **self.values}, self.step)
        return Memory({**self.values, **stored.values}, stored.step)


def to_message(ref: CallRef, *events: Event, memory: Memory | None = None) -> dict[str, Any]:
    """Write events of a call, and the variables they came with, as plain JSON values."""
    message = {"ref": asdict(ref), "events": [event.to_dict() for event in events]}
    if memory is None:
        return message
    return {**message, "memory": dict(memory.values), "step": memory.step}


def from_message(message: dict[str, Any]) -> tuple[CallRef, tuple[Event, ...]]:
    """Read what `to_message` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    return CallRef(**message["ref"]), tuple(parse(event) for event in message["events"])


def memory_in(message: dict[str, Any]) -> Memory | None:
    """Return the variables that `to_message` wrote, None if it had none."""
    return Memory(message["memory"], message["step"]) if "memory" in message else None


def without_numbers(event: Event) -> dict[str, str | int | bool]:
    """Return the event's facts that a log line may hold."""
    return {name: value for name, value in event.to_dict().items() if name not in PRIVATE}
