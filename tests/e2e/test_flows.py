"""What flows can do beyond a menu, by calls through the deployed package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.phone.handsets import NOISE, Words, agent, refuses
from tests.machines import a_caller

if TYPE_CHECKING:
    from tests.machines import Machine

pytestmark = pytest.mark.slow

LINE, AGENT = "+33199004321", "+33199004399"
SUPPORT = {
    "name": "Service client",
    "start": "menu",
    "nodes": {
        "menu": {
            "kind": "menu",
            "listen": "both",
            "prompt": "Une commande, ou un conseiller ?",
            "choices": {
                "1": {"next": "order", "phrases": ["ma commande", "une commande"]},
                "2": {"next": "team", "phrases": ["un conseiller"]},
            },
        },
        "order": {
            "kind": "collect",
            "prompt": "Composez votre numéro de commande.",
            "variable": "order.number",
            "check_digit": "luhn",
            "least": 11,
            "most": 11,
            "next": "sort",
        },
        "sort": {
            "kind": "branch",
            "rules": [{"when": {"order.number": {"starts_with": "799"}}, "next": "tag"}],
            "otherwise": "team",
        },
        "tag": {"kind": "tag", "tag": "commande", "next": "told"},
        "told": {
            "kind": "say",
            "text": "Commande {{order.number|digits}}, un instant.",
            "next": "team",
        },
        "team": {
            "kind": "dial",
            "destinations": [AGENT],
            "whisper": 'Commande {{order.number|digits|default("inconnue")}}.',
            "accept": True,
            "record": True,
            "no_answer": "box",
        },
        "box": {"kind": "voicemail"},
    },
}


@pytest.fixture(scope="module")
def support(whole_machine: Machine) -> str:
    """The number of a support line."""
    shop = whole_machine.world.shop
    flow = shop.post("/v1/flows", {"document": SUPPORT})
    shop.post(f"/v1/flows/{flow['id']}/publish")
    shop.post("/v1/numbers", {"number": LINE, "flow_id": flow["id"]})
    return LINE


def test_a_caller_says_what_they_want_and_gives_a_number(machine: Machine, support: str) -> None:
    machine.network.handset(AGENT, agent(after=2, talks=30, accepts="1"))

    story = machine.ring(
        support,
        a_caller(),
        says={1: Words("euh, c'est pour ma commande", confidence=0.9)},
        presses={2: "79927398713", 3: "1"},
    )

    heard = " ".join(story.heard())
    assert "sept, neuf, neuf, deux" in heard
    assert "susceptible d'être enregistré" in heard
    assert "sept, neuf, neuf" in " ".join(story.heard(AGENT))
    call = machine.call(story)
    assert (call["outcome"], call["answered_by"]) == ("answered", [AGENT])
    assert story.warnings == []


def test_an_agent_who_does_not_accept_leaves_the_caller_to_the_voicemail(
    machine: Machine, support: str
) -> None:
    machine.network.handset(AGENT, refuses())

    story = machine.ring(support, a_caller(), presses={1: "2", 2: "9"}, leaves_message=9)

    assert "ne sera pas enregistré" in " ".join(story.heard())
    assert machine.call(story)["outcome"] == "voicemail"
    assert story.warnings == []


def test_a_caller_nobody_understands_is_asked_again(machine: Machine, support: str) -> None:
    story = machine.ring(support, a_caller(), says={1: NOISE, 2: "le temps qu'il fait"})

    heard = " ".join(story.heard())
    assert "Nous n'avons pas compris votre réponse." in heard
    assert heard.count("Une commande, ou un conseiller ?") == 3
    assert machine.call(story)["outcome"] == "abandoned"


def test_a_number_with_a_slip_of_the_finger_is_asked_for_again(
    machine: Machine, support: str
) -> None:
    machine.network.handset(AGENT, agent(after=1, talks=5, accepts="1"))

    story = machine.ring(
        support, a_caller(), presses={1: "1", 2: "79927398714", 3: "79927398713", 4: "1"}
    )

    assert "comporte une erreur" in " ".join(story.heard())
    assert machine.call(story)["outcome"] == "answered"
