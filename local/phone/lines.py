"""What may happen to any leg: it is answered, it reaches its limit, it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone import recordings
from local.phone.legs import HungUp
from local.phone.model import Status
from local.phone.progress import advance

if TYPE_CHECKING:
    from local.phone.legs import Leg

LONGEST_CALL = 14_400  # four hours


def answer(leg: Leg) -> None:
    """Take the call off the hook, once."""
    if leg.call.started is None and not leg.call.over:
        advance(leg.exchange, leg.call, Status.IN_PROGRESS)
        leg.phone.connected(caller=leg.call.direction == "inbound")
        if leg.call.direction == "inbound":
            limit(leg, LONGEST_CALL)


def limit(leg: Leg, seconds: float) -> None:
    """Cut the call when it has lasted so long."""
    leg.phone.later(seconds, _cut, leg, seconds)


def end(leg: Leg, status: Status | None = None) -> None:
    """End a leg: completed if it was answered, no-answer if not, or as the verdict says."""
    exchange, call = leg.exchange, leg.call
    if not call.over:
        for recording in leg.recordings:
            recordings.end(exchange, leg, recording)
        natural = Status.COMPLETED if call.started else Status.NO_ANSWER
        verdict = leg.verdict if not call.started else None
        advance(exchange, call, status or verdict or natural)
        exchange.note(call, leg.phone.number, "call ends", call.status.value)
    leg.interrupt(HungUp())
    leg.phone.stop()
    exchange.legs.pop(call.sid, None)


def _cut(leg: Leg, seconds: float) -> None:
    if seconds >= LONGEST_CALL:
        leg.exchange.report(32015, f"the call lasted {seconds:.0f} seconds", leg.call.sid)
    leg.interrupt(HungUp())
