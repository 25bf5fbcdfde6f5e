"""A shop that is open, in an AWS account of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.house.shops import open_shop

if TYPE_CHECKING:
    from tests.clouds import Cloud
    from tests.house.shops import Shop


@pytest.fixture
def shop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Open the shop: a number, a flow, a source, a tariff, and not one call."""
    return open_shop(cloud, monkeypatch)
