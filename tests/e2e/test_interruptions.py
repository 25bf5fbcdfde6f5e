"""What happens to a caller while the house is being worked on: nothing."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from local import seed
from local.client import ApiRefused
from local.phone.handsets import Handset
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.phone.stories import Story
    from local.phone.threads import RunningNetwork
    from tests.machines import Machine

pytestmark = pytest.mark.slow

RATE: Final = 0.2


def a_call_during(machine: Machine, meanwhile: Callable[[Machine], None]) -> Story:
    """Ring the shop; do something while the caller listens to the menu; press 1 and be through.

    Time goes by slowly on the telephone: the menu would not wait for a busy machine.
    """
    with machine.by_hand(rate=RATE) as network:
        network.handset(seed.OVEN, Handset(answers_after=RATE))
        sid = dials(network)
        wait_for(lambda: "tapez 1" in told(network, sid).text(), "the menu")

        meanwhile(machine)

        network.call(lambda: network.network.exchange.legs[sid].phone.press("1"))
        wait_for(lambda: in_conversation(network, sid), "somebody to answer")
        network.call(lambda: network.network.exchange.legs[sid].phone.hang_up())
        return network.finished(sid)


def dials(network: RunningNetwork) -> str:
    script = Handset(by_hand=True)
    leg = network.call(lambda: network.network.dial(to=seed.SHOP, from_=a_caller(), script=script))
    return leg.call.sid


def told(network: RunningNetwork, sid: str) -> Story:
    return network.call(lambda: network.network.story(sid))


def in_conversation(network: RunningNetwork, sid: str) -> bool:
    return [leg.status.value for leg in told(network, sid).legs[1:]] == ["in-progress"]


def kill_the_functions(machine: Machine) -> None:
    killed = list(machine.cloud.workers())
    assert killed, "no function is running"
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not set(killed) & set(machine.cloud.workers()), "the functions to be dead")
    wait_for(lambda: answers(machine), "another function to be there")


def answers(machine: Machine) -> bool:
    """Tell whether the API answers. A shim for the emulator alone.

    Lambda gives a request to no process that has died; the emulator may, and answers 502 once.
    """
    with suppress(ApiRefused):
        return bool(machine.world.shop.get("/v1/accounts/me"))
    return False


def publish_another_flow(machine: Machine) -> None:
    """Publish a version in which 1 leads to a message and 2 to the oven."""
    shop = machine.world.shop
    (flow,) = [each for each in shop.every("/v1/flows") if each["name"] == seed.WELCOME["name"]]
    shown = shop.get(f"/v1/flows/{flow['id']}")
    nodes = {**seed.WELCOME["nodes"]}
    nodes["welcome"] = {**nodes["welcome"], "choices": {"1": "message", "2": "orders"}}
    document = {**seed.WELCOME, "nodes": nodes}
    shop.put(f"/v1/flows/{flow['id']}/draft", {"document": document}, f'"{shown["revision"]}"')
    version = shop.post(f"/v1/flows/{flow['id']}/publish")["version"]
    assert version > shown["published_version"]


def publish_the_flow_as_it_was(machine: Machine) -> None:
    shop = machine.world.shop
    (flow,) = [each for each in shop.every("/v1/flows") if each["name"] == seed.WELCOME["name"]]
    shown = shop.get(f"/v1/flows/{flow['id']}")
    draft = {"document": seed.WELCOME}
    shop.put(f"/v1/flows/{flow['id']}/draft", draft, f'"{shown["revision"]}"')
    shop.post(f"/v1/flows/{flow['id']}/publish")


def assert_put_through(machine: Machine, story: Story) -> None:
    assert [leg.to for leg in story.legs[1:]] == [seed.OVEN]
    # What the house could not take in while it was worked on comes to the log a little later.
    whole = ["dialled", "ended", "pressed", "rang", "received"]
    wait_for(lambda: machine.events(story) == whole, "all that happened in the call")
    assert machine.call(story)["outcome"] == "answered"
    assert machine.charge(story)["call"] == story.call.sid


def test_a_function_that_dies_in_mid_call_is_not_noticed(machine: Machine) -> None:
    story = a_call_during(machine, kill_the_functions)

    assert_put_through(machine, story)


def test_a_flow_published_in_mid_call_does_not_change_under_the_caller(machine: Machine) -> None:
    try:
        story = a_call_during(machine, publish_another_flow)
    finally:
        publish_the_flow_as_it_was(machine)

    assert_put_through(machine, story)
    newest = machine.world.shop.get(f"/v1/flows/{machine.call(story)['flow']}")
    assert machine.call(story)["flow_version"] < newest["published_version"]


def test_a_cloud_that_is_stopped_and_started_has_lost_nothing(machine: Machine) -> None:
    before = machine.ring(seed.SHOP, a_caller(), presses={1: "1"}, hangs_up_after=30)
    call, charge = machine.call(before), machine.charge(before)

    story = a_call_during(machine, lambda each: each.restart())

    assert_put_through(machine, story)
    assert machine.call(before) == call
    assert machine.charge(before) == charge


def test_a_deployment_in_mid_call_is_not_noticed(machine: Machine) -> None:
    def deploy_again(each: Machine) -> None:
        (each.place / "cloud" / "deployed").unlink()
        each.restart()

    story = a_call_during(machine, deploy_again)

    assert_put_through(machine, story)
