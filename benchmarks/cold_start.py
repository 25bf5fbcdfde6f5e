"""What a cold start pays: CPU seconds of `import app` in a fresh process.

Baseline: the three imports that any Chalice application with PynamoDB that answers TwiML has.
Both find bytecode, as a second run on any machine does. Samples of the two alternate, so that a
drift of the machine hits both.

`cold_start_first_call` goes on to answer a call, storage and secrets stubbed: it shows what was
put off rather than saved, and has no bound.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks import cloud, shop
from benchmarks.figures import Figure, report
from infra.stages import ROOT
from tests import clouds

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS: Final = 21
AT_MOST: Final = 1.3
LIBRARIES: Final = (
    "import chalice, pynamodb.models, pynamodb.attributes\n"
    "from twilio.twiml.voice_response import VoiceResponse"
)
PRODUCT: Final = "import app"
FIRST_CALL: Final = """
import json, sys
import app
from benchmarks import shop
from chalicelib.runtime import secrets
shop.stub_stores()
secrets.twilio = lambda: secrets.TwilioCredentials("AC0", ("12345",))
secrets.pepper = lambda: bytes(32)
answer = app.app(json.load(sys.stdin), None)
assert "<Gather" in answer["body"], answer
"""
USED: Final = """
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime)
"""


def figures() -> Iterator[Figure]:
    """Measure all three in turns; each figure is a median."""
    codes = (LIBRARIES, PRODUCT, FIRST_CALL)
    with tempfile.TemporaryDirectory(prefix="cadran-bytecode-") as bytecode:
        for code in codes:
            _cpu_seconds(code, bytecode)  # writes the bytecode
        rounds = [[_cpu_seconds(code, bytecode) for code in codes] for _ in range(ROUNDS)]
    libraries, product, first_call = (median(sample) for sample in zip(*rounds, strict=True))
    yield Figure("cold_start", product, "s CPU", libraries, at_most=AT_MOST)
    yield Figure("cold_start_first_call", first_call, "s CPU", libraries)


def _cpu_seconds(code: str, bytecode: str) -> float:
    environ = {**os.environ, **clouds.ENVIRONMENT, "PYTHONPYCACHEPREFIX": bytecode}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", code + USED],
        cwd=ROOT,
        env=environ,
        input=_event(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return float(done.stdout.splitlines()[-1])


def _event() -> str:
    from app import app

    return json.dumps(cloud.webhook(app, shop.INCOMING, shop.an_incoming(f"CA{1:032x}")))


if __name__ == "__main__":
    os.environ.update(clouds.ENVIRONMENT)
    sys.exit(report(figures()))
