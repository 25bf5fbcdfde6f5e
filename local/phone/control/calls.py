"""Telephones in use: ring, look, press, speak, answer, hang up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from local.phone.book import to_json
from local.phone.control import bodies
from local.phone.handsets import Handset

if TYPE_CHECKING:
    from local.phone.legs import Leg
    from local.phone.network import PhoneNetwork


async def ring(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Ring a number: {to, from, keys?, say?, script?, by_hand?, wait?}."""
    body = await bodies.read(request)
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


async def keys(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Press keys: {keys}."""
    pressed = str((await bodies.read(request))["keys"])
    if set(pressed) - set("0123456789*#"):
        raise ValueError("keys are 0 to 9, * and #")
    _live(network, request).phone.press(pressed)
    return web.json_response({"pressed": pressed})


async def speak(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Say something: {text}."""
    text = str((await bodies.read(request))["text"])
    _live(network, request).phone.say(text)
    return web.json_response({"said": text})


async def hang_up(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Put the receiver down."""
    _live(network, request).phone.hang_up()
    return web.json_response({"hung_up": _sid(request)})


async def answer(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Pick up a telephone that rings; {"decline": true} refuses."""
    phone = _live(network, request).phone
    if (await bodies.read(request)).get("decline"):
        phone.decline()
    else:
        phone.answer()
    return web.json_response({"answered": _sid(request)})


def _sid(request: web.Request) -> str:
    return request.match_info["sid"]


def _live(network: PhoneNetwork, request: web.Request) -> Leg:
    leg = network.exchange.legs.get(_sid(request))
    if leg is None:
        raise LookupError(f"no live call {_sid(request)}")
    return leg
