"""Calls and events for tests: sensible defaults, and only what a test is about is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.calls import events
from chalicelib.calls.call import CallQuery, CallRef

if TYPE_CHECKING:
    from chalicelib.calls.usecases import CallLog

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DIALLED = "+33162012345"
CALLER = "+33612345678"
DESK = "+33144556677"


def a_ref(call_id: str = "CA1", **changes: Any) -> CallRef:
    return CallRef(**{"call_id": call_id, "account_id": "acc_1", "caller_hash": "h1", **changes})


def a_query(**changes: Any) -> CallQuery:
    return CallQuery(**{"account_id": "acc_1", **changes})


def received(at: datetime = NOON, **changes: Any) -> events.Received:
    facts = {"dialled": DIALLED, "caller": CALLER, "source_id": "src_1", "flow_id": "flow_1"}
    return events.Received(id="received", at=at, **{**facts, "flow_version": 1, **changes})


def pressed(step: int = 1, **changes: Any) -> events.Pressed:
    facts = {"node": "menu", "keys": "1", "choice": "sales", "at": _after(step)}
    return events.Pressed(id=f"step:{step}", **{**facts, **changes})


def rang(step: int = 2, **changes: Any) -> events.Rang:
    facts = {"node": "desk", "destination": DESK, "ending": f"step:{step}", "at": _after(step - 1)}
    return events.Rang(id=f"step:{step}:rang", **{**facts, **changes})


def taken(step: int = 2) -> events.Taken:
    return events.Taken(id=f"step:{step}:taken", at=_after(step), node="desk")


def dialled(step: int = 2, **changes: Any) -> events.Dialled:
    facts = {"node": "desk", "destination": DESK, "status": "answered", "seconds": 80}
    return events.Dialled(id=f"step:{step}", at=_after(step), **{**facts, **changes})


def message_left(step: int = 3, **changes: Any) -> events.MessageLeft:
    facts = {"node": "voicemail", "recording_id": "RE1", "seconds": 17}
    return events.MessageLeft(id=f"step:{step}", at=_after(step), **{**facts, **changes})


def recorded(**changes: Any) -> events.Recorded:
    facts = {"recording_id": "RE1", "status": "completed", "seconds": 17, "voicemail": True}
    return events.Recorded(id="recording:RE1", at=_after(8), **{**facts, **changes})


def beeped(at_second: int = 3, **changes: Any) -> events.Beeped:
    at = NOON + timedelta(seconds=at_second)
    facts = {"id": "notice:beep", "at": at, "node": "notice", "tier": "D080"}
    return events.Beeped(**{**facts, **changes})


def at_node(kind: type[events.Event], step: int, **facts: Any) -> events.Event:
    """Something that a node of the flow did."""
    return kind(id=f"step:{step}:node", at=_after(step), **{"node": "node", **facts})


def queued(**changes: Any) -> events.Queued:
    facts = {"id": "wait:queued", "at": _after(3), "node": "wait", "queue": "sales", "position": 2}
    return events.Queued(**{**facts, **changes})


def offered(**changes: Any) -> events.Offered:
    facts = {"id": "wait:offered:1", "at": _after(5), "node": "wait", "queue": "sales"}
    return events.Offered(**{**facts, "agent": "alice", **changes})


def left_queue(**changes: Any) -> events.LeftQueue:
    facts = {"id": "wait:left", "at": _after(7), "node": "wait", "queue": "sales"}
    return events.LeftQueue(**{**facts, "how": "callback", "waited_seconds": 4, **changes})


def callback_asked(**changes: Any) -> events.CallbackAsked:
    facts = {"id": "callback", "at": _after(7), "queue": "sales"}
    return events.CallbackAsked(**{**facts, **changes})


def callback_rung(**changes: Any) -> events.CallbackRung:
    facts = {"id": "callback:1", "at": _after(9), "queue": "sales", "attempt": 1}
    return events.CallbackRung(**{**facts, "status": "answered", "seconds": 30, **changes})


def text_sent(**changes: Any) -> events.TextSent:
    facts = {"id": "text:CA1:3:0", "at": _after(9), "node": "confirm", "status": "sent"}
    return events.TextSent(**{**facts, **changes})


def text_delivered(**changes: Any) -> events.TextDelivered:
    facts = {"id": "delivery:SM1:delivered", "at": _after(10), "node": "confirm"}
    told = {"message_id": "SM1", "status": "delivered"}
    return events.TextDelivered(**{**facts, **told, **changes})


def notified(**changes: Any) -> events.Notified:
    facts = {"id": "notified:CA1:3:1", "at": _after(9), "node": "voicemail", "by": "email"}
    return events.Notified(**{**facts, "status": "sent", **changes})


def transcribed(**changes: Any) -> events.MessageTranscribed:
    facts = {"id": "transcribed:RE1", "at": _after(9), "recording_id": "RE1", "status": "done"}
    return events.MessageTranscribed(**{**facts, **changes})


def errand_lost(**changes: Any) -> events.ErrandLost:
    facts = {"id": "errand-lost:CA1:3:0", "at": _after(3), "node": "confirm"}
    return events.ErrandLost(**{**facts, "errand": "send-text", **changes})


def fell_back(**changes: Any) -> events.FellBack:
    return events.FellBack(
        **{"id": "fallback", "at": _after(4), "reason": "Unavailable", **changes}
    )


def leg_changed(status: str = "in-progress") -> events.LegChanged:
    return events.LegChanged(id=f"leg:CA9:{status}", at=_after(1), leg_id="CA9", status=status)


def went_silent(step: int = 1) -> events.WentSilent:
    return events.WentSilent(id=f"step:{step}", at=_after(step), node="menu", attempt=1)


def ended(seconds: int = 95, at: datetime | None = None) -> events.Ended:
    return events.Ended(
        id="ended", at=at or NOON + timedelta(seconds=95), status="completed", seconds=seconds
    )


def forwarded_call() -> tuple[events.Event, ...]:
    """Return the events of a call of 95 s: one menu, then a conversation of 80 s."""
    return (received(), pressed(), dialled(), ended())


def log_call(log: CallLog, *facts: events.Event, call_id: str = "CA1", **ref: Any) -> CallRef:
    """Put a whole call in the log."""
    whose = a_ref(call_id, **ref)
    for event in facts or forwarded_call():
        log.append(whose, event)
    return whose


def _after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)
