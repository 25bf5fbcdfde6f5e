"""Events on their way to the queue and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.webhooks.events import (
    MOST_BYTES,
    Errand,
    EventUnreadable,
    checked,
    from_message,
    to_message,
)
from chalicelib.webhooks.usecases import publish
from tests.fakes.webhooks import OrdersInMemory, WebhooksInMemory
from tests.webhooks.builders import ACCOUNT, NOON, an_endpoint, happened

if TYPE_CHECKING:
    from chalicelib.webhooks.endpoints import Endpoint


def test_the_body_is_a_type_a_timestamp_and_data() -> None:
    assert json.loads(happened().body) == {
        "type": "call.missed",
        "timestamp": "2026-11-24T12:00:00+00:00",
        "data": {"id": "CA1", "caller": "+33600000001"},
    }


def test_an_event_told_of_twice_is_one_message() -> None:
    again = happened(at=NOON.replace(hour=13), data={"id": "CA1"})

    assert happened().message_id == again.message_id
    assert happened().message_id != happened(event="call.completed").message_id
    assert happened().message_id != happened(account_id="acct_2").message_id
    assert "." not in happened().message_id


def test_orders_come_back_from_the_queue_as_they_went() -> None:
    errand = Errand(
        account_id=ACCOUNT, endpoint_id="hook_1", delivery_id="msg_1", tries=3, due=NOON
    )

    for order in (happened(), errand):
        assert from_message(json.loads(json.dumps(to_message(order)))) == order


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(None, id="nothing"),
        pytest.param({}, id="empty"),
        pytest.param({**to_message(happened()), "v": 2}, id="another version"),
        pytest.param({**to_message(happened()), "kind": "errand"}, id="another kind"),
        pytest.param({**to_message(happened()), "at": "noon"}, id="no time"),
        pytest.param({**to_message(happened()), "more": 1}, id="more facts"),
    ],
)
def test_a_message_of_somebody_else_is_dropped(message: Any) -> None:
    with pytest.raises(EventUnreadable):
        from_message(message)


def test_what_has_no_name_or_no_end_is_refused() -> None:
    with pytest.raises(Rejected, match="no such event"):
        checked(happened(event="call.lost"))
    with pytest.raises(Rejected, match="too large"):
        checked(happened(data={"words": "é" * MOST_BYTES}))


def test_people_s_data_is_in_no_repr() -> None:
    assert "+336" not in repr(happened())


@pytest.mark.parametrize(
    ("endpoints", "wanted"),
    [
        pytest.param((), False, id="no endpoint"),
        pytest.param((an_endpoint(events=("call.ringing",)),), False, id="another event"),
        pytest.param((an_endpoint(enabled=False),), False, id="switched off"),
        pytest.param((an_endpoint(),), True, id="this event"),
    ],
)
def test_nothing_is_queued_that_no_server_wants(
    endpoints: tuple[Endpoint, ...], wanted: bool
) -> None:
    orders = OrdersInMemory()

    publish(happened(), known=lambda _: endpoints, orders=orders)

    assert orders.left == ([happened()] if wanted else [])


def test_an_event_is_queued_where_nobody_can_tell_who_wants_it() -> None:
    store, orders = WebhooksInMemory(), OrdersInMemory()
    store.down = True

    publish(happened(), known=store.endpoints, orders=orders)

    assert orders.left == [happened()]


def test_whoever_publishes_hears_of_a_queue_that_fails() -> None:
    orders = OrdersInMemory()
    orders.down = True

    with pytest.raises(Unavailable):
        publish(happened(), known=lambda _: (an_endpoint(),), orders=orders)
