"""Which states a campaign goes through, and what may be changed in each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from chalicelib.campaigns.campaign import (
    MOVES,
    Archived,
    Move,
    NoMove,
    Running,
    State,
    changed,
    moved,
)
from tests.campaigns.builders import NOON, a_campaign

LATER = NOON + timedelta(hours=1)
LEADS = {
    (State.DRAFT, Move.START): State.RUNNING,
    (State.RUNNING, Move.PAUSE): State.PAUSED,
    (State.PAUSED, Move.RESUME): State.RUNNING,
    (State.RUNNING, Move.STOP): State.STOPPED,
    (State.PAUSED, Move.STOP): State.STOPPED,
    (State.RUNNING, Move.FINISH): State.FINISHED,
    (State.DRAFT, Move.ARCHIVE): State.ARCHIVED,
    (State.STOPPED, Move.ARCHIVE): State.ARCHIVED,
    (State.FINISHED, Move.ARCHIVE): State.ARCHIVED,
}


@pytest.mark.parametrize(("state", "move"), [*product(State, Move)])
def test_each_state_has_its_moves_and_one_made_twice_changes_nothing(
    state: State, move: Move
) -> None:
    campaign = replace(a_campaign(), state=state)
    after = LEADS.get((state, move))

    if state is MOVES[move][1]:
        assert moved(campaign, move, LATER) is campaign
    elif after is None:
        with pytest.raises(NoMove):
            moved(campaign, move, LATER)
    else:
        assert moved(campaign, move, LATER).state is after


def test_a_campaign_knows_when_it_was_started_and_when_it_ended() -> None:
    running = moved(a_campaign(), Move.START, NOON)
    paused = moved(running, Move.PAUSE, LATER)
    stopped = moved(paused, Move.STOP, LATER)

    assert (running.started_at, running.ended_at) == (NOON, None)
    assert (stopped.started_at, stopped.ended_at) == (NOON, LATER)


def test_what_runs_is_paused_before_it_is_changed_and_what_is_counted_stays() -> None:
    running = moved(a_campaign(), Move.START, NOON)
    paused = moved(running, Move.PAUSE, NOON)
    other = replace(paused.plan, name="Autre", priority=3)

    with pytest.raises(Running):
        changed(running, other, 0, LATER)
    assert changed(paused, other, 0, LATER).plan == other
    with pytest.raises(Running) as refusal:
        changed(paused, replace(other, list_id="list_2", segment="age > 3"), 0, LATER)
    assert refusal.value.facts["fields"] == ["list_id", "segment"]


@pytest.mark.parametrize(
    ("move", "refusal"), [(Move.STOP, Running), (Move.FINISH, Running), (Move.ARCHIVE, Archived)]
)
def test_what_is_over_stays_as_it_was(move: Move, refusal: type[Exception]) -> None:
    before = a_campaign() if move is Move.ARCHIVE else moved(a_campaign(), Move.START, NOON)
    over = moved(before, move, NOON)

    with pytest.raises(refusal):
        changed(over, replace(over.plan, name="Autre"), 0, LATER)
