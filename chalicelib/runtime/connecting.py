"""Connections to a server whose name a customer gave us, to an address that was judged first.

Everything here waits for what is left of one deadline, never for longer.
"""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.internet import PORTS, Trouble, is_public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chalicelib.kernel.internet import Address, WebUrl

# A name with several addresses is tried at these many, in order; each may take half of the time
# that is left, so that a dead one does not cost the whole answer.
_MOST_ADDRESSES: Final = 3


class NotConnected(Exception):
    """No connection, and why."""

    def __init__(self, reason: Trouble) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, more than none. Raises TimeoutError once there are none."""
        left = self._at - self._clock()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


def resolve(host: str) -> list[str]:
    """Return the addresses of a name. Raises OSError if there are none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@cache
def trusted_tls() -> ssl.SSLContext:
    """Return how servers prove their names: by the system's authorities, TLS 1.2 at least."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Network:
    """The network that requests go out to; tests and single machines have their own.

    `local` says where a name leads on one machine, in plain HTTP and without a look-up.
    """

    resolve: Callable[[str], Sequence[str]] = resolve
    allows: Callable[[Address], bool] = is_public
    tls: Callable[[], ssl.SSLContext] = trusted_tls
    ports: frozenset[int] = PORTS
    local: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@contextmanager
def opened(url: WebUrl, network: Network, deadline: Deadline) -> Iterator[Timed]:
    """Open a connection to the server of a URL. Raises NotConnected or TimeoutError."""
    place = network.local.get(url.host)
    if place is not None:
        with _connected([ip_address(place[0])], place[1], deadline) as bare:
            yield Timed(bare, deadline)
        return
    addresses = _judged(_looked_up(url.host, network, deadline), network)
    with (
        _connected(addresses, url.port, deadline) as bare,
        _secured(bare, url.host, network, deadline) as secured,
    ):
        yield Timed(secured, deadline)


def _looked_up(host: str, network: Network, deadline: Deadline) -> list[Address]:
    """Ask for a name's addresses in another thread: the system's resolver knows no deadline."""
    answers: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(network.resolve(host))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="name look-up", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise NotConnected(Trouble.TIMEOUT) from None
    if isinstance(found, Exception) or not found:
        raise NotConnected(Trouble.DNS) from None
    addresses = {ip_address(each): None for each in found}
    # Functions reach IPv4 from everywhere, IPv6 only from some networks.
    return sorted(addresses, key=lambda address: address.version)


def _judged(addresses: list[Address], network: Network) -> list[Address]:
    """Refuse a name if a single one of its addresses is refused: an honest one has none."""
    if not all(network.allows(each) for each in addresses):
        raise NotConnected(Trouble.REFUSED_ADDRESS)
    return addresses[:_MOST_ADDRESSES]


def _connected(addresses: list[Address], port: int, deadline: Deadline) -> socket.socket:
    for at, address in enumerate(addresses, 1):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        bare = socket.socket(family, socket.SOCK_STREAM)
        try:
            bare.settimeout(deadline.left() / (1 if at == len(addresses) else 2))
            bare.connect((str(address), port))
        except OSError as error:
            bare.close()
            last = error
        else:
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return bare
    slow = isinstance(last, TimeoutError)
    raise NotConnected(Trouble.TIMEOUT if slow else Trouble.CONNECT) from last


def _secured(bare: socket.socket, host: str, network: Network, deadline: Deadline) -> ssl.SSLSocket:
    bare.settimeout(deadline.left())  # the whole handshake's, not one read's
    try:
        return network.tls().wrap_socket(bare, server_hostname=host)
    except TimeoutError:
        raise
    except ssl.SSLError as error:
        raise NotConnected(Trouble.TLS) from error
    except OSError as error:
        raise NotConnected(Trouble.CONNECT) from error


class Timed:
    """The part of a socket that http.client uses, waiting for no longer than a deadline.

    A socket's own time-out begins anew with each byte.
    """

    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def sendall(self, data: Any) -> None:
        """Send everything. Raises TimeoutError at the deadline."""
        rest = memoryview(data)
        while rest:
            self._inner.settimeout(self._deadline.left())
            rest = rest[self._inner.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what the server sends as a file. Reading raises TimeoutError at the deadline."""
        return io.BufferedReader(_Reader(self._inner, self._deadline))

    def close(self) -> None:
        """Leave the socket open: whoever opened it closes it."""


class _Reader(io.RawIOBase):
    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._inner.settimeout(self._deadline.left())
        return self._inner.recv_into(buffer)
