"""Callers who talk with a bot, through the deployed package: socket, bot and flow together."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from chalicelib.ivr.texts import Line, say
from local import seed
from local.cloud.cloud import AUTH_TOKEN
from local.phone.signing import signature
from tests.machines import a_caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machines import Machine

pytestmark = pytest.mark.slow

GREETING = "Bonjour, que puis-je faire pour vous ?"
BOT: dict[str, Any] = {
    "name": "Standard qui parle",
    "language": "fr-FR",
    "start": "bot",
    "nodes": {
        "bot": {
            "kind": "voicebot",
            "greeting": GREETING,
            "intents": [
                {
                    "name": "horaires",
                    "phrases": ["quels sont vos horaires", "à quelle heure ouvrez-vous"],
                    "reply": "Nous ouvrons à sept heures.",
                },
                {
                    "name": "commande",
                    "phrases": ["où est ma commande", "suivre ma commande"],
                    "collect": [
                        {
                            "name": "order.number",
                            "ask": "Quel est le numéro de la commande ?",
                            "digits": {"least": 6, "most": 6},
                        }
                    ],
                    "go": "found",
                },
            ],
            "attempts": 2,
            "not_understood": "people",
            "failed": "people",
            "ended": "bye",
        },
        "found": {
            "kind": "say",
            "text": "Votre commande {{order.number|digits}} est prête.",
            "next": "bye",
        },
        "people": {"kind": "dial", "destinations": [seed.OVEN], "then": "bye"},
        "bye": {"kind": "hangup", "text": "Au revoir."},
    },
}


@pytest.fixture(scope="module")
def talking(whole_machine: Machine) -> Iterator[Machine]:
    """The shop's flow, in which a bot answers."""
    flow_id = the_flow(whole_machine)
    publish(whole_machine, flow_id, BOT)
    yield whole_machine
    publish(whole_machine, flow_id, seed.WELCOME)


def the_flow(machine: Machine) -> str:
    """Return the id of the flow that answers the shop's number, whatever it is called now."""
    lines = machine.world.shop.every("/v1/numbers")
    (flow_id,) = [each["flow_id"] for each in lines if each["number"] == seed.SHOP]
    return str(flow_id)


def publish(machine: Machine, flow_id: str, document: dict[str, Any]) -> None:
    shop = machine.world.shop
    revision = shop.get(f"/v1/flows/{flow_id}")["revision"]
    shop.put(f"/v1/flows/{flow_id}/draft", {"document": document}, f'"{revision}"')
    shop.post(f"/v1/flows/{flow_id}/publish")


def test_a_caller_who_says_what_they_want_gets_there(talking: Machine, machine: Machine) -> None:
    story = machine.ring(
        seed.SHOP,
        a_caller(),
        says={1: "bonjour, je voudrais savoir où est ma commande", 2: "c'est le 12 34 56"},
    )

    heard = " ".join(story.heard())
    assert GREETING in heard
    assert "Quel est le numéro de la commande ?" in heard
    assert "est prête" in heard
    assert story.status == "completed"


def test_a_caller_may_key_the_number_that_a_bot_asks_for(
    talking: Machine, machine: Machine
) -> None:
    story = machine.ring(
        seed.SHOP, a_caller(), says={1: "suivre ma commande"}, presses={2: "654321"}
    )

    assert "est prête" in " ".join(story.heard())


def test_a_caller_whom_the_bot_does_not_understand_reaches_a_person(
    talking: Machine, machine: Machine
) -> None:
    story = machine.ring(
        seed.SHOP,
        a_caller(),
        says={1: "il fait beau", 2: "le chat dort"},
        hangs_up_after=60,
    )

    assert [leg.to for leg in story.legs[1:]] == [seed.OVEN]
    assert machine.call(story)["outcome"] == "answered"


def test_a_caller_who_hangs_up_on_a_bot_is_an_ended_call(
    talking: Machine, machine: Machine
) -> None:
    story = machine.ring(seed.SHOP, a_caller(), hangs_up_after=4)

    assert machine.call(story)["seconds"] == 4


def test_a_caller_who_says_nothing_is_asked_once_and_taken_on(
    talking: Machine, machine: Machine
) -> None:
    flow_id = the_flow(machine)
    hurried = {**BOT["nodes"]["bot"], "timeout_seconds": 3, "no_input": "bye"}
    publish(machine, flow_id, {**BOT, "nodes": {**BOT["nodes"], "bot": hurried}})
    try:
        # Silence takes real time: the clock of these people does not jump.
        with machine.by_hand() as network:
            story = network.ring(to=seed.SHOP, from_=a_caller())
    finally:
        publish(machine, flow_id, BOT)

    assert story.heard() == [GREETING, say(Line.STILL_THERE, "fr-FR").text, "Au revoir."]
    assert "went-silent" in machine.events(story)


def test_nobody_but_the_carrier_may_open_the_socket(talking: Machine) -> None:
    url = f"{talking.cloud.sockets_url}/"

    for headers in ({}, {"x-twilio-signature": "bm8="}):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            asyncio.run(_opened(url, headers))
    asyncio.run(_opened(url, {"x-twilio-signature": signature(AUTH_TOKEN, url)}))


def test_a_session_that_is_not_ours_ends_by_the_exit_for_failures(talking: Machine) -> None:
    url = f"{talking.cloud.sockets_url}/"
    setup = {
        "type": "setup",
        "sessionId": "VX1",
        "callSid": "CA1",
        "customParameters": {"session": "forged"},
    }

    answer = asyncio.run(_opened(url, {"x-twilio-signature": signature(AUTH_TOKEN, url)}, setup))

    assert answer is not None
    assert answer["type"] == "end"
    assert json.loads(answer["handoffData"])["outcome"] == "failed"


async def _opened(url: str, headers: dict[str, str], *said: dict[str, Any]) -> Any:
    """Open the socket, say something, and return the first answer."""
    async with aiohttp.ClientSession() as client, client.ws_connect(url, headers=headers) as socket:
        for each in said:
            await socket.send_json(each)
        return await asyncio.wait_for(socket.receive_json(), 20) if said else None
