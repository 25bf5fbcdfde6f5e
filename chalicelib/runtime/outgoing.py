"""Requests to URLs that customers gave us: nowhere but to public servers, and never for long.

The host name is looked up once; the connection goes to the very address that was judged, and TLS
verifies the name there, so that a name cannot mean one server when checked and another when used.
No redirect is followed, no cookie kept, no proxy of the environment used. One deadline covers
name, connection, TLS and answer: each wait is for what is left of it, so that an answer that drips
is cut like one that never comes.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.internet import Trouble, UrlRefused, read_url
from chalicelib.runtime.connecting import Deadline, Network, NotConnected, opened
from chalicelib.runtime.observability import logger
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

    from chalicelib.kernel.internet import WebUrl
    from chalicelib.runtime.connecting import Timed

# Stages that run on one machine; in every other, customers' URLs lead to the internet only.
LOCAL_STAGES: Final = frozenset({"local", "test"})
MOST_BYTES: Final = 64 * 1024
LONGEST_SECONDS: Final = 15.0
_PIECE: Final = 16 * 1024
_SECONDS: Final = re.compile(r"[0-9]{1,6}")


class RequestFailed(Unavailable):
    """A customer's server did not give what was asked of it: `reason` says how."""

    code = "request-failed"

    def __init__(self, reason: Trouble, status: int | None = None, **facts: Any) -> None:
        super().__init__("a customer's server failed", reason=reason.value, status=status, **facts)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to send. `body` goes with its Content-Type among the headers."""

    url: str
    method: str = "POST"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: JSON, in which numbers with a point are texts as they were written."""

    status: int
    data: Any


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back, whatever its status: JSON, or None where it is none."""

    status: int
    data: Any = field(repr=False)
    retry_after_seconds: int | None = None


def fetch_json(
    request: Outgoing, deadline_seconds: float, network: Network | None = None
) -> Answer:
    """Send a request and read JSON of at most 64 kB from a 2xx answer. Raises RequestFailed."""
    with _asked(request, deadline_seconds, network) as response:
        return Answer(response.status, _json(response))


def deliver(request: Outgoing, deadline_seconds: float, network: Network | None = None) -> int:
    """Send a request and return its status, a 2xx; nothing else is read. Raises RequestFailed."""
    with _asked(request, deadline_seconds, network) as response:
        return response.status


def converse(request: Outgoing, deadline_seconds: float, network: Network | None = None) -> Heard:
    """Send a request and return whatever is answered, but for a redirect. Raises RequestFailed.

    For servers whose refusals are JSON that says what is wrong.
    """
    with _asked(request, deadline_seconds, network, whatever=True) as response:
        try:
            data = _json(response)
        except RequestFailed as error:
            if error.reason is not Trouble.NOT_JSON:
                raise
            data = None
        waits = response.getheader("Retry-After", "")
        return Heard(response.status, data, int(waits) if _SECONDS.fullmatch(waits) else None)


@cache
def the_internet() -> Network:
    """Return the network as this stage sees it: on one machine, some names may stand for it."""
    written = settings().outgoing_local
    if written and settings().stage not in LOCAL_STAGES:
        logger().error("names for servers of this machine are ignored outside local stages")
        written = ""
    return Network(local=local_servers(written))


def local_servers(written: str) -> dict[str, tuple[str, int]]:
    """Read "name=address:port" pairs, separated by commas: where a name leads on one machine.

    >>> local_servers("crm.demo.example=127.0.0.1:8099")
    {'crm.demo.example': ('127.0.0.1', 8099)}
    """
    servers = {}
    for each in filter(None, (part.strip() for part in written.split(","))):
        name, _, place = each.partition("=")
        address, _, port = place.rpartition(":")
        servers[name] = (address, int(port))
    return servers


@contextmanager
def _asked(
    request: Outgoing,
    deadline_seconds: float,
    network: Network | None,
    *,
    whatever: bool = False,
) -> Iterator[HTTPResponse]:
    """Ask, hand over a 2xx answer, or `whatever` was answered, and leave one line in the log.

    Of the URL the line has the host only: path and query may hold somebody's data.
    """
    began = time.monotonic()
    facts: dict[str, Any] = {"method": request.method}
    try:
        with _exchange(request, deadline_seconds, network or the_internet(), facts) as response:
            yield _not_redirected(response) if whatever else _successful(response)
    except RequestFailed as error:
        facts["reason"] = error.reason.value
        raise
    finally:
        facts["milliseconds"] = int((time.monotonic() - began) * 1000)
        logger().info("outgoing request", extra=facts)


@contextmanager
def _exchange(
    request: Outgoing, deadline_seconds: float, network: Network, facts: dict[str, Any]
) -> Iterator[HTTPResponse]:
    try:
        url = read_url(request.url, network.ports)
        facts["host"] = url.host
        deadline = Deadline(min(deadline_seconds, LONGEST_SECONDS))
        with opened(url, network, deadline) as line, _answered(request, url, line) as response:
            facts["status"] = response.status
            yield response
    except UrlRefused as error:
        raise RequestFailed(Trouble.REFUSED_URL) from error
    except NotConnected as error:
        raise RequestFailed(error.reason) from error
    except TimeoutError as error:
        raise RequestFailed(Trouble.TIMEOUT) from error
    except (OSError, HTTPException) as error:
        raise RequestFailed(Trouble.BROKEN) from error


@contextmanager
def _answered(request: Outgoing, url: WebUrl, line: Timed) -> Iterator[HTTPResponse]:
    connection = HTTPConnection(url.host, url.port)
    connection.sock = line
    own = {
        "Host": url.host if url.port == 443 else f"{url.host}:{url.port}",
        "User-Agent": "Cadran",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    body = None if request.method == "GET" else request.body
    try:
        connection.request(request.method, url.target, body, {**request.headers, **own})
    except ValueError as error:  # a header that HTTP cannot carry
        raise RequestFailed(Trouble.OURS) from error
    with closing(connection.getresponse()) as response:
        yield response


def _successful(response: HTTPResponse) -> HTTPResponse:
    status = _not_redirected(response).status
    if not 200 <= status < 300:
        raise RequestFailed(Trouble.STATUS, status)
    return response


def _not_redirected(response: HTTPResponse) -> HTTPResponse:
    if 300 <= response.status < 400:
        raise RequestFailed(Trouble.REDIRECT, response.status)
    return response


def _json(response: HTTPResponse) -> Any:
    kind = response.headers.get_content_type()
    if kind != "application/json" and not kind.endswith("+json"):
        raise RequestFailed(Trouble.NOT_JSON, response.status)
    encodings = {response.getheader("Content-Encoding", "identity").strip().lower()}
    encodings |= {response.getheader("Transfer-Encoding", "chunked").strip().lower()}
    if encodings - {"identity", "chunked"}:
        raise RequestFailed(Trouble.ENCODED, response.status)
    try:
        return json.loads(_read(response), parse_float=str, parse_constant=_refused_constant)
    except (ValueError, RecursionError) as error:
        raise RequestFailed(Trouble.NOT_JSON, response.status) from error


def _read(response: HTTPResponse) -> bytes:
    """Read a body to its end, and no further than the limit."""
    if (response.length or 0) > MOST_BYTES:
        raise RequestFailed(Trouble.TOO_LARGE, response.status)
    body = bytearray()
    while piece := response.read(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise RequestFailed(Trouble.TOO_LARGE, response.status)
    if response.length:
        raise RequestFailed(Trouble.BROKEN, response.status)  # less came than was announced
    return bytes(body)


def _refused_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
