"""WebSockets that others open to us, by way of API Gateway: who may, and what is remembered.

One API, one address; the kind of a socket says which room answers it. What a room remembers of a
connection is a text in a row that expires; what it sends goes by the API's management address.

Everything is caught here: somebody is waiting at the other end, and an exception would leave them
in silence. What a room cannot do, its `broke` ends; where not even that can be sent, the connection
is closed, which the other end notices.

Nothing calls a function when nothing comes. A room that has to notice silence asks to be woken: a
message on a queue, delayed, brings it back to the connection.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Unavailable
from chalicelib.runtime import cursors, patience, secrets
from chalicelib.runtime.jobs import attempt, every
from chalicelib.runtime.observability import count, logger
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    Event = Mapping[str, Any]
    Result = dict[str, Any]
    Answering = Callable[["Connection"], "Answer | None"]

WELCOME: Final = 200
REFUSED: Final = 403
BROKEN: Final = 500
# A message may come before what was said ahead of it is stored: another function was slower.
LOOKS: Final = 8
MOST_DELAY: Final = 900  # seconds; SQS keeps no message back for longer


class Gone(Rejected):
    """The other end has closed the connection: nothing more can be sent, or need be."""

    code = "socket-gone"


@dataclass(frozen=True, slots=True)
class Handshake:
    """How somebody knocks. `query` and `headers` are theirs; headers are in small letters."""

    connection_id: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    urls: tuple[str, ...]  # how they may have spelt the URL that they opened
    endpoint: str = ""  # where what is sent to them is posted

    @property
    def kind(self) -> str:
        """Which room is meant. The carrier comes without a query: it is known by its signature."""
        signed = "x-twilio-signature" in self.headers
        return self.query.get("kind", "") or ("voicebot" if signed else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a room makes of a message: what to remember from now on, and what to send, in order.

    `wake_after` is in how many seconds the room wants to look at the connection again.
    """

    state: str
    messages: tuple[str, ...] = ()
    wake_after: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, and where what is sent on it is posted."""

    connection_id: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as it is stored. `revision` changes with every write."""

    connection_id: str
    kind: str
    state: str = ""
    revision: int = 1


class Room(Protocol):
    """Whoever answers one kind of socket."""

    def admits(self, handshake: Handshake) -> bool:
        """Tell whether a connection may be opened."""

    def heard(self, state: str, text: str) -> Answer | None:
        """Answer a message. None: it came before one that must come first; look again."""

    def woken(self, state: str) -> Answer:
        """Look at a connection, after the time that the room asked for."""

    def broke(self, state: str) -> Answer:
        """Say what can still be said when `heard` or `woken` raised."""


class Connections(Protocol):
    """Where connections are remembered. Everything raises Unavailable."""

    def open(self, connection: Connection, now: datetime) -> None:
        """Store a new connection."""

    def load(self, connection_id: str) -> Connection:
        """Return a connection as it is now. Raises NotFound."""

    def save(self, connection: Connection, state: str, now: datetime) -> None:
        """Store what to remember. Raises Conflict if it is not what was loaded any more."""

    def close(self, connection_id: str) -> None:
        """Forget a connection. One that is not there is no error."""


class Post(Protocol):
    """How messages leave."""

    def send(self, connection_id: str, text: str) -> None:
        """Send one message. Raises Gone, Unavailable."""

    def close(self, connection_id: str) -> None:
        """Close a connection. Raises Gone, Unavailable."""


class Wakeups(Protocol):
    """The queue that brings a room back to a connection."""

    def put(self, message: dict[str, Any], *, delay_seconds: int = 0) -> None:
        """Leave a message that comes after so long. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """Everything the four handlers need. `pause` waits a moment before another look."""

    rooms: Mapping[str, Room]
    connections: Connections
    wakeups: Wakeups
    post: Callable[[str], Post] = field(default=lambda endpoint: Management(endpoint))
    clock: Callable[[], datetime]
    pause: Callable[[int], None]


def connected(event: Event, sockets: Sockets) -> Result:
    """Answer `$connect`: only those who may get in, and are then known."""
    handshake = _handshake(event)
    statuses: list[int] = []
    with patience.limited():
        attempt("socket-opened", lambda: statuses.append(_opened(handshake, sockets)))
    return {"statusCode": statuses[0] if statuses else BROKEN}


def heard(event: Event, sockets: Sockets) -> Result:
    """Answer a message; a connection on which that is impossible is closed."""
    line = Line(_connection_id(event), endpoint_of(event))
    text = event.get("body") or ""
    answered: list[bool] = []

    def answer(connection: Connection) -> Answer | None:
        return sockets.rooms[connection.kind].heard(connection.state, text)

    attempt("socket-heard", lambda: answered.append(_answered(line, answer, sockets)))
    if not any(answered):
        _give_up(line, sockets)
    return {"statusCode": WELCOME}


def wake(bodies: Iterable[str], sockets: Sockets) -> None:
    """Look at connections whose rooms asked for it. Raises what is worth another attempt."""
    every("socket-woken", bodies, lambda body: _woken(Line(**json.loads(body)), sockets))


def left(event: Event, sockets: Sockets) -> Result:
    """Answer `$disconnect`: nothing is kept of somebody who has gone. What stays expires."""
    attempt("socket-left", lambda: sockets.connections.close(_connection_id(event)))
    return {"statusCode": WELCOME}


def _opened(handshake: Handshake, sockets: Sockets) -> int:
    room = sockets.rooms.get(handshake.kind)
    if room is None or not room.admits(handshake):
        count("ForgedSocket")
        logger().warning("socket refused", extra={"kind": handshake.kind[:40]})
        return REFUSED
    connection = Connection(handshake.connection_id, handshake.kind)
    sockets.connections.open(connection, sockets.clock())
    return WELCOME


def _woken(line: Line, sockets: Sockets) -> None:
    """A connection that is no more needs no look; one that cannot be answered is closed."""

    def answer(connection: Connection) -> Answer:
        return sockets.rooms[connection.kind].woken(connection.state)

    try:
        sockets.connections.load(line.connection_id)
    except NotFound:
        return
    answered: list[bool] = []
    attempt("socket-answered", lambda: answered.append(_answered(line, answer, sockets)))
    if not any(answered):
        _give_up(line, sockets)


def _give_up(line: Line, sockets: Sockets) -> None:
    logger().error("a message could not be answered: its connection is closed")
    count("SocketFailed")
    post = sockets.post(line.endpoint)
    attempt("socket-closed", lambda: post.close(line.connection_id))


def _answered(line: Line, answer: Answering, sockets: Sockets) -> bool:
    post = sockets.post(line.endpoint)
    for look in range(1, LOOKS + 1):
        connection = sockets.connections.load(line.connection_id)
        made = _made(answer, connection, sockets)
        if made is not None and _kept(connection, made, sockets):
            for message in made.messages:
                post.send(line.connection_id, message)
            _ask_to_be_woken(line, made, sockets)
            return True
        sockets.pause(look)
    return False


def _ask_to_be_woken(line: Line, answer: Answer, sockets: Sockets) -> None:
    """Whoever is talked with loses nothing if it cannot be: only their silence goes unnoticed."""
    if answer.wake_after is None:
        return
    seconds = min(max(answer.wake_after, 0), MOST_DELAY)
    message = {"connection_id": line.connection_id, "endpoint": line.endpoint}
    attempt("wake-later", lambda: sockets.wakeups.put(message, delay_seconds=seconds))


def _kept(connection: Connection, answer: Answer, sockets: Sockets) -> bool:
    """Store what to remember; False if another message was quicker, and this one is to be answered
    to what is so now.
    """
    if answer.state == connection.state:
        return True
    try:
        sockets.connections.save(connection, answer.state, sockets.clock())
    except Conflict:
        return False
    return True


def _made(answer: Answering, connection: Connection, sockets: Sockets) -> Answer | None:
    made: list[Answer | None] = []
    attempt("socket-room", lambda: made.append(answer(connection)))
    return made[0] if made else sockets.rooms[connection.kind].broke(connection.state)


def public_url() -> str:
    """Return the address at which sockets are opened. Raises Unavailable if it is not known."""
    return settings().sockets_url.rstrip("/") or secrets.sockets_url().rstrip("/")


def passport(kind: str, facts: Mapping[str, str], subject: str) -> str:
    """Seal facts into a text that only we can have written, for one subject (such as a call)."""
    return cursors.seal(dict(facts), key=secrets.pepper(), context=f"{kind} {subject}")


def opened_passport(kind: str, text: str, subject: str) -> Mapping[str, str]:
    """Return the facts. Raises Rejected on what we did not seal for this subject."""
    return cursors.unseal(text, key=secrets.pepper(), context=f"{kind} {subject}")


def is_carriers(handshake: Handshake) -> bool:
    """Tell whether Twilio signed this handshake with one of our tokens."""
    from twilio.request_validator import RequestValidator

    signature = handshake.headers.get("x-twilio-signature", "")
    return bool(signature) and any(
        RequestValidator(token).validate(url, {}, signature)
        for token in secrets.twilio().auth_tokens
        for url in handshake.urls
    )


def endpoint_of(event: Event) -> str:
    """Return where messages to the connections of an event's API are posted.

    API Gateway says its own name in each event; only a cloud without names has to be told.
    """
    return "http" + _opened_at(event).removeprefix("ws")


def _opened_at(event: Event) -> str:
    context = event["requestContext"]
    known = settings().sockets_url.rstrip("/")
    return known or f"wss://{context['domainName']}/{context['stage']}"


def _handshake(event: Event) -> Handshake:
    query = event.get("queryStringParameters") or {}
    headers = event.get("headers") or {}
    url = _opened_at(event)
    asked = f"?{urlencode(query)}" if query else ""
    return Handshake(
        connection_id=_connection_id(event),
        query=query,
        headers={name.lower(): value for name, value in headers.items()},
        # Twilio: "you may need to add a trailing slash" to the URL that a handshake is signed for.
        urls=(f"{url}{asked}", f"{url}/{asked}"),
        endpoint=endpoint_of(event),
    )


def _connection_id(event: Event) -> str:
    return str(event["requestContext"]["connectionId"])


class Management:
    """API Gateway's own way to a connection."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def send(self, connection_id: str, text: str) -> None:
        """Send one message."""
        self._ask("post_to_connection", ConnectionId=connection_id, Data=text.encode())

    def close(self, connection_id: str) -> None:
        """Close a connection."""
        self._ask("delete_connection", ConnectionId=connection_id)

    def _ask(self, operation: str, **arguments: Any) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            getattr(_client(self._endpoint), operation)(**arguments)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"GoneException", "410"}:
                raise Gone("the other end has gone") from error
            raise Unavailable("API Gateway refused", operation=operation) from error
        except BotoCoreError as error:
            raise Unavailable("API Gateway did not answer", operation=operation) from error


@cache
def _client(endpoint: str) -> Any:
    import boto3
    from botocore.config import Config

    quick = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})
    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=quick)
