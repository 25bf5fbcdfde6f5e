"""What docs/queues.md shows is true: its examples, run in their order."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chalicelib.desk.reports import Figures
from tests.house.shops import NUMBER, Shop, open_shop

if TYPE_CHECKING:
    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[2] / "docs" / "queues.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^`POST (/v1/\w+)`.*?```json\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
READS = re.findall(r"`GET (/v1/[^`]+)`", PAGE)


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop of the examples, whose line the callback shows."""
    return open_shop(cloud, monkeypatch)


def test_the_examples_work_in_their_order(shop: Shop) -> None:
    assert [path for path, _ in EXAMPLES] == ["/v1/queues", "/v1/agents", "/v1/callbacks"]
    assert NUMBER in PAGE

    for path, body in EXAMPLES:
        shop.makes(path, json.loads(body))
    for path in READS:
        shop.gets(path)


def test_every_figure_of_a_report_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("| figure | is |") :]))

    told = {each.name for each in fields(Figures)} - {"queue", "day", "service_level_seconds"}
    assert told <= explained
