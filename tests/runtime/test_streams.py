"""Where the stream of calls is, for whoever makes a package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.runtime.streams import NOWHERE, calls_stream

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:dynamodb:eu-west-3:123456789012:table/cadran-prod-calls/stream/2026"


def test_the_command_that_deploys_says_it(tmp_path: Path) -> None:
    environ = {"CADRAN_STAGE": "prod", "CADRAN_CALLS_STREAM_ARN": ARN}

    assert calls_stream(environ, tmp_path) == ARN


def test_a_plain_deployment_afterwards_finds_it_noted(tmp_path: Path) -> None:
    outputs = tmp_path / ".chalice" / "outputs"
    outputs.mkdir(parents=True)
    (outputs / "prod.json").write_text(json.dumps({"calls_stream_arn": ARN}))

    assert calls_stream({"CADRAN_STAGE": "prod"}, tmp_path) == ARN
    assert calls_stream({"CADRAN_STAGE": "dev"}, tmp_path) == NOWHERE


def test_a_running_function_needs_none(tmp_path: Path) -> None:
    assert calls_stream({"CADRAN_STAGE": "prod"}, tmp_path) == NOWHERE
