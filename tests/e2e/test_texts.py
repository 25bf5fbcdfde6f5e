"""Texts that a flow sends, through the deployed package: sent after the call, and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local import seed
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from tests.machines import Machine

pytestmark = pytest.mark.slow

MOBILE = "+33612349871"  # numbers kept for fiction are no mobiles, and are sent no texts

ADDRESS: dict[str, Any] = {
    "name": "Une adresse par SMS",
    "language": "fr-FR",
    "start": "address",
    "nodes": {
        "address": {
            "kind": "sms",
            "text": "Boulangerie Martin, 3 rue des Lilas, Nantes.",
            "agreed": True,
            "next": "bye",
        },
        "bye": {"kind": "hangup", "text": "Au revoir."},
    },
}


def test_a_text_is_delivered_and_the_call_says_so(machine: Machine) -> None:
    shop = machine.world.shop
    lines = shop.every("/v1/numbers")
    (flow_id,) = [each["flow_id"] for each in lines if each["number"] == seed.SHOP]
    publish(machine, flow_id, ADDRESS)
    try:
        story = machine.ring(seed.SHOP, MOBILE)
    finally:
        publish(machine, flow_id, seed.WELCOME)

    wait_for(lambda: "text-delivered" in machine.events(story), "the delivery in the call's log")
    assert machine.events(story).count("text-sent") == 1


def test_a_text_that_somebody_sends_us_is_answered_by_nobody(machine: Machine) -> None:
    writer = a_caller()

    machine.network.text(to=seed.SHOP, from_=writer, body="Bonjour ?")

    assert [each for each in machine.network.messages if each.to == writer] == []


def publish(machine: Machine, flow_id: str, document: dict[str, Any]) -> None:
    shop = machine.world.shop
    revision = shop.get(f"/v1/flows/{flow_id}")["revision"]
    shop.put(f"/v1/flows/{flow_id}/draft", {"document": document}, f'"{revision}"')
    shop.post(f"/v1/flows/{flow_id}/publish")
