"""A site whose printed number is replaced from a pool of the shop's, and who watches its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.runtime import sockets
from tests.house.conftest import shop
from tests.tracking.live.builders import Office, Posts
from tests.tracking.visits.builders import open_page

if TYPE_CHECKING:
    from tests.house.shops import Shop
    from tests.tracking.visits.builders import Page

__all__ = ["page", "shop"]


@pytest.fixture
def page(shop: Shop) -> Page:
    """Open a site with a pool of three numbers."""
    return open_page(shop)


@pytest.fixture
def office(page: Page, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Open an office that may watch."""
    posts = Posts()
    page.shop.cloud.put_parameter("sockets-url", "wss://live.cadran.example/test")
    monkeypatch.setattr(sockets, "Management", lambda endpoint: posts.at(endpoint))
    return Office(page, posts)
