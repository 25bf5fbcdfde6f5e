"""The order system of the demo's client: the server that its support line asks during a call.

It answers as docs/lookups.md asks of every customer's server: at once, in JSON, and only to whom
the signature proves to be the platform.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from standardwebhooks import Webhook, WebhookVerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST: Final = "crm.demo.example"  # the name that the stage `local` leads to this machine
ORDERS: Final = {
    "79927398713": {"found": True, "state": "expédiée", "day": "2026-12-02"},
    "49927398716": {"found": True, "state": "en préparation", "day": "2026-12-04"},
}
_MOST_BYTES: Final = 10_000


@dataclass(slots=True)
class OrderSystem:
    """A running order system. Without a `secret` it believes nobody."""

    port: int
    secret: str = ""
    asked: list[str] = field(default_factory=list)  # the numbers of orders, in order

    @property
    def outgoing(self) -> str:
        """Return the setting that leads the product here."""
        return f"{HOST}=127.0.0.1:{self.port}"

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[HTTPStatus, dict[str, Any]]:
        """Tell what is known of an order."""
        try:
            asked: Any = Webhook(self.secret).verify(body, headers) if self.secret else None
        except WebhookVerificationError:
            asked = None
        if not isinstance(asked, dict):
            return HTTPStatus.UNAUTHORIZED, {"found": False}
        number = str(asked.get("number", ""))
        self.asked.append(number)
        return HTTPStatus.OK, ORDERS.get(number, {"found": False})


@contextmanager
def order_system(port: int = 0) -> Iterator[OrderSystem]:
    """Run the order system on this machine. Port 0 is any free one."""
    system = OrderSystem(port)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, found = system.answer(self.rfile.read(length), headers)
            written = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            """Log nothing: who asks for an order is personal data."""

    with ThreadingHTTPServer(("127.0.0.1", port), Door) as server:
        system.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, name="orders", daemon=True)
        thread.start()
        try:
            yield system
        finally:
            server.shutdown()
            thread.join()
