"""Callbacks placed: an agent is rung, takes it, the person is dialled. Pure but for its ports.

Nothing here rings twice for one offer: an offer is stored before the carrier is asked, by whoever
then asks; another one takes over only once the first must be dead, and looks before it leaps.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import CallbackRung, DialStatus
from chalicelib.desk import ringing
from chalicelib.desk.callbacks import Callback, Stage
from chalicelib.desk.floor import Change
from chalicelib.desk.usecases import insist, keep
from chalicelib.kernel import destinations
from chalicelib.kernel.errors import Conflict, NotFound, Rejected
from chalicelib.kernel.numbering import classify

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.desk.agents import Agent
    from chalicelib.desk.floor import Floor
    from chalicelib.desk.ports import Callbacks, Carrier, Law, Lines, Log, Nudges

MOST_AT_ONCE: Final = 20  # of one account, by one message; a minute later come the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """All that placing callbacks needs."""

    floors: Callbacks
    nudges: Nudges
    carrier: Carrier
    lines: Lines
    log: Log
    clock: Callable[[], datetime]
    law: Law | None = None


def look(account_id: str, office: Office, stamp: str | None = None) -> None:
    """See to an account's callbacks: what lapsed, what is in doubt, then what is due.

    With the `stamp` of an account that has none any more, it is not looked at again.
    """
    floor = office.floors.floor(account_id)
    if not floor.callbacks and stamp is not None:
        office.floors.settle(account_id, stamp)
        return
    now = office.clock()
    for callback in floor.callbacks.values():
        if callback.is_in_doubt(now) or ringing.lapse(floor, callback, now):
            _put_right(account_id, callback, office)
    for _ in range(MOST_AT_ONCE):
        floor = office.floors.floor(account_id)
        found = ringing.next_due(floor, office.clock())
        if found is None:
            return
        _begin(account_id, floor, *found, office)


def offered(account_id: str, callback_id: str, offer: int, floors: Callbacks) -> Callback | None:
    """Return the callback for which an agent is rung; None if it is off, or another's by now."""
    callback = _of(floors.floor(account_id), callback_id, offer)
    known = callback is not None and callback.stage in (Stage.OFFERED, Stage.TALKING)
    return callback if known else None


def take(account_id: str, callback_id: str, offer: int, office: Office) -> Callback | None:
    """Note that the agent takes it. Returns what to dial; None if it is off."""

    def decide(floor: Floor) -> tuple[Callback | None, Change]:
        callback = _of(floor, callback_id, offer)
        if callback is None or callback.stage not in (Stage.OFFERED, Stage.TALKING):
            return None, ringing.NOTHING
        return callback, ringing.taken(floor, callback, office.clock())

    return insist(account_id, decide, office.floors, office.nudges)


def decline(account_id: str, callback_id: str, offer: int, office: Office) -> None:
    """Note that the agent did not take it."""

    def decide(floor: Floor) -> tuple[None, Change]:
        callback = _of(floor, callback_id, offer)
        if callback is None:
            return None, ringing.NOTHING
        return None, ringing.not_taken(floor, callback, office.clock())

    insist(account_id, decide, office.floors, office.nudges)


def finish(
    account_id: str, callback_id: str, offer: int, status: DialStatus, seconds: int, office: Office
) -> None:
    """Note how it went with the person, as the carrier tells, in the log of their call too."""
    _over(account_id, callback_id, offer, status, seconds, office, told=True)


def agent_left(account_id: str, callback_id: str, offer: int, office: Office) -> None:
    """Note that the agent's call has ended: they did not take it, or nobody told of its end."""
    callback = _of(office.floors.floor(account_id), callback_id, offer)
    if callback is None:
        return
    if callback.stage is Stage.OFFERED:
        decline(account_id, callback_id, offer, office)
    if callback.stage is Stage.TALKING:
        _over(account_id, callback_id, offer, DialStatus.FAILED, 0, office, told=False)


def _over(
    account_id: str,
    callback_id: str,
    offer: int,
    status: DialStatus,
    seconds: int,
    office: Office,
    *,
    told: bool,
) -> None:
    now = office.clock()
    callback = _of(office.floors.floor(account_id), callback_id, offer)
    if callback is None:
        return
    if callback.call_id:
        # First, because its id makes it happen once; what is stored first would not be told of.
        guess = "" if told else ":unheard"
        rung = CallbackRung(
            id=f"callback:{callback.id}:{offer}{guess}",
            at=now,
            queue=callback.queue,
            attempt=max(1, callback.tries),
            status=status.value,
            seconds=seconds,
            agent=callback.agent or None,
        )
        office.log.record(CallRef(call_id=callback.call_id, account_id=account_id), rung)

    def decide(floor: Floor) -> tuple[None, Change]:
        current = _of(floor, callback_id, offer)
        if current is None:
            return None, ringing.NOTHING
        return None, ringing.over(floor, current, status.value, now, told=told)

    insist(account_id, decide, office.floors, office.nudges)
    if office.law is not None:
        office.law.told(account_id, callback)


def _put_right(account_id: str, callback: Callback, office: Office) -> None:
    floor, now = office.floors.floor(account_id), office.clock()
    current = floor.callbacks.get(callback.key)
    if current is None:
        return
    if not current.is_in_doubt(now):
        with suppress(Conflict):
            keep(account_id, ringing.lapse(floor, current, now), office.floors, office.nudges)
        return
    agent = floor.agents.get(current.agent)
    if agent is None:
        decline(account_id, current.id, current.offer, office)
        return
    resumed, change = ringing.resume(floor, current, now)
    with suppress(Conflict):
        office.floors.apply(account_id, change)
        _ring(
            account_id, replace(resumed, revision=resumed.revision + 1), agent, office, again=True
        )


def _begin(account_id: str, floor: Floor, callback: Callback, agent: Agent, office: Office) -> None:
    """Keep the agent and have them rung; who comes second finds it changed, and looks again."""
    now = office.clock()
    with suppress(Conflict):
        if _is_refused(account_id, callback, office):
            office.floors.apply(account_id, ringing.ended(callback, Stage.REFUSED, now))
            return
        if _is_put_off(account_id, callback, now, office):
            return
        claimed, change = ringing.claim(floor, callback, agent, now)
        office.floors.apply(account_id, change)
        _ring(
            account_id, replace(claimed, revision=claimed.revision + 1), agent, office, again=False
        )


def _ring(
    account_id: str, callback: Callback, agent: Agent, office: Office, *, again: bool
) -> None:
    floor = office.floors.floor(account_id)
    queue = floor.queues.get(callback.queue)
    seconds = 20 if queue is None else queue.ring_seconds
    try:
        call_id = office.carrier.ring(account_id, callback, agent, seconds, retry=again)
    except Rejected:
        # The carrier does not ring this agent: the next one's turn.
        decline(account_id, callback.id, callback.offer, office)
        raise
    office.floors.apply(account_id, ringing.placed(callback, call_id))


def _is_refused(account_id: str, callback: Callback, office: Office) -> bool:
    """Tell whether the person may not be rung, or the number to show is not ours any more."""
    try:
        if classify(callback.number).family in destinations.REFUSED:
            return True
    except Rejected:
        pass  # from abroad: the carrier knows whether it goes there
    try:
        line = office.lines.line(callback.line)
    except NotFound:
        return True
    return line.account_id != account_id or not line.in_service


def _is_put_off(account_id: str, callback: Callback, now: datetime, office: Office) -> bool:
    """Tell whether the law does not have the person rung now, and see to what follows."""
    if office.law is None:
        return False
    when = office.law.from_when(account_id, callback, now)
    if when is not None and when <= now:
        return False
    ends = when is None
    later = replace(callback, not_before=when)
    change = ringing.ended(callback, Stage.REFUSED, now) if ends else Change(saves=(later,))
    office.floors.apply(account_id, change)
    if ends:
        office.law.told(account_id, callback)
    return True


def _of(floor: Floor, callback_id: str, offer: int) -> Callback | None:
    callback = floor.callbacks.get(f"callback#{callback_id}")
    return callback if callback is not None and callback.offer == offer else None
