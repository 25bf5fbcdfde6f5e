"""Messages: send (to the page, and nowhere else), show, list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from local.phone import webhooks
from local.phone.model import Message
from local.phone.parameters import API_VERSION
from local.phone.rest import forms, render
from local.phone.rest.calls import read_form
from local.phone.rest.errors import RestError, not_found
from local.phone.rest.paging import page
from local.phone.transport import Failed

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from local.phone.exchange import Exchange

_LONGEST = 1600


async def create(exchange: Exchange, request: web.Request) -> web.Response:
    """Take a message; a second later it is sent, then delivered."""
    form = await read_form(request)
    to, from_, body = _checked(exchange, form)
    message = Message(exchange.dice.sid("SM"), to, from_, body, exchange.clock.now())
    message.callback.url = forms.url(form, "StatusCallback", 21609)
    exchange.book.keep(message)
    exchange.publish("", "message", {"sid": message.sid, "to": to, "from": from_, "body": body})
    exchange.spawn(message.sid, _carry(exchange, message))
    return web.json_response(render.message(exchange, message), status=201)


async def fetch(exchange: Exchange, request: web.Request) -> web.Response:
    """Show one message."""
    message = exchange.book.messages.get(request.match_info["sid"])
    if message is None:
        raise not_found(request.path)
    return web.json_response(render.message(exchange, message))


async def listed(exchange: Exchange, request: web.Request) -> web.Response:
    """List messages, newest first."""
    query = request.query
    messages = [
        message
        for message in reversed(exchange.book.messages.values())
        if query.get("To", message.to) == message.to
        and query.get("From", message.from_) == message.from_
    ]
    return web.json_response(
        page(request, "messages", messages, lambda one: render.message(exchange, one))
    )


def _checked(exchange: Exchange, form: MultiDictProxy[str]) -> tuple[str, str, str]:
    to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if not to:
        raise RestError(400, 21604, "A 'To' phone number is required")
    if not forms.E164.fullmatch(to):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not from_ and not form.get("MessagingServiceSid"):
        raise RestError(400, 21603, "A 'From' phone number is required")
    if not body and "MediaUrl" not in form:
        raise RestError(400, 21602, "Message body is required")
    if len(body) > _LONGEST:
        raise RestError(400, 21617, f"The message body exceeds {_LONGEST} characters")
    if from_ and not exchange.book.owned(from_):
        raise RestError(400, 21606, f"{from_} is not a message-capable number of this account")
    return to, from_, body


async def _carry(exchange: Exchange, message: Message) -> None:
    for status in ("sent", "delivered"):
        await exchange.clock.sleep(1)
        message.status = status
        exchange.book.keep(message)
        if message.callback.url:
            await _tell(exchange, message)


async def _tell(exchange: Exchange, message: Message) -> None:
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.from_,
        "AccountSid": exchange.settings.account_sid,
        "ApiVersion": API_VERSION,
    }
    url = message.callback.url
    ask = webhooks.Ask("message", message.sid, message.sid, url, params=params, fetches=False)
    try:
        await webhooks.send(exchange, ask)
    except Failed as failed:
        exchange.report(failed.code, f"message callback: {failed.detail}", message.sid, url)
