"""`make call`: ring a number of the running product from a scripted handset, and print what both
sides hear as it happens.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import requests

from local.run import STATE, addresses

POLL_SECONDS = 0.5


def main() -> int:
    """Ring, follow the call to its end, and return 0 if it was answered."""
    options = _options()
    found = addresses(options.state)
    if not found.exists():
        print("The product is not running here: start it with `make run` in another terminal.")
        return 2
    phone = json.loads(found.read_text())["phone"]
    order = {"to": options.to, "from": options.from_, "keys": options.keys, "say": options.say}
    try:
        answer = requests.post(f"{phone}/control/calls", json=order, timeout=10)
    except requests.ConnectionError:
        print(f"No phone network answers at {phone}: is `make run` still running?")
        return 2
    if not answer.ok:
        print(answer.json()["error"])
        return 1
    return _follow(phone, answer.json()["sid"])


def _follow(phone: str, sid: str) -> int:
    shown = 0
    while True:
        story: dict[str, Any] = requests.get(f"{phone}/control/calls/{sid}", timeout=10).json()
        lines = story["text"].splitlines()
        for line in lines[shown:]:
            print(line, flush=True)
        shown = len(lines)
        if story["over"]:
            print(f"\n{sid}: {story['status']}, {story['duration']} s")
            for report in story["reports"]:
                print(f"Twilio would report: {report}")
            return 0 if story["status"] == "completed" else 1
        time.sleep(POLL_SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make call", description=__doc__)
    parser.add_argument("--to", required=True, help="a number of ours, E.164")
    parser.add_argument("--from", dest="from_", required=True, help="the caller, or anonymous")
    parser.add_argument("--keys", default="", help="keys for each question: 1,2")
    parser.add_argument("--say", default="", help="what to say at the first question")
    parser.add_argument("--state", type=Path, default=STATE, help="of the product to ring")
    options = parser.parse_args()
    if not options.to or not options.from_:
        parser.error("TO and FROM are needed: make call TO=+33199001234 FROM=+33600001234")
    return options


if __name__ == "__main__":
    sys.exit(main())
