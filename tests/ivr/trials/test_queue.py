"""Callers who wait in a flow that is tried: the queue says what the script says."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ivr.flow import restore
from chalicelib.ivr.trials.judging import judge
from chalicelib.ivr.trials.simulation import Transcript, simulate
from chalicelib.ivr.trials.writing import read_script
from chalicelib.ivr.usecases import AccountFlows, Standing
from tests.fakes.ivr import FlowsInMemory
from tests.ivr.builders import AT_WORK, a_document, a_say, a_voicemail

DOCUMENT = a_document(
    queue={
        "kind": "queue",
        "queue": "support",
        "label": "Commande",
        "callback": {"key": "1", "next": "back"},
        "overflow_seconds": 60,
        "overflow": "box",
        "no_agents": "closed",
        "answered": "survey",
        "failed": "broken",
    },
    back={"kind": "callback", "queue": "support", "booked": "survey"},
    survey=a_say("Merci.", next="box"),
    closed=a_say("Personne.", next="box"),
    broken=a_say("Panne.", next="box"),
    box=a_voicemail(),
)
WAIT = {"wait": True}


def told(*steps: dict[str, Any]) -> tuple[Transcript, list[str]]:
    script = read_script({"steps": list(steps)})
    opened = Standing("flow_1", 0, restore(DOCUMENT))
    world = AccountFlows("acct_client", FlowsInMemory())
    transcript = simulate(opened, script, world, lambda: 0, AT_WORK)
    return transcript, [f"{each.pointer} {each.reason}" for each in judge(script, transcript)]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            [
                {"queue": {"position": 3, "waiting": 3, "wait_minutes": 4}},
                {"hears": "Vous êtes en position trois."},
                {"hears": "environ quatre minutes"},
                WAIT,
                {"queue": {"position": 2}},
                {"hears": "position deux"},
                WAIT,
                {"queue": {"free": True}},
                {"rings": "01 99 00 12 99"},
                {"whispers": "Appel en attente : Commande."},
                {"dial": "answered", "seconds": 60},
                {"goes": "survey"},
            ],
            id="a place that becomes better, and a conversation",
        ),
        pytest.param(
            [
                {"queue": {"free": True}},
                {"dial": "declined"},
                {"queue": {"position": 1}},
                {"hears": "Votre appel sera le prochain."},
                WAIT,
                {"goes": "queue"},
            ],
            id="an agent who does not take the call",
        ),
        pytest.param(
            [{"press": "1"}, {"goes": "back"}, {"press": "1"}, {"goes": "survey"}],
            id="a callback",
        ),
        pytest.param([{"queue": {"agents": 0}}, {"goes": "closed"}], id="nobody on duty"),
        pytest.param([WAIT, WAIT, WAIT, WAIT, {"goes": "box"}], id="a wait that is too long"),
        pytest.param(
            [{"queue": "down"}, WAIT, {"ends": False}, WAIT, {"goes": "broken"}],
            id="a queue that cannot be asked",
        ),
    ],
)
def test_a_queue_says_what_the_script_says(steps: list[dict[str, Any]]) -> None:
    assert told(*steps)[1] == []


def test_a_queue_that_nobody_asks_says_nothing() -> None:
    _, faults = told({"queue": {"position": 1}}, {"queue": {"position": 2}})

    assert faults == ["/steps/1 the call awaits keys"]
