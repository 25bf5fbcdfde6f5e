"""The examples of docs/webhooks.md, as a reader would send them and a server would get them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.webhooks.events import SCOPES
from tests.house.shops import open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def examples() -> list[Any]:
    return [json.loads(each) for each in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_webhook_of_the_page_can_be_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    order, _ = examples()

    made = open_shop(cloud, monkeypatch).makes("/v1/webhooks", order)

    assert {name: made[name] for name in order} == order


def test_the_page_names_every_event_with_its_scope() -> None:
    rows = dict(re.findall(r"^\| `(\w+(?:\.\w+)+)` \|.*\| `(\w+:\w+)` \|$", PAGE, re.MULTILINE))

    assert rows == SCOPES
