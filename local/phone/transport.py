"""One HTTP request to the customer's server and its answer, or why there is none.

Policies (retries, redirects, credentials) are webhooks.py's; here a request goes out once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.phone.connection import Connection

# Twilio refuses a TwiML answer over 64 kB (11750); one byte more is enough to know.
LARGEST = 64 * 1024
_LARGEST_SOUND = 64 * 1024 * 1024


class Failed(Exception):
    """No usable answer: `failure` is its kind ("ct", "rt", "4xx", "5xx", ""), `code` Twilio's."""

    def __init__(self, code: int, detail: str, failure: str = "", status: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.failure = failure
        self.status = status


class Lost(Failed):
    """The webhook was never sent, as ordered; nothing is reported and nothing makes up for it."""

    def __init__(self) -> None:
        super().__init__(0, "never sent, as ordered")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; `body` stops just over the largest size allowed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def content_type(self) -> str:
        """Give the media type without its parameters, in lower case; "" if there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Session:
    """What stays with a call between its requests: cookies, and credentials once asked for."""

    cookies: aiohttp.CookieJar | None = None
    logged_in: set[str] = field(default_factory=set)


class Transport(Protocol):
    """Something that can carry a webhook: HTTP, or an application in the same process."""

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connection: Connection,
        session: Session,
    ) -> Answer: ...

    async def close(self) -> None: ...


class HttpTransport:
    """Carry webhooks over real sockets. `pace` is how long a second of the network's takes: servers
    are waited for in its time where that is slow, never less than in theirs.
    """

    def __init__(self, pace: float = 1.0) -> None:
        self._pace = max(1.0, pace) / 1000
        self._client: aiohttp.ClientSession | None = None

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connection: Connection,
        session: Session,
    ) -> Answer:
        """Send one request; raise `Failed` with the kind of failure if nothing came back."""
        target = URL(url, encoded=True)
        if session.cookies is None:
            session.cookies = aiohttp.CookieJar(unsafe=True)
        try:
            async with self._opened().request(
                method,
                target,
                headers=dict(headers),
                data=body or None,
                cookies=session.cookies.filter_cookies(target),
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Content-Type"),
                timeout=aiohttp.ClientTimeout(
                    total=connection.total_ms * self._pace,
                    sock_connect=connection.connect_ms * self._pace,
                    sock_read=connection.read_ms * self._pace,
                ),
            ) as response:
                sound = response.content_type.startswith("audio/")
                content = await _read_up_to(response, _LARGEST_SOUND if sound else LARGEST + 1)
                session.cookies.update_cookies(response.cookies, target)
                return Answer(response.status, response.headers, content, url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _failed(error) from error

    async def close(self) -> None:
        """Close the connections kept open."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._client is None:
            # A kept connection that the server has closed meanwhile would look like a failure.
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._client


async def _read_up_to(response: aiohttp.ClientResponse, size: int) -> bytes:
    content = bytearray()
    while len(content) < size and (chunk := await response.content.read(size - len(content))):
        content += chunk
    return bytes(content)


# First match wins, so the particular comes before the general.
_FAILURES: tuple[tuple[type[Exception], int, str], ...] = (
    (aiohttp.ClientConnectorDNSError, 11210, ""),
    (aiohttp.ClientConnectorCertificateError, 11237, "ct"),
    (aiohttp.ClientSSLError, 11220, "ct"),
    (aiohttp.ClientConnectorError, 11205, "ct"),
    (aiohttp.ConnectionTimeoutError, 11205, "ct"),
    (aiohttp.ServerDisconnectedError, 11205, "rt"),
    (TimeoutError, 11200, "rt"),
    (aiohttp.InvalidURL, 11100, ""),
    (ValueError, 11100, ""),
)


def _failed(error: Exception) -> Failed:
    detail = f"{type(error).__name__}: {error}"
    for kind, code, failure in _FAILURES:
        if isinstance(error, kind):
            return Failed(code, detail, failure)
    return Failed(11206, detail)
