"""An event is stored, or kept for later, or its loss is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.calls import usecases
from chalicelib.calls.call import CallRef, Outcome
from chalicelib.calls.gateway import LateQueue
from chalicelib.calls.late import Memory, to_message
from chalicelib.kernel.errors import NotFound
from tests.calls import builders as a
from tests.fakes import CallLogInMemory, LateEventsInMemory, QueueInMemory

if TYPE_CHECKING:
    from chalicelib.calls.events import Received


def test_an_event_is_stored_and_not_queued() -> None:
    log, late = CallLogInMemory(), LateEventsInMemory()

    usecases.record(a.a_ref(), a.received(), log=log, late=late)

    assert log.load("acc_1", "CA1").dialled == a.DIALLED
    assert late.kept == []


def test_an_event_that_cannot_be_stored_is_queued() -> None:
    log, late = CallLogInMemory(), LateEventsInMemory()
    log.down = True

    usecases.record(a.a_ref(), a.received(), log=log, late=late)

    assert late.kept == [(a.a_ref(), a.received())]


def test_variables_that_cannot_be_stored_come_with_their_events_later() -> None:
    log, queue = CallLogInMemory(), QueueInMemory()
    log.append(a.a_ref(), a.received(), memory=Memory({"n": 1}, 0))
    log.down = True
    usecases.record(
        a.a_ref(),
        a.dialled(),
        log=log,
        late=LateQueue(queue),
        memory=Memory({"n": 1, "vip": True}, 1),
    )
    log.down = False

    for message in queue.messages * 2:
        usecases.store_late(message, log=log, claim=nobody)

    assert log.memory("CA1") == {"n": 1, "vip": True}
    assert log.load("acc_1", "CA1").events == (a.received(), a.dialled())


def test_an_event_lost_is_told_without_any_number() -> None:
    log, late = CallLogInMemory(), LateEventsInMemory()
    log.down = late.down = True

    with pytest.raises(usecases.EventLost) as lost:
        usecases.record(a.a_ref(), a.received(), log=log, late=late)

    assert "received" in str(lost.value)
    assert "CA1" in str(lost.value)
    assert "+33" not in str(lost.value)


def test_an_event_from_the_queue_is_stored_once() -> None:
    log = CallLogInMemory()
    message = to_message(a.a_ref(), a.received())

    for _ in range(2):
        usecases.store_late(message, log=log, claim=nobody)

    assert log.load("acc_1", "CA1").events == (a.received(),)


def test_a_call_whose_line_could_not_be_read_is_claimed_later() -> None:
    log = CallLogInMemory()
    message = to_message(CallRef(call_id="CA1"), a.received(), a.fell_back())

    usecases.store_late(message, log=log, claim=lambda call_id, _: a.a_ref(call_id))

    call = log.load("acc_1", "CA1")
    assert (call.outcome, call.fell_back) == (Outcome.FELL_BACK, ("Unavailable",))


def test_a_call_to_a_number_of_nobody_s_is_refused() -> None:
    message = to_message(CallRef(call_id="CA1"), a.received(), a.fell_back())

    with pytest.raises(NotFound):
        usecases.store_late(message, log=CallLogInMemory(), claim=nobody)


def nobody(call_id: str, received: Received) -> CallRef:
    raise NotFound("no such line", call_id=call_id)
