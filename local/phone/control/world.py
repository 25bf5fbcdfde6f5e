"""What surrounds the calls: handsets, numbers, faults, reports, recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from local.phone.book import to_json
from local.phone.control import bodies
from local.phone.handsets import Handset

if TYPE_CHECKING:
    from local.phone.network import PhoneNetwork


async def put_handset(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Write the script of a number's telephone."""
    script = Handset.from_json(await bodies.read(request))
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


async def write(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Let a handset write to a number: {to, from, body}."""
    body = await bodies.read(request)
    sent = await network.text(
        to=str(body["to"]), from_=str(body["from"]), body=str(body.get("body", ""))
    )
    return web.json_response({"sid": sent.sid}, status=201)


async def order_fault(network: PhoneNetwork, request: web.Request) -> web.Response:
    """Order trouble: {trouble, times?, seconds?, path?, only?}."""
    network.faults.order(**await bodies.read(request))
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
