"""A site whose printed number is replaced from a pool of the shop's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tracking.visits.builders import open_page

if TYPE_CHECKING:
    from tests.house.shops import Shop
    from tests.tracking.visits.builders import Page

from tests.house.conftest import shop

__all__ = ["page", "shop"]


@pytest.fixture
def page(shop: Shop) -> Page:
    """Open a site with a pool of three numbers."""
    return open_page(shop)
