"""What rows hold of members, attempts and calls, as plain values and back. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.attempts.past import Call
from chalicelib.campaigns.pacing.outcomes import Outcome, Tried

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def write_history(history: Iterable[Tried]) -> list[list[Any]]:
    """Write what was tried."""
    return [[stamp(each.at), each.outcome.value, each.number, each.round] for each in history]


def read_history(kept: Sequence[Sequence[Any]]) -> tuple[Tried, ...]:
    """Read what was tried."""
    return tuple(
        Tried(datetime.fromisoformat(at), Outcome(outcome), number, int(round_))
        for at, outcome, number, round_ in kept
    )


def write_call(call: Call) -> dict[str, Any]:
    """Write a call as the law sees it."""
    told = {"at": stamp(call.at), "sells": call.sells, "object": call.object}
    return told if call.outcome is None else told | {"outcome": call.outcome.value}


def read_calls(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Call]:
    """Read calls by their names."""
    return {
        name: Call(
            at=datetime.fromisoformat(told["at"]),
            sells=told["sells"],
            object=told["object"],
            outcome=Outcome(told["outcome"]) if "outcome" in told else None,
        )
        for name, told in kept.items()
    }


def stamp(at: datetime) -> str:
    """Write an instant."""
    return at.astimezone(UTC).isoformat()
