"""The script as it is built: the committed bytes are those of the source, and stay small."""

from __future__ import annotations

import gzip
import json
import shutil

import pytest

from chalicelib.tracking.script import builds
from infra.script.__main__ import build

LARGEST = 6_000  # bytes, as gzip sends them


@pytest.mark.slow
def test_the_builds_are_what_the_source_makes() -> None:
    assert shutil.which("npm"), "npm is not installed: `make test-tools` does it"

    for name, text in build().items():
        assert (builds.FOLDER / name).read_text(encoding="utf-8") == text, "run `make script`"


def test_every_build_there_ever_was_keeps_its_bytes() -> None:
    found = [path for path in builds.FOLDER.iterdir() if "-" in path.name]

    assert len(found) >= 2
    for path in found:
        file = path.name.partition("-")[0]
        assert builds.name_of(file, path.read_text(encoding="utf-8")) == path.stem


def test_the_script_is_under_six_kilobytes() -> None:
    text = builds.text_of(builds.current()) or ""

    assert 0 < len(gzip.compress(text.encode(), mtime=0)) < LARGEST
    assert len(gzip.compress(builds.head().encode(), mtime=0)) < 800


def test_the_script_names_the_diagnosis_that_it_would_load() -> None:
    script = builds.text_of(builds.current()) or ""
    debug = builds.text_of(builds.current("debug")) or ""

    assert builds.path_of(builds.current("debug")) in script
    assert builds.integrity_of(debug) in script
    assert json.dumps("eval(") not in script


@pytest.mark.parametrize("name", ["cadran", "cadran-0000000000000000", "head", "../builds", ""])
def test_what_was_never_built_is_not_there(name: str) -> None:
    assert builds.text_of(name) is None


def test_names_that_strangers_invent_are_not_kept() -> None:
    builds.text_of(builds.current())
    kept = builds._built.cache_info().currsize

    for at in range(50):
        builds.text_of(f"cadran-{at:016x}")

    assert builds._built.cache_info().currsize == kept
