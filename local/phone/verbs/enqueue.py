"""<Enqueue>: let the caller wait in a queue until someone takes the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone.bridging import talk
from local.phone.legs import Dequeued, HungUp, Source
from local.phone.queues import LARGEST, Member, Queue, named
from local.phone.steps import DEQUEUED, WAITING, Ending

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.steps import Goto
    from local.phone.twiml.check import Tag

_MUSIC_SECONDS = 60  # one round of the default music


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Which queue, what is heard there, and where to go afterwards."""

    name: str
    action: str
    method: str
    wait_url: str | None  # None: music; "": silence
    wait_method: str
    largest: int

    @classmethod
    def read(cls, tag: Tag) -> Enqueue:
        given = "waitUrl" in tag.attributes
        return cls(
            tag.text,
            tag.get("action"),
            tag.get("method", "POST"),
            tag.get("waitUrl") if given else None,
            tag.get("waitUrlMethod", "POST" if given else "GET").upper(),
            tag.whole("maxQueueSize", LARGEST),
        )


async def run(tag: Tag, on: Program) -> Goto | None:
    """Wait, be talked to, and go on to the action or the next verb."""
    enqueue = Enqueue.read(tag)
    on.answer()
    if not enqueue.name:
        on.report(14204, "<Enqueue> without a queue's name")
        return _afterwards(enqueue, on, Queue("", ""), 0.0, "error")
    queue = named(on.exchange, enqueue.name)
    if len(queue.members) >= enqueue.largest:
        on.report(14207, f"the queue {queue.name!r} is full")
        return _afterwards(enqueue, on, queue, 0.0, "queue-full")
    return await _stay(enqueue, queue, on)


async def _stay(enqueue: Enqueue, queue: Queue, on: Program) -> Goto | None:
    """Be in the queue, and out of it again however that comes about."""
    clock = on.exchange.clock
    member = Member(on.leg, clock.seconds())
    queue.join(member)
    result = "hangup"
    waited: float | None = None
    try:
        result = await _wait(enqueue, member, queue, on)
        waited = clock.seconds() - member.since
        if result == "bridged":
            await _be_served(member, on)
    except HungUp:
        waited = clock.seconds() - member.since if waited is None else waited
        if goto := _afterwards(enqueue, on, queue, waited, result):
            on.leg.last_words.append(goto.source)
        raise
    finally:
        queue.leave(member, clock.seconds())
        for done in (member.ready, member.over):
            if not done.done():
                done.set_result(None)
    return _afterwards(enqueue, on, queue, waited, result)


async def _wait(enqueue: Enqueue, member: Member, queue: Queue, on: Program) -> str:
    """Play the waiting documents over and over until the caller leaves or is taken."""
    clock = on.exchange.clock
    try:
        while True:
            before = clock.seconds()
            if await _one_round(enqueue, member, queue, on) is Ending.LEFT:
                return "leave"
            if clock.seconds() == before:
                await on.leg.sleep(1)  # an empty document would be asked for without end
    except Dequeued:
        on.leg.resume()
        return "bridged"


async def _one_round(enqueue: Enqueue, member: Member, queue: Queue, on: Program) -> Ending:
    if not enqueue.wait_url:
        if enqueue.wait_url is None:
            on.leg.phone.hear("music", "waiting music", _MUSIC_SECONDS)
        await on.leg.sleep(_MUSIC_SECONDS)
        return Ending.RAN_OUT
    params = _position(member, queue, on)
    source = Source(on.absolute(enqueue.wait_url), enqueue.wait_method, params, kind="wait")
    ending = await on.run_on(on.leg, source, WAITING)
    if ending is Ending.HUNG_UP:
        on.leg.interrupt(HungUp())
        on.leg.check()
    return ending


async def _be_served(member: Member, on: Program) -> None:
    if member.whisper is not None:
        await on.run_on(on.leg, member.whisper, DEQUEUED)
    member.ready.set_result(None)
    assert member.taken_by is not None
    await talk(on.leg, member.taken_by, member.over)


def _position(member: Member, queue: Queue, on: Program) -> dict[str, str]:
    now = on.exchange.clock.seconds()
    waits = queue.waits or [0.0]
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(queue.members.index(member) + 1),
        "QueueTime": str(round(now - member.since)),
        "AvgQueueTime": str(round(sum(waits) / len(waits))),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(LARGEST),
    }


def _afterwards(
    enqueue: Enqueue, on: Program, queue: Queue, waited: float, result: str
) -> Goto | None:
    if not enqueue.action:
        return None
    params = {
        "QueueResult": result,
        "QueueSid": queue.sid,
        "QueueTime": str(round(waited)),
    }
    return on.act(enqueue.action, enqueue.method, params)
