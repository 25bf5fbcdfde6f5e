"""The example of docs/reminders.md, as a reader would send it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chalicelib.campaigns.reminders.words import understood
from tests.campaigns.asked.stage import a_stage

PAGE = (Path(__file__).parents[3] / "docs" / "reminders.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_taken_and_reminded_of() -> None:
    (example,) = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    with a_stage() as stage:
        made = stage.shop.makes("/v1/appointments", example)["items"]
        stage.looks(minutes=3 * 60 + 1)

        assert (len(made), len(stage.phone.orders)) == (1, 1)


def test_what_the_page_says_people_write_is_understood() -> None:
    rows = re.findall(r"^\| ([123],[^|]+) \|", PAGE, re.MULTILINE)

    read = [{understood(each) for each in row.split(", ")} for row in rows]

    assert [{str(each) for each in found} for found in read] == [{"confirm"}, {"cancel"}, {"move"}]
