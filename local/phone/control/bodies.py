"""The JSON object in a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import web


async def read(request: web.Request) -> dict[str, Any]:
    """Read it; raise `ValueError` if it is none."""
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    return body
