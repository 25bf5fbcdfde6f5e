"""Settings: all of them, by name, or none."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.settings import MissingSetting, Settings, settings, variable
from tests.clouds import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path


def test_every_setting_comes_from_a_variable_of_its_name() -> None:
    environ = {variable(field.name): field.name.upper() for field in fields(Settings)}

    read = Settings.from_env(environ)

    assert all(getattr(read, field.name) == field.name.upper() for field in fields(Settings))


def test_what_is_missing_is_named_all_at_once() -> None:
    environ = {variable(field.name): "x" for field in fields(Settings)}
    del environ["CADRAN_STAGE"], environ["CADRAN_CALLS_TABLE"]

    with pytest.raises(MissingSetting) as missing:
        Settings.from_env(environ)

    assert missing.value.facts == {"names": ["CADRAN_CALLS_TABLE", "CADRAN_STAGE"]}


def test_the_tests_own_stage_has_every_setting_and_no_other() -> None:
    ours = {name for name in ENVIRONMENT if name.startswith("CADRAN_")}

    assert ours == {variable(field.name) for field in fields(Settings)}
    assert settings().stage == "test"


def test_a_lazy_module_runs_when_it_is_first_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow_models.py").write_text("print('running')\nVALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    module = lazily("slow_models")
    before = capsys.readouterr().out

    assert before == ""
    assert module.VALUE == 1
    assert capsys.readouterr().out == "running\n"
    assert lazily("slow_models") is sys.modules.pop("slow_models")


def test_a_lazy_module_that_is_not_there_fails_at_once() -> None:
    with pytest.raises(ModuleNotFoundError):
        lazily("chalicelib.nowhere_at_all")
