"""`make campaign`: follow a campaign on a terminal until it is over.

`CADRAN_KEY=... python -m local.campaign --id camp_1 --api https://...` asks for its progress every
two seconds and draws a bar. Without an API it is the product that runs on this machine. The exit
status is 0 once nobody is left to be rung, 1 if the API refuses, 130 if it is interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import requests

from local.client import ApiRefused, Client
from local.run import STATE, addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAUSE_SECONDS: Final = 2.0
# States after which nothing is rung any more.
OVER: Final = frozenset({"finished", "stopped", "archived"})
_WIDTH: Final = 80
_FULL, _EMPTY = "#", "."


def main() -> int:
    """Follow a campaign to its end."""
    options = _options()
    client = _client(options)
    if client is None:
        print("Say where the API is (--api) and set CADRAN_KEY, or start the product: `make run`.")
        return 2
    try:
        follow(lambda: client.get(f"/v1/campaigns/{options.id}/progress"))
    except ApiRefused as error:
        print(error)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def follow(
    ask: Callable[[], Any],
    say: Callable[[str], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Draw progress until the campaign is over, then what it came to; news that are lost are asked
    for again.
    """
    tell = say or _printed
    while True:
        try:
            told = ask()
        except requests.RequestException:
            tell("\rno answer: asking again")
            sleep(PAUSE_SECONDS)
            continue
        width = shutil.get_terminal_size((_WIDTH, 24)).columns
        tell("\r" + bar(told, width))
        if is_over(told):
            tell("\n" + summary(told) + "\n")
            return
        sleep(PAUSE_SECONDS)


def is_over(told: Mapping[str, Any]) -> bool:
    """Say whether nobody is rung any more: stopped, or nobody is left and no call is up."""
    through = told["whole"] and not told["remaining"]
    return not told["open"] and (told["state"] in OVER or through)


def bar(told: Mapping[str, Any], width: int = _WIDTH) -> str:
    """Return one line: a bar, who is done of whom, what goes on, and when it is through."""
    done, members = told["done"], told["members"]
    share = done / members if members else float(told["whole"])
    more = "" if told["whole"] else "+"
    words = f" {share:4.0%} {done}/{members}{more}, {told['open']} up, {_pace(told)}"
    room = max(10, width - len(words) - 3)
    full = round(room * min(1.0, share))
    return f"[{_FULL * full}{_EMPTY * (room - full)}]{words}"[: max(width - 1, 20)].ljust(width - 1)


def summary(told: Mapping[str, Any]) -> str:
    """Return what a campaign has come to, a line each."""
    lines = [f"{told['campaign_id']}: {told['calls']} calls to {told['members']} people"]
    lines += [f"  {name}: {count}" for name, count in sorted(told["outcomes"].items())]
    lines += [f"  {each['members']} kept: {each['words']['en']}" for each in told["blocked"]]
    return "\n".join(lines)


def _pace(told: Mapping[str, Any]) -> str:
    if told["ends_at"] is None:
        return f"{told['calls_an_hour']:g} calls/h"
    ends_at = datetime.fromisoformat(told["ends_at"]).astimezone()
    return f"{told['calls_an_hour']:g} calls/h, until {ends_at:%d/%m %H:%M}"


def _printed(text: str) -> None:
    print(text, end="", flush=True)


def _client(options: argparse.Namespace) -> Client | None:
    key, api = os.environ.get("CADRAN_KEY", ""), options.api
    if not api and addresses(STATE).exists():
        api = json.loads(addresses(STATE).read_text())["api"]
    return Client(api.rstrip("/"), key, options.account or None) if api and key else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Follow a campaign until it is over.")
    parser.add_argument("--id", required=True, help="the campaign's")
    parser.add_argument("--api", default="", help="where the API is; this machine's if not said")
    parser.add_argument("--account", default="", help="a client account of the key's agency")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
