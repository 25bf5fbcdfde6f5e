"""The examples of docs/web-callbacks.md, as a reader would send them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chalicelib.campaigns.asked.askings import State
from chalicelib.campaigns.asked.forms import Form
from tests.campaigns.asked.stage import AGENT, a_stage

PAGE = (Path(__file__).parents[3] / "docs" / "web-callbacks.md").read_text(encoding="utf-8")


def test_the_examples_of_the_page_are_taken() -> None:
    form, asked = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    with a_stage() as stage:
        made = stage.shop.makes("/v1/callback-forms", {**form, "site": stage.site})
        stage.shop.makes("/v1/web-callbacks", {**asked, "form": made["id"]})
        stage.drains()

        assert [each.to for each in stage.rung] == [AGENT]
        assert stage.asking["state"] == "waiting"


def test_the_page_names_every_state_and_limit() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE.partition("What becomes of it")[2], re.MULTILINE) == [
        each.value for each in State
    ]
    defaults = {name: Form.__dataclass_fields__[name].default for name in Form.__dataclass_fields__}
    assert f"one number ({defaults['most_of_number']})" in PAGE
    assert f"one address of the network ({defaults['most_of_address']})" in " ".join(PAGE.split())
    assert f"in all ({defaults['most_a_day']})" in " ".join(PAGE.split())
