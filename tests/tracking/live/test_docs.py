"""What the page about live calls says is so."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from app import DOORS
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.live import live
from infra.stages import ROOT

if TYPE_CHECKING:
    from tests.tracking.live.builders import Office

PAGE = (ROOT / "docs" / "live.md").read_text("utf-8")


def test_the_message_that_is_shown_is_one_that_is_sent(office: Office) -> None:
    (written,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    office.watches()
    office.rings()

    shown, (sent,) = json.loads(written), office.posts.sent["c1"]

    assert shown.keys() == sent.keys()
    assert shown["data"].keys() == sent["data"].keys()
    assert shown["type"] == sent["type"]


def test_its_operations_are_there() -> None:
    known = {f"{each.method} {each.path}" for door in DOORS for each in door.endpoints}
    named = set(re.findall(r"`((?:GET|POST) /v1/[^`]*)`", PAGE))

    assert {each.replace("{id}", "{call_id}") for each in named} <= known
    assert len(named) == 5


def test_its_roles_and_times_are_those_of_the_product() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) - {"role"} == set(Role)
    assert live.ON_SITE.total_seconds() == 120
    assert live.TOKEN_SECONDS == 60
    assert live.NEWS.total_seconds() == 120
