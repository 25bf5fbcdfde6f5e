"""The product's clock in the local cloud, which demonstrations move."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from infra.stages import ROOT, environment
from local.cloud.template import INSIDE

if TYPE_CHECKING:
    from pathlib import Path

ASK = """
from chalicelib.runtime import wiring
print(wiring.clock().isoformat())
"""


def told(clock: Path) -> datetime:
    """Ask a process that starts as a function of the local cloud does."""
    known = {**os.environ, **environment("local"), "CADRAN_LOCAL_CLOCK": str(clock)}
    known["PYTHONPATH"] = os.pathsep.join([str(INSIDE), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=known, capture_output=True, text=True, check=True
    )
    return datetime.fromisoformat(done.stdout.strip())


def test_the_clock_is_the_machines_until_it_is_moved_on(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    before = datetime.now(UTC)
    first = told(clock)
    clock.write_text("259200.5", encoding="ascii")
    moved = told(clock)

    assert before <= first <= datetime.now(UTC)
    assert timedelta(days=3) < moved - first < timedelta(days=3, minutes=5)
