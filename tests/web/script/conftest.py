"""A site that loads the script, and a browser to open it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.house.conftest import shop
from tests.web.script.site import open_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop
    from tests.web.script.site import Site

__all__ = ["shop", "site"]


@pytest.fixture
def site(shop: Shop) -> Iterator[Site]:
    """Open the site."""
    with open_site(shop) as opened:
        yield opened
