"""What the benchmarks time must be what callers get: the shop's menu, not an apology."""

from __future__ import annotations

from typing import Any

from benchmarks import shop
from chalicelib.tracking.store import CachedSources


def test_the_shop_that_is_timed_has_all_that_a_call_asks() -> None:
    stub: Any = shop.Numbers()  # of the port, only what a call asks
    sources = CachedSources(stub)

    assert sources.source_of(shop.A_LINE, shop.OPENED) == shop.SOURCE
    assert sources.about(shop.ACCOUNT, shop.SOURCE) is None
