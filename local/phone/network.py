"""The phone network as one object: buy numbers, script handsets, ring, look at what happened.

It lives in an asyncio loop. Programs without one use `local.phone.threads.running`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from local.phone import calling, page, stories, texting
from local.phone.book import Book
from local.phone.clock import Clock
from local.phone.control import routes as control
from local.phone.exchange import ACCOUNT_SID, AUTH_TOKEN, Exchange, Settings
from local.phone.handsets import RINGS_OUT, Handset
from local.phone.model import Number
from local.phone.phones import Phone
from local.phone.rest import numbers, routes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from local.phone.faults import Faults
    from local.phone.legs import Leg
    from local.phone.model import Delivery, Message, Report
    from local.phone.stories import Story
    from local.phone.transport import Transport

_URL_SETTINGS = {
    "voice_url": "VoiceUrl",
    "voice_method": "VoiceMethod",
    "voice_fallback_url": "VoiceFallbackUrl",
    "voice_fallback_method": "VoiceFallbackMethod",
    "status_callback": "StatusCallback",
    "status_callback_method": "StatusCallbackMethod",
    "sms_url": "SmsUrl",
    "friendly_name": "FriendlyName",
}


class PhoneNetwork:
    """A stand-in for Twilio and for the telephones around it."""

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        autojump: bool = False,
        rate: float = 1.0,
        start: datetime | None = None,
        state: Path | None = None,
        seed: int | None = None,
        transport: Transport | None = None,
        calls_per_second: float = 1.0,
        most_requests: int = 100,
        locks_media: bool = False,
        surprises: bool = True,
        verified: frozenset[str] = frozenset(),
        unscripted: Handset = RINGS_OUT,
    ) -> None:
        settings = Settings(
            account_sid=account_sid,
            auth_token=auth_token,
            calls_per_second=calls_per_second,
            most_requests=most_requests,
            locks_media=locks_media,
            surprises=surprises,
            verified=verified,
            unscripted=unscripted,
        )
        self.exchange = Exchange(
            settings,
            clock=Clock(start=start, rate=rate, autojump=autojump),
            book=Book(state),
            transport=transport,
            seed=seed,
        )
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Give the address of the REST API, the control API and the page, once started."""
        return self.exchange.base_url

    @property
    def clock(self) -> Clock:
        return self.exchange.clock

    @property
    def faults(self) -> Faults:
        """Give the faults on demand: `network.faults.order("duplicate")`."""
        return self.exchange.faults

    @property
    def reports(self) -> list[Report]:
        """Give everything Twilio would have warned about; in tests this has to be empty."""
        return self.exchange.reports

    @property
    def deliveries(self) -> list[Delivery]:
        """Give every webhook sent, in order."""
        every = [one for sent in self.exchange.deliveries.values() for one in sent]
        return sorted(every, key=lambda delivery: delivery.at)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve the REST API, the control API and the page; give the base URL."""
        app = web.Application(client_max_size=1 << 20)
        routes.add_routes(app, self.exchange)
        control.add_routes(app, self)
        page.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        actual = self._runner.addresses[0][1]
        self.exchange.base_url = f"http://{host}:{actual}"
        return self.exchange.base_url

    async def stop(self) -> None:
        """Drop every call and stop serving."""
        await self.exchange.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def buy(self, phone_number: str, **settings: str) -> Number:
        """Buy a number, or change one: `voice_url`, `voice_fallback_url`, `status_callback` ..."""
        owned = self.exchange.book.owned(phone_number)
        number = owned or Number(
            self.exchange.dice.sid("PN"),
            phone_number,
            self.clock.now(),
            kind=numbers.kind_of(phone_number),
        )
        number.settings |= {_URL_SETTINGS[name]: value for name, value in settings.items()}
        self.exchange.book.keep(number)
        return number

    def handset(self, number: str, script: Handset) -> None:
        """Say how the telephone of a number behaves from now on."""
        self.exchange.book.keep_handset(number, replace(script, to=number))

    def dial(self, *, to: str, from_: str, script: Handset | None = None, **fields: Any) -> Leg:
        """Let a telephone ring a number bought here, without waiting for what comes of it.

        A script can be given whole or by its fields; without one, the handset that the caller's
        number has behaves as it was told. Raises `LookupError` if nobody has the number.
        """
        number = self.exchange.book.owned(to)
        if number is None:
            raise LookupError(f"{to} was not bought on this network")
        script = script or self.exchange.book.handsets.get(from_, Handset())
        phone = Phone(self.exchange, from_, replace(script, **fields))
        return calling.ring_number(self.exchange, number, phone)

    async def ring(
        self, *, to: str, from_: str, script: Handset | None = None, **fields: Any
    ) -> Story:
        """Let a telephone ring a number and wait until the whole story is over."""
        leg = self.dial(to=to, from_=from_, script=script, **fields)
        return await self.finished(leg.call.sid)

    @property
    def messages(self) -> list[Message]:
        """Give every text message, oldest first: sent, received, replies."""
        return list(self.exchange.book.messages.values())

    async def text(self, *, to: str, from_: str, body: str) -> Message:
        """Let a handset write to a number bought here, and wait until all answers are delivered.

        Raises `LookupError` if nobody has the number.
        """
        number = self.exchange.book.owned(to)
        if number is None:
            raise LookupError(f"{to} was not bought on this network")
        message = texting.receive(self.exchange, number, from_=from_, body=body)
        await self.exchange.finished(message.sid)
        return message

    async def finished(self, call_sid: str) -> Story:
        """Wait until a call and all that hangs on it are over, callbacks too."""
        await self.exchange.finished(self.exchange.family_of(call_sid))
        return self.story(call_sid)

    def story(self, call_sid: str) -> Story:
        """Tell what has happened in a call so far; raise `LookupError` if there is none."""
        return stories.tell(self.exchange, call_sid)

    async def reset(self) -> None:
        """Forget numbers, calls, handsets, faults and reports; hang up whatever is up."""
        for leg in list(self.exchange.legs.values()):
            leg.phone.hang_up()
        await self.exchange.forget()
