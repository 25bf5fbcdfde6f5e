"""Messages: send, show, list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from local.phone import texting
from local.phone.rest import forms, render
from local.phone.rest.calls import read_form
from local.phone.rest.errors import RestError, not_found
from local.phone.rest.paging import page

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from local.phone.exchange import Exchange

# A sender that is a name: allowed in France, and nobody can answer it.
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_NO_MOBILE = re.compile(r"\+33[1-589]\d{8}")


async def create(exchange: Exchange, request: web.Request) -> web.Response:
    """Take a message; a second later it is sent, then delivered."""
    form = await read_form(request)
    to, from_, body = _checked(exchange, form)
    callback = forms.url(form, "StatusCallback", 21609)
    message = texting.send(exchange, to=to, from_=from_, body=body, callback=callback)
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
    if len(body) > texting.LONGEST:
        raise RestError(400, 21617, f"The message body exceeds {texting.LONGEST} characters")
    _check_reach(exchange, to, from_)
    return to, from_, body


def _check_reach(exchange: Exchange, to: str, from_: str) -> None:
    """Refuse what this sender may not send, or not to this number."""
    if from_ and not exchange.book.owned(from_) and not _NAME.fullmatch(from_):
        raise RestError(400, 21606, f"{from_} is not a message-capable number of this account")
    if _NO_MOBILE.fullmatch(to) and not exchange.book.owned(to):
        raise RestError(400, 21614, f"'To' number is not a valid mobile number: {to}")
    if texting.silenced(exchange, to, from_):
        raise RestError(400, 21610, "Attempt to send to unsubscribed recipient")
