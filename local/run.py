"""`make run`: the product on this machine, until Ctrl-C. What happened is kept under `.local/`.

Options are for a second one beside it: where its state is, its ports, how fast its telephones are.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.periods import Month
from local import lines, seed
from local.phone.handsets import BY_HAND, Handset, agent
from local.stage import up

if TYPE_CHECKING:
    from local.stage import Machine

STATE: Final = Path(".local")
CLOUD_PORT: Final = 8081
PHONE_PORT: Final = 8082
ORDERS_PORT: Final = 8099


def main() -> int:
    """Start everything, say what to try, and wait."""
    options = _options()
    place: Path = options.state
    place.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    with up(
        place,
        cloud_port=options.cloud_port,
        phone_port=options.phone_port,
        orders_port=options.orders_port,
        state=place / "phone",
        unscripted=BY_HAND,
        rate=options.speed,
    ) as machine:
        world = seed.seed(machine.agency, datetime.now(UTC).date(), print)
        lines.open_lines(machine.agency, machine.orders)
        machine.network.handset(seed.OVEN, Handset(answers_after=3, hangs_up_after=20))
        for number in (lines.ADVISER, lines.LAWYER):
            machine.network.handset(number, agent(after=3, talks=20))
        found = {"phone": machine.network.base_url, "api": machine.cloud.base_url}
        addresses(place).write_text(json.dumps(found))
        print(_what_to_try(machine, world.shop.account or ""), flush=True)
        stop.wait()
        print("\nStopping; the state is kept")
        addresses(place).unlink(missing_ok=True)
    return 0


def addresses(place: Path) -> Path:
    """Return the file that tells other programs where the running product is."""
    return place / "addresses.json"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--cloud-port", type=int, default=CLOUD_PORT)
    parser.add_argument("--phone-port", type=int, default=PHONE_PORT)
    parser.add_argument("--orders-port", type=int, default=ORDERS_PORT)
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of theirs to one of ours")
    return parser.parse_args()


def _what_to_try(machine: Machine, shop: str) -> str:
    base, key, page = machine.cloud.base_url, machine.agency.key, machine.network.base_url
    month = Month.of(datetime.now(UTC))
    headers = f"-H 'Authorization: Bearer {key}' -H 'Cadran-Account: {shop}'"
    return f"""
Cadran is up.
  base URL     {base}
  API key      {key}
  demo client  {shop}  (Boulangerie Martin)
  handset      {page}  (a telephone in your browser)

Try:
  make call TO={seed.SHOP} FROM={seed.CALLER} KEYS=1
  make call TO={seed.NIGHT_LINE} FROM={seed.CALLER}
  make call TO={lines.SUPPORT} FROM={seed.CALLER} KEYS=1,79927398713,1    (an order, a queue)
  make call TO={lines.SURCHARGED} FROM={seed.CALLER}    (what it costs, a beep, a lawyer)
  curl -s {headers} {base}/v1/calls
  curl -s {headers} '{base}/v1/charges?month={month}'
  curl -s {base}/v1/openapi.json

Ctrl-C stops it; started again, nothing is lost."""


if __name__ == "__main__":
    sys.exit(main())
