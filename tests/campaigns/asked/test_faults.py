"""What is around askings fails, and workers die on the way: nobody is rung twice, or forgotten."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from app import place_callbacks
from chalicelib.campaigns.asked import lawful, ringing
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import asked_wiring
from tests.campaigns.asked.stage import a_stage, carrier_says, next_url
from tests.gateway import Context
from tests.house.faults import Trouble, from_, trouble, watched
from tests.world import messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.campaigns.asked.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage for each test: who is left waiting by one would be rung in another."""
    with a_stage() as opened:
        yield opened


def number(n: int) -> str:
    return f"+33612{n:06}"


def ends(stage: Stage, person: str) -> None:
    """Have the person speak with the agent, whoever was rung first."""
    order = stage.rung[-1]
    if order.to == person:
        connected = carrier_says(next_url(carrier_says(order.url)), Digits="1")
        carrier_says(next_url(connected), DialCallStatus="completed")
        carrier_says(order.status_url, CallStatus="completed")
    else:
        carrier_says(order.url.replace("answer", "choice"), Digits="1")
        carrier_says(order.url.replace("answer", "end"), DialCallStatus="completed")
    stage.looks(minutes=1)


@pytest.mark.parametrize("rings", ["agent_first", "customer_first"])
def test_a_table_that_fails_at_any_request_has_nobody_rung_twice_or_forgotten(
    stage: Stage, rings: str
) -> None:
    stage.has_form(rings=rings, most_of_address=1_000, hours=None)
    base = 100_000 if rings == "agent_first" else 200_000
    stage.asks(number=number(base))
    with watched() as network:
        stage.drains()
    ends(stage, number(base))
    requests = len(network.sent)
    assert requests > 5

    for nth in range(1, requests + 1, 2):
        person, before = number(base + nth), len(stage.rung)
        assert stage.asks(number=person).status == 200
        told = stage.shop.taken("callbacks")
        broken = trouble(Trouble.LOST, from_(nth, float("inf"), "dynamodb"))
        with suppress(ExceptionGroup, Unavailable), broken:
            place_callbacks(messages_of(told), Context())
        stage.drains()
        while len(stage.rung) == before:
            stage.looks(minutes=1)
        stage.looks(minutes=1)

        assert len(stage.rung) == before + 1, nth
        ends(stage, person)
        assert stage.asking["state"] == "done", nth
        texts = [each for each in stage.phone.orders if each.to == person]
        assert len(texts) == 1, nth


def test_two_workers_ring_a_person_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.has_form(rings="customer_first", most_of_address=1_000, hours=None)
    before = len(stage.rung)
    stage.asks(number=number(300_001))
    stage.shop.taken("callbacks")
    asking = stage.asking["id"]
    desk, kept = asked_wiring.desk(), lawful.decided

    def while_another(*args: object) -> object:
        """Decide while another worker does all of it."""
        monkeypatch.setattr(ringing, "decided", kept)
        ringing.look("acct_shop", asking, desk)
        return kept(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ringing, "decided", while_another)
    ringing.look("acct_shop", asking, desk)

    assert len(stage.rung) == before + 1
    carrier_says(stage.rung[-1].status_url, CallStatus="no-answer")
    told = stage.shop.taken("callbacks")
    for _ in range(2):  # the carrier, or the queue, says it twice
        place_callbacks(messages_of(told), Context())
    assert (stage.asking["state"], len(stage.asking["tried"])) == ("waiting", 1)


def test_a_call_whose_end_nobody_told_is_asked_about(stage: Stage) -> None:
    stage.has_form(rings="customer_first", most_of_address=1_000, hours=None)
    person, before = number(300_002), len(stage.rung)
    stage.asks(number=person)
    stage.looks()
    for _ in range(12):
        stage.looks(minutes=1)

    mine = [each for each in stage.rung[before:] if each.to == person]
    assert len(mine) == 2  # five minutes until the carrier is asked, five more until the next try
