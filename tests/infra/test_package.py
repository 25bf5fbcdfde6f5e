"""The package that is deployed: complete, without what has no place in it, and small enough."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from infra import bytecode
from infra.stages import ROOT, environment
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

    assert rooms == {"app.py", "chalice", "chalicelib", "__pycache__"}
    assert not any("test" in name or name.endswith(".md") for name in names)
    assert kinds <= {"py", "pyc", "csv", "js", "json", "xml"}


@pytest.mark.parametrize("part", ["deployment.zip", "layer-deployment.zip"])
def test_all_bytecode_is_of_the_source_beside_it(built: package.Package, part: str) -> None:
    with zipfile.ZipFile(built.code.with_name(part)) as archive:
        names = set(archive.namelist())
        compiled = {source_of(name): archive.read(name) for name in names if name.endswith(".pyc")}
        sources = {name: archive.read(name) for name in compiled}

    assert names.issuperset(compiled)
    assert len(compiled) > 100
    wrong = [name for name, text in sources.items() if not is_made_of(compiled[name], text)]
    assert wrong == []


def test_a_cold_start_compiles_nothing(built: package.Package, tmp_path: Path) -> None:
    with zipfile.ZipFile(built.code) as archive:
        archive.extractall(tmp_path)
    path = os.pathsep.join((str(tmp_path), str(built.libraries)))
    code = (
        "import app, os, sys\n"
        "ran = [m for m in sys.modules.values() if type(m).__name__ != '_Later']\n"
        "specs = [getattr(m, '__spec__', None) for m in ran]\n"
        "made = [each.cached for each in specs if each and each.cached]\n"
        "ours = [path for path in made if path.startswith(tuple(sys.path[:3]))]\n"
        "print(len(ours) > 300, [path for path in ours if not os.path.exists(path)])"
    )

    ran = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**environment("local"), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout == "True []\n", ran.stderr


def test_two_packages_of_the_same_code_have_the_same_bytecode(tmp_path: Path) -> None:
    made = []
    for home in (tmp_path / "one", tmp_path / "another"):
        shutil.copytree(
            ROOT / "chalicelib" / "kernel", home, ignore=shutil.ignore_patterns("__*__")
        )
        bytecode.compile_tree(home, "/var/task")
        made.append({each.name: each.read_bytes() for each in home.rglob("*.pyc")})

    assert made[0]
    assert made[0] == made[1]


def source_of(name: str) -> str:
    """Return the name of the source that bytecode of this name was made of."""
    return importlib.util.source_from_cache(name)


def is_made_of(compiled: bytes, source: bytes) -> bool:
    """Tell whether bytecode is this Python's, is never checked (PEP 552), and is of a source."""
    header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    return compiled[:16] == header + importlib.util.source_hash(source)


def unpacked(archive: Path) -> int:
    """Return the size of a zip's contents."""
    with zipfile.ZipFile(archive) as opened:
        return sum(each.file_size for each in opened.infolist())
