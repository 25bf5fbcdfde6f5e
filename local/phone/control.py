"""The control API: what people's page, `make call` and the demo do to telephones, as JSON.

It is not Twilio's and needs no credentials: it is served on the loopback interface only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from local.phone.book import to_json
from local.phone.handsets import Handset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.phone.legs import Leg
    from local.phone.model import Event
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


async def ring(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Ring a number: {to, from, keys?, say?, script?, by_hand?, wait?}."""
    body = await _json(request)
    script = dict(body.get("script", {}))
    if body.get("keys"):
        script["presses"] = str(body["keys"]).split(",")
    if body.get("say"):
        script["says"] = [str(body["say"])]
    if body.get("by_hand"):
        script["by_hand"] = True
    leg = network.dial(
        to=str(body["to"]), from_=str(body["from"]), script=Handset.from_json(script)
    )
    if body.get("wait"):
        return web.json_response((await network.finished(leg.call.sid)).to_json())
    return web.json_response({"sid": leg.call.sid}, status=201)


async def show(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Tell the story of a call so far."""
    return web.json_response(network.story(_sid(request)).to_json())


async def list_calls(network: PhoneNetwork, request: web.Request) -> web.Response:
    """List the newest stories, one line each."""
    firsts = [call for call in network.exchange.book.calls.values() if call.family == call.sid]
    lines = [to_json(call) | {"duration": call.duration} for call in reversed(firsts[-50:])]
    return web.json_response({"calls": lines})


async def events(network: PhoneNetwork, request: web.Request) -> web.StreamResponse:
    """Stream the events of a story, or of all: what was first, then what comes."""
    sid = request.match_info.get("sid", "")
    family = network.exchange.family_of(sid)
    if sid and not family:
        raise LookupError(f"no call {sid}")
    since = int(request.headers.get("Last-Event-ID") or request.query.get("since", "0"))
    watcher = network.exchange.watch()
    stream = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await stream.prepare(request)
    try:
        for event in [past for past in network.exchange.events if past.number > since]:
            await _emit(stream, event, family)
        while True:
            await _emit(stream, await watcher.get(), family)
    except ConnectionError:
        return stream
    finally:
        network.exchange.unwatch(watcher)


async def keys(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Press keys: {keys}."""
    pressed = str((await _json(request))["keys"])
    if set(pressed) - set("0123456789*#"):
        raise ValueError("keys are 0 to 9, * and #")
    _live(network, request).phone.press(pressed)
    return web.json_response({"pressed": pressed})


async def speak(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Say something: {text}."""
    text = str((await _json(request))["text"])
    _live(network, request).phone.say(text)
    return web.json_response({"said": text})


async def hang_up(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Put the receiver down."""
    _live(network, request).phone.hang_up()
    return web.json_response({"hung_up": _sid(request)})


async def answer(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Pick up a telephone that rings; {"decline": true} refuses."""
    phone = _live(network, request).phone
    if (await _json(request)).get("decline"):
        phone.decline()
    else:
        phone.answer()
    return web.json_response({"answered": _sid(request)})


async def put_handset(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Write the script of a number's telephone."""
    script = Handset.from_json(await _json(request))
    network.handset(request.match_info["number"], script)
    return web.json_response(to_json(script))


async def delete_handset(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Give a number its default telephone back."""
    network.exchange.book.drop("handsets", request.match_info["number"])
    return web.Response(status=204)


async def list_handsets(network: PhoneNetwork, request: web.Request) -> web.Response:
    """List the scripts in force."""
    return web.json_response({"handsets": to_json(network.exchange.book.handsets)})


async def list_numbers(network: PhoneNetwork, request: web.Request) -> web.Response:
    """List the numbers bought on this network."""
    return web.json_response({"numbers": to_json(list(network.exchange.book.numbers.values()))})


async def order_fault(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Order trouble: {trouble, times?, seconds?, path?, only?}."""
    network.faults.order(**await _json(request))
    return web.json_response({"faults": network.faults.listed()}, status=201)


async def list_faults(network: PhoneNetwork, request: web.Request) -> web.Response:
    """List the faults in force."""
    return web.json_response({"faults": network.faults.listed()})


async def clear_faults(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Take back every fault."""
    network.faults.clear()
    return web.Response(status=204)


async def list_reports(network: PhoneNetwork, request: web.Request) -> web.Response:
    """List what Twilio would have warned about."""
    return web.json_response({"reports": to_json(network.reports)})


async def list_kept(network: PhoneNetwork, request: web.Request) -> web.Response:
    """List recordings and messages, newest first, with the address of the sound."""
    book = network.exchange.book
    account = network.exchange.settings.account_sid
    sound = f"/2010-04-01/Accounts/{account}/Recordings"
    return web.json_response(
        {
            "recordings": [
                to_json(one) | {"media": f"{sound}/{one.sid}.wav"}
                for one in reversed(book.recordings.values())
            ],
            "messages": [to_json(one) for one in reversed(book.messages.values())],
        }
    )


async def reset(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Forget everything."""
    await network.reset()
    return web.Response(status=204)


async def _json(request: web.Request) -> dict[str, Any]:
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    return body


def _sid(request: web.Request) -> str:
    return request.match_info["sid"]


def _live(network: PhoneNetwork, request: web.Request) -> Leg:
    leg = network.exchange.legs.get(_sid(request))
    if leg is None:
        raise LookupError(f"no live call {_sid(request)}")
    return leg


async def _emit(stream: web.StreamResponse, event: Event, family: str) -> None:
    if family and event.family != family:
        return
    data = json.dumps(event.data | {"event": event.kind, "family": event.family})
    await stream.write(f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n".encode())


_MAP: tuple[tuple[str, str, View], ...] = (
    ("POST", "/calls", ring),
    ("GET", "/calls", list_calls),
    ("GET", "/calls/{sid}", show),
    ("GET", "/calls/{sid}/events", events),
    ("POST", "/calls/{sid}/keys", keys),
    ("POST", "/calls/{sid}/speech", speak),
    ("POST", "/calls/{sid}/hangup", hang_up),
    ("POST", "/calls/{sid}/answer", answer),
    ("GET", "/events", events),
    ("PUT", "/handsets/{number}", put_handset),
    ("DELETE", "/handsets/{number}", delete_handset),
    ("GET", "/handsets", list_handsets),
    ("GET", "/numbers", list_numbers),
    ("POST", "/faults", order_fault),
    ("GET", "/faults", list_faults),
    ("DELETE", "/faults", clear_faults),
    ("GET", "/reports", list_reports),
    ("GET", "/kept", list_kept),
    ("POST", "/reset", reset),
)
