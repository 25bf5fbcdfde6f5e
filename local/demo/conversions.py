"""The demo's part of conversions: a call from an advert is told to a network that takes it.

A visitor comes by an advert and agrees to be told of; the caller talks for two minutes; Meta's
stand-in on this machine, which is as strict as its published format, takes the conversion.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import requests

from local import seed
from local.checks import wait_for
from local.client import TIMEOUT_SECONDS
from local.phone.handsets import Handset
from local.providers import meta

if TYPE_CHECKING:
    from local.checks import Checks
    from local.client import Client
    from local.stage import Machine

PRINTED: Final = "+33199004300"
LENT: Final = "+33199004301"
DESK: Final = "+33199004309"
CALLER: Final = "+33600004301"
ORIGIN: Final = "https://www.garage-demo.example"
BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ADVERT: Final = f"{ORIGIN}/devis?utm_campaign=Pneus&fbclid=IwAR0demo"
LEGAL: Final = {
    "legal_name": "Garage des Pentes SARL",
    "address": {"lines": ["3 rue des Pentes"], "postcode": "69001", "city": "Lyon"},
    "email": "compta@garage-demo.test",
    "siren": "999000409",
    "vat_id": "FR96999000409",
}
FLOW: Final[dict[str, Any]] = {
    "name": "Garage",
    "language": "fr-FR",
    "start": "desk",
    "nodes": {
        "desk": {"kind": "dial", "destinations": [DESK], "no_answer": "message"},
        "message": {"kind": "voicemail", "greeting": "Laissez un message.", "max_seconds": 60},
    },
}


def play(machine: Machine, checks: Checks) -> None:
    """Have a visitor ring, and look at what the network was told."""
    print("\nA call that an advert brought is told to the network, with the visitor's consent")
    client = seed.client(machine.agency, "Garage des Pentes", LEGAL, once="demo-garage")
    site = _site(client)
    _destination(client)
    number = _visits(machine, site)
    checks.that("the visitor's own number", number, LENT)
    machine.network.handset(DESK, Handset(answers_after=3))
    call = machine.network.ring(to=number, from_=CALLER, script=Handset(hangs_up_after=120))
    wait_for(lambda: _state(client) == "sent", "the conversion to be sent")
    (line,) = client.get("/v1/conversions")["items"]
    checks.that("which call it is of", line["call_id"], call.call.sid)
    checks.that("what the network took", machine.networks.taken, [(meta.HOST, line["id"])])
    sent = machine.networks.asked[-1].json["data"][0]
    checks.that("by which click", sent["user_data"]["fbc"].rpartition(".")[2], "IwAR0demo")
    checks.that("from a telephone", sent["action_source"], "phone_call")
    checks.that("nobody's number in clear", CALLER[1:] in json.dumps(sent), False)


def _site(client: Client) -> str:
    flow = seed.flow(client, FLOW)
    for number in (PRINTED, LENT):
        seed.add_number(client, number, flow)
    pool = client.post("/v1/pools", {"name": "Garage"})["id"]
    client.put(f"/v1/pools/{pool}/numbers/{LENT}", {})
    swaps = [{"find": PRINTED, "pool_id": pool}]
    order = {"name": "Garage", "origins": [ORIGIN], "swaps": swaps}
    return str(client.post("/v1/sites", order)["id"])


def _destination(client: Client) -> None:
    client.post(
        "/v1/conversions/destinations",
        {
            "name": "Meta, appels qualifiés",
            "network": "meta",
            "ids": {"pixel_id": meta.PIXEL},
            "secrets": {"access_token": meta.TOKEN},
            "value_cents": 4_000,
            "send_caller": True,
        },
    )


def _visits(machine: Machine, site: str) -> str:
    """Come by the advert, agree, and return the number that the page is told to show."""
    page = {"site": site, "visit": None, "consent": True, "url": ADVERT, "at": 1}
    shown = _tells(machine, "/t/visits", {**page, "numbers": [PRINTED]})
    agreed = {"ad_user_data": "granted", "ad_personalization": "denied"}
    event = {"kind": "custom", "at": 2, "name": "consent", "data": agreed}
    _tells(machine, "/t/events", {"site": site, "visit": shown["visit"], "events": [event]})
    return str(shown["numbers"][0]["show"])


def _tells(machine: Machine, path: str, message: dict[str, Any]) -> Any:
    answer = requests.post(
        machine.cloud.base_url + path,
        data=json.dumps(message).encode(),
        headers={"Content-Type": "text/plain", "Origin": ORIGIN, "User-Agent": BROWSER},
        timeout=TIMEOUT_SECONDS,
    )
    answer.raise_for_status()
    return answer.json()


def _state(client: Client) -> str | None:
    lines = client.get("/v1/conversions")["items"]
    return str(lines[0]["state"]) if lines else None
