"""People rung back through the deployed package: an agent first, then they."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local import seed
from local.phone.handsets import Handset, agent, ignores
from tests.machines import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client
    from local.phone.model import Call
    from tests.machines import Machine

pytestmark = pytest.mark.slow

SKILL = "rappels"  # the machine is everybody's: another test's agents are not to answer here
ASKS = "+33612349873"
ORIGIN = "https://www.boutique.example"
FORM: dict[str, Any] = {
    "professional": {"siren": "999000201", "name": "Boutique Dupont"},
    "object": "Livraison de pain à domicile",
    "text": "En demandant à être rappelé, j'accepte que Boutique Dupont m'appelle pour la livraison"
    " de pain à domicile. Je peux retirer mon accord et demander la preuve à tout moment.",
    "queue": "rappels",
    "shown": seed.SHOP,
}
AGENT, PERSON, NOBODY = "+33199004391", "+33199004392", "+33199004393"


@pytest.fixture(scope="module")
def shop(whole_machine: Machine) -> Iterator[Client]:
    """A shop with a queue, whose agent is away unless a test needs them."""
    client = whole_machine.world.shop
    own = {"name": "rappels", "wrap_up_seconds": 0, "rest_seconds": 1, "skills": [SKILL]}
    client.post("/v1/queues", own)
    body = {"name": "Nadia", "number": AGENT, "available": False, "skills": [SKILL]}
    made = client.post("/v1/agents", body)
    yield client
    client.delete(f"/v1/agents/{made['id']}")


def comes(shop: Client, *, available: bool) -> None:
    """Have the agent come, or go."""
    (made,) = [each for each in shop.every("/v1/agents") if each["number"] == AGENT]
    path = f"/v1/agents/{made['id']}"
    shop.patch(path, {"available": available}, if_match=f'"{made["version"]}"')


def asks(shop: Client, number: str) -> dict[str, Any]:
    """Ask to be rung back within the hour, whatever the time of day is."""
    now = datetime.now(UTC)
    slot = {"from": now.isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
    order = {"queue": "rappels", "line": seed.SHOP, "number": number, "slot": slot}
    made: dict[str, Any] = shop.post("/v1/callbacks", {**order, "label": "Commande 12"})
    return made


def calls_of(machine: Machine) -> list[Call]:
    """Return the calls to the agent and to people, in order."""
    network = machine.network
    calls = network.call(lambda: list(network.network.exchange.book.calls.values()))
    return [each for each in calls if each.to in (AGENT, PERSON)]


def becomes(shop: Client, id: str, state: str, **facts: Any) -> dict[str, Any]:
    """Wait until a callback is in a state, and return it."""

    def ready() -> bool:
        found = shop.get(f"/v1/callbacks/{id}")
        return all(found[name] == value for name, value in {"state": state, **facts}.items())

    wait_for(ready, f"the callback to be {state}")
    found: dict[str, Any] = shop.get(f"/v1/callbacks/{id}")
    return found


def test_an_agent_is_rung_and_speaks_with_who_asked_for_it(machine: Machine, shop: Client) -> None:
    machine.network.handset(AGENT, agent(after=2, talks=30, accepts="1"))
    machine.network.handset(PERSON, Handset(answers_after=3))
    before = len(calls_of(machine))
    callback = asks(shop, PERSON)
    assert callback["state"] == "waiting"

    comes(shop, available=True)
    done = becomes(shop, callback["id"], "reached")

    assert (done["attempts"], done["last_status"]) == (1, "answered")
    rung = calls_of(machine)[before:]
    assert sorted(each.to for each in rung) == [AGENT, PERSON]
    assert {each.from_ for each in rung} == {seed.SHOP}
    comes(shop, available=False)


def test_a_person_who_does_not_answer_is_left_alone_for_a_while(
    machine: Machine, shop: Client
) -> None:
    machine.network.handset(AGENT, agent(after=2, accepts="1"))
    machine.network.handset(NOBODY, Handset(answers_after=None))
    comes(shop, available=True)

    callback = asks(shop, NOBODY)
    tried = becomes(shop, callback["id"], "waiting", attempts=1)

    assert tried["last_status"] == "no-answer"
    assert tried["not_before"] is not None
    shop.delete(f"/v1/callbacks/{callback['id']}")
    comes(shop, available=False)


def test_a_voice_mail_that_answers_for_the_agent_takes_no_callback(
    machine: Machine, shop: Client
) -> None:
    machine.network.handset(AGENT, ignores(after=2))
    comes(shop, available=True)
    callback = asks(shop, PERSON)

    def rung() -> bool:
        (nadia,) = [each for each in shop.every("/v1/agents") if each["number"] == AGENT]
        return nadia["state"] in ("ringing", "resting")

    wait_for(rung, "the agent to be rung")
    comes(shop, available=False)
    waits = becomes(shop, callback["id"], "waiting")

    assert waits["attempts"] == 0
    shop.delete(f"/v1/callbacks/{callback['id']}")


def test_who_asks_on_a_page_is_noted_with_the_proof_of_it(machine: Machine, shop: Client) -> None:
    site = shop.post("/v1/sites", {"name": "Boutique", "origins": [ORIGIN]})["id"]
    form = shop.post("/v1/callback-forms", {**FORM, "site": site})["id"]
    known = {"site": site, "form": form}

    def sends(path: str, body: dict[str, str], origin: str = ORIGIN) -> requests.Response:
        browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
        headers = {"origin": origin, "content-type": "text/plain", "user-agent": browser}
        door = f"{machine.cloud.base_url}/t/callbacks{path}"
        return requests.post(door, data=json.dumps({**known, **body}), headers=headers, timeout=60)

    slot = sends("/slots", {}).json()["slots"][0]["id"]
    wanted = {"number": ASKS, "slot": slot, "label": "Baguettes"}
    strange = sends("", wanted, "https://rival.example")
    heard, again = sends("", wanted), sends("", wanted)

    assert (strange.status_code, heard.json()["status"]) == (403, "taken"), heard.text
    assert again.status_code == 422  # a number has one open request at a time
    (asking,) = shop.get("/v1/web-callbacks")["items"]
    assert (asking["number"], asking["label"], asking["state"]) == (ASKS, "Baguettes", "confirmed")
    assert asking["proof"]["origin"] == ORIGIN
    assert calls_to(machine, ASKS) == []
    shop.delete(f"/v1/web-callbacks/{asking['id']}")
    (asking,) = shop.get("/v1/web-callbacks")["items"]
    assert asking["state"] == "cancelled"


def calls_to(machine: Machine, number: str) -> list[Call]:
    network = machine.network
    calls = network.call(lambda: list(network.network.exchange.book.calls.values()))
    return [each for each in calls if each.to == number]
