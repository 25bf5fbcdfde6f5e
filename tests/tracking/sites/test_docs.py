"""The examples of docs/sites.md, as a reader would send them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.tracking.landing.rules import FIELDS, Test

if TYPE_CHECKING:
    from tests.house.shops import Shop

PAGE = (Path(__file__).parents[3] / "docs" / "sites.md").read_text(encoding="utf-8")


def examples() -> list[Any]:
    return [json.loads(each) for each in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_page_is_true(shop: Shop) -> None:
    site, visit, told, *_ = examples()
    shop.makes("/v1/numbers", {"number": site["swaps"][0]["standins"][0]["number"]})

    made = shop.makes("/v1/sites", site)
    heard = shop.ask("POST", f"/v1/sites/{made['id']}/classify", visit)

    assert made["swaps"][0]["find"] == "+33472001122"
    assert heard.json | told == heard.json


def test_the_page_names_every_field_and_test() -> None:
    assert [each for each in (*FIELDS, *map(str, Test)) if f"`{each}`" not in PAGE] == []
