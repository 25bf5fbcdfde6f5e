"""What servers are told of calls that are over: once, with what is known by then."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import project_again, run_hooks
from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Dialled, Ended, Rang, Received
from chalicelib.runtime import webhooks_wiring, wiring
from chalicelib.webhooks import gateway
from chalicelib.webhooks.called import may_change
from tests.gateway import Context
from tests.house.shops import NUMBER, Shop, open_shop
from tests.tracking.alerts.builders import a_call as a_call_that_ended
from tests.world import messages_of

if TYPE_CHECKING:
    from chalicelib.runtime.outgoing import Outgoing
    from tests.clouds import Cloud

CALLER = "+33612345678"


class Told:
    """The bodies that the customer's server got."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: Outgoing, *_: Any) -> int:
        """Take a request."""
        self.bodies.append(json.loads(request.body))
        return 204

    @property
    def types(self) -> list[str]:
        """Which events came."""
        return sorted(each["type"] for each in self.bodies)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Stand where requests leave the house: `test_gateway` tests the way from there."""
    told = Told()
    monkeypatch.setattr(gateway, "deliver", told)
    return told


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, told: Told) -> Shop:
    shop = open_shop(cloud, monkeypatch)
    wanted = ["call.completed", "call.missed"]
    shop.makes("/v1/webhooks", {"url": "https://crm.example.fr/", "events": wanted})
    return shop


def a_call(
    shop: Shop, call_id: str = "CA1", *, rang: bool = False, talked: int | None = None
) -> None:
    """Have a call end: nobody was rung, or somebody was, and that ended or nobody said how."""
    ref = CallRef(call_id=call_id, account_id="acct_shop", caller_hash="h")
    at = shop.clock.now
    facts: dict[str, Any] = {"node": "desk", "destination": "+33144556677", "at": at}
    events: list[Any] = [Received(id="received", at=at, dialled=NUMBER, caller=CALLER)]
    if rang:
        events.append(Rang(id="step:1:rang", ending="step:1", **facts))
    if talked is not None:
        events.append(Dialled(id="step:1", status="answered", seconds=talked, **facts))
    events.append(Ended(id="ended", at=at, status="completed", seconds=40))
    wiring.calls().append(ref, *events)


def works(shop: Shop) -> None:
    """Show calls to everybody, and bring what that leaves to its handlers."""
    shop.project()
    project_again(messages_of(shop.taken("projections")), Context())
    for _ in range(3):
        run_hooks(messages_of(shop.taken("hooks")), Context())


def test_a_missed_call_is_told_of_once_however_often_it_is_shown(shop: Shop, told: Told) -> None:
    a_call(shop)

    works(shop)
    works(shop)

    assert told.types == ["call.completed", "call.missed"]
    data = told.bodies[0]["data"]
    assert (data["id"], data["number"], data["caller"]) == ("CA1", NUMBER, CALLER)
    assert (data["outcome"], data["seconds"], data["spam"]) == ("abandoned", 40, False)
    assert data["visit"] is None
    assert data["source"] is None


def test_a_call_that_was_answered_is_not_missed(shop: Shop, told: Told) -> None:
    a_call(shop, rang=True, talked=30)

    works(shop)

    assert told.types == ["call.completed"]
    assert told.bodies[0]["data"]["talk_seconds"] == 30


def test_spam_is_told_of_as_such_and_missed_by_nobody(shop: Shop, told: Told) -> None:
    shop.makes(f"/v1/spam/blocked/{CALLER.replace('+', '%2B')}", {}, method="PUT")
    a_call(shop)

    works(shop)

    assert told.types == ["call.completed"]
    assert told.bodies[0]["data"]["spam"] is True


def test_a_call_of_long_ago_that_is_shown_again_is_told_to_nobody(shop: Shop, told: Told) -> None:
    a_call(shop)
    shop.clock.passes(days=3, seconds=1)

    works(shop)

    assert told.types == []


def test_a_call_of_which_an_end_is_awaited_is_told_of_when_it_is_known(
    shop: Shop, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[int] = []
    put = wiring.projections_queue().put

    def noting(message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        delays.append(delay_seconds)
        put(message)

    monkeypatch.setattr(wiring.projections_queue(), "put", noting)
    a_call(shop, rang=True)

    works(shop)
    assert told.types == []
    assert 301 in delays
    shop.taken("projections")

    shop.clock.passes(minutes=5, seconds=1)
    works(shop)  # the carrier, asked, knows of no leg
    assert told.types == ["call.completed", "call.missed"]
    assert told.bodies[0]["data"]["outcome"] == "missed"


@pytest.mark.parametrize(
    ("seconds", "unsettled", "awaited"),
    [
        pytest.param(299, ("step:1",), True, id="the carrier is being asked"),
        pytest.param(300, ("step:1",), False, id="it does not know either"),
        pytest.param(0, (), False, id="all is known"),
    ],
)
def test_an_end_is_awaited_for_so_long_and_no_longer(
    seconds: int, unsettled: tuple[str, ...], awaited: bool
) -> None:
    call = a_call_that_ended(unsettled=unsettled)
    assert call.ended_at is not None

    assert may_change(call, call.ended_at + timedelta(seconds=seconds)) is awaited


def test_an_account_that_wants_nothing_is_asked_about_nothing_more(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(cloud, monkeypatch)
    a_call(shop)

    works(shop)

    assert shop.taken("hooks") == []
    assert webhooks_wiring.store().endpoints("acct_shop") == ()
