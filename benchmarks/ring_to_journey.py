"""How long after the carrier's webhook an agent sees whose call it is, in the local cloud.

A visitor opens a page of a site and is lent a number of a pool; somebody rings it. Measured is from
just before the phone network sends its webhook until the message is there on an open WebSocket,
with the visit and its confidence: the webhook's function, the queue, the function that attributes
the call, the push. Wall-clock, warm; machines stall, so it is reported and bounds nothing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests

from benchmarks.figures import Figure, percentile, report
from local import seed
from local.phone.handsets import Handset
from local.stage import up
from local.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client
    from local.stage import Machine

WARM_UP: Final = 4
CALLS: Final = 24
SECONDS: Final = 2  # a call that is over is no news: on this clock, which runs, they last
ORIGIN: Final = "https://www.boulangerie.example"
PRINTED: Final = "+33199001990"
LENT: Final = tuple(f"+331990019{at:02}" for at in range(10, 13))
BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"


def figures() -> Iterator[Figure]:
    """Visit the shop's site and ring, again and again."""
    with (
        tempfile.TemporaryDirectory(prefix="cadran-bench-") as place,
        up(Path(place), say=_say, autojump=False, seed=1) as machine,
    ):
        world = seed.seed(machine.agency, datetime.now(UTC).date(), _say)
        site = open_site(world.shop)
        with Watching(world.shop) as watching:
            waits = [
                wait_of_an_agent(machine, site, watching, serial)
                for serial in range(WARM_UP + CALLS)
            ][WARM_UP:]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield Figure(f"ring_to_journey_{name}", percentile(waits, share), "ms")


def open_site(shop: Client) -> str:
    """Give the shop a pool of numbers, and a site that shows them; the site's id."""
    welcome = seed.flow(shop, seed.WELCOME)
    pool = shop.post("/v1/pools", {"name": "Visiteurs", "hold_minutes": 1})
    for number in LENT:
        seed.add_number(shop, number, welcome)
        shop.put(f"/v1/pools/{pool['id']}/numbers/{number}", {})
    swaps = [{"find": PRINTED, "pool_id": pool["id"]}]
    body = {"name": "Boulangerie", "origins": [ORIGIN], "swaps": swaps}
    return str(shop.post("/v1/sites", body)["id"])


def visit(base_url: str, site: str) -> dict[str, Any]:
    """Open a page of the site as somebody who came from an advert."""
    url = f"{ORIGIN}/tartes?utm_source=google&utm_medium=cpc&utm_campaign=Noel"
    body = {"site": site, "visit": None, "consent": True, "url": url, "title": "Tartes"}
    headers = {"Content-Type": "text/plain", "Origin": ORIGIN, "User-Agent": BROWSER}
    answer = requests.post(
        f"{base_url}/t/visits", data=json.dumps(body), headers=headers, timeout=30
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def wait_of_an_agent(machine: Machine, site: str, watching: Watching, serial: int) -> float:
    """Ring a visitor's number; the milliseconds until the agent sees the visit."""
    numbers = [each["show"] for each in visit(machine.cloud.base_url, site)["numbers"]]
    number = numbers[0] if numbers else LENT[0]  # the pool is empty: the last visitors' number
    caller = f"+3363998{serial:04}"
    began = time.perf_counter()
    story = machine.network.ring(to=number, from_=caller, script=Handset(hangs_up_after=SECONDS))
    told = watching.wait_for("call.ringing", story.call.sid)
    journey = told.message["data"]["journey"]
    if journey["role"] != "pool" or not journey["candidates"]:
        raise AssertionError(f"the call was not attributed: {journey}")
    return (told.at - began) * 1000


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(report(figures()))
