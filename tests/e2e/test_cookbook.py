"""The cookbook through the deployed package: the call of each page, on a number of its own."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.ivr.trials.desk import AGENT
from chalicelib.ivr.trials.scripts import Sends
from local import orders, run
from local.phone.handsets import Words
from tests.cookbook import casting, pages, recipes
from tests.cookbook.house import ANONYMOUS
from tests.machines import wait_for
from tests.world import SOUND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chalicelib.ivr.trials.scripts import Script
    from local.phone.stories import Story
    from tests.cookbook.casting import Cast
    from tests.machines import Machine

pytestmark = pytest.mark.slow

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS: Final = {"weekly": {day: [["00:00", "24:00"]] for day in DAYS}}
SKILL: Final = "cuisine"  # the machine is everybody's: no other agents are to answer here
CAMPAIGN: Final = "Radio Loire"
BULLETIN: Final = {
    "text": "Vingt centimètres de neige fraîche au-dessus de deux mille mètres.",
    "risk": 3,
}


@dataclass(frozen=True, slots=True)
class Kitchen:
    """Where recipes are put to work by the commands of their pages: a copy of their documents."""

    machine: Machine
    place: Path
    ids: dict[str, str] = field(default_factory=dict)

    def serve(self, name: str) -> None:
        """Publish a recipe as its page says."""
        document = self.place / "docs" / "cookbook" / f"{name}.yaml"
        document.parent.mkdir(parents=True, exist_ok=True)
        document.write_text(recipes.referring(recipes.written(name), self.ids), encoding="utf-8")
        create, publish, add = commands_of(name)
        made = self.runs(create)
        assert made["faults"] == []
        self.ids[name] = made["id"]
        assert self.runs(publish, made["id"])["version"] == 1
        assert self.runs(add, made["id"])["flow_id"] == made["id"]

    def change(self, name: str) -> None:
        """Change what a recipe's owner would, and publish it again."""
        shop, path = self.machine.world.shop, f"/v1/flows/{self.ids[name]}"
        shop.put(f"{path}/draft", {"document": self.adapted(name)}, '"1"')
        shop.post(f"{path}/publish")

    def runs(self, command: str, flow_id: str = "") -> Any:
        """Run a command, and read what it prints."""
        world = self.machine.world
        known = {
            "<key>": world.agency.key,
            "<client>": world.shop.account or "",
            "<base URL>": self.machine.cloud.base_url,
            "<id>": flow_id,
        }
        for placeholder, value in known.items():
            command = command.replace(placeholder, value)
        silent = command.replace("curl ", "curl --silent --show-error ", 1)
        ran = subprocess.run(
            ["bash", "-c", silent], cwd=self.place, capture_output=True, text=True, check=True
        )
        return json.loads(ran.stdout)

    def adapted(self, name: str) -> dict[str, Any]:
        """Change a document as an owner would: their own system and sounds, and always open."""
        text = json.dumps(recipes.document(name), ensure_ascii=False)
        for host in ("si.maison-lucas.example", "bulletins.neige-info.example"):
            text = text.replace(host, orders.HOST)
        text = recipes.referring(text.replace('"massif":', '"number":'), self.ids)
        changed: dict[str, Any] = json.loads(text)
        del changed["tests"]  # they are of other hours
        changed["calendars"] = dict.fromkeys(changed.get("calendars", ()), ALWAYS)
        if "jingle" in changed["nodes"]:
            sound = {"name": "Jingle", "content_base64": SOUND}
            upload = self.machine.world.shop.post("/v1/prompts", sound)
            jingle = changed["nodes"]["jingle"]
            changed["nodes"]["jingle"] = {
                **{key: value for key, value in jingle.items() if key != "url"},
                "audio": upload["id"],
            }
        return changed


@pytest.fixture(scope="module")
def served(whole_machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which every recipe is published, and answers a number of its own."""
    shop = whole_machine.world.shop
    whole_machine.orders.secret = shop.post("/v1/webhooks/secret", {"generation": 1})["secret"]
    for queue in {each.name for name in recipes.RECIPES for each in recipes.flow(name).queues}:
        # Two calls may follow each other at once: nobody has to write anything up.
        own = {"name": queue, "wrap_up_seconds": 0, "rest_seconds": 0, "skills": [SKILL]}
        shop.post("/v1/queues", own)
    shop.post("/v1/agents", {"name": "Camille", "number": AGENT, "skills": [SKILL]})
    kitchen = Kitchen(whole_machine, tmp_path_factory.mktemp("kitchen"))
    for name in recipes.IN_ORDER:
        kitchen.serve(name)
    for name in recipes.IN_ORDER:
        kitchen.change(name)
    campaign = {"name": CAMPAIGN, "channel": "radio", "campaign": CAMPAIGN}
    source = shop.post("/v1/sources", campaign)["id"]
    shop.put(f"/v1/sources/{source}/numbers/{recipes.NUMBERS['franchise']}", {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(orders.ORDERS, "alpes", BULLETIN)
        yield whole_machine


def commands_of(name: str) -> list[str]:
    """Return the commands of a recipe's page, but for the call itself."""
    block = pages.commands(name).replace("\\\n", " ")
    return [line.strip() for line in block.splitlines() if line.strip().startswith("curl")]


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_the_call_on_a_recipe_s_page_sounds_so(
    served: Machine, machine: Machine, name: str
) -> None:
    script = recipes.flow(name).tests[0]
    transcript = casting.tried(name, script)
    talk = casting.conversation(name, script, transcript)

    story = rings(machine, name, script, casting.cast(script, transcript), talk)

    assert words_of(story) == [*(asked for asked, _ in talk), *casting.said(transcript)]
    assert set(casting.rung(transcript)) <= {leg.to for leg in story.legs[1:]}
    for whisper in casting.whispered(transcript):
        assert whisper in [words for leg in story.legs[1:] for words in story.heard(leg.to)]
    assert story.warnings == []
    assert machine.call(story)["state"] == "ended"
    sent = [step.text for step in script.steps if isinstance(step, Sends)]
    wait_for(lambda: all(each in texts_to(machine, story.party) for each in sent), "the text")


def rings(
    machine: Machine, name: str, script: Script, parts: Cast, talk: list[tuple[str, str]]
) -> Story:
    for number, handset in parts.others.items():
        machine.network.handset(number, handset)
    parts.says |= {at: Words(words) for at, (_, words) in enumerate(talk, start=1)}
    caller = script.caller or ANONYMOUS
    return machine.network.ring(to=recipes.NUMBERS[name], from_=caller, script=parts.caller)


def words_of(story: Story) -> list[str]:
    said = [each for each in story.transcript if each.who == story.party]
    return [each.text for each in said if each.what == "heard"]


def texts_to(machine: Machine, number: str) -> str:
    return "\n".join(each.body for each in machine.network.messages if each.to == number)


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_the_command_that_rings_a_recipe_lets_it_be_heard(
    served: Machine, machine: Machine, name: str, tmp_path: Path
) -> None:
    script = recipes.flow(name).tests[0]
    transcript = casting.tried(name, script)
    for number, handset in casting.cast(script, transcript).others.items():
        machine.network.handset(number, handset)
    run.addresses(tmp_path).write_text(json.dumps({"phone": machine.network.base_url}))

    _, _, *options = shlex.split(casting.make_call(name))
    pairs = [option.split("=", 1) for option in options]
    words = [word for key, value in pairs for word in (f"--{key.lower()}", value)]
    command = [sys.executable, "-m", "local.call", "--state", str(tmp_path), *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    talk = casting.conversation(name, script, transcript)
    first = talk[0][0] if talk else casting.said(transcript)[0]
    assert first in ran.stdout, ran.stderr
    assert "Twilio would report" not in ran.stdout
