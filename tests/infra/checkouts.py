"""A copy of the product's files, so that a deployment under test leaves no trace in this tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.stages import REGION, ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = ("app.py", "requirements.txt", "chalicelib", "infra")
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "000000000000",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A clone in which commands are run as an operator does."""

    home: Path

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run `python <arguments>` in it."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.home,
            env={**kept, **CREDENTIALS},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )


def a_checkout(home: Path) -> Checkout:
    """Copy what an operator has, with the libraries that were packaged here before."""
    home.mkdir()
    for name in SHIPPED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, home / name)
    shutil.copytree(
        ROOT / ".chalice", home / ".chalice", ignore=shutil.ignore_patterns("deployed", "outputs")
    )
    return Checkout(home)
