"""A customer's server on this machine, in TLS, that answers byte by byte as a test says.

`serving(answer)` calls `answer(connection)` for each connection, once the request has been read;
what it received is in `Served.requests`.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import trustme

from chalicelib.kernel.internet import is_public
from chalicelib.runtime.connecting import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.kernel.internet import Address

    Answering = Callable[[socket.socket], None]

HOST = "crm.example.fr"
HERE = "127.0.0.1"
# No test waits for it: a server that is told to hang lets go when its test is over.
_LONGEST_HANG = 30.0


@cache
def authority() -> trustme.CA:
    """Return the authority that tests trust."""
    return trustme.CA()


@cache
def trusted() -> ssl.SSLContext:
    """Return how a client of ours trusts the tests' authority."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context


@cache
def _certified(*names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*names).configure_cert(context)
    return context


def allows_here(address: Address) -> bool:
    """Judge as the product does, but for the test's own server."""
    return address == IPv4Address(HERE) or is_public(address)


@dataclass
class Served:
    """One server: where it is, what it was asked, and how a client reaches it."""

    port: int
    over: threading.Event = field(default_factory=threading.Event)
    requests: list[bytes] = field(default_factory=list)
    sent: int = 0

    def url(self, target: str = "/", host: str = HOST) -> str:
        """Return a URL that leads here, by a network of this server's."""
        return f"https://{host}:{self.port}{target}"

    def network(
        self,
        resolve: Callable[[str], Sequence[str]] = lambda host: [HERE],
        allows: Callable[[Address], bool] = allows_here,
    ) -> Network:
        """Return a network in which every name leads here, unless told otherwise."""
        return Network(
            resolve=resolve, allows=allows, tls=trusted, ports=frozenset({self.port, 443})
        )

    def hang(self, seconds: float = _LONGEST_HANG) -> bool:
        """Keep the client waiting; tell whether the test is over."""
        return self.over.wait(seconds)


@contextmanager
def serving(
    answer: Callable[[Served, socket.socket], None],
    *,
    names: tuple[str, ...] = (HOST,),
    tls: bool = True,
    reads: bool = True,
) -> Iterator[Served]:
    """Open a server for a while. `reads=False` answers without waiting for a request."""
    authority()  # before any thread needs it: two that make one at once would make two
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HERE, 0)))
        served = Served(listener.getsockname()[1])

        def one(bare: socket.socket) -> None:
            with suppress(OSError), bare:
                if tls:
                    with _certified(*names).wrap_socket(bare, server_side=True) as secured:
                        _respond(served, secured, answer, reads)
                else:
                    _respond(served, bare, answer, reads)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    bare, _ = listener.accept()
                    worker = threading.Thread(target=one, args=(bare,))
                    workers.append(worker)
                    worker.start()

        workers: list[threading.Thread] = []
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield served
        finally:
            served.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for worker in workers:
                worker.join()


def _respond(
    served: Served,
    connection: socket.socket,
    answer: Callable[[Served, socket.socket], None],
    reads: bool,
) -> None:
    if reads:
        served.requests.append(_request(connection))
    answer(served, connection)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answers(
    body: bytes = b'{"ok": true}',
    *headers: str,
    status: str = "200 OK",
    kind: str | None = "application/json",
    version: str = "HTTP/1.1",
    length: int | None = None,
) -> Callable[[Served, socket.socket], None]:
    """Return a server that says this at once."""
    lines = [f"{version} {status}", *headers]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"Content-Length: {len(body) if length is None else length}"]
    data = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def answer(served: Served, connection: socket.socket) -> None:
        connection.sendall(data)

    return answer


def says(data: bytes) -> Callable[[Served, socket.socket], None]:
    """Return a server that sends these bytes and closes."""

    def answer(served: Served, connection: socket.socket) -> None:
        connection.sendall(data)

    return answer
