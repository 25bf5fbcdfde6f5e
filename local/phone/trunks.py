"""The telephone that is a line into this network: a number of ours, rung from one of our calls.

The two calls are independent, each with its own documents, as on Twilio; here they only hear one
another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.handsets import BY_HAND
from local.phone.phones import Phone

if TYPE_CHECKING:
    import asyncio

    from local.phone.exchange import Exchange
    from local.phone.model import Number, Status


class Trunk(Phone):
    """The outer end: rings until the inner call is answered, passes on what it hears."""

    def __init__(self, exchange: Exchange, number: str, owned: Number, family: str) -> None:
        super().__init__(exchange, number, BY_HAND)
        self.held = False
        self.owned = owned
        self.family = family
        self.inner: _Inner | None = None

    def ring(self) -> asyncio.Future[Status]:
        """Start the second call and let its fate decide."""
        from local.phone.calling import ring_number  # it needs this module to find destinations

        decision = super().ring()
        call = self.leg.call
        self.inner = _Inner(self.exchange, call.from_, self)
        origin = call.forwarded_from or ""
        ring_number(
            self.exchange, self.owned, self.inner, forwarded_from=origin, family=self.family
        )
        return decision

    def hear(self, what: str, text: str, seconds: float = 0.0, source: str = "") -> None:
        """Pass on what the other side says."""
        super().hear(what, text, seconds, source)
        if self.inner and not self.inner.leg.call.over:
            if what == "tone":
                self.inner.press(text)
            else:
                self.inner.say(text, seconds)

    def stop(self) -> None:
        """Hang up the inner call with the outer one."""
        super().stop()
        if self.inner:
            self.inner.hang_up()


class _Inner(Phone):
    """The caller's end of the second call."""

    def __init__(self, exchange: Exchange, number: str, outer: Trunk) -> None:
        super().__init__(exchange, number, BY_HAND)
        self.outer = outer

    def connected(self, *, caller: bool = False) -> None:
        super().connected(caller=caller)
        self.outer.answer()

    def hear(self, what: str, text: str, seconds: float = 0.0, source: str = "") -> None:
        super().hear(what, text, seconds, source)
        if self.outer.leg.up:
            self.outer.say(text, seconds)

    def stop(self) -> None:
        """End the outer call with the inner one: busy if it was never answered."""
        super().stop()
        call = self.leg.call
        if call.started is None:
            self.outer.refuse(call.status)
        else:
            self.outer.hang_up()
