"""The REST API's map, and what stands before each of its doors: credentials, limits, faults."""

from __future__ import annotations

import asyncio
import base64
import hmac
from typing import TYPE_CHECKING

from local.phone.faults import Trouble
from local.phone.rest import available, calls, messages, numbers, recordings
from local.phone.rest.errors import RestError, not_found

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from local.phone.exchange import Exchange

    View = Callable[[Exchange, web.Request], Awaitable[web.Response]]

ROOT = "/2010-04-01/Accounts/{account}"
_SID = "{sid:[A-Z]{2}[0-9a-fA-F]{32}}"
_KIND = "{kind:Local|Mobile|National|TollFree}"
_COUNTRY = "{country:[A-Z]{2}}"

_MAP: tuple[tuple[str, str, View], ...] = (
    ("POST", "/Calls.json", calls.create),
    ("GET", "/Calls.json", calls.listed),
    ("GET", f"/Calls/{_SID}.json", calls.fetch),
    ("POST", f"/Calls/{_SID}.json", calls.update),
    ("DELETE", f"/Calls/{_SID}.json", calls.delete),
    ("GET", f"/Calls/{_SID}/Recordings.json", recordings.of_call),
    ("POST", "/IncomingPhoneNumbers.json", numbers.create),
    ("GET", "/IncomingPhoneNumbers.json", numbers.listed),
    ("POST", f"/IncomingPhoneNumbers/{_KIND}.json", numbers.create),
    ("GET", f"/IncomingPhoneNumbers/{_KIND}.json", numbers.listed),
    ("GET", f"/IncomingPhoneNumbers/{_SID}.json", numbers.fetch),
    ("POST", f"/IncomingPhoneNumbers/{_SID}.json", numbers.update),
    ("DELETE", f"/IncomingPhoneNumbers/{_SID}.json", numbers.delete),
    ("GET", f"/AvailablePhoneNumbers/{_COUNTRY}/{_KIND}.json", available.listed),
    ("GET", "/Recordings.json", recordings.listed),
    ("GET", f"/Recordings/{_SID}.json", recordings.fetch),
    ("DELETE", f"/Recordings/{_SID}.json", recordings.delete),
    ("GET", f"/Recordings/{_SID}.wav", recordings.media),
    ("GET", f"/Recordings/{_SID}.mp3", recordings.media),
    ("GET", f"/Recordings/{_SID}", recordings.media),
    ("POST", "/Messages.json", messages.create),
    ("GET", "/Messages.json", messages.listed),
    ("GET", f"/Messages/{_SID}.json", messages.fetch),
)
_OPEN = frozenset(
    {recordings.media}
)  # a player brings no credentials, unless the account asks for them


def add_routes(app: web.Application, exchange: Exchange) -> None:
    """Put the REST API into an application."""
    door = Door(exchange)
    for method, path, view in _MAP:
        app.router.add_route(method, ROOT + path, door.to(view))
    app.router.add_route("*", "/2010-04-01/{rest:.*}", door.to(_nothing))


class Door:
    """Let a request in, or say why not, with one of Twilio's error bodies."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.inside = 0

    def to(self, view: View) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Make an aiohttp handler of a view."""

        async def handle(request: web.Request) -> web.StreamResponse:
            self.inside += 1
            try:
                with self.exchange.clock.busy():
                    return await self._answer(view, request)
            except RestError as error:
                return error.response()
            finally:
                self.inside -= 1

        return handle

    async def _answer(self, view: View, request: web.Request) -> web.StreamResponse:
        faults = self.exchange.faults
        path = request.path
        if faults.take(Trouble.REST_BUSY, url=path) or self._crowded():
            raise RestError(429, 20429, "Too Many Requests")
        if slow := faults.take(Trouble.REST_SLOW, url=path):
            await asyncio.sleep(slow.seconds)
        if faults.take(Trouble.REST_ERROR, url=path):
            raise RestError(500, 20500, "An internal server error has occurred")
        if view not in _OPEN or self.exchange.settings.locks_media:
            self._authenticate(request)
        response = await view(self.exchange, request)
        if faults.take(Trouble.REST_LOST, url=path) and request.transport:
            request.transport.close()
        return response

    def _crowded(self) -> bool:
        return self.inside > self.exchange.settings.most_requests

    def _authenticate(self, request: web.Request) -> None:
        settings = self.exchange.settings
        expected = base64.b64encode(f"{settings.account_sid}:{settings.auth_token}".encode())
        given = request.headers.get("Authorization", "").removeprefix("Basic ").encode()
        account = request.match_info.get("account", settings.account_sid)
        if not hmac.compare_digest(given, expected) or account != settings.account_sid:
            raise RestError(401, 20003, "Authenticate")


async def _nothing(exchange: Exchange, request: web.Request) -> web.Response:
    raise not_found(request.path)
