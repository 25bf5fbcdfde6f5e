"""What servers are told of a call that was taken, or is over. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.call import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.calls.call import Call

ANSWERED: Final = "call.answered"
COMPLETED: Final = "call.completed"
MISSED: Final = "call.missed"
# Calls are shown again for years: whoever was not told of one by then is not told any more.
TOLD_WITHIN: Final = timedelta(days=3)
# The carrier is asked for an end that nobody told after two minutes; some it cannot tell either.
SETTLED_WITHIN: Final = timedelta(minutes=5)


def is_old(call: Call, now: datetime) -> bool:
    """Tell whether it is too late to tell anybody of a call."""
    return call.ended_at is None or now - call.ended_at > TOLD_WITHIN


def may_change(call: Call, now: datetime) -> bool:
    """Tell whether how a call ended may still turn out to be otherwise."""
    return (
        bool(call.unsettled) and call.ended_at is not None and now - call.ended_at < SETTLED_WITHIN
    )


def is_missed(call: Call) -> bool:
    """Tell whether nobody spoke with the caller, who neither left word nor asked to be rung."""
    return call.ended and call.outcome in {Outcome.MISSED, Outcome.ABANDONED}


def events_of(call: Call, *, spam: bool) -> tuple[str, ...]:
    """Name the events of an ended call. That it was answered may have been told already."""
    if is_missed(call) and not spam:
        return (COMPLETED, MISSED)
    return (ANSWERED, COMPLETED) if call.outcome is Outcome.ANSWERED else (COMPLETED,)


def told_of(call: Call, *, spam: bool, visit: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say of a call what the API says of it, in short."""
    return {
        "id": call.call_id,
        "number": call.dialled,
        "caller": call.caller,
        "source": call.source_id,
        "started_at": call.started_at.isoformat(),
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "outcome": call.final_outcome.value if call.final_outcome else None,
        "seconds": call.seconds,
        "talk_seconds": call.known_talk_seconds,
        "spam": spam,
        "visit": None if visit is None else dict(visit),
    }
