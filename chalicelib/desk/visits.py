"""Visits to queues, told from the events of a call; callbacks as reports count them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Dialled, DialStatus, LeftQueue, Offered, Queued, Taken
from chalicelib.desk.callbacks import Stage
from chalicelib.kernel.periods import Day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event
    from chalicelib.desk.callbacks import Callback

ABANDONED: Final = "abandoned"
ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One caller's time in one queue. It names no caller. `events` is how much of the call was
    known when it was told: more is newer.
    """

    id: str
    call_id: str
    queue: str
    day: date
    how: str
    waited_seconds: int
    talk_seconds: int = 0
    offers: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A callback as reports count it: on the day when it was asked for."""

    id: str
    queue: str
    day: date
    tries: int
    reached: bool


def asked_of(callback: Callback) -> Asked:
    """Tell of a callback what reports count."""
    return Asked(
        id=callback.id,
        queue=callback.queue,
        day=Day.of(callback.asked_at).date,
        tries=callback.tries,
        reached=callback.stage is Stage.REACHED,
    )


def visits_of(call: Call) -> Iterator[Visit]:
    """Tell each of a call's visits: one for each time that it took a place.

    A visit that nobody told the end of was abandoned when the call ended, unless an agent had taken
    it. Events of one step have
    one instant, and their order says nothing: who joins a queue may leave another in the same step.
    """
    begun = [event for event in call.events if isinstance(event, Queued)]
    told: set[str] = set()
    for queued in begun:
        again = (e.at for e in begun if e.queue == queued.queue and e.at > queued.at)
        end = min(again, default=None)
        during = [e for e in call.events if queued.at <= e.at and (end is None or e.at <= end)]
        left = next((e for e in during if _leaves(e, queued) and e.id not in told), None)
        if isinstance(left, LeftQueue):
            told.add(left.id)
            yield _visit(call, queued, during, left)
        else:
            yield _visit(call, queued, during, None)


def _leaves(event: Event, queued: Queued) -> bool:
    return isinstance(event, LeftQueue) and event.queue == queued.queue


def _visit(call: Call, queued: Queued, during: Sequence[Event], left: LeftQueue | None) -> Visit:
    end = call.ended_at or queued.at
    taken = next((e.at for e in during if isinstance(e, Taken) and e.node == queued.node), None)
    lasted = max(0, int(((taken or end) - queued.at).total_seconds()))
    talks = (e for e in during if isinstance(e, Dialled) and e.status == DialStatus.ANSWERED)
    return Visit(
        id=queued.id,
        call_id=call.call_id,
        queue=queued.queue,
        day=Day.of(queued.at).date,
        how=left.how if left else ANSWERED if taken else ABANDONED,
        waited_seconds=lasted if left is None else left.waited_seconds,
        talk_seconds=sum(e.seconds for e in talks if e.node == queued.node),
        offers=sum(isinstance(e, Offered) and e.queue == queued.queue for e in during),
        events=len(call.events),
    )
