"""One server for all networks: the product's settings lead their names here.

`faults` are answers to give instead, once each, by host. What a network takes is in `taken`; of
everything that was asked the bodies are in `asked`.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from local.providers import ga4, google, meta, microsoft, oauth
from local.providers.asked import Answer, Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOORS: Final[dict[str, Callable[[Asked], Answer]]] = {
    ga4.HOST: ga4.answer,
    google.ADS: google.ads,
    google.DATA_MANAGER: google.data_manager,
    "oauth2.googleapis.com": oauth.google,
    microsoft.HOST: microsoft.answer,
    "login.microsoftonline.com": oauth.microsoft,
    meta.HOST: meta.answer,
}
_MOST_BYTES: Final = 1_000_000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Networks:
    """The running server."""

    port: int
    clock: Callable[[], datetime] = _now
    asked: list[Asked] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[Answer]] = field(default_factory=dict)

    @property
    def outgoing(self) -> str:
        """Return the setting that leads the product here."""
        return ", ".join(f"{host}=127.0.0.1:{self.port}" for host in DOORS)

    def answer(self, asked: Asked) -> Answer:
        """Answer a request as its network would."""
        self.asked.append(asked)
        waiting = self.faults.get(asked.host, [])
        if waiting:
            return waiting.pop(0)
        door = DOORS.get(asked.host)
        if door is None:
            return Answer(404)
        given = door(asked)
        if given.taken is not None:
            self.taken.append((asked.host, given.taken))
        return given


@contextmanager
def networks(port: int = 0, clock: Callable[[], datetime] = _now) -> Iterator[Networks]:
    """Run the networks on this machine. Port 0 is any free one."""
    known = Networks(port, clock)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = known.answer(self._asked())
            written = b"" if given.data is None else json.dumps(given.data).encode()
            self.send_response(given.status)
            for name, text in given.headers.items():
                self.send_header(name, text)
            if written:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def _asked(self) -> Asked:
            length = min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES)
            url = urlsplit(self.path)
            return Asked(
                host=(self.headers.get("Host") or "").partition(":")[0],
                path=url.path,
                query={name: each[0] for name, each in parse_qs(url.query).items()},
                headers={name.lower(): text for name, text in self.headers.items()},
                body=self.rfile.read(length),
                now=known.clock(),
            )

        def log_message(self, *_: object) -> None:
            """Log nothing: addresses hold secrets."""

    with ThreadingHTTPServer(("127.0.0.1", port), Door) as server:
        known.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, name="networks", daemon=True)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
