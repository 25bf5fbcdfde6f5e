"""What docs/dialling.md says is so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.campaigns.dialling import hearing
from chalicelib.campaigns.dialling.planning import LEASED
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.ivr.opposing import OPT_OUT
from tests.house.shops import open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "dialling.md").read_text(encoding="utf-8")


def test_the_flows_of_the_page_are_published(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(cloud, monkeypatch)
    documents = list(map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)))

    flows = [shop.makes("/v1/flows", {"document": each})["id"] for each in documents]

    assert [shop.makes(f"/v1/flows/{each}/publish")["version"] for each in flows] == [1, 1]
    document = documents[-1]
    assert {"kind": "tag", "tag": OPT_OUT, "next": "noted"} in document["nodes"].values()


def test_the_page_tells_the_figures_and_codes_of_the_code() -> None:
    assert LEASED.total_seconds() == 150
    for code in (21211, 21214, 21215, 21216, 21217):
        assert str(code) in PAGE
        assert hearing.refused(code) is Outcome.FAILED
