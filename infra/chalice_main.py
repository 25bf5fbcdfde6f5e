"""Chalice's own command, except that it packages what we wrote and not what Python made of it.

Chalice 1.34 puts everything under `chalicelib/` into the package: the bytecode of whoever ran the
tests as well, which makes two packages of the same code differ.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = "chalicelib"
MADE = "__pycache__"


def walk(
    utils: Any, path: str, followlinks: bool = False
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk as `os.walk` does, past the bytecode of our own code; that of libraries is wanted."""
    ours = os.path.basename(os.path.normpath(path)) == OURS
    for root, directories, files in os.walk(path, followlinks=followlinks):
        if ours and MADE in directories:
            directories.remove(MADE)
        yield root, directories, files


def main() -> int:
    """Run the command with this process's arguments."""
    from chalice import cli
    from chalice.utils import OSUtils

    utils: Any = OSUtils
    utils.walk = walk
    status: int = cli.main()
    return status


if __name__ == "__main__":
    sys.exit(main())
