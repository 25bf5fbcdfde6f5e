"""A campaign rings, from its list to its end."""

from __future__ import annotations

from chalicelib.campaigns.attempts.attempts import Standing, Why
from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.pacing.outcomes import Outcome
from tests.campaigns.dialling.room import ACCOUNT, Room, numbers


def test_everybody_is_rung_once_and_the_campaign_finishes_by_itself() -> None:
    room = Room(numbers(70))

    for _ in range(4):
        room.minute()
        room.ends(Outcome.ANSWERED)

    assert set(room.rung().values()) == {1}
    assert len(room.rung()) == 70
    assert {each.why for each in room.members.values()} == {Why.REACHED}
    room.minute()
    assert room.campaigns.campaign(ACCOUNT, "camp_1").state is State.FINISHED
    assert room.heard.campaigns == ["camp_1"]
    assert room.moves.running() == {}


def test_calls_begin_no_faster_than_the_carrier_takes_them() -> None:
    room = Room(numbers(70))

    room.minute()

    began = [at for at, _ in room.carrier.began]
    gaps = [(b - a).total_seconds() for a, b in zip(began, began[1:], strict=False)]
    assert len(began) >= 55
    assert min(gaps) >= 1


def test_who_is_out_is_not_planned_again() -> None:
    room = Room(numbers(3))
    room.minute()

    room.minute()

    assert {each.standing for each in room.members.values()} == {Standing.OUT}
    assert set(room.rung().values()) == {1}
