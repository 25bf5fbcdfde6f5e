"""Callers who wait for an agent or are rung back, by calls through the deployed package."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from local.phone.handsets import RINGS_OUT, Handset, agent, refuses
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.phone.handsets import Answers
    from local.phone.stories import Story
    from tests.machines import Machine

pytestmark = pytest.mark.slow

SKILL = "attente"  # the machine is everybody's: another test's agents are not to answer here
LINE = "+33199004330"
ALL_DAY = {day: [["00:00", "24:00"]] for day in (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
)}  # fmt: skip
SUPPORT = {
    "name": "Service client",
    "start": "wait",
    "nodes": {
        "wait": {
            "kind": "queue",
            "queue": "support",
            "label": "service client",
            "record": True,
            "callback": {"key": "1", "next": "back"},
            "voicemail": {"key": "2", "next": "box"},
            "no_agents": "closed",
        },
        "back": {
            "kind": "callback",
            "queue": "support",
            "slots": {"calendar": {"weekly": ALL_DAY}, "length": "hour"},
        },
        "closed": {"kind": "say", "text": "Personne n'est là.", "next": "box"},
        "box": {"kind": "voicemail"},
    },
}


@dataclass
class Desk:
    """A queue, for which each test hires its own agents."""

    machine: Machine
    hired: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(4331))

    def hires(self, script: Handset) -> tuple[str, str]:
        """Let somebody answer from now on, like this; return their id and number."""
        number = f"+3319900{next(self.numbers)}"
        self.machine.network.handset(number, script)
        order = {"name": "Nadia", "number": number, "skills": [SKILL]}
        agent = self._shop.post("/v1/agents", order)
        self.hired.append(agent["id"])
        return agent["id"], number

    def closes(self) -> None:
        """Send everybody home."""
        for agent_id in self.hired:
            self._change(f"/v1/agents/{agent_id}", {"available": False})
        self.hired.clear()

    def waiting_callbacks(self) -> list[dict[str, Any]]:
        """Return the callbacks that wait."""
        items: list[dict[str, Any]] = self._shop.get("/v1/callbacks")["items"]
        return items

    def ring_back_now(self, callback: dict[str, Any]) -> None:
        """Move a callback to a slot that has begun, at whatever hour the tests run."""
        now = datetime.now(UTC)
        slot = {"from": now.isoformat(), "until": (now + timedelta(hours=2)).isoformat()}
        self._change(f"/v1/callbacks/{callback['id']}", {"slot": slot})

    def _change(self, path: str, body: dict[str, Any]) -> None:
        version = self._shop.get(path)["version"]
        self._shop.patch(path, body, if_match=f'"{version}"')

    @property
    def _shop(self) -> Any:
        return self.machine.world.shop


@pytest.fixture(scope="module")
def open_desk(whole_machine: Machine) -> Desk:
    """A line whose callers wait for one of two agents."""
    shop = whole_machine.world.shop
    own = {"name": "support", "wrap_up_seconds": 0, "ring_seconds": 15, "skills": [SKILL]}
    shop.post("/v1/queues", own)
    flow = shop.post("/v1/flows", {"document": SUPPORT})
    shop.post(f"/v1/flows/{flow['id']}/publish")
    shop.post("/v1/numbers", {"number": LINE, "flow_id": flow["id"]})
    return Desk(whole_machine)


@pytest.fixture
def desk(open_desk: Desk, machine: Machine) -> Iterator[Desk]:
    """Lend the desk, with nobody on duty yet."""
    yield open_desk
    open_desk.closes()


def heard(story: Story, number: str | None = None) -> str:
    return " ".join(story.heard(number))


def test_an_agent_who_is_free_has_the_call_without_any_music(machine: Machine, desk: Desk) -> None:
    nadia, number = desk.hires(agent(after=2, talks=30))

    story = machine.ring(LINE, a_caller())

    assert "susceptible d'être enregistré" in heard(story)
    assert "hold" not in heard(story)
    assert "Appel en attente : service client." in heard(story, number)
    call = machine.call(story)
    assert (call["outcome"], call["answered_by"]) == ("answered", [f"agent:{nadia}"])
    assert call["talk_seconds"] >= 30  # from picking up on
    assert {"queued", "offered", "left-queue", "dialled"} <= set(machine.events(story))
    assert story.warnings == []


def test_an_agent_who_does_not_take_the_call_leaves_it_to_the_next(
    machine: Machine, desk: Desk
) -> None:
    _, first = desk.hires(refuses())
    _, second = desk.hires(refuses())

    story = machine.ring(LINE, a_caller(), presses={2: "2"}, leaves_message=5)

    assert "Appel en attente" in heard(story, first)
    assert "Appel en attente" in heard(story, second)
    assert machine.call(story)["outcome"] == "voicemail"
    assert story.warnings == []


def test_nobody_on_duty_is_said_at_once(machine: Machine, desk: Desk) -> None:
    story = machine.ring(LINE, a_caller(), leaves_message=5)

    assert "Personne n'est là." in heard(story)
    assert machine.call(story)["outcome"] == "voicemail"


def test_an_agent_is_free_again_once_a_caller_has_hung_up_on_them(
    machine: Machine, desk: Desk
) -> None:
    _, number = desk.hires(RINGS_OUT)
    gives_up = machine.ring(LINE, a_caller(), hangs_up_after=25)
    assert machine.call(gives_up)["outcome"] == "missed"

    machine.network.handset(number, agent(after=1, talks=10))
    story = machine.ring(LINE, a_caller())

    assert machine.call(story)["outcome"] == "answered"


async def _one_after_the_other(machine: Machine, second: str) -> tuple[str, str]:
    """Ring twice: the second caller comes while the first one talks."""
    network = machine.network.network
    keys: Answers = {
        2: "1",
        3: "1",
        4: "2",
    }  # back, at this number, in a slot
    first = network.dial(to=LINE, from_=a_caller(), script=Handset())
    await network.clock.sleep(25)
    other = network.dial(to=LINE, from_=second, script=Handset(presses=keys))
    for leg in (first, other):
        await network.finished(leg.call.sid)
    return first.call.sid, other.call.sid


def test_whoever_finds_the_agent_talking_books_a_callback_which_is_placed(
    machine: Machine, desk: Desk
) -> None:
    desk.hires(agent(after=2, talks=240))
    second = "+33600001277"

    talked, waited = machine.network.wait(_one_after_the_other(machine, second))

    story = machine.network.story(waited)
    assert "Votre appel sera le prochain." in heard(story)
    assert "builtin/hold" in " ".join(each.source or each.text for each in story.played())
    assert "C'est noté. Nous vous rappellerons" in heard(story)
    assert machine.call(machine.network.story(talked))["outcome"] == "answered"

    (callback,) = desk.waiting_callbacks()
    assert callback["number"] == second
    machine.network.handset(second, Handset(answers_after=2, hangs_up_after=40))
    desk.ring_back_now(callback)
    wait_for(lambda: "callback-rung" in machine.events(story), "the callback", seconds=90)

    wait_for(lambda: desk.waiting_callbacks() == [], "the end of the callback", seconds=60)
    assert {"queued", "callback-asked", "left-queue"} <= set(machine.events(story))
