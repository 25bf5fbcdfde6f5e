"""Run Chalice's own command, with what a deployment of this stage needs in its environment."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from infra.stages import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.session import Aws
    from infra.stages import Stage

CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"


class ChaliceFailed(Exception):
    """The command ended with an error; it said why."""


def run(command: str, stage: Stage, aws: Aws, say: Callable[[str], None]) -> None:
    """Run `chalice <command> --stage <stage>`, passing on what it says. Raises ChaliceFailed."""
    environment = {
        **aws.environment,
        "CADRAN_CALLS_STREAM_ARN": stage.outputs().get("calls_stream_arn", ""),
    }
    with subprocess.Popen(
        [sys.executable, "-c", CHALICE, command, "--stage", stage.name],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            say(f"  {line.rstrip()}")
    if process.returncode != 0:
        raise ChaliceFailed(f"chalice {command} ended with status {process.returncode}.")
