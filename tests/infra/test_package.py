"""The package that is deployed: complete, without what has no place in it, and small enough."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from infra.stages import environment
from local.cloud import package

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MEGABYTE = 1_000_000
STREAM = "arn:aws:dynamodb:eu-west-3:000000000000:table/cadran-local-calls/stream/2026"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> package.Package:
    """The package of this checkout."""
    return package.build(STREAM, tmp_path_factory.mktemp("package"))


def test_it_unpacks_to_less_than_120_megabytes(built: package.Package) -> None:
    layer = built.code.with_name("layer-deployment.zip")

    assert unpacked(built.code) + unpacked(layer) < 120 * MEGABYTE


def test_it_imports_with_nothing_else_installed(built: package.Package, tmp_path: Path) -> None:
    with zipfile.ZipFile(built.code) as archive:
        archive.extractall(tmp_path)
    path = os.pathsep.join((str(tmp_path), str(built.libraries)))

    # -S leaves out this environment's own site-packages.
    ran = subprocess.run(
        [sys.executable, "-S", "-c", "import app; print(len(app.app.routes))"],
        env={**environment("local"), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 10


def test_a_library_that_is_left_out_is_noticed(built: package.Package, tmp_path: Path) -> None:
    with zipfile.ZipFile(built.code) as archive:
        archive.extractall(tmp_path)

    ran = subprocess.run(
        [sys.executable, "-S", "-c", "import app"],
        env={**environment("local"), "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "ModuleNotFoundError" in ran.stderr


def test_our_part_holds_code_and_data_alone(built: package.Package) -> None:
    with zipfile.ZipFile(built.code) as archive:
        names = archive.namelist()

    rooms = {name.split("/")[0] for name in names}
    kinds = {name.rpartition(".")[2] for name in names}

    assert rooms == {"app.py", "chalice", "chalicelib"}
    assert not any("test" in name or name.endswith((".md", ".pyc")) for name in names)
    assert kinds <= {"py", "csv", "json", "xml"}


def unpacked(archive: Path) -> int:
    """Return the size of a zip's contents."""
    with zipfile.ZipFile(archive) as opened:
        return sum(each.file_size for each in opened.infolist())
