"""What the product as a whole writes to its log."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.architecture.tree import ROOT
from tests.clouds import ENVIRONMENT

PROGRAM = """
import app
from chalicelib.runtime.observability import logger
logger().info("one", extra={"caller": "+33612345678"})
try:
    raise ValueError("no tariff for +33612345678")
except ValueError:
    logger().exception("two")
app.app.log.error("three: %s", "+33612345678")
"""


def test_a_line_is_written_once_in_json_and_without_a_number() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["message"] for line in lines] == ["one", "two", "three: +33*****78"]
    assert "6123456" not in done.stdout + done.stderr
    assert done.stderr == ""
