"""The heart of the network: what all its parts share while calls are up.

It counts time, keeps the books, sends webhooks, notes what happened and knows who is on the line.
It holds no rule about calls: those are in calling.py, dialling.py and the verbs.
"""

from __future__ import annotations

import asyncio
import itertools
import traceback
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.phone import parameters, rules
from local.phone.book import Book, to_json
from local.phone.clock import Clock
from local.phone.faults import Faults
from local.phone.handsets import RINGS_OUT, Handset
from local.phone.model import Delivery, Event, Moment, Report
from local.phone.sids import Dice, account_sid
from local.phone.transport import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from local.phone.legs import Leg
    from local.phone.model import Call
    from local.phone.queues import Queue
    from local.phone.transport import Answer, Transport


ACCOUNT_SID = account_sid()
_EVENTS_KEPT = 10_000  # for those who begin to watch later
AUTH_TOKEN = "local-auth-token"  # opens nothing but this network


@dataclass(frozen=True, slots=True)
class Settings:
    """How this network is set up."""

    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    calls_per_second: float = 1.0
    most_requests: int = 100  # REST requests at one time before 429
    locks_media: bool = False  # the sound of recordings asks for credentials
    surprises: bool = True  # unknown extra parameters at random
    verified: frozenset[str] = frozenset()  # numbers not bought here that may be shown to callees
    unscripted: Handset = RINGS_OUT
    base_url: str = "https://api.twilio.com"


class Exchange:
    """The state of a network in use."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        book: Book | None = None,
        transport: Transport | None = None,
        seed: int | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.book = book or Book()
        self.transport: Transport = transport or HttpTransport(1 / self.clock.rate)
        self.dice = Dice(seed)
        self.faults = Faults()
        self.base_url = settings.base_url
        self.reports: list[Report] = []
        self.legs: dict[str, Leg] = {}
        self.queues: dict[str, Queue] = {}
        self.sounds: dict[str, Answer] = {}  # fetched once, by address
        self.ahead: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self.opted_out: set[tuple[str, str]] = set()  # ours, theirs: who answered STOP
        self.next_start = 0.0  # when the next queued call may leave
        self.moments: defaultdict[str, list[Moment]] = defaultdict(list)
        self.deliveries: defaultdict[str, list[Delivery]] = defaultdict(list)
        self.events: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self._numbers = itertools.count(1)
        self.late: defaultdict[str, list[Coroutine[Any, Any, None]]] = defaultdict(list)
        self._watchers: set[asyncio.Queue[Event]] = set()
        self._tasks: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)

    @property
    def auth_token(self) -> str:
        return self.settings.auth_token

    def parameters(self, call: Call) -> dict[str, str]:
        """Give the standard webhook parameters of a call, with surprises if so set up."""
        extra = parameters.surprises(self.dice) if self.settings.surprises else {}
        return parameters.standard(call) | extra

    def report(
        self, code: int, detail: str, call_sid: str = "", url: str = "", level: str = ""
    ) -> None:
        """Note something that Twilio's debugger would show."""
        report = Report(code, level or rules.level(code), detail, call_sid, url)
        self.reports.append(report)
        self.publish(self.family_of(call_sid), "report", to_json(report))

    def note(
        self,
        call: Call,
        who: str,
        what: str,
        text: str = "",
        seconds: float = 0.0,
        source: str = "",
    ) -> None:
        """Write one line into the transcript of a story."""
        began = self.book.calls[call.family].created
        at = (self.clock.now() - began).total_seconds()
        moment = Moment(round(at, 3), who, what, text, call.sid, seconds, source)
        self.moments[call.family].append(moment)
        self.publish(call.family, "moment", to_json(moment))

    def delivered(self, family: str, delivery: Delivery) -> None:
        """Note a webhook that went out."""
        self.deliveries[family].append(delivery)
        self.publish(family, "webhook", to_json(delivery))

    def publish(self, family: str, kind: str, data: dict[str, Any]) -> None:
        """Tell those who watch, and keep it for those who come later."""
        event = Event(next(self._numbers), family, kind, data)
        self.events.append(event)
        for watcher in self._watchers:
            watcher.put_nowait(event)

    def watch(self) -> asyncio.Queue[Event]:
        """Open a queue that gets every event from now on; hand it back to `unwatch`."""
        watcher: asyncio.Queue[Event] = asyncio.Queue()
        self._watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: asyncio.Queue[Event]) -> None:
        self._watchers.discard(watcher)

    def family_of(self, call_sid: str) -> str:
        call = self.book.calls.get(call_sid)
        return call.family if call else ""

    def spawn(self, family: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something for a story on its own; a bug in it is reported, never swallowed."""
        task = asyncio.get_running_loop().create_task(self._guarded(family, work))
        self._tasks[family].add(task)
        task.add_done_callback(self._tasks[family].discard)
        task.add_done_callback(lambda _: work.close())  # it may be cancelled before it began
        return task

    def hurry(self, family: str, work: Coroutine[Any, Any, None]) -> None:
        """Run something for a story before any other webhook of it leaves."""
        task = self.spawn(family, work)
        self.ahead[family].add(task)
        task.add_done_callback(self.ahead[family].discard)

    async def let_ahead(self, family: str) -> None:
        """Wait for what goes ahead."""
        while self.ahead[family]:
            await asyncio.wait(set(self.ahead[family]))

    async def finished(self, family: str) -> None:
        """Wait until nothing of a story is left to do: calls over, callbacks delivered."""
        while True:
            while self._tasks[family]:
                await asyncio.wait(set(self._tasks[family]))
            if not self.late[family]:
                return
            self.spawn(family, self._deliver_late(family))

    async def forget(self) -> None:
        """Let every story end at once and forget it, with all that was bought and ordered."""
        await self._cancel_all()
        self.book.clear()
        self.faults.clear()
        self.reports.clear()
        self.events.clear()
        for shelf in (
            self.moments,
            self.deliveries,
            self.queues,
            self.legs,
            self.sounds,
            self.opted_out,
            self.ahead,
            self._tasks,
        ):
            shelf.clear()

    async def close(self) -> None:
        """Drop everything at once."""
        await self._cancel_all()
        await self.transport.close()
        self.book.close()

    async def _cancel_all(self) -> None:
        tasks = [task for family in self._tasks.values() for task in family]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for waiting in self.late.values():
            for work in waiting:
                work.close()
        self.late.clear()

    async def _deliver_late(self, family: str) -> None:
        """Send the callbacks that were held back, last one first."""
        held, self.late[family] = self.late[family], []
        for work in reversed(held):
            await self.clock.sleep(1)
            await work

    async def _guarded(self, family: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception:
            self.report(0, traceback.format_exc(), family, level="BUG")
