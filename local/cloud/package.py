"""Make the package that is deployed: Chalice's own, unpacked where the emulator can use it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from infra import chalice_cli
from infra.stages import REGION, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BUILD: Final = ROOT / ".build"
SOURCES: Final = (
    "app.py",
    "requirements.txt",
    ".chalice/config.json",
    "chalicelib",
    "infra",
    "local/cloud",
)
STAGE: Final = "local"


@dataclass(frozen=True, slots=True)
class Package:
    """What `chalice package` made: a template, our code, and the libraries beside it."""

    template: dict[str, Any]
    code: Path  # a zip
    libraries: Path  # a directory


def digest(*more: str) -> str:
    """Return a hash of all that goes into the package, and of `more`."""
    total = hashlib.sha256("\0".join(more).encode())
    for source in SOURCES:
        for path in sorted(_files(ROOT / source)):
            total.update(f"\0{path.relative_to(ROOT)}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def build(stream_arn: str, out: Path) -> Package:
    """Run `chalice package`. The libraries are fetched once for each requirements.txt."""
    lines: list[str] = []
    with _alone():
        chalice_cli.run(
            ["package", "--stage", STAGE, "--pkg-format", "cloudformation", str(out)],
            {**os.environ, **_nobody(), "CADRAN_CALLS_STREAM_ARN": stream_arn},
            lines.append,
        )
        libraries = _unpack(out / "layer-deployment.zip")
    template: dict[str, Any] = json.loads((out / "sam.json").read_text())
    return Package(template, out / "deployment.zip", libraries)


def _unpack(layer: Path) -> Path:
    """Unpack the layer once: the emulator would do it for each function, at each start."""
    with layer.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    home = BUILD / "libraries" / name
    if not home.exists():
        draft = home.with_suffix(".draft")
        with zipfile.ZipFile(layer) as archive:
            archive.extractall(draft)
        draft.rename(home)
    (inside,) = home.glob("python/lib/python3.*/site-packages")
    return inside


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for others of this checkout who are packaging: Chalice's cache is no place for two."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _nobody() -> Mapping[str, str]:
    """Return credentials that open nothing: packaging asks for a region, and calls nobody."""
    return {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (
            each for each in path.rglob("*") if each.is_file() and "__pycache__" not in each.parts
        )
