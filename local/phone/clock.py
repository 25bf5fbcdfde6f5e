"""The network's own time: real time at a rate, or time that jumps to the next thing due.

Every duration that the network reports is measured here, never on the machine's clock. While a
request is in flight (`busy`), a jumping clock stands still: the customer's server costs no time.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A jump waits for this many quiet turns of the event loop: the tasks woken by the last event
# hand over to one another one turn at a time, and time must not pass between them.
QUIET_TURNS = 30


class Clock:
    """Tell the time and wake sleepers; `autojump` makes an idle network skip to its next timer."""

    def __init__(
        self, *, start: datetime | None = None, rate: float = 1.0, autojump: bool = False
    ) -> None:
        self.start = (start or datetime.now(UTC)).replace(microsecond=0)
        self.rate = rate
        self.autojump = autojump
        self._timers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._jumped = 0.0
        self._began = time.monotonic()
        self._in_flight = 0
        self._watching = False
        self._turns = 0
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> datetime:
        """Give the network's time, aware, in UTC."""
        return self.start + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        """Count the seconds of network time since the network was made."""
        if self.autojump:
            return self._jumped
        return (time.monotonic() - self._began) * self.rate

    def skip_to(self, instant: datetime) -> None:
        """Move a jumping clock on to an instant, past whatever is due; it never goes back."""
        self._jumped = max(self._jumped, (instant - self.start).total_seconds())
        self._wake_due()
        self._stirred()

    def timer(self, seconds: float) -> asyncio.Future[None]:
        """Make a future that is done once so many seconds have gone by; cancel it to forget it."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.seconds() + max(0.0, seconds)
        heapq.heappush(self._timers, (due, next(self._numbers), future))
        self._stirred()
        return future

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of network time."""
        timer = self.timer(seconds)
        try:
            await timer
        finally:
            timer.cancel()

    async def turn(self) -> None:
        """Let everything that is ready take one step, without any time going by."""
        with self.busy():
            await asyncio.sleep(0)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Hold a jumping clock still: around each request, or while a test arranges something."""
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            self._stirred()

    def _stirred(self) -> None:
        self._turns = 0
        if not self.autojump:
            self._set_alarm()
        elif not self._watching:
            self._watching = True
            asyncio.get_running_loop().call_soon(self._settle)

    def _settle(self) -> None:
        self._forget_cancelled()
        if self._in_flight or not self._timers:
            self._watching = False
            return
        self._turns += 1
        if self._turns > QUIET_TURNS:
            self._turns = 0
            self._jumped = max(self._jumped, self._timers[0][0])
            self._wake_due()
        asyncio.get_running_loop().call_soon(self._settle)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._forget_cancelled()
        if self._timers:
            wait = max(0.0, self._timers[0][0] - self.seconds()) / self.rate
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._wake_due()
        self._set_alarm()

    def _wake_due(self) -> None:
        now = self.seconds() + 1e-9
        while self._timers and self._timers[0][0] <= now:
            _, _, future = heapq.heappop(self._timers)
            if not future.done():
                future.set_result(None)

    def _forget_cancelled(self) -> None:
        while self._timers and self._timers[0][2].done():
            heapq.heappop(self._timers)
