"""The examples of docs/consents.md, as a reader would send them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.campaigns.consents.consents import Channel, Status
from tests.house.shops import open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "consents.md").read_text(encoding="utf-8")


def test_the_examples_of_the_page_are_taken(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(cloud, monkeypatch)
    examples = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    consent, withdrawal, suppression = map(json.loads, examples)

    made = shop.makes("/v1/consents", consent)
    shop.makes("/v1/consents/withdrawals", withdrawal)
    shop.makes("/v1/suppressions", suppression)

    assert (made["status"], made["lacks"]) == ("valid", [])
    assert shop.gets(f"/v1/consents/{made['id']}")["status"] == "withdrawn"


def test_the_page_names_every_channel_and_status() -> None:
    for each in (*Channel, *Status):
        assert f"`{each}`" in PAGE
