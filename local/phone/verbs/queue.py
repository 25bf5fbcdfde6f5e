"""<Queue> in a <Dial>: talk to the caller who has waited longest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.bridging import talk
from local.phone.legs import Dequeued, Source
from local.phone.model import Status

if TYPE_CHECKING:
    from local.phone.queues import Member, Queue
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag


async def serve(tag: Tag, on: Program, timeout: float, limit: float) -> dict[str, str]:
    """Take the first caller, waiting for one if need be, and give the Dial action's parameters."""
    queue = on.exchange.queues.get(tag.text)
    if queue is None:
        return {"DialCallStatus": Status.FAILED.value, "QueueResult": "queue-not-found"}
    member = await _first(queue, on, timeout)
    if member is None:
        return {"DialCallStatus": Status.NO_ANSWER.value, "QueueSid": queue.sid}
    clock = on.exchange.clock
    waited = clock.seconds() - member.since
    queue.leave(member, clock.seconds())
    member.taken_by = on.leg
    member.whisper = _whisper(tag, on, member, queue, waited)
    member.leg.interrupt(Dequeued())
    began = clock.seconds()
    try:
        await on.leg.wait(member.ready)
        if not member.over.done():
            on.exchange.note(
                on.leg.call, on.leg.phone.number, "talks with", member.leg.phone.number
            )
            began = clock.seconds()
            for leg in (on.leg, member.leg):
                leg.phone.put_through()
            await talk(on.leg, member.leg, member.over, limit=limit)
    finally:
        if not member.over.done():
            member.over.set_result(None)
    return {
        "DialCallStatus": Status.COMPLETED.value,
        "DialCallSid": member.leg.call.sid,
        "DialCallDuration": str(round(clock.seconds() - began)),
        "DialBridged": "true",
        "QueueSid": queue.sid,
        "QueueTime": str(round(waited)),
    }


async def _first(queue: Queue, on: Program, timeout: float) -> Member | None:
    clock = on.exchange.clock
    until = clock.seconds() + timeout
    while not queue.members:
        left = until - clock.seconds()
        if left <= 0:
            return None
        await on.leg.wait(queue.arrival(), until=left)
    return queue.members[0]


def _whisper(tag: Tag, on: Program, member: Member, queue: Queue, waited: float) -> Source | None:
    url = tag.get("url")
    if not url:
        return None
    params = {
        "QueueSid": queue.sid,
        "QueueTime": str(round(waited)),
        "DequeingCallSid": on.leg.call.sid,  # spelt so by Twilio
    }
    return Source(on.absolute(url), tag.get("method", "POST").upper(), params, kind="dequeued")
