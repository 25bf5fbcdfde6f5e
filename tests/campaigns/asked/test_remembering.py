"""Campaigns and calls that were asked for know of one another: C. conso. D223-9 counts all calls of
a professional to a person, and nobody's telephone rings for two of us at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.attempts.past import Call, Person
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.runtime import attempts_wiring, wiring
from tests.campaigns.asked.stage import FORM, PERSON, a_stage, carrier_says
from tests.campaigns.asked.test_askings import pressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.attempts.past import Known
    from tests.campaigns.asked.stage import Stage

ACCOUNT = "acct_shop"
SIREN = FORM["professional"]["siren"]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with a_stage() as opened:
        yield opened


def known(stage: Stage) -> Known:
    return attempts_wiring.known_by(ACCOUNT, SIREN, PERSON, stage.shop.clock.now)


def person() -> Person:
    return Person(ACCOUNT, SIREN, wiring.Callers().caller_hash(ACCOUNT, PERSON))


def a_campaign_rings(stage: Stage, name: str, minutes_ago: int, outcome: Outcome | None) -> None:
    (rung,) = known(stage).rungs.values()
    at = stage.shop.clock.now - timedelta(minutes=minutes_ago)
    call = Call(at=at, sells=True, object=FORM["object"], outcome=outcome)
    assert attempts_wiring.memory().note(person(), rung, name, call)


def test_a_call_that_was_asked_for_is_remembered_with_how_it_ended(stage: Stage) -> None:
    """C. conso. D223-9."""
    stage.has_form(rings="customer_first").asks()
    stage.drains()
    up = known(stage)
    carrier_says(stage.rung[0].status_url, CallStatus="no-answer")
    stage.drains()
    over = known(stage)

    assert (len(up.attempts), up.is_busy(stage.shop.clock.now)) == (1, True)
    assert (len(over.attempts), over.is_busy(stage.shop.clock.now)) == (1, False)
    assert not over.attempts[0].answered


def test_calls_of_a_queue_are_remembered_too(stage: Stage) -> None:
    """C. conso. D223-9."""
    stage.has_form().asks()
    stage.drains()
    for n in range(2):
        order = stage.rung[n]
        carrier_says(order.url.replace("answer", "choice"), Digits="1")
        carrier_says(order.url.replace("answer", "end"), DialCallStatus="no-answer")
        stage.drains()
        stage.looks(minutes=5)

    assert [each.answered for each in known(stage).attempts] == [False, False]


def test_nobody_is_rung_for_us_while_a_campaign_speaks_with_them(stage: Stage) -> None:
    a_campaign_rings(stage, "camp_1~c-1", minutes_ago=1, outcome=None)
    stage.has_form(rings="customer_first").asks()
    stage.drains()
    before = list(stage.rung)

    attempts_wiring.memory().end(person(), "camp_1~c-1", Outcome.ANSWERED)
    stage.looks(minutes=5)

    assert before == []
    assert [order.to for order in stage.rung] == [PERSON]
    assert len(stage.asking["tried"]) == 1


def test_a_fifth_call_in_thirty_days_is_not_made_whoever_made_the_four(stage: Stage) -> None:
    """C. conso. D223-9."""
    stage.has_form(rings="customer_first")
    stage.asks(slot=stage.offered()["slots"][1]["id"])
    stage.drains()
    for n in range(4):
        a_campaign_rings(stage, f"camp_1~c-{n}", minutes_ago=n, outcome=Outcome.NO_ANSWER)

    stage.looks(minutes=2 * 60)

    assert stage.rung == []
    assert (stage.asking["state"], "attempts" in stage.asking["why"]) == ("refused", True)
    assert stage.asks().status == 422


def test_who_presses_nine_has_refused_campaigns_too(stage: Stage) -> None:
    """C. conso. D223-9: sixty days."""
    stage.has_form(rings="customer_first").asks()
    stage.drains()

    pressed(stage, 0, "9")
    carrier_says(stage.rung[0].status_url, CallStatus="completed")
    stage.looks(minutes=10)

    (refusal,) = known(stage).refusals
    assert refusal.professional == SIREN
    assert not known(stage).is_busy(stage.shop.clock.now)
