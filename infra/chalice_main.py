"""Chalice's own command, except that it packages other bytecode.

Chalice 1.34 puts everything under `chalicelib/` into the package: the bytecode of whoever ran the
tests as well, which makes two packages of the same code differ. Of libraries it packages none. We
leave out the one, and add what `bytecode.py` makes of everything.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra import bytecode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

OURS = "chalicelib"
MADE = "__pycache__"
# Where Lambda unpacks our code, and a layer.
TASK = "/var/task"
LAYER = "/opt/python/lib/{version}/site-packages"


def walk(
    utils: Any, path: str, followlinks: bool = False
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk as `os.walk` does, past the bytecode of our own code; that of libraries is wanted."""
    ours = os.path.basename(os.path.normpath(path)) == OURS
    for root, directories, files in os.walk(path, followlinks=followlinks):
        if ours and MADE in directories:
            directories.remove(MADE)
        yield root, directories, files


def compile_libraries(packager: Any) -> None:
    """Have libraries compiled once they are fetched."""
    fetch = packager._build_python_dependencies

    def fetch_and_compile(
        self: Any, python_version: str, requirements_filepath: str, site_packages_dir: str
    ) -> None:
        fetch(self, python_version, requirements_filepath, site_packages_dir)
        home = LAYER.format(version=python_version)
        bytecode.compile_tree(Path(site_packages_dir), home)

    packager._build_python_dependencies = fetch_and_compile


def name_compiled(layers: Any) -> None:
    """Have layers with bytecode go by another name: Chalice keeps those that it made without."""
    name = layers._deployment_package_filename

    def named(self: Any, project_dir: str, python_version: str, prefix: str = "") -> Any:
        return name(self, project_dir, python_version, prefix=f"{prefix}compiled-")

    layers._deployment_package_filename = named


def compile_ours(packager: Any) -> None:
    """Have our own code's bytecode packaged with it."""
    add = packager._add_app_files

    def add_and_compile(self: Any, zip_fileobj: ZipFile, project_dir: str) -> None:
        add(self, zip_fileobj, project_dir)
        with tempfile.TemporaryDirectory() as made:
            for source, place in self._iter_app_filenames(project_dir):
                copy = Path(made, place)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy)
            bytecode.compile_tree(Path(made), TASK)
            for each in sorted(Path(made).rglob("*.pyc")):
                zip_fileobj.write(each, each.relative_to(made))

    packager._add_app_files = add_and_compile


def main() -> int:
    """Run the command with this process's arguments."""
    from chalice import cli
    from chalice.deploy.packager import BaseLambdaDeploymentPackager, LayerDeploymentPackager
    from chalice.utils import OSUtils

    utils: Any = OSUtils
    utils.walk = walk
    compile_libraries(BaseLambdaDeploymentPackager)
    name_compiled(LayerDeploymentPackager)
    compile_ours(BaseLambdaDeploymentPackager)
    status: int = cli.main()
    return status


if __name__ == "__main__":
    sys.exit(main())
