"""How large the package is that Lambda unpacks: our code and its layer of libraries.

Lambda refuses 250 MB; each megabyte is fetched and unpacked by every cold start.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure, report
from local.cloud import package

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE: Final = 1_000_000
AT_MOST: Final = 120
NO_STREAM: Final = "arn:aws:dynamodb:eu-west-3:000000000000:table/cadran-local-calls/stream/none"


def figures() -> Iterator[Figure]:
    """Make the package as a deployment does, and add up what its two archives hold."""
    with tempfile.TemporaryDirectory(prefix="cadran-package-") as out:
        built = package.build(NO_STREAM, Path(out))
        archives = (built.code, built.code.with_name("layer-deployment.zip"))
        size = sum(map(_unzipped, archives)) / MEGABYTE
    yield Figure("package_size", size, "MB", at_most=AT_MOST)


def _unzipped(archive: Path) -> int:
    with zipfile.ZipFile(archive) as opened:
        return sum(each.file_size for each in opened.infolist())


if __name__ == "__main__":
    sys.exit(report(figures()))
