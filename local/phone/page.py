"""The page for people: one file, served as it is."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_PAGE = Path(__file__).parent / "data" / "page.html"


def add_routes(app: web.Application) -> None:
    """Serve the page at the root."""
    app.router.add_get("/", _show)


async def _show(request: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE, headers={"Cache-Control": "no-store"})
