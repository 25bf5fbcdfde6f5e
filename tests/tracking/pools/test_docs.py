"""What docs/pools.md shows is true: its examples, its fields, its table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.tracking.pools.erlang import numbers_needed, overflow
from chalicelib.tracking.pools.forecast import Traffic
from tests.house.shops import open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "pools.md").read_text(encoding="utf-8")


def test_the_examples_work_and_every_field_is_explained(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(cloud, monkeypatch)
    (example,) = re.findall(r"`POST /v1/pools`\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    reads = re.findall(r"`GET (/v1/[^`]+)`", PAGE)

    pool = shop.makes("/v1/pools", json.loads(example))
    shop.makes("/v1/numbers", {"number": "+33162017701"})
    shop.makes(f"/v1/pools/{pool['id']}/numbers/%2B33162017701", method="PUT")
    told = [shop.gets(path.replace("{pool_id}", pool["id"])) for path in reads]

    assert len(told) == 2
    explained = set(re.findall(r"`(\w+)`", PAGE)) | {"id", "created_at", "version"}
    shown: list[dict[str, Any]] = [pool, *told, told[1]["now"]]
    names = {name for each in shown for name in each} - {"from", "to"}
    assert names - explained == set()


def test_the_table_is_erlangs() -> None:
    rows = re.findall(r"^\| ([\d.]+) % \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)

    for share, *numbers in rows:
        for minutes, told in zip((0, 20, 30), numbers, strict=True):
            traffic = Traffic(visits_per_hour=200, visit_seconds=180, hold_seconds=minutes * 60)
            assert numbers_needed(traffic.load, float(share) / 100) == int(told)
    assert len(rows) == 3
    assert round(overflow(10, 10), 2) == 0.21
