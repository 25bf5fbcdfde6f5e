"""An office: calls that come in, and WebSockets on which they are told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from app import app, project_calls, ring_calls, websocket_connect, websocket_message
from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Taken
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import wiring
from chalicelib.runtime.sockets import Gone
from tests.gateway import Context, ring
from tests.house.shops import CALLER, NUMBER, SPARE
from tests.world import messages_of, stream_of

if TYPE_CHECKING:
    from tests.tracking.visits.builders import Page

DOMAIN: Final = "live.cadran.example"


@dataclass
class Posts:
    """API Gateway's way to connections: what was pushed, by connection."""

    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    down: bool = False
    endpoints: set[str] = field(default_factory=set)

    def at(self, endpoint: str) -> Posts:
        self.endpoints.add(endpoint)
        return self

    def send(self, connection_id: str, text: str) -> None:
        if self.down:
            raise Unavailable("API Gateway refused")
        if connection_id in self.gone:
            raise Gone("the other end has gone")
        self.sent.setdefault(connection_id, []).append(json.loads(text))

    def close(self, connection_id: str) -> None:
        self.gone.add(connection_id)


@dataclass
class Office:
    """Whoever answers the shop's phone."""

    page: Page
    posts: Posts

    def token(self) -> dict[str, Any]:
        """Ask for a token."""
        found: dict[str, Any] = self.page.shop.makes("/v1/live/tokens")
        return found

    def knocks(self, url: str, connection: str = "c1") -> int:
        """Open a WebSocket; the status that is answered."""
        query = dict(parse_qsl(urlsplit(url).query))
        answer = websocket_connect(_event(connection, queryStringParameters=query), Context())
        status: int = answer["statusCode"]
        return status

    def watches(self, connection: str = "c1") -> None:
        """Open a WebSocket as one should."""
        assert self.knocks(self.token()["url"], connection) == 200

    def says(self, text: str, connection: str = "c1") -> None:
        """Say something on a WebSocket."""
        websocket_message(_event(connection, body=text), Context())

    def heard(self, connection: str = "c1") -> list[str]:
        """Return the kinds of what was told on a WebSocket."""
        return [each["type"] for each in self.posts.sent.get(connection, [])]

    def rings(self, call_id: str = "CA1", to: str = NUMBER, from_: str = CALLER) -> None:
        """Have a call come in, and the ring be told."""
        self.comes_in(call_id, to, from_)
        ring_calls(messages_of(self.page.shop.taken("rings")), Context())

    def comes_in(self, call_id: str = "CA1", to: str = NUMBER, from_: str = CALLER) -> None:
        """Have a call come in."""
        fields: dict[str, str | list[str]] = _fields(call_id, to, from_)
        # The pool's numbers have no flow of their own: the shop's is given to them.
        heard = ring(app, f"/voice/incoming?fallback={quote(SPARE)}", fields)
        assert heard.status == 200, heard.text

    def is_taken(self, call_id: str = "CA1") -> None:
        """Have somebody take a call, and that be told."""
        shop, at = self.page.shop, wiring.clock()
        before = shop.cloud.rows("calls")
        ref = CallRef(call_id=call_id, account_id="acct_shop")
        wiring.calls().append(ref, Taken(id=f"step:9:{call_id}", at=at, node="desk"))
        project_calls(stream_of(shop.cloud.rows("calls"), before), Context())
        ring_calls(messages_of(shop.taken("rings")), Context())

    def hangs_up(self, call_id: str = "CA1", to: str = NUMBER, from_: str = CALLER) -> None:
        """Have a call end, and the end be told."""
        over: dict[str, str | list[str]] = {"CallStatus": "completed", "CallDuration": "95"}
        heard = ring(app, "/voice/status", {**_fields(call_id, to, from_), **over})
        assert heard.status < 300, heard.text
        project_calls(stream_of(self.page.shop.cloud.rows("calls")), Context())
        self.page.shop.project_again()  # tracking has the call from its queue
        ring_calls(messages_of(self.page.shop.taken("rings")), Context())

    def answers_on(self, number: str) -> None:
        """Have the shop's flow answer a number of the pool."""
        path = f"/v1/numbers/{quote(number)}"
        version = self.page.shop.ask("GET", path).headers["ETag"]
        change = {"flow_id": self.page.shop.flow_id}
        heard = self.page.shop.ask("PATCH", path, change, if_match=version)
        assert heard.status == 200, heard.text


def _fields(call_id: str, to: str, from_: str) -> dict[str, str | list[str]]:
    return {
        "CallSid": call_id,
        "From": from_,
        "To": to,
        "CallStatus": "ringing",
        "Direction": "inbound",
    }


def _event(connection: str, **fields: Any) -> dict[str, Any]:
    context = {
        "connectionId": connection,
        "domainName": DOMAIN,
        "stage": "test",
        "apiId": "ws1",
        "routeKey": "$default",
        "eventType": "MESSAGE",
    }
    return {"requestContext": context, "headers": {}, "body": "", **fields}
