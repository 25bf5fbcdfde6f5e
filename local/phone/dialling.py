"""Ringing someone from within a call: who is at a number, one attempt to reach them, a whisper."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone.bridging import talk
from local.phone.detection import detect_meanwhile
from local.phone.legs import Diverted, HungUp, Leg, Source, future
from local.phone.lines import answer, end
from local.phone.model import Call, Status, Webhook
from local.phone.phones import Phone
from local.phone.progress import advance
from local.phone.trunks import Trunk

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from local.phone.exchange import Exchange

_E164 = re.compile(r"\+[1-9]\d{6,14}|1?[2-9]\d{9}")
_TONE_SECONDS = {"w": 0.5, "W": 1.0}


def dialable(number: str) -> bool:
    """Tell whether Twilio takes a number: E.164, or a bare one of North America."""
    return _E164.fullmatch(number) is not None


def destination(exchange: Exchange, number: str, call: Call) -> Phone:
    """Find the telephone of a number: another number of ours, a script, or the default one."""
    owned = exchange.book.owned(number)
    if owned and owned.webhook("Voice").url:
        return Trunk(exchange, number, owned, call.family)
    script = exchange.book.handsets.get(number, exchange.settings.unscripted)
    return Phone(exchange, number, script)


async def send_digits(leg: Leg, digits: str) -> None:
    """Key digits into a call that was answered; `w` waits half a second, `W` a whole one."""
    for digit in digits:
        if digit in _TONE_SECONDS:
            await leg.sleep(_TONE_SECONDS[digit])
        else:
            leg.phone.hear("tone", digit)


@dataclass(frozen=True, slots=True)
class Noun:
    """One destination of a Dial."""

    number: str
    whisper: Source | None = None
    callback: Webhook = field(default_factory=Webhook)
    callback_events: tuple[str, ...] = ("completed",)
    send_digits: str = ""
    detection: str = ""  # Enable or DetectMessageEnd
    detection_callback: Webhook = field(default_factory=Webhook)


class Attempt:
    """One try to reach one destination for a parent leg, as a task of its own."""

    def __init__(
        self,
        parent: Leg,
        noun: Noun,
        *,
        caller_id: str,
        timeout: float,
        whisper: Callable[[Leg, Source], Awaitable[bool]],
        converse: Callable[[Leg, Source], Awaitable[None]],
    ) -> None:
        self.parent = parent
        self.noun = noun
        self.timeout = timeout
        self.ready: asyncio.Future[None] = future()  # answered, whispered to, fit to be bridged
        self.closed: asyncio.Future[None] = future()  # over, or gone its own way
        self.over: asyncio.Future[None] = future()  # the bridge
        self.status = Status.NO_ANSWER
        self.diverted = False
        self.bridged = False
        self._whisper = whisper
        self._converse = converse
        exchange = parent.exchange
        self.call = _child(exchange, parent.call, noun, caller_id)
        self.leg = Leg(exchange, self.call, destination(exchange, noun.number, self.call))
        self.leg.phone.attach(self.leg)
        exchange.legs[self.call.sid] = self.leg
        exchange.spawn(self.call.family, self._run())

    def give_up(self) -> None:
        """Stop ringing, or end the child."""
        self.leg.interrupt(HungUp())

    async def _run(self) -> None:
        try:
            if await self._reach():
                self.ready.set_result(None)
                await self.over_to_parent()
        except HungUp:
            pass
        except Diverted as diverted:
            await self._go_own_way(diverted.source)
        finally:
            self._close()

    async def over_to_parent(self) -> None:
        """Talk with the parent until one of them leaves."""
        await talk(self.leg, self.parent, self.over)

    async def _reach(self) -> bool:
        exchange, leg = self.parent.exchange, self.leg
        advance(exchange, self.call, Status.INITIATED)
        advance(exchange, self.call, Status.RINGING)
        decision = leg.phone.ring()
        await leg.wait(decision, until=self.timeout)
        self.status = decision.result() if decision.done() else Status.NO_ANSWER
        if self.status is not Status.IN_PROGRESS:
            return False
        answer(leg)
        self.status = Status.COMPLETED
        if self.noun.detection and not self.noun.send_digits:
            work = detect_meanwhile(leg, self.noun.detection, self.noun.detection_callback)
            exchange.spawn(self.call.family, work)
        await send_digits(leg, self.noun.send_digits)
        return self.noun.whisper is None or await self._whisper(leg, self.noun.whisper)

    async def _go_own_way(self, source: Source) -> None:
        self.diverted = True
        if not self.over.done():
            self.over.set_result(None)
        self.closed.set_result(None)
        self.leg.resume()
        await self._converse(self.leg, source)

    def _close(self) -> None:
        end(self.leg, None if self.call.started else self._unanswered())
        for done in (self.over, self.closed):
            if not done.done():
                done.set_result(None)

    def _unanswered(self) -> Status:
        self.status = self.leg.verdict or self.status
        return self.status


def _child(exchange: Exchange, parent: Call, noun: Noun, caller_id: str) -> Call:
    now = exchange.clock.now()
    call = Call(
        exchange.dice.sid("CA"),
        parent.account_sid,
        noun.number,
        caller_id,
        "outbound-dial",
        now,
        updated=now,
        parent_sid=parent.sid,
        family=parent.family,
        callback=noun.callback,
        callback_events=noun.callback_events,
    )
    call.forwarded_from = parent.to if parent.direction == "inbound" else None
    exchange.book.keep(call)
    return call
