"""Calls: make, show, list, change, delete."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import ge, le
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from local.phone import calling, lines
from local.phone.legs import Source
from local.phone.model import Call, Status
from local.phone.rest import forms, render
from local.phone.rest.errors import RestError, not_found
from local.phone.rest.paging import page

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from local.phone.exchange import Exchange
    from local.phone.legs import Leg

_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
_LONGEST_TWIML = 4000
_NAMES = """
To From Url Twiml ApplicationSid Method FallbackUrl FallbackMethod StatusCallback
StatusCallbackEvent StatusCallbackMethod SendDigits Timeout Record RecordingChannels
RecordingStatusCallback RecordingStatusCallbackMethod RecordingStatusCallbackEvent
SipAuthUsername SipAuthPassword MachineDetection MachineDetectionTimeout
MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold
MachineDetectionSilenceTimeout AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod
Trim CallerId Byoc CallReason CallToken RecordingTrack TimeLimit ClientNotificationUrl
"""
_KNOWN = frozenset(_NAMES.split())


async def create(exchange: Exchange, request: web.Request) -> web.Response:
    """Queue a call."""
    form = await read_form(request)
    forms.report_unknown(exchange, form, _KNOWN)
    to, from_ = _ends(exchange, form)
    detection = form.get("MachineDetection", "")
    if detection not in ("", "Enable", "DetectMessageEnd"):
        raise RestError(400, 21234, f"Invalid MachineDetection: {detection}")
    order = calling.Order(
        to=to,
        from_=from_,
        source=_source(exchange, form, required=True),
        fallback=forms.webhook(form, "Fallback", 21205, "FallbackUrl"),
        callback=forms.webhook(form, "StatusCallback", 21205),
        callback_events=forms.events(form, "StatusCallbackEvent", _EVENTS, "completed"),
        timeout=forms.whole(form, "Timeout", 60, 1, 600, 21208),
        time_limit=forms.whole(form, "TimeLimit", 14_400, 1, 14_400, 20422),
        send_digits=_digits(form),
        record=forms.true(form, "Record"),
        recording_channels=2 if form.get("RecordingChannels") == "dual" else 1,
        recording_callback=forms.webhook(form, "RecordingStatusCallback", 21205),
        recording_events=forms.events(
            form, "RecordingStatusCallbackEvent", _RECORDING_EVENTS, "completed"
        ),
        detection=detection,
        detection_callback=(
            forms.webhook(form, "AsyncAmdStatusCallback", 21205)
            if forms.true(form, "AsyncAmd")
            else None
        ),
    )
    call = calling.place(exchange, order)
    return web.json_response(render.call(exchange, call), status=201)


async def fetch(exchange: Exchange, request: web.Request) -> web.Response:
    """Show one call."""
    return web.json_response(render.call(exchange, find(exchange, request)))


async def listed(exchange: Exchange, request: web.Request) -> web.Response:
    """List calls, newest first."""
    query = request.query
    calls = [
        call
        for call in reversed(exchange.book.calls.values())
        if _equal(query, call)
        and _within(query, "StartTime", call.started or call.created)
        and _within(query, "EndTime", call.ended)
    ]
    return web.json_response(page(request, "calls", calls, lambda c: render.call(exchange, c)))


async def update(exchange: Exchange, request: web.Request) -> web.Response:
    """Send a live call elsewhere, cancel it or end it."""
    call = find(exchange, request)
    form = await read_form(request)
    leg = exchange.legs.get(call.sid)
    if leg is None or call.over:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if "StatusCallback" in form:
        call.callback = forms.webhook(form, "StatusCallback", 21205)
    if "TimeLimit" in form:
        _limit(leg, forms.whole(form, "TimeLimit", 14_400, 1, 14_400, 20422))
    if status := form.get("Status", ""):
        await _end(exchange, leg, status)
    elif "Url" in form or "Twiml" in form:
        _redirect(exchange, leg, form)
    return web.json_response(render.call(exchange, call))


async def delete(exchange: Exchange, request: web.Request) -> web.Response:
    """Delete the record of a call that is over."""
    call = find(exchange, request)
    if not call.over:
        raise RestError(409, 20009, "Cannot delete this resource before it is complete")
    exchange.book.drop("calls", call.sid)
    return web.Response(status=204)


def find(exchange: Exchange, request: web.Request) -> Call:
    """Find the call of a path."""
    call = exchange.book.calls.get(request.match_info["sid"])
    if call is None:
        raise not_found(request.path)
    return call


async def read_form(request: web.Request) -> MultiDictProxy[str]:
    """Read a form of text fields."""
    form: Any = await request.post()
    return cast("MultiDictProxy[str]", form)


async def _end(exchange: Exchange, leg: Leg, status: str) -> None:
    """End a call; `canceled` leaves a call alone that was answered already."""
    if status not in ("canceled", "completed"):
        raise RestError(400, 21220, f"Invalid call state: {status}")
    if status == "completed" or leg.call.started is None:
        calling.hang_up(leg, Status.CANCELED)
        await _settled(exchange, leg.call)


def _limit(leg: Leg, seconds: int) -> None:
    """Limit a call's whole length, counted from its answer."""
    started = leg.call.started
    gone = (leg.exchange.clock.now() - started).total_seconds() if started else 0.0
    lines.limit(leg, max(0.0, seconds - gone))


def _redirect(exchange: Exchange, leg: Leg, form: MultiDictProxy[str]) -> None:
    if leg.call.started is None:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if "FallbackUrl" in form:
        leg.fallback = forms.webhook(form, "Fallback", 21205, "FallbackUrl")
    calling.divert(leg, _source(exchange, form, required=True))


async def _settled(exchange: Exchange, call: Call) -> None:
    """Give an ended call the turn of the loop it needs to be over in the answer."""
    for _ in range(10):
        if call.over:
            return
        await exchange.clock.turn()


def _ends(exchange: Exchange, form: MultiDictProxy[str]) -> tuple[str, str]:
    to, from_ = form.get("To", "").strip(), form.get("From", "").strip()
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not from_:
        raise RestError(400, 21213, "No 'From' number is specified")
    if not forms.E164.fullmatch(from_):
        raise RestError(400, 21212, f"The 'From' number {from_} is not a valid phone number")
    if not forms.E164.fullmatch(to) or to == from_:
        raise RestError(400, 21211, f"The 'To' number {to} is not a valid phone number")
    if not exchange.book.owned(from_) and from_ not in exchange.settings.verified:
        raise RestError(400, 21210, f"The source phone number {from_} is not yet verified")
    return to, from_


def _source(exchange: Exchange, form: MultiDictProxy[str], *, required: bool) -> Source:
    address, inline = forms.url(form, "Url", 21205), form.get("Twiml", "")
    if address and inline:
        exchange.report(32019, "both Url and Twiml are given: Url wins")
    if address:
        return Source(address, forms.method(form, "Method", 21209))
    if len(inline) > _LONGEST_TWIML:
        raise RestError(400, 32018, f"Twiml is longer than {_LONGEST_TWIML} characters")
    if "ApplicationSid" in form:
        raise RestError(400, 21218, "ApplicationSid is not accessible")
    if required and not inline:
        raise RestError(400, 21205, "Url parameter is required")
    return Source(inline=inline)


def _digits(form: MultiDictProxy[str]) -> str:
    digits = form.get("SendDigits", "")
    if len(digits) > 32 or set(digits) - set("0123456789*#wWABCD"):
        raise RestError(400, 21206, f"SendDigits is not valid: {digits}")
    return digits


def _equal(query: Any, call: Call) -> bool:
    wanted = {
        "To": call.to,
        "From": call.from_,
        "Status": call.status.value,
        "ParentCallSid": call.parent_sid,
    }
    return all(query[name] == value for name, value in wanted.items() if name in query)


def _within(query: Any, name: str, moment: datetime | None) -> bool:
    """Filter by time: on a day, at or before, at or after; a bare date means its first instant."""
    for key, passes in ((f"{name}<", le), (f"{name}>", ge), (name, _same_day)):
        if key in query and (moment is None or not passes(moment, _moment(key, query[key]))):
            return False
    return True


def _same_day(moment: datetime, day: datetime) -> bool:
    return moment.date() == day.date()


def _moment(name: str, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise RestError(400, 20422, f"Invalid parameter {name}: {text}") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
