"""One leg while it is up: who is at its end, what they key and say, and what may interrupt it.

Everything that waits on a leg waits through `Leg.wait`, so a hang-up, a REST update or a bridge
reaches any verb at once, as an exception.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.phone.model import Status, Webhook
from local.phone.transport import Session

if TYPE_CHECKING:
    from local.phone.exchange import Exchange
    from local.phone.model import Call, Recording
    from local.phone.phones import Phone


@dataclass(frozen=True, slots=True)
class Source:
    """Where the next document comes from: an address, or a document given inline."""

    url: str = ""
    method: str = "POST"
    params: dict[str, str] = field(default_factory=dict)
    inline: str = ""
    kind: str = "voice"


@dataclass(frozen=True, slots=True)
class Key:
    """One key pressed."""

    key: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Words, heard from the moment they begin; they take `seconds`. Without text: a noise."""

    text: str
    seconds: float
    confidence: float = 0.91


Input = Key | Speech


class Interrupted(Exception):
    """Something else comes first."""


class HungUp(Interrupted):
    """The leg is over."""


class Diverted(Interrupted):
    """The REST API gave the call another document."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.url)
        self.source = source


class Dequeued(Interrupted):
    """Someone takes the waiting caller: out of the queue, into a bridge."""


class Leg:
    """A live call with the telephone at its end."""

    def __init__(
        self, exchange: Exchange, call: Call, phone: Phone, fallback: Webhook | None = None
    ) -> None:
        self.exchange = exchange
        self.call = call
        self.phone = phone
        self.fallback = fallback or Webhook()
        self.session = Session()
        self.inline = False  # told by an inline document: actions must be absolute (15004)
        self.recordings: list[Recording] = []
        self.verdict: Status | None = None  # how the leg ends, if not as it looks
        self.last_words: list[Source] = []  # still to be told to the application after the end
        self._inputs: deque[Input] = deque()
        self._input_came: asyncio.Future[None] | None = None
        self._interruption = future()

    @property
    def up(self) -> bool:
        """Tell whether the leg was answered and is not over."""
        return self.call.status is Status.IN_PROGRESS

    def interrupt(self, why: Interrupted) -> None:
        """Break whatever the leg is doing. A hang-up is final; anything else gives way to it."""
        if self._interruption.done():
            if isinstance(self._interruption.result(), HungUp):
                return
            self._interruption = future()
        self._interruption.set_result(why)

    def resume(self) -> None:
        """Go on after an interruption that was dealt with."""
        if self._interruption.done() and not isinstance(self._interruption.result(), HungUp):
            self._interruption = future()

    def check(self) -> None:
        """Raise the interruption, if there is one."""
        if self._interruption.done():
            raise self._interruption.result()

    async def wait(self, *futures: asyncio.Future[Any], until: float | None = None) -> None:
        """Wait for the first of some futures or for so many seconds, unless interrupted."""
        timer = self.exchange.clock.timer(until) if until is not None else None
        waiting = {*futures, self._interruption} | ({timer} if timer else set())
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if timer:
                timer.cancel()
        self.check()

    async def sleep(self, seconds: float) -> None:
        """Let time pass on the line."""
        await self.wait(until=seconds)

    def put(self, what: Input) -> None:
        """Let the telephone at the end key or say something."""
        self._inputs.append(what)
        if self._input_came and not self._input_came.done():
            self._input_came.set_result(None)

    def forget_inputs(self) -> None:
        """Drop what was keyed and said before anyone asked."""
        self._inputs.clear()

    async def next_input(
        self, within: float | None = None, or_when: asyncio.Future[Any] | None = None
    ) -> Input | None:
        """Take the next key or words; None if nothing came in time, or something else first."""
        self.check()
        if not self._inputs:
            self._input_came = future()
            others = (or_when,) if or_when is not None else ()
            await self.wait(self._input_came, *others, until=within)
        return self._inputs.popleft() if self._inputs else None


def future() -> asyncio.Future[Any]:
    """Make a future of the running loop."""
    made: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    return made
