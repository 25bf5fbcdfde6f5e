"""The tests that docs/flow-tests.md shows go as they say, and it shows all that there is."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.ivr.documents import read_yaml
from chalicelib.ivr.flow import parse
from chalicelib.ivr.trials.rehearsing import rehearse
from chalicelib.ivr.trials.steps import STEPS
from chalicelib.ivr.usecases import AccountFlows, Standing
from tests.fakes.ivr import FlowsInMemory

PAGE = (Path(__file__).parents[3] / "docs" / "flow-tests.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_goes_as_it_says() -> None:
    flow = parse(read_yaml(EXAMPLE).document)

    report = rehearse(
        Standing("flow_1", 0, flow), AccountFlows("acc_1", FlowsInMemory()), lambda: 0
    )

    assert report.faults == ()
    assert len(report.verdicts) == 4


def test_every_step_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)(?:: true)?` \|", PAGE, re.MULTILINE)

    assert sorted(explained) == sorted(STEPS)
