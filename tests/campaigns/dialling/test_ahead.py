"""Hours of campaigns that ring ahead of their agents: as handsets saw them, and as counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.campaigns.dialling import answered, connecting, sitting
from chalicelib.campaigns.dialling.addresses import Address
from chalicelib.campaigns.dialling.hearing import over
from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from tests.campaigns.dialling.room import ACCOUNT, AGENTS, Room, numbers
from tests.campaigns.dialling.test_faults import counts_add_up

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts.attempts import Attempt

AGENT_NAMES = "abcdefghijklmnopqrst"
ANSWER, MACHINE = 0.25, 0.1


@dataclass
class Street:
    """Telephones of people and of agents, and what was seen on them."""

    room: Room
    dice: Random = field(default_factory=lambda: Random(7))
    spoke: int = 0
    found_nobody: int = 0
    talked: float = 0.0

    def __post_init__(self) -> None:
        self.room.carrier.before_answer = self.rings

    def rings(self, attempt: Attempt, call_id: str) -> None:
        """Have a telephone ring: a person answers, a machine does, or nobody."""
        chance = self.dice.random()
        if chance < ANSWER + MACHINE:
            what = self.answers if chance < ANSWER else self.machine
            self.room.soon(self.dice.uniform(4, 14), partial(what, attempt, call_id, 0))
        else:
            self.room.soon(25, partial(self.ends, attempt, call_id, "no-answer", 0))

    def answers(self, attempt: Attempt, call_id: str, tries: int) -> None:
        """Have a person answer, and wait for two seconds at the most."""
        self.spoke += not tries
        seat = connecting.put_through("camp_1", attempt.id, (), self.room.crewing)
        if seat is not None:
            seconds = min(600.0, self.dice.lognormvariate(4.4, 0.6))
            self.talked += seconds
            self.room.soon(seconds, partial(self.ends, attempt, call_id, "completed", seconds))
            self.room.soon(seconds + 0.2, partial(self.line_is_free, seat.agent_id, seat.leg))
        elif tries < 2:
            self.room.soon(1, partial(self.answers, attempt, call_id, tries + 1))
        else:
            self.found_nobody += 1
            connecting.abandon(self.room.campaign, attempt.id, call_id, self.room.desk())
            self.ends(attempt, call_id, "completed", 8)

    def machine(self, attempt: Attempt, call_id: str, _: int) -> None:
        """Have a machine answer, which is told from a person after four seconds."""
        connecting.put_through("camp_1", attempt.id, (), self.room.crewing)
        room = self.room
        address = Address.to("https://x.test", attempt, room.campaign, 1)
        room.soon(
            4,
            lambda: answered.machine(
                room.campaign, address, call_id, "machine_start", room.desk(), room.carrier
            ),
        )

    def ends(self, attempt: Attempt, call_id: str, status: str, seconds: float) -> None:
        ended = over(call_id, status, int(seconds))
        assert ended is not None
        answered.over(self.room.campaign, attempt.id, ended, self.room.desk())

    def line_is_free(self, agent_id: str, leg: int) -> None:
        sitting.goes_on("camp_1", agent_id, leg, self.room.crewing)


def a_morning(hours: float = 2.2, **plan: Any) -> Street:
    """Return a street after some hours in which agents came and went."""
    room = Room(numbers(4500), **(AGENTS | plan))
    room.paces.limits[ACCOUNT] = Limit(6)
    street = Street(room)
    for each in AGENT_NAMES:
        room.comes(each)
    room.soon(3600, lambda: room.hangs_up("a"))  # whatever they are at
    room.soon(4200, lambda: room.comes("a"))
    room.soon(5000, lambda: sitting.stand_up("camp_1", "b", room.crewing))
    for _ in range(int(hours * 60 / 1.75)):
        room.minute()
    return street


@pytest.fixture(scope="module")
def progressive() -> Street:
    return a_morning()


def test_agents_who_are_rung_for_one_by_one_leave_hardly_anybody_alone(progressive: Street) -> None:
    assert progressive.spoke > 100
    assert progressive.found_nobody <= 2


@pytest.mark.parametrize(
    "plan",
    [{"mode": Mode.PREDICTIVE}, {"mode": Mode.POWER, "ratio": 2.0}],
    ids=lambda each: each["mode"],
)
def test_ringing_ahead_has_agents_talk_more_and_keeps_the_cap(
    plan: dict[str, Any], progressive: Street
) -> None:
    street = a_morning(**plan)
    room = street.room

    spoke, abandoned = room.attempts.tally("camp_1", room.now).since(0)
    talking = sum(each.doing == "talking" for each in room.seats.of("camp_1"))
    waiting = street.spoke - spoke
    assert abandoned == street.found_nobody
    assert talking <= waiting <= talking + 2
    assert abandoned <= 0.03 * spoke
    assert street.talked > 1.05 * progressive.talked
    assert room.attempts.counts("camp_1").outcomes.get(Outcome.ABANDONED, 0) == abandoned
    assert counts_add_up(room)
