"""How calls begin and end: someone rings a number of ours, or the REST API has a number rung."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone import recordings, runner
from local.phone.detection import detect, detect_meanwhile
from local.phone.dialling import destination, send_digits
from local.phone.legs import Diverted, HungUp, Leg, Source
from local.phone.lines import answer, end, limit
from local.phone.model import Call, Status, Webhook
from local.phone.progress import advance

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.model import Number
    from local.phone.phones import Phone

RING_BUFFER = 5  # Twilio rings five seconds longer than it was told


@dataclass(frozen=True, slots=True)
class Order:
    """What the REST API was asked to do with a new call."""

    to: str
    from_: str
    source: Source
    fallback: Webhook = field(default_factory=Webhook)
    callback: Webhook = field(default_factory=Webhook)
    callback_events: tuple[str, ...] = ("completed",)
    timeout: int = 60
    time_limit: int = 14_400
    send_digits: str = ""
    record: bool = False
    recording_channels: int = 1
    recording_callback: Webhook = field(default_factory=Webhook)
    recording_events: tuple[str, ...] = ("completed",)
    detection: str = ""  # Enable or DetectMessageEnd
    detection_callback: Webhook | None = None  # given: the call does not wait for the verdict


def ring_number(
    exchange: Exchange, number: Number, phone: Phone, *, forwarded_from: str = "", family: str = ""
) -> Leg:
    """Let a telephone ring a number bought on this network; the call lives on its own from here."""
    call = _new_call(exchange, number.phone_number, phone.number, "inbound", family)
    call.status = Status.RINGING
    call.number_sid = number.sid
    call.forwarded_from = forwarded_from or None
    call.callback = number.webhook("StatusCallback")
    leg = _new_leg(exchange, call, phone, number.webhook("VoiceFallback"))
    exchange.note(call, phone.number, "dials", number.phone_number)
    phone.dialled()
    exchange.spawn(call.family, _receive(exchange, leg, number.webhook("Voice")))
    return leg


def place(exchange: Exchange, order: Order) -> Call:
    """Queue a call for the REST API: it leaves when its turn comes (one a second by default)."""
    call = _new_call(exchange, order.to, order.from_, "outbound-api", "")
    owner = exchange.book.owned(order.from_)
    call.number_sid = owner.sid if owner else None
    call.callback = order.callback
    call.callback_events = order.callback_events
    leg = _new_leg(exchange, call, destination(exchange, order.to, call), order.fallback)
    leg.inline = bool(order.source.inline)
    now = exchange.clock.seconds()
    starts = max(now, exchange.next_start)
    exchange.next_start = starts + 1 / exchange.settings.calls_per_second
    call.queue_ms = round((starts - now) * 1000)
    exchange.spawn(call.family, _send_out(exchange, leg, order, starts - now))
    return call


def hang_up(leg: Leg, verdict: Status) -> None:
    """End a leg from the REST API: `canceled` before it was answered, `completed` after."""
    leg.verdict = verdict
    leg.interrupt(HungUp())


def divert(leg: Leg, source: Source) -> None:
    """Give a live call another document."""
    leg.inline = bool(source.inline)
    leg.interrupt(Diverted(source))


async def _receive(exchange: Exchange, leg: Leg, voice: Webhook) -> None:
    if not voice.url:
        leg.call.callback = Webhook()  # such a call fails without a word to anyone
        end(leg, Status.FAILED)
        return
    await runner.converse(leg, Source(voice.url, voice.method))


async def _send_out(exchange: Exchange, leg: Leg, order: Order, wait: float) -> None:
    try:
        await leg.sleep(wait)
        advance(exchange, leg.call, Status.INITIATED)
        advance(exchange, leg.call, Status.RINGING)
        decision = leg.phone.ring()
        await leg.wait(decision, until=order.timeout + RING_BUFFER)
    except HungUp:
        end(leg, leg.verdict or Status.NO_ANSWER)
        return
    status = decision.result() if decision.done() else Status.NO_ANSWER
    if status is not Status.IN_PROGRESS:
        end(leg, status)
        return
    answer(leg)
    limit(leg, order.time_limit)
    if order.record:
        events = order.recording_events
        recordings.begin(
            exchange, leg, "OutboundAPI", order.recording_callback, events, order.recording_channels
        )
    await runner.converse(leg, order.source, before=_before(leg, order))


async def _before(leg: Leg, order: Order) -> dict[str, str]:
    """Do what comes between the answer and the first document: digits, and who answered."""
    await send_digits(leg, order.send_digits)
    if not order.detection or order.send_digits:
        return {}
    if order.detection_callback is not None:
        work = detect_meanwhile(leg, order.detection, order.detection_callback)
        leg.exchange.spawn(leg.call.family, work)
        return {}
    return await detect(leg, order.detection)


def _new_call(exchange: Exchange, to: str, from_: str, direction: str, family: str) -> Call:
    sid = exchange.dice.sid("CA")
    now = exchange.clock.now()
    call = Call(sid, exchange.settings.account_sid, to, from_, direction, now, updated=now)
    call.family = family or sid
    exchange.book.keep(call)
    return call


def _new_leg(exchange: Exchange, call: Call, phone: Phone, fallback: Webhook) -> Leg:
    leg = Leg(exchange, call, phone, fallback)
    phone.attach(leg)
    exchange.legs[call.sid] = leg
    return leg
