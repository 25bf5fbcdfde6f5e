"""IncomingPhoneNumbers: buy, show, list, change, give back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from local.phone.model import Number
from local.phone.rest import forms, render
from local.phone.rest.available import KINDS
from local.phone.rest.calls import read_form
from local.phone.rest.errors import RestError, not_found
from local.phone.rest.paging import page

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from local.phone.exchange import Exchange

_URLS = ("VoiceUrl", "VoiceFallbackUrl", "StatusCallback", "SmsUrl", "SmsFallbackUrl")
_METHODS = (
    "VoiceMethod",
    "VoiceFallbackMethod",
    "StatusCallbackMethod",
    "SmsMethod",
    "SmsFallbackMethod",
)
_NAMES = """
FriendlyName VoiceApplicationSid VoiceCallerIdLookup VoiceReceiveMode SmsApplicationSid AddressSid
BundleSid IdentitySid TrunkSid ApiVersion EmergencyStatus EmergencyAddressSid AccountSid
"""
_OTHERS = _NAMES.split()
_KNOWN = frozenset([*_URLS, *_METHODS, *_OTHERS, "PhoneNumber", "AreaCode"])


async def create(exchange: Exchange, request: web.Request) -> web.Response:
    """Buy a number: any valid one that is not taken."""
    form = await read_form(request)
    forms.report_unknown(exchange, form, _KNOWN)
    phone_number = _wanted(exchange, form)
    number = Number(
        exchange.dice.sid("PN"), phone_number, exchange.clock.now(), kind=kind_of(phone_number)
    )
    number.settings = _settings(form)
    exchange.book.keep(number)
    return web.json_response(render.number(exchange, number), status=201)


async def fetch(exchange: Exchange, request: web.Request) -> web.Response:
    """Show one number."""
    return web.json_response(render.number(exchange, _find(exchange, request)))


async def listed(exchange: Exchange, request: web.Request) -> web.Response:
    """List numbers; a part of a number is enough to find it."""
    part = request.query.get("PhoneNumber", "").lstrip("+").replace("*", ".")
    name = request.query.get("FriendlyName")
    kind = request.match_info.get("kind", "").lower()
    numbers = [
        number
        for number in exchange.book.numbers.values()
        if (not part or re.search(part, number.phone_number))
        and (name is None or name == (number.settings.get("FriendlyName") or number.phone_number))
        and (not kind or kind == number.kind)
    ]
    return web.json_response(
        page(request, "incoming_phone_numbers", numbers, lambda n: render.number(exchange, n))
    )


async def update(exchange: Exchange, request: web.Request) -> web.Response:
    """Change what a number does."""
    number = _find(exchange, request)
    form = await read_form(request)
    forms.report_unknown(exchange, form, _KNOWN)
    number.settings |= _settings(form, number.settings)
    number.updated = exchange.clock.now()
    exchange.book.keep(number)
    return web.json_response(render.number(exchange, number))


async def delete(exchange: Exchange, request: web.Request) -> web.Response:
    """Give a number back."""
    exchange.book.drop("numbers", _find(exchange, request).sid)
    return web.Response(status=204)


def kind_of(phone_number: str) -> str:
    """Tell the type of a French number by its beginning."""
    fits = (kind for kind, facts in KINDS.items() if phone_number.startswith(facts.prefixes))
    return {"TollFree": "tollfree"}.get(found := next(fits, "Local"), found.lower())


def _find(exchange: Exchange, request: web.Request) -> Number:
    number = exchange.book.numbers.get(request.match_info["sid"])
    if number is None:
        raise not_found(request.path)
    return number


def _wanted(exchange: Exchange, form: MultiDictProxy[str]) -> str:
    wanted = form.get("PhoneNumber", "")
    if not wanted and "AreaCode" in form:
        raise RestError(400, 21452, f"No phone numbers found in area code {form['AreaCode']}")
    if not forms.E164.fullmatch(wanted):
        raise RestError(400, 21421, f"{wanted} is not a valid number")
    if exchange.book.owned(wanted) or wanted == "+15005550000":
        raise RestError(400, 21422, f"{wanted} is not available")
    return wanted


def _settings(form: MultiDictProxy[str], before: dict[str, str] | None = None) -> dict[str, str]:
    settings = {name: forms.url(form, name, 21402) for name in _URLS if name in form}
    settings |= {name: forms.method(form, name, 21403) for name in _METHODS if name in form}
    settings |= {name: form[name] for name in _OTHERS if name in form}
    after = (before or {}) | settings
    for fallback, main, code in (
        ("VoiceFallbackUrl", "VoiceUrl", 21405),
        ("SmsFallbackUrl", "SmsUrl", 21406),
    ):
        if after.get(fallback) and not after.get(main):
            raise RestError(400, code, f"Cannot set {fallback} without setting {main}")
    return settings
