"""A customer's web site on this machine, and the product's doors on another origin.

Pages are served from `localhost`, the doors from `127.0.0.1`: to a browser they are strangers. What
the doors answer is the app's own, on DynamoDB in this process.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from app import app
from chalicelib.runtime import tracking_wiring
from chalicelib.tracking.visits.visits import journey
from tests.gateway import ask
from tests.tracking.visits.builders import open_page
from tests.web.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.gateway import Heard
    from tests.house.shops import Shop
    from tests.tracking.visits.builders import Page as Pooled

SHOWN: Final = "04 72 00 11 22"
PRINTED: Final = "+33472001122"
OTHER: Final = "+33472001133"
BROWSER: Final = (
    "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 "
    "Safari/537.36"
)
ADVERT: Final = "?utm_source=google&utm_medium=cpc&utm_campaign=Noel"
# Counts what a page was answered, once its scripts have dealt with it: a message to oneself is
# heard after all that promises had to say.
_HEARS: Final = """(() => {
  const json = Response.prototype.json, heard = new MessageChannel();
  window.answersHeard = 0;
  heard.port1.onmessage = () => { answersHeard++; };
  Response.prototype.json = function () {
    return json.call(this).then(answer => (heard.port2.postMessage(0), answer));
  };
})()"""
AGREES: Final = """<script>
window.cadran = window.cadran || function () { (cadran.q = cadran.q || []).push(arguments); };
cadran("consent", true);
</script>"""


@dataclass
class Fault:
    """What goes wrong at the doors: a status, or so many seconds of silence."""

    status: int | None = None
    seconds: float = 0
    drops: bool = False


@dataclass
class Site:
    """The site, its pages by path, and what they said to the doors."""

    pooled: Pooled
    port: int = 0
    site: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    fault: Fault = field(default_factory=Fault)
    # The house is one process, and answers one message at a time: who looks into it waits.
    lock: threading.Lock = field(default_factory=threading.Lock)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        """Where the pages are."""
        return f"http://localhost:{self.port}"

    @property
    def doors(self) -> str:
        """Where the product is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tag(self) -> str:
        """What stands in a page's head."""
        return f'<script async src="{self.doors}/t/cadran.js" data-site="{self.site}"></script>'

    def shows(self, body: str, path: str = "/", head: str = AGREES, tag: str | None = None) -> str:
        """Have a page at a path, with the script; return its address."""
        tag = self.tag if tag is None else tag
        begin = '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Boutique</title>'
        self.pages[path] = f"{begin}{head}{tag}</head><body>{body}</body></html>"
        return self.origin + path

    def said(self, path: str, kind: str | None = None) -> list[Any]:
        """Return what pages sent to a door, or of it the events of a kind."""
        bodies = [body for door, body in self.sent if door == f"/t/{path}"]
        if kind is None:
            return bodies
        return [each for body in bodies for each in body["events"] if each["kind"] == kind]

    def rows(self, prefix: str) -> list[dict[str, Any]]:
        """Return rows of tracking's table whose key begins so."""
        with self.lock:
            return self.pooled.rows(prefix)

    def script(self) -> dict[str, Any]:
        """Return what the API says of the site's script."""
        with self.lock:
            found: dict[str, Any] = self.pooled.shop.gets(f"/v1/sites/{self.site}/script")
        return found

    def journey(self) -> list[dict[str, Any]]:
        """Return the steps that are stored of the last visit."""
        visit: str = self.answers[-1]["visit"].partition(".")[0]
        with self.lock:
            return list(journey(tracking_wiring.visits().visit("acct_shop", visit).steps))

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> Heard | None:
        """Answer at a door, as API Gateway would; None when the house is closed."""
        with self.lock:
            if self.closed.is_set():
                return None
            if method == "POST":
                self.sent.append((urlsplit(path).path, json.loads(body)))
            heard = ask(app, method, path, body=body or None, headers=headers)
            if method == "POST" and heard.text:
                self.answers.append(heard.json)
            return heard

    def close(self) -> None:
        """Have nothing answered from now on, to pages that are late: the next test's house is not
        theirs.
        """
        with self.lock:
            self.closed.set()


@contextmanager
def open_site(shop: Shop, numbers: int = 3, **pool: Any) -> Iterator[Site]:
    """Open the site with a pool of a few numbers."""
    site = Site(open_page(shop, numbers, **pool))
    server = _Doors(site)
    site.port = server.server_address[1]
    swaps = [
        {
            "find": PRINTED,
            "pool_id": site.pooled.pool,
            "standins": [{"number": "+33162010001", "channel": "paid_search"}],
        },
        {"find": OTHER, "standins": [{"number": "+33162010001", "channel": "paid_search"}]},
    ]
    order = {"name": "Boutique", "origins": [site.origin], "swaps": swaps}
    site.site = shop.makes("/v1/sites", order)["id"]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.close()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def a_tab(browser: Browser, **context: Any) -> Iterator[Page]:
    """Open a window of a visitor of their own; what the page throws fails the test."""
    with browser.new_context(user_agent=BROWSER, locale="fr-FR", **context) as opened:
        opened.add_init_script(_HEARS)
        page = opened.new_page()
        page.set_default_timeout(PATIENCE)
        thrown = watched(page)
        yield page
        assert thrown == []


def watched(page: Page) -> list[str]:
    """Note what a page throws: errors, and promises that nobody heard fail."""
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    return thrown


class _Doors(ThreadingHTTPServer):
    """Serves pages, and answers at the doors one message at a time."""

    daemon_threads = True

    def __init__(self, site: Site) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site = site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Doors

    def do_GET(self) -> None:
        """Serve a page, or the script."""
        if self.path.startswith("/t/"):
            self._ask("")
            return
        site = self.server.site
        page = site.pages.get(urlsplit(self.path).path)
        kind = "text/javascript" if ".js" in self.path else "text/html; charset=utf-8"
        self._write(200 if page else 404, {"Content-Type": kind, **site.headers}, page or "")

    def do_POST(self) -> None:
        """Hear a message, unless something goes wrong."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        site = self.server.site
        if site.fault.drops:
            self.close_connection = True
        elif site.fault.status:
            self._write(site.fault.status, {"Access-Control-Allow-Origin": site.origin}, "")
        else:
            site.closed.wait(site.fault.seconds)
            self._ask(body)

    def _ask(self, body: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        heard = self.server.site.answer(self.command, self.path, headers, body)
        if heard is None:
            self.close_connection = True
        else:
            self._write(heard.status, dict(heard.headers), heard.text)

    def _write(self, status: int, headers: dict[str, str], text: str) -> None:
        content = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def taken_in(page: Page, answers: int = 1) -> None:
    """Wait until a page has dealt with so many answers: that is later than the doors gave them."""
    page.wait_for_function(f"window.answersHeard >= {answers}")


def stopped(page: Page) -> None:
    """Stop the clock of pages that are opened from now on: what they wait for is brought about by
    `page.clock.run_for`, however slow the machine is.
    """
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(seconds=1))


def until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait for something that the page brings about."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < deadline, what
        page.wait_for_timeout(25)
