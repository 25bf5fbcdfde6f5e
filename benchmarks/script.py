"""What the script costs a page: bytes as sent, the browser's time, how much the page moves.

Debian's Chromium opens a long page (2,000 paragraphs, of which 40 print the number) with the script
and without it, the doors answering at once. `script_main_thread` is what the one takes longer than
the other, of the main thread's own time (CDP `Performance.getMetrics`: scripts, style, layout),
median of seven. The shift is what the browser itself reports, on a first and on a second page.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from benchmarks.figures import Figure, report
from chalicelib.tracking.script import builds
from local.demo import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

TIMES: Final = 7
LARGEST: Final = 6_000
SHOWN: Final = "04 72 00 11 22"
SHIFTS: Final = """<script>window.shift = 0; new PerformanceObserver(list =>
list.getEntries().forEach(each => { shift += each.value; })).observe(
{type: 'layout-shift', buffered: true}); window.cadran = function () {
(cadran.q = cadran.q || []).push(arguments); }; cadran('consent', true);</script>"""
ANSWER: Final = {
    "visit": "vis_1.lease.signature",
    "numbers": [{"find": "+33472001122", "show": "+33162017702"}],
    "beat": 60,
    "until": "2026-11-27T12:20:00Z",
    "left": 1200,
    "printed": ["+33472001122"],
}


def figures() -> Iterator[Figure]:
    """Weigh the script, then open pages."""
    text = builds.text_of(builds.current()) or ""
    sent = len(gzip.compress(text.encode(), mtime=0))
    yield Figure("script_bytes", sent, "bytes", at_most=LARGEST)
    yield Figure("script_bytes_head", len(gzip.compress(builds.head().encode())), "bytes")
    with _serving(text) as origin, pages.browsing() as browser:
        bare = [_opened(browser, f"{origin}/bare")[0] for _ in range(TIMES)]
        runs = [_opened(browser, f"{origin}/") for _ in range(TIMES)]
    busy = statistics.median(run[0] for run in runs) - statistics.median(bare)
    yield Figure("script_main_thread", busy, "ms")
    yield Figure("script_layout_shift", max(run[1] for run in runs), "CLS", at_most=0)


def _opened(browser: Browser, url: str) -> tuple[float, float]:
    """Open a page and one after it; return the main thread's ms of the first, and the shift."""
    context = browser.new_context(user_agent=pages.NAME)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Performance.enable")
    page.goto(url)
    if not url.endswith("/bare"):
        page.wait_for_function("!document.body.innerText.includes('04 72 00 11 22')")
    page.wait_for_timeout(150)
    found = {each["name"]: each["value"] for each in wire.send("Performance.getMetrics")["metrics"]}
    busy = 1000 * sum(found[f"{each}Duration"] for each in ("Script", "RecalcStyle", "Layout"))
    shift = float(page.evaluate("shift"))
    page.goto(url)
    page.wait_for_timeout(150)
    shift += float(page.evaluate("shift"))
    context.close()
    return busy, shift


def _page(tag: str) -> str:
    body = "".join(
        f"<p>Appelez le <b>{SHOWN}</b> au {at}.</p>" if at % 50 == 0 else f"<p>Ligne {at}.</p>"
        for at in range(2_000)
    )
    head = f'<script data-site="site_1">{builds.head()}</script>{SHIFTS}{tag}'
    return f"<!doctype html><meta charset=utf-8><title>Banc</title>{head}<body>{body}</body>"


@contextmanager
def _serving(script: str) -> Iterator[str]:
    tag = '<script async src="/t/cadran.js" data-site="site_1"></script>'
    files = {"/": _page(tag), "/bare": _page(""), "/t/cadran.js": script}

    class Doors(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self._write(files.get(self.path, ""), kind)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self._write(json.dumps(ANSWER), "application/json")

        def _write(self, text: str, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Cache-Control", "max-age=3600" if "script" in kind else "no-store")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Doors) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    sys.exit(report(figures()))
