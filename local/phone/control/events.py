"""Server-sent events: what was, then what comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from local.phone.model import Event
    from local.phone.network import PhoneNetwork


async def stream(network: PhoneNetwork, request: web.Request) -> web.StreamResponse:
    """Stream the events of a story, or of all: what was first, then what comes."""
    sid = request.match_info.get("sid", "")
    family = network.exchange.family_of(sid)
    if sid and not family:
        raise LookupError(f"no call {sid}")
    since = int(request.headers.get("Last-Event-ID") or request.query.get("since", "0"))
    watcher = network.exchange.watch()
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    try:
        for event in [past for past in network.exchange.events if past.number > since]:
            await _emit(response, event, family)
            since = event.number
        while True:
            event = await watcher.get()
            if event.number > since:  # else it was there already when we began to watch
                await _emit(response, event, family)
    except ConnectionError:
        return response
    finally:
        network.exchange.unwatch(watcher)


async def _emit(response: web.StreamResponse, event: Event, family: str) -> None:
    if family and event.family != family:
        return
    data = json.dumps(event.data | {"event": event.kind, "family": event.family})
    await response.write(f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n".encode())
