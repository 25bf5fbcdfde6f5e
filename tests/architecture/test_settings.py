"""Every setting in every stage, and none that nobody reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.runtime.settings import Settings, variable
from tests.architecture.tree import ROOT

STAGES = ("local", "dev", "staging", "prod")
# Read by Powertools itself, from the environment.
POWERTOOLS = frozenset(
    {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
)
WANTED = frozenset({variable(field) for field in Settings._fields} | POWERTOOLS)


def setting_faults(config: dict[str, Any], stages: tuple[str, ...] = STAGES) -> list[str]:
    """Find settings that a stage lacks, that nobody reads, or that belong to another stage."""
    faults = [f"{stage} is not there" for stage in stages if stage not in config["stages"]]
    for stage, each in config["stages"].items():
        known = each["environment_variables"]
        faults += [f"{stage} lacks {name}" for name in sorted(WANTED - known.keys())]
        faults += [f"{stage}: nobody reads {name}" for name in sorted(known.keys() - WANTED)]
        faults += [
            f"{stage}: {name} is another stage's"
            for name, value in known.items()
            for other in stages
            if other != stage and (f"cadran-{other}-" in value or f"/{other}" in value)
        ]
    return faults


def test_every_stage_has_every_setting_and_no_other() -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())

    assert setting_faults(config) == []
    assert set(config["stages"]) == set(STAGES)


@pytest.mark.parametrize(
    "change",
    [
        {"CADRAN_STAGE": None},
        {"CADRAN_COLOUR": "red"},
        {"CADRAN_CALLS_TABLE": "cadran-prod-calls"},
        {"CADRAN_SECRETS_PREFIX": "/cadran/prod"},
    ],
    ids=["missing", "unknown", "another stage's table", "another stage's secrets"],
)
def test_a_wrong_setting_is_seen(change: dict[str, str | None]) -> None:
    right = dict.fromkeys(WANTED, "")
    wrong = {name: value for name, value in {**right, **change}.items() if value is not None}
    config = {"stages": {"dev": {"environment_variables": wrong}}}

    assert setting_faults({"stages": {"dev": {"environment_variables": right}}}, ("dev",)) == []
    assert len(setting_faults(config, ("dev", "prod"))) == 2  # prod is not there either
