"""The demo's web shop: three pages served on this machine, and browsers that open them."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from infra.stages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PAGES: Final = Path(__file__).parent / "shop"
KINDS: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# As people's browsers call themselves: one that says it has no window is taken for a program.
NAME: Final = (
    "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 "
    "Safari/537.36"
)
# As root there is no sandbox; the rest keeps Chromium from calling home.
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Shop(ThreadingHTTPServer):
    """Serves the pages. `tags` is what the product gives for their head."""

    daemon_threads = True
    tags = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)

    @property
    def origin(self) -> str:
        """Where the shop is."""
        return f"http://localhost:{self.server_address[1]}"


class _Page(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        """Serve a page, with the product's tags in its head."""
        name = self.path.partition("?")[0].strip("/") or "index.html"
        path = PAGES / name
        if path.parent != PAGES or not path.is_file():
            self.send_error(404)
            return
        content = path.read_text("utf-8").replace("{{tags}}", self.server.tags).encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{KINDS[path.suffix]}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Shop]:
    """Serve the shop."""
    with Shop() as shop:
        thread = threading.Thread(target=shop.serve_forever, daemon=True)
        thread.start()
        try:
            yield shop
        finally:
            shop.shutdown()
            thread.join()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Debian's Chromium, installed if it is missing."""
    from playwright.sync_api import sync_playwright

    if shutil.which("chromium") is None:
        subprocess.run([str(ROOT / "infra" / "test-tools.sh")], check=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(QUIET)
        )
        yield browser
        browser.close()
