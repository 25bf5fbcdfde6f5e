"""The examples of docs/flows.md are flows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.ivr.documents import read_yaml
from chalicelib.ivr.flow import parse
from chalicelib.ivr.kinds import kinds

PAGE = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: str(json.loads(text)["name"]))
def test_an_example_can_be_published(example: str) -> None:
    assert parse(json.loads(example)).nodes


def test_the_example_in_yaml_can_be_published() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    assert parse(read_yaml(example).document).nodes["menu"]


@pytest.mark.parametrize("name", ["voicebot", "waiting"])
def test_the_example_of_another_page_can_be_published(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / f"{name}.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)

    assert parse(json.loads(example)).nodes


def test_every_kind_of_node_is_described_and_shown() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    shown = {node["kind"] for text in EXAMPLES for node in json.loads(text)["nodes"].values()}

    assert described == shown == set(kinds())
