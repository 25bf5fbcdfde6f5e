"""How many steps of a flow one core takes in a second of CPU time, and what a large flow costs.

A step is what a webhook brings and the engine decides: keys at a menu, words at a menu, a value
collected and read back, a branch on variables, an attempt to dial that ended. Nothing is
stored and no TwiML is made.

`ivr_step_large` is the same walk in a flow of 2,000 nodes, against one of ten; `ivr_parse` reads
and checks the large flow.
"""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.figures import Figure, report
from chalicelib.calls.events import DialStatus
from chalicelib.ivr.actions import Context, DialEnded, KeysPressed, Spoke
from chalicelib.ivr.engine import step
from chalicelib.ivr.flow import parse
from chalicelib.ivr.position import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.actions import Input
    from chalicelib.ivr.nodes import Flow

AT_LEAST: Final = 20_000
MOST_RATIO: Final = 1.2
MOST_SECONDS: Final = 0.5
SMALL, LARGE = 10, 2_000
STEPS: Final = 4_000
ROUNDS: Final = 11
NOW: Final = datetime(2026, 11, 24, 10, tzinfo=UTC)
CONTEXT: Final = Context(
    now=NOW,
    call_id="CA1",
    dialled="+33162017788",
    caller="+33612345678",
    memory={"order.number": "79927398713"},
)


def figures() -> Iterator[Figure]:
    """Walk through a small flow and a large one in turns; medians are the figures."""
    small, large = parse(_document(SMALL)), parse(_document(LARGE))
    gc.collect()
    speeds: dict[str, list[float]] = {"small": [], "large": []}
    for _ in range(ROUNDS):
        speeds["small"].append(_speed(small, SMALL))
        speeds["large"].append(_speed(large, LARGE))
    slow, fast = median(speeds["large"]), median(speeds["small"])
    yield Figure("ivr_step", int(fast), "steps/s CPU", at_least=AT_LEAST)
    cost, baseline = 1e6 / slow, 1e6 / fast
    yield Figure("ivr_step_large", cost, "microseconds CPU", baseline=baseline, at_most=MOST_RATIO)
    yield Figure("ivr_parse", _parsing(), "s CPU", at_most=MOST_SECONDS)


def _speed(flow: Flow, size: int) -> float:
    walk = list(_walk(size))
    began = time.process_time()
    for position, given in walk:
        step(flow, position, given, CONTEXT)
    return len(walk) / (time.process_time() - began)


def _parsing() -> float:
    document = _document(LARGE)
    taken = []
    for _ in range(5):
        began = time.process_time()
        parse(document)
        taken.append(time.process_time() - began)
    return median(taken)


def _walk(size: int) -> Iterator[tuple[Position, Input]]:
    menus = size // 5
    inputs: tuple[tuple[str, Input], ...] = (
        ("menu", KeysPressed("1")),
        ("menu", KeysPressed("7")),
        ("menu", Spoke("le service après-vente", 90)),
        ("order", KeysPressed("79927398713")),
        ("team", DialEnded(DialStatus.BUSY)),
    )
    for at in range(STEPS):
        node, given = inputs[at % len(inputs)]
        yield Position(f"{node}-{at % menus}", step=3, remembers=True), given


def _document(size: int) -> dict[str, Any]:
    """A flow of groups of five nodes, each leading to the next group."""
    groups = size // 5
    nodes: dict[str, Any] = {}
    for at in range(groups):
        following = f"menu-{(at + 1) % groups}"
        nodes[f"menu-{at}"] = {
            "kind": "menu",
            "listen": "both",
            "prompt": f"Groupe {at}. Une commande, tapez 1. Le service après-vente, tapez 2.",
            "choices": {
                "1": {"next": f"order-{at}", "phrases": ["une commande"]},
                "2": {"next": f"route-{at}", "phrases": ["service après-vente"]},
                "3": following,
            },
        }
        nodes[f"order-{at}"] = {
            "kind": "collect",
            "prompt": "Votre numéro de commande ?",
            "variable": "order.number",
            "check_digit": "luhn",
            "next": f"route-{at}",
        }
        nodes[f"route-{at}"] = {
            "kind": "branch",
            "rules": [
                {"when": {"order.number": {"starts_with": "7"}}, "next": f"team-{at}"},
                {"percent": 50, "next": f"team-{at}"},
            ],
            "otherwise": f"box-{at}",
        }
        nodes[f"team-{at}"] = {
            "kind": "dial",
            "destinations": ["+33162010001", "+33162010002"],
            "no_answer": f"box-{at}",
        }
        nodes[f"box-{at}"] = {"kind": "voicemail"}
    return {"name": "Grand standard", "start": "menu-0", "nodes": nodes}


if __name__ == "__main__":
    sys.exit(report(figures()))
