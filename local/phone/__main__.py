"""`python -m local.phone`: the network as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path

from local.phone.exchange import ACCOUNT_SID, AUTH_TOKEN
from local.phone.handsets import BY_HAND, RINGS_OUT
from local.phone.network import PhoneNetwork


def main() -> None:
    """Read the options and serve until interrupted."""
    asyncio.run(_serve(_options()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.phone", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=8082)
    add("--account-sid", default=ACCOUNT_SID)
    add(
        "--app-auth-token",
        default=os.environ.get("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
        help="signs webhooks and opens the REST API (default: $TWILIO_AUTH_TOKEN)",
    )
    add("--state", type=Path, help="directory that keeps numbers, calls and recordings")
    add("--rate", type=float, default=1.0, help="network seconds in a real second")
    add("--autojump", action="store_true", help="skip to the next event when nothing goes on")
    add("--seed", type=int, help="repeat the same identifiers and surprises")
    add("--calls-per-second", type=float, default=1.0)
    add("--most-requests", type=int, default=100, help="REST requests at once before 429")
    add(
        "--unscripted",
        choices=("people", "ring-out"),
        default="people",
        help="who has the numbers without a script: people on the page, or nobody",
    )
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    network = PhoneNetwork(
        account_sid=options.account_sid,
        auth_token=options.app_auth_token,
        autojump=options.autojump,
        rate=options.rate,
        state=options.state,
        seed=options.seed,
        calls_per_second=options.calls_per_second,
        most_requests=options.most_requests,
        unscripted=BY_HAND if options.unscripted == "people" else RINGS_OUT,
    )
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    print(f"The phone network: {await network.start(options.host, options.port)}", flush=True)
    await stopped.wait()
    await network.stop()
    print("The phone network stops.", flush=True)


if __name__ == "__main__":
    main()
