"""What a cold start pays: CPU seconds of `import app`, and the size of the package.

Baseline: the three imports that any Chalice application with PynamoDB that answers TwiML has.
Each sample is a fresh process; the two alternate, so that a drift of the machine hits both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure
from infra.stages import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 15
BASELINE = (
    "import chalice, pynamodb.models, pynamodb.attributes\n"
    "from twilio.twiml.voice_response import VoiceResponse"
)
PROBE = "\nimport resource\nused = resource.getrusage(resource.RUSAGE_SELF)\n"
PRINT = "print(used.ru_utime + used.ru_stime)"
ROOT = Path(__file__).parent.parent


def figures() -> Iterator[Figure]:
    """Measure."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_cpu_seconds(BASELINE))
        ours.append(_cpu_seconds("import app"))
    yield Figure(
        "cold_start",
        statistics.median(ours),
        "s CPU",
        baseline=statistics.median(theirs),
        bound=1.3,
    )


def _cpu_seconds(code: str) -> float:
    result = subprocess.run(
        [sys.executable, "-c", code + PROBE + PRINT],
        cwd=ROOT,
        env={**os.environ, **environment("local")},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(result.stdout)
