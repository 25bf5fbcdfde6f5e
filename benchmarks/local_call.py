"""How long a caller of the local cloud rings before the first TwiML is there.

The whole way: a signed webhook from the phone network, the emulator's API Gateway and Lambda, the
deployed package, the emulator's DynamoDB, and back. Wall-clock, warm; machines stall, so it is
reported and bounds nothing.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure, percentile, report
from local import seed
from local.phone.handsets import Handset
from local.stage import up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stage import Machine

WARM_UP: Final = 5
CALLS: Final = 40


def figures() -> Iterator[Figure]:
    """Ring the demo's shop again and again; its callers hang up in the menu."""
    with (
        tempfile.TemporaryDirectory(prefix="cadran-bench-") as place,
        up(Path(place), say=_say, autojump=True, seed=1) as machine,
    ):
        seed.seed(machine.agency, datetime.now(UTC).date(), _say)
        waits = [_wait_of_a_caller(machine) for _ in range(WARM_UP + CALLS)][WARM_UP:]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield Figure(f"local_call_{name}", percentile(waits, share), "ms")


def _wait_of_a_caller(machine: Machine) -> float:
    story = machine.network.ring(to=seed.SHOP, from_=seed.CALLER, script=Handset(hangs_up_after=2))
    (first,) = story.sent("voice")
    if first.status != 200 or "<Gather" not in first.body:
        raise AssertionError(f"the call was answered with {first.status}: {first.body}")
    return first.latency_ms


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(report(figures()))
