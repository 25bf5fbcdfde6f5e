"""An event is stored, or kept for later, or its loss is told."""

from __future__ import annotations

import pytest

from chalicelib.calls import usecases
from chalicelib.calls.late import to_message
from tests.calls import builders as a
from tests.fakes import CallLogInMemory, LateEventsInMemory


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

    stored = [usecases.store_late(message, log=log) for _ in range(2)]

    assert stored == [True, False]
