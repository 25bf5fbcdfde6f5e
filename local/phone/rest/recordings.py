"""Recordings: show, list, play, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from local.phone import recordings
from local.phone.rest import render
from local.phone.rest.calls import find as find_call
from local.phone.rest.errors import not_found
from local.phone.rest.paging import page

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.model import Recording


async def listed(exchange: Exchange, request: web.Request) -> web.Response:
    """List recordings, newest first."""
    call_sid = request.query.get("CallSid")
    kept = [
        one
        for one in reversed(exchange.book.recordings.values())
        if call_sid is None or one.call_sid == call_sid
    ]
    return web.json_response(
        page(request, "recordings", kept, lambda one: render.recording(exchange, one))
    )


async def of_call(exchange: Exchange, request: web.Request) -> web.Response:
    """List the recordings of one call."""
    call = find_call(exchange, request)
    kept = [one for one in exchange.book.recordings.values() if one.call_sid == call.sid]
    return web.json_response(
        page(request, "recordings", kept, lambda one: render.call_recording(exchange, one))
    )


async def fetch(exchange: Exchange, request: web.Request) -> web.Response:
    """Show one recording."""
    return web.json_response(render.recording(exchange, _find(exchange, request)))


async def media(exchange: Exchange, request: web.Request) -> web.Response:
    """Give its sound: WAV, or MP3 under `.mp3`."""
    one = _find(exchange, request)
    if one.duration <= 0:
        raise not_found(request.path)
    if request.path.endswith(".mp3"):
        return web.Response(body=recordings.mp3(one.duration), content_type="audio/mpeg")
    return web.Response(body=recordings.wav(one.duration), content_type="audio/x-wav")


async def delete(exchange: Exchange, request: web.Request) -> web.Response:
    """Delete one recording."""
    exchange.book.drop("recordings", _find(exchange, request).sid)
    return web.Response(status=204)


def _find(exchange: Exchange, request: web.Request) -> Recording:
    one = exchange.book.recordings.get(request.match_info["sid"])
    if one is None:
        raise not_found(request.path)
    return one
