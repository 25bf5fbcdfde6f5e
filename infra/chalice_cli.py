"""Run Chalice's own command."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from infra.stages import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from infra.stages import Stage

STREAM_ARN = "CADRAN_CALLS_STREAM_ARN"
CHALICE = "infra.chalice_main"


class ChaliceFailed(Exception):
    """The command ended with an error; the message is the last thing it said."""


def run(
    arguments: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Run `chalice <arguments>` here, passing on what it says. Raises ChaliceFailed."""
    with subprocess.Popen(
        [sys.executable, "-m", CHALICE, *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = [line.rstrip() for line in _passed_on(process.stdout, say)]
    if process.returncode != 0:
        last = next((line for line in reversed(said) if line.strip()), "")
        raise ChaliceFailed(f"chalice {arguments[0]} failed: {last.strip()}")


def run_for(
    command: str, stage: Stage, environment: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Run a command for a stage. `app.py` reads the stream's ARN when it is imported."""
    known = stage.outputs()
    stream = {STREAM_ARN: known["calls_stream_arn"]} if "calls_stream_arn" in known else {}
    run([command, "--stage", stage.name], {**environment, **stream}, say)


def _passed_on(lines: Iterable[str] | None, say: Callable[[str], None]) -> Iterator[str]:
    for line in lines or ():
        say(f"  {line.rstrip()}")
        yield line
