"""A table that fails while callbacks are placed: nobody is rung twice, and nobody forgotten."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from app import find_callbacks, place_callbacks
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import wiring
from tests.desk.test_routes import ORDER, an_agent, webhook
from tests.gateway import Context
from tests.house.faults import Trouble, from_, trouble, watched
from tests.house.shops import a_shop
from tests.world import messages_of, schedule_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.runtime.gateway import CallOrder
    from tests.house.shops import Shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop with an agent; each fault has a callback of its own."""
    with a_shop() as opened:
        opened.makes("/v1/queues", {"name": "support", "wrap_up_seconds": 0, "rest_seconds": 0})
        an_agent(opened)
        yield opened


def placed(shop: Shop) -> None:
    """Have whatever waits placed, as a minute's tick does."""
    find_callbacks(schedule_at("2026-11-23T12:00:00Z"), Context())
    place_callbacks(messages_of(shop.taken("callbacks")), Context())


def orders(callback_id: str) -> list[CallOrder]:
    """Return the calls that the carrier was asked to place for a callback."""
    found = wiring.gateway().placed  # type: ignore[attr-defined]
    return [each for each in found if callback_id in each.url]


def ends(order: CallOrder) -> None:
    """Have the agent take it, and the person answer."""
    webhook(order.url.replace("answer", "choice"), Digits="1")
    webhook(order.url.replace("answer", "end"), DialCallStatus="completed", DialCallDuration="9")


def asked(shop: Shop) -> str:
    """Ask for a callback, and return its id."""
    id: str = shop.makes("/v1/callbacks", ORDER)["id"]
    shop.taken("callbacks")
    return id


def requests_of_a_placing(shop: Shop) -> int:
    """Return how many requests a placing makes that nothing disturbs."""
    id = asked(shop)
    with watched() as network:
        placed(shop)
    ends(orders(id)[0])
    return len(network.sent)


@pytest.mark.parametrize("kind", Trouble)
def test_one_request_that_fails_rings_nobody_twice_and_forgets_nobody(
    shop: Shop, kind: Trouble
) -> None:
    for number in range(1, requests_of_a_placing(shop) + 1):
        id = asked(shop)

        broken = trouble(kind, from_(number, float("inf"), "dynamodb"))
        with suppress(ExceptionGroup, Unavailable), broken:  # the queue brings the message back
            placed(shop)
        while not (orders(id) and shop.gets(f"/v1/callbacks/{id}")["state"] == "offered"):
            shop.clock.passes(minutes=1)
            placed(shop)

        (order,) = orders(id)
        ends(order)
        assert shop.gets(f"/v1/callbacks/{id}")["state"] == "reached"
