"""The demo's last part: two hundred people are asked how satisfied they are, by a machine.

The clock is moved on: to just before the lawful hours, into them, past their end, and from call to
call. On the way two workers are killed in the middle of what they do.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import requests

from local import seed
from local.checks import table, wait_for
from local.demo.people import FATES, NEVER_AGAIN, everybody, promoter_score

if TYPE_CHECKING:
    from local.checks import Checks
    from local.client import Client
    from local.stage import Machine

# Of a family that machines may show (docs/campaigns.md, the matrix).
SHOWN: Final = "+33162019900"
PARIS: Final = ZoneInfo("Europe/Paris")
CALLS_A_SECOND: Final = 10
WORKER: Final = "place_campaign_calls"
PROFESSIONAL: Final = {"siren": "999000201", "name": "Boutique Dupont"}
SURVEY: Final = {
    "name": "Satisfaction",
    "questions": [
        {"key": "nps", "kind": "nps", "text": "De 0 à 10, nous recommanderiez-vous à un proche ?"}
    ],
    "thanks": "Merci, à bientôt.",
}
MESSAGE: Final = {
    "name": "Message aux répondeurs",
    "language": "fr-FR",
    "start": "left",
    "nodes": {
        "left": {
            "kind": "hangup",
            "text": "La boutique Dupont vous a appelé pour connaître votre avis. Bonne journée.",
        }
    },
}
SCHEDULED: Final = {
    "version": "0",
    "id": "demo",
    "account": "000000000000",
    "region": "eu-west-3",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-30T09:00:00Z",
    "resources": [],
    "detail": {},
}
# How long the clock goes on at a time, and at most: all retries are over by then.
STEP: Final = timedelta(minutes=4)
DAYS: Final = timedelta(days=6)


def play(machine: Machine, client: Client, checks: Checks) -> None:
    """Write the campaign down, let its days go by, and look at what became of everybody."""
    print("\n18. Two hundred people are put on a list; five of them want no calls")
    people = dict(everybody())
    for number, fate in people.items():
        machine.network.handset(number, fate.handset)
    list_id = _list(client, people)
    campaign, survey = _campaign(client, list_id)
    door = f"/v1/campaigns/{campaign}"
    opens = _opens(client, door)

    print(f"19. It is two minutes to ten ({opens:%A %d %B}): the campaign waits for the hour")
    machine.moves_on_to(opens - timedelta(minutes=2))
    client.post(f"{door}/start")
    _tick(machine)
    _at_rest(machine)
    checks.that("calls before ten", client.get(f"{door}/progress")["calls"], 0)

    print("20. Ten o'clock: people are rung, and two workers are killed in the middle of it")
    machine.moves_on_to(opens)
    _tick(machine)
    for _ in range(2):
        _kill_whoever_rings(machine, client, door)
    _at_rest(machine)

    print("21. One o'clock: nobody is rung; at two it goes on, and on the days that follow")
    _shut(machine, client, door, opens, checks)
    last = _until_it_is_over(machine, client, door)
    _check(machine, client, door, survey, people, checks)
    print(f"    over on {last:%A %d %B at %H:%M} UTC")


def _list(client: Client, people: dict[str, Any]) -> str:
    list_id = str(client.post("/v1/contact-lists", {"name": "Clients de novembre"})["id"])
    rows = "\n".join(f"Client {at};{number}" for at, number in enumerate(people))
    made = client.post("/v1/contact-imports", {"list_id": list_id, "name": "clients.csv"})
    put = requests.put(made["upload_url"], data=f"Nom;Téléphone\n{rows}".encode(), timeout=60)
    put.raise_for_status()
    door = f"/v1/contact-imports/{made['id']}"
    client.post(f"{door}/preview", {})
    client.post(f"{door}/start", {})
    wait_for(lambda: client.get(door)["status"] == "done", "the list to be there")
    for number, fate in people.items():
        if fate.done_by == "blocked":
            client.post("/v1/suppressions", {"number": number})
    return list_id


def _campaign(client: Client, list_id: str) -> tuple[str, str]:
    survey = str(client.post("/v1/surveys", {"document": SURVEY})["id"])
    client.post(f"/v1/surveys/{survey}/publish")
    asked, message = (seed.flow(client, each) for each in (_questions(survey), MESSAGE))
    seed.add_number(client, SHOWN, asked)
    client.put("/v1/campaign-limits", {"calls_per_second": CALLS_A_SECOND})
    plan = {
        "name": "Êtes-vous satisfait ?",
        "professional": PROFESSIONAL,
        "purpose": "survey",
        "object": "Satisfaction après achat",
        "list_id": list_id,
        "mode": "agentless",
        "flow": {"flow_id": asked, "version": 1},
        "machines": "leave_message",
        "message": {"flow_id": message, "version": 1},
        "shown": SHOWN,
        "retries": {"most": 2, "most_a_day": 2},
    }
    return str(client.post("/v1/campaigns", plan)["id"]), survey


def _questions(survey: str) -> dict[str, Any]:
    prompt = (
        "Bonjour, ici la boutique Dupont. Pour répondre à une question, tapez 1. "
        "Pour nous laisser un message, tapez 0. "
        f"Pour ne plus être appelé, tapez {NEVER_AGAIN}."
    )
    return {
        "name": "Une question",
        "language": "fr-FR",
        "start": "hello",
        "nodes": {
            "hello": {
                "kind": "menu",
                "prompt": prompt,
                "choices": {"1": "ask", "0": "box", NEVER_AGAIN: "stop"},
                "no_input": {"next": "bye"},
            },
            "ask": {"kind": "survey", "survey": survey, "next": "bye"},
            "stop": {"kind": "tag", "tag": "opt-out", "next": "noted"},
            "noted": {"kind": "hangup", "text": "C'est noté, nous ne vous appellerons plus."},
            "box": {"kind": "voicemail"},
            "bye": {"kind": "hangup", "text": "Bonne journée."},
        },
    }


def _opens(client: Client, door: str) -> datetime:
    """Ask when the first call is lawful from tomorrow on: the law, not the demo, knows the day."""
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    at = (tomorrow + timedelta(days=1)).isoformat()
    return datetime.fromisoformat(client.get(f"{door}/dry-run", at=at)["first"])


def _tick(machine: Machine) -> None:
    """Have it be the next minute, as the schedule does."""
    machine.cloud.invoke("campaigns_tick", SCHEDULED)


def _kill_whoever_rings(machine: Machine, client: Client, door: str) -> None:
    """Kill the worker that places calls, some calls on; then have it be some minutes later."""
    before = client.get(f"{door}/progress")["calls"]

    def at_work() -> bool:
        return client.get(f"{door}/progress")["calls"] >= before + 15 and any(
            machine.cloud.workers(WORKER)
        )

    wait_for(at_work, "somebody to ring people")
    killed = list(machine.cloud.workers(WORKER))
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not set(killed) & set(machine.cloud.workers(WORKER)), "the worker to be dead")
    left = client.get(f"{door}/progress")
    print(
        f"    killed after {left['calls']} calls, of which {left['open']} are not known to be over"
    )
    _at_rest(machine)
    # Whom it had leased is due again by then, and what it left in doubt is looked up.
    machine.moves_on_to(_now(machine) + STEP)
    _tick(machine)


def _now(machine: Machine) -> datetime:
    ahead = float(machine.clock.read_text(encoding="ascii"))
    return datetime.now(UTC) + timedelta(seconds=ahead)


def _at_rest(machine: Machine) -> None:
    """Wait until no telephone rings, and no function is at work, for two seconds."""
    network, cloud = machine.network, machine.cloud
    quiet_since = time.monotonic()
    deadline = quiet_since + 180
    seen = -1.0
    while time.monotonic() - quiet_since < 2:
        used = sum(_seconds_used(each) for each in machine.cloud.workers(WORKER))
        talking = network.call(lambda: bool(network.network.exchange.legs))
        if talking or used != seen:
            quiet_since = time.monotonic()
        seen = used
        if time.monotonic() > deadline:
            raise TimeoutError(f"campaigns were at work for three minutes: {cloud.base_url}")
        time.sleep(0.25)


def _seconds_used(worker: int) -> float:
    with suppress(OSError):
        facts = Path(f"/proc/{worker}/stat").read_text().rpartition(") ")[2].split()
        return float(facts[11]) + float(facts[12])
    return 0.0


def _shut(machine: Machine, client: Client, door: str, opens: datetime, checks: Checks) -> None:
    machine.moves_on_to(max(_now(machine), opens + timedelta(hours=3, minutes=5)))
    before = client.get(f"{door}/progress")["calls"]
    _tick(machine)
    _at_rest(machine)
    after = client.get(f"{door}/progress")
    checks.that("calls between one and two", after["calls"] - before, 0)
    machine.moves_on_to(opens + timedelta(hours=4))


def _until_it_is_over(machine: Machine, client: Client, door: str) -> datetime:
    """Let minutes and hours go by, each with its tick, until nobody is left to be rung."""
    end = _now(machine) + DAYS
    while client.get(door)["state"] != "finished":
        now = _now(machine)
        if now > end:
            raise TimeoutError(f"not over after {DAYS.days} days: {client.get(f'{door}/progress')}")
        _tick(machine)
        _at_rest(machine)
        machine.moves_on_to(_now(machine) + timedelta(hours=1))
    return _now(machine)


def _check(
    machine: Machine,
    client: Client,
    door: str,
    survey: str,
    people: dict[str, Any],
    checks: Checks,
) -> None:
    progress = client.get(f"{door}/progress")
    why: Counter[str] = Counter()
    for fate in FATES:
        why[fate.done_by] += fate.people
    checks.that("everybody is accounted for", progress["done"], len(people))
    checks.that("how it ended for them", progress["done_by"], dict(why))
    rung = Counter(call.to for call in _calls(machine) if call.to in people)
    wanted = {number: fate.calls for number, fate in people.items() if fate.calls}
    astray = {number: times for number, times in rung.items() if times != wanted.get(number)}
    checks.that("people rung as often as they should be", len(rung) - len(astray), len(wanted))
    checks.that("rung once too often, or not often enough", astray, {})
    checks.that("calls that were counted", sum(progress["outcomes"].values()), rung.total())
    lost = progress["calls"] - rung.total()
    checks.that("orders that two killed workers never sent", progress["never_placed"], lost)
    checks.that("lawful hours only", _hours(progress) <= {*range(10, 13), *range(14, 20)}, True)
    days = {"from": progress["hours"][0]["at"][:10], "to": progress["hours"][-1]["at"][:10]}
    (nps,) = client.get(f"/v1/surveys/{survey}/results", **days)["total"]["questions"]
    checks.that("the score that people gave", nps["nps"]["score"], promoter_score())
    rows = [(name, count) for name, count in sorted(progress["outcomes"].items())]
    print(table("How the campaign's calls ended", ["outcome", "calls"], rows))


def _calls(machine: Machine) -> list[Any]:
    network = machine.network
    return network.call(lambda: list(network.network.exchange.book.calls.values()))


def _hours(progress: dict[str, Any]) -> set[int]:
    began = (each["at"] for each in progress["hours"] if each["begun"])
    return {datetime.fromisoformat(each).astimezone(PARIS).hour for each in began}
