"""The example of docs/alerts.md, as a reader would send it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.tracking.alerts.words import written
from tests.house.shops import open_shop
from tests.tracking.alerts.builders import a_call, an_alert

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text(encoding="utf-8")


def test_the_alert_of_the_page_can_be_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    order = json.loads(example)

    made = open_shop(cloud, monkeypatch).makes("/v1/alerts", order)

    assert {name: made[name] for name in order} == {**order, "to": "+33612345678"}


def test_the_words_of_the_page_are_ours() -> None:
    at = datetime(2026, 11, 24, 18, 12, tzinfo=UTC)
    call = a_call(caller="+33698765432", at=at, seconds=23)

    assert f"> {written(call, an_alert(), 'Radio').text}\n" in PAGE
