"""`make run`: the product on this machine, until Ctrl-C. What happened is kept under `.local/`."""

from __future__ import annotations

import json
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.periods import Month
from local import seed
from local.phone.handsets import BY_HAND, Handset
from local.stage import up

if TYPE_CHECKING:
    from local.stage import Machine

STATE: Final = Path(".local")
CLOUD_PORT: Final = 8081
PHONE_PORT: Final = 8082
# What other programs need to find the running product: `make call` reads it.
ADDRESSES: Final = STATE / "addresses.json"


def main() -> int:
    """Start everything, say what to try, and wait."""
    STATE.mkdir(exist_ok=True)
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    with up(
        STATE,
        cloud_port=CLOUD_PORT,
        phone_port=PHONE_PORT,
        state=STATE / "phone",
        unscripted=BY_HAND,
    ) as machine:
        world = seed.seed(machine.agency, datetime.now(UTC).date(), print)
        machine.network.handset(seed.OVEN, Handset(answers_after=3, hangs_up_after=20))
        addresses = {"phone": machine.network.base_url, "api": machine.cloud.base_url}
        ADDRESSES.write_text(json.dumps(addresses))
        print(_what_to_try(machine, world.shop.account or ""), flush=True)
        stop.wait()
        print("\nStopping; the state is kept")
        ADDRESSES.unlink(missing_ok=True)
    return 0


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
  curl -s {headers} {base}/v1/calls
  curl -s {headers} '{base}/v1/charges?month={month}'
  curl -s {base}/v1/openapi.json

Ctrl-C stops it; started again, nothing is lost."""


if __name__ == "__main__":
    sys.exit(main())
