"""The examples of docs/campaigns-api.md, as a reader would send them."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.campaigns.campaign import Columns, Machines, Plan, State
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.trying import MOST_EXAMPLES
from tests.house.shops import NUMBER, open_shop
from tests.world import CONSENT

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[2] / "docs" / "campaigns-api.md").read_text(encoding="utf-8")


def test_the_examples_of_the_page_are_so(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(cloud, monkeypatch)
    campaign, answer = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    people = shop.makes("/v1/contact-lists", {"name": "Clients"})["id"]
    told = [
        {"numbers": [number], "fields": {"age": age}}
        for number, age in (("+33612345671", "42"), ("+33612345672", "18"), ("+33612345673", "17"))
    ]
    shop.makes(f"/v1/contact-lists/{people}/contacts", {"contacts": told})
    agreed = {"number": "+33612345671", "covers": ["phone", "automaton"]}
    shop.makes("/v1/consents", {**CONSENT, **agreed})
    assert campaign["shown"] == NUMBER
    flow = {**campaign["flow"], "flow_id": shop.flow_id}

    made = shop.makes("/v1/campaigns", {**campaign, "list_id": people, "flow": flow})
    tried = shop.gets(f"/v1/campaigns/{made['id']}/dry-run?at={answer['at']}")

    assert {name: tried[name] for name in answer} == answer
    assert (len(tried["items"]), tried["next"]) == (2, None)


def test_the_page_names_every_field_mode_and_state() -> None:
    assert MOST_EXAMPLES == 20
    names = {each.name for each in (*fields(Plan), *fields(Columns))} - {"name", "columns"}
    for each in (*names, *Mode, *State, *Machines):
        assert f"`{each}`" in PAGE or f"`columns.{each}`" in PAGE, each
