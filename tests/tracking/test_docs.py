"""docs/tracking.md, step by step: what it names is there, and its figures are so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import DOORS
from chalicelib.tracking.leads.comparing import ModelName
from chalicelib.tracking.pools.erlang import numbers_needed
from tests.house.conftest import shop

if TYPE_CHECKING:
    from tests.house.shops import Shop

__all__ = ["shop"]

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "tracking.md").read_text(encoding="utf-8")
(SITE,) = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


def test_the_site_of_the_page_can_be_made_and_has_its_tags(shop: Shop) -> None:
    pool = shop.makes("/v1/pools", {"name": "Boutique"})["id"]
    (swap,) = SITE["swaps"]
    site = shop.makes("/v1/sites", {**SITE, "swaps": [{**swap, "pool_id": pool}]})

    found = shop.gets(f"/v1/sites/{site['id']}/script")

    assert {"latest", "pinned", "head"} <= found["tags"].keys()
    assert "integrity=" in found["tags"]["pinned"]


def test_every_operation_that_the_page_names_is_there() -> None:
    there = {
        (each.method, re.sub(r"{\w+}", "{}", each.path))
        for door in DOORS
        for each in door.endpoints
    }
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/v1/[\w/{}-]+)", PAGE)

    assert named
    assert [each for each in named if (each[0], re.sub(r"{\w+}", "{}", each[1])) not in there] == []


def test_every_model_that_the_page_advises_is_there() -> None:
    (table,) = re.findall(r"\| you want to know \| model \|\n(.*?)\n\n", PAGE, re.DOTALL)
    advised = [name for row in table.splitlines()[1:] for name in re.findall(r"`([\w-]+)`", row)]

    assert advised
    assert set(advised) <= set(ModelName)


@pytest.mark.parametrize(("minutes", "numbers"), [(3 + 20, 93), (3, 18)])
def test_the_rule_of_thumb_is_erlangs(minutes: int, numbers: int) -> None:
    assert numbers_needed(200 * minutes / 60, 0.01) == numbers
    assert f"{numbers} " in PAGE


def test_the_page_leads_to_pages_that_are_there() -> None:
    links = re.findall(r"\]\((\w+\.md)\)", PAGE)

    assert [each for each in links if not (DOCS / each).exists()] == []
