"""The examples of docs/spam.md, as a reader would send and publish them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.ivr.flow import parse
from chalicelib.tracking.spam.rules import Ground
from tests.house.shops import open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "spam.md").read_text(encoding="utf-8")


def examples() -> list[Any]:
    return [json.loads(each) for each in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_rules_of_the_page_are_taken(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, _ = examples()

    heard = open_shop(cloud, monkeypatch).ask("PATCH", "/v1/spam/rules", rules, if_match='"0"')

    assert heard.status == 200
    assert {name: heard.json[name] for name in rules} == rules


def test_the_gate_of_the_page_can_be_published() -> None:
    _, gate = examples()

    assert parse(gate).nodes["gate"]


def test_the_page_names_every_ground() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == set(map(str, Ground))
