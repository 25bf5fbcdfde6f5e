"""A site whose pages ask to be rung back, and a browser to open it in."""

from __future__ import annotations

from tests.web.script.conftest import shop, site

__all__ = ["shop", "site"]
