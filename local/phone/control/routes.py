"""The control API's map. Another site's page is kept out; a refusal says why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from local.phone.control import calls, events, world

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.phone.network import PhoneNetwork

    View = Callable[[PhoneNetwork, web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application, network: PhoneNetwork) -> None:
    """Put the control API into an application."""
    for method, path, view in _MAP:
        app.router.add_route(method, f"/control{path}", _handler(network, view))


def _handler(
    network: PhoneNetwork, view: View
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            _refuse_strangers(request)
            return await view(network, request)
        except PermissionError as error:
            return _refused(403, error)
        except LookupError as error:
            return _refused(404, error)
        except (ValueError, TypeError) as error:
            return _refused(400, error)

    return handle


def _refuse_strangers(request: web.Request) -> None:
    """Let no other site's page ring here through a visitor's browser."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise PermissionError(f"{origin} may not use this network")


def _refused(status: int, error: Exception) -> web.Response:
    return web.json_response({"error": str(error).strip("'\"")}, status=status)


_MAP: tuple[tuple[str, str, View], ...] = (
    ("POST", "/calls", calls.ring),
    ("GET", "/calls", calls.list_calls),
    ("GET", "/calls/{sid}", calls.show),
    ("GET", "/calls/{sid}/events", events.stream),
    ("POST", "/calls/{sid}/keys", calls.keys),
    ("POST", "/calls/{sid}/speech", calls.speak),
    ("POST", "/calls/{sid}/hangup", calls.hang_up),
    ("POST", "/calls/{sid}/answer", calls.answer),
    ("GET", "/events", events.stream),
    ("PUT", "/handsets/{number}", world.put_handset),
    ("DELETE", "/handsets/{number}", world.delete_handset),
    ("GET", "/handsets", world.list_handsets),
    ("GET", "/numbers", world.list_numbers),
    ("POST", "/messages", world.write),
    ("POST", "/faults", world.order_fault),
    ("GET", "/faults", world.list_faults),
    ("DELETE", "/faults", world.clear_faults),
    ("GET", "/reports", world.list_reports),
    ("GET", "/kept", world.list_kept),
    ("POST", "/reset", world.reset),
)
