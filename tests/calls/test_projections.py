"""Every projection gets every call that ended, at least once, whatever happens to the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from chalicelib.calls import handlers
from chalicelib.calls.events import Taken
from chalicelib.calls.facts import facts_of
from chalicelib.calls.late import to_message
from chalicelib.calls.projections import answered_calls, ended_calls
from chalicelib.kernel.errors import Rejected, Unavailable
from tests.calls import builders as a
from tests.fakes import CallLogInMemory, QueueInMemory

if TYPE_CHECKING:
    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event
    from chalicelib.calls.rows import Image


def an_image(*events: Event, call_id: str = "CA1") -> Image:
    """Return a stream's picture of a call after these events."""
    ref, row = a.a_ref(call_id), {"pk": call_id, "sk": "call"}
    values: dict[str, Any] = {**row, "events": [event.to_dict() for event in events]}
    for event in events:
        facts = facts_of(ref, event)
        values |= {k: v for k, v in facts.once.items() if v is not None} | facts.added
        values |= {name: {text} for name, text in facts.grown.items()}
        values |= {"outcome": facts.outcome.outcome.value} if facts.outcome else {}
    serialize: Any = TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items()}


class Ledger:
    """A projection that remembers, and fails on demand."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(call)


def test_a_call_that_ended_reaches_every_projection_whole() -> None:
    billing, tracking = Ledger(), Ledger()

    handlers.project(
        [an_image(*a.forwarded_call())],
        {"billing": billing, "tracking": tracking},
        retry=QueueInMemory(),
    )

    assert billing.calls == tracking.calls
    assert (billing.calls[0].talk_seconds, billing.calls[0].events) == (80, a.forwarded_call())


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(an_image(a.received(), a.pressed()), id="a call that goes on"),
        pytest.param(an_image(a.ended()), id="a call whose beginning is still on its way"),
        pytest.param({"pk": {"S": "export#1"}, "sk": {"S": "export"}}, id="another kind of row"),
        pytest.param({}, id="a row that was removed"),
    ],
)
def test_nothing_is_projected_of(image: Image) -> None:
    assert ended_calls([image]) == []


RINGING = an_image(a.received())
TAKEN = an_image(a.received(), Taken(id="step:2", at=a.NOON, node="desk"))
OVER = an_image(*a.forwarded_call())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(RINGING, TAKEN, [("acc_1", "CA1")], id="somebody took it"),
        pytest.param(TAKEN, TAKEN, [], id="it was taken before"),
        pytest.param(RINGING, RINGING, [], id="it rings"),
        pytest.param(RINGING, OVER, [], id="it is over: its end tells of it"),
        pytest.param(None, TAKEN, [], id="nobody knows how it was"),
    ],
)
def test_a_call_that_was_just_taken_is_told_of(
    before: Image | None, after: Image, told: list[tuple[str, str]]
) -> None:
    assert answered_calls([(before, after)]) == told


def test_a_call_is_projected_once_a_batch_as_it_was_last() -> None:
    story = a.forwarded_call()
    images = [an_image(*story), an_image(*story, a.message_left()), an_image(*story, call_id="CA2")]

    calls = ended_calls(images)

    assert [(call.call_id, len(call.events)) for call in calls] == [("CA1", 5), ("CA2", 4)]


def test_a_projection_that_fails_leaves_the_others_alone_and_gets_the_call_again() -> None:
    billing, tracking, retry = Ledger(Unavailable("down")), Ledger(), QueueInMemory()
    log = CallLogInMemory()
    a.log_call(log)

    handlers.project(
        [an_image(*a.forwarded_call())], {"billing": billing, "tracking": tracking}, retry
    )
    billing.error = None
    again = [json.dumps(message) for message in retry.messages]
    handlers.project_again(again, log=log, projections={"billing": billing, "tracking": tracking})

    assert len(tracking.calls) == 1
    assert billing.calls == tracking.calls


def test_what_a_projection_refuses_is_not_tried_again() -> None:
    retry = QueueInMemory()

    handlers.project(
        [an_image(*a.forwarded_call())], {"billing": Ledger(Rejected("no price"))}, retry
    )

    assert retry.messages == []


def test_the_stream_brings_the_batch_back_when_the_queue_fails_too() -> None:
    retry = QueueInMemory()
    retry.down = True

    with pytest.raises(Unavailable):
        handlers.project(
            [an_image(*a.forwarded_call())], {"billing": Ledger(KeyError("bug"))}, retry
        )


def test_a_replay_reaches_every_projection_unless_one_is_named() -> None:
    log, billing, tracking = CallLogInMemory(), Ledger(), Ledger()
    a.log_call(log)
    to_all = {"account_id": "acc_1", "call_id": "CA1"}
    messages = [json.dumps(to_all), json.dumps(to_all | {"projection": "tracking"})]

    handlers.project_again(
        messages, log=log, projections={"billing": billing, "tracking": tracking}
    )

    assert (len(billing.calls), len(tracking.calls)) == (1, 2)


def test_a_replay_leaves_a_call_that_goes_on_to_its_end() -> None:
    log, billing = CallLogInMemory(), Ledger()
    a.log_call(log, a.received())

    handlers.project_again(
        [json.dumps({"account_id": "acc_1", "call_id": "CA1"})],
        log=log,
        projections={"billing": billing},
    )

    assert billing.calls == []


def test_one_bad_message_does_not_hold_the_others_up_and_comes_back() -> None:
    log = CallLogInMemory()
    good = [json.dumps(to_message(a.a_ref(), event)) for event in a.forwarded_call()]

    with pytest.raises(ExceptionGroup):
        handlers.store_late_events(
            [good[0], '{"odd": 1}', *good[1:]], log=log, claim=lambda call_id, _: a.a_ref(call_id)
        )

    assert log.load("acc_1", "CA1").events == a.forwarded_call()
