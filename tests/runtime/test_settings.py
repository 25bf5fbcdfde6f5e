"""Settings: all of them, by name, or none."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.settings import MissingSetting, Settings, settings, variable
from tests.clouds import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path


def test_every_setting_comes_from_a_variable_of_its_name() -> None:
    environ = {variable(field): field.upper() for field in Settings._fields}

    read = Settings.from_env(environ)

    assert all(getattr(read, field) == field.upper() for field in Settings._fields)


def test_what_is_missing_is_named_all_at_once() -> None:
    environ = {variable(field): "x" for field in Settings._fields}
    del environ["CADRAN_STAGE"], environ["CADRAN_CALLS_TABLE"]

    with pytest.raises(MissingSetting) as missing:
        Settings.from_env(environ)

    assert missing.value.facts == {"names": ["CADRAN_CALLS_TABLE", "CADRAN_STAGE"]}


def test_the_tests_own_stage_has_every_setting_and_no_other() -> None:
    ours = {name for name in ENVIRONMENT if name.startswith("CADRAN_")}

    assert ours == {variable(field) for field in Settings._fields}
    assert settings().stage == "test"


def test_a_lazy_module_runs_when_it_is_first_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow_models.py").write_text("print('running')\nVALUE = found = spec = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    module = lazily("slow_models")
    before = capsys.readouterr().out

    assert before == ""
    assert module.VALUE == module.found == module.spec == 1
    assert capsys.readouterr().out == "running\n"
    assert lazily("slow_models") is sys.modules.pop("slow_models")


def test_a_lazy_module_that_is_not_there_fails_at_once_or_where_it_is_read() -> None:
    with pytest.raises(ModuleNotFoundError):
        lazily("nowhere_at_all")
    ours = lazily("chalicelib.nowhere_at_all")
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError):
            _ = ours.anything
    del sys.modules["chalicelib.nowhere_at_all"]


def test_a_lazy_module_that_breaks_says_so_each_time_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_models.py").write_text("import os\nVALUE = os.environ['CADRAN_MENDED']\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = lazily("broken_models")

    for _ in range(2):
        with pytest.raises(KeyError):
            _ = module.VALUE
    monkeypatch.setenv("CADRAN_MENDED", "yes")

    assert module.VALUE == "yes"
    with pytest.raises(AttributeError, match="broken_models.*OTHER"):
        _ = module.OTHER
    del sys.modules["broken_models"]


def test_threads_that_read_a_lazy_module_at_once_all_find_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import threading\nthreading.Event().wait(0.1)\nRUNS = globals().get('RUNS', 0) + 1\n"
    (tmp_path / "shared_models.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    module, start = lazily("shared_models"), threading.Barrier(8)

    def read(_: int) -> int:
        start.wait()
        return int(module.RUNS)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [1] * 8
    del sys.modules["shared_models"]
