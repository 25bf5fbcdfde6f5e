"""The network for programs that have no event loop: it runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from local.phone.network import PhoneNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from local.phone.handsets import Handset
    from local.phone.model import Delivery, Message, Number, Report
    from local.phone.stories import Story

T = TypeVar("T")


class RunningNetwork:
    """The same network, called from another thread: every method waits for its result."""

    def __init__(self, network: PhoneNetwork, loop: asyncio.AbstractEventLoop) -> None:
        self.network = network
        self._loop = loop

    @property
    def base_url(self) -> str:
        return self.network.base_url

    @property
    def reports(self) -> list[Report]:
        return self.call(lambda: list(self.network.reports))

    @property
    def deliveries(self) -> list[Delivery]:
        return self.call(lambda: self.network.deliveries)

    def buy(self, phone_number: str, **settings: str) -> Number:
        return self.call(lambda: self.network.buy(phone_number, **settings))

    def handset(self, number: str, script: Handset) -> None:
        self.call(lambda: self.network.handset(number, script))

    def fault(self, trouble: str, **order: Any) -> None:
        """Order trouble, see faults.py."""
        self.call(lambda: self.network.faults.order(trouble, **order))

    def ring(self, *, to: str, from_: str, script: Handset | None = None, **fields: Any) -> Story:
        """Ring a number and wait for the end of the story."""
        return self.wait(self.network.ring(to=to, from_=from_, script=script, **fields))

    def dial(self, *, to: str, from_: str, script: Handset | None = None, **fields: Any) -> str:
        """Ring a number without waiting, and give the call's identifier."""
        leg = self.call(lambda: self.network.dial(to=to, from_=from_, script=script, **fields))
        return leg.call.sid

    def story(self, call_sid: str) -> Story:
        """Tell what has happened in a call so far."""
        return self.call(lambda: self.network.story(call_sid))

    def finished(self, call_sid: str) -> Story:
        """Wait for the end of a call made through the REST API."""
        return self.wait(self.network.finished(call_sid))

    @property
    def messages(self) -> list[Message]:
        return self.call(lambda: self.network.messages)

    def text(self, *, to: str, from_: str, body: str) -> Message:
        """Let a handset write to a number, and wait for all answers."""
        return self.wait(self.network.text(to=to, from_=from_, body=body))

    def call(self, work: Callable[[], T]) -> T:
        """Do something in the network's own thread."""

        async def run() -> T:
            return work()

        return self.wait(run())

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for a coroutine that runs in the network's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def running(*, host: str = "127.0.0.1", port: int = 0, **options: Any) -> Iterator[RunningNetwork]:
    """Run a network, with `PhoneNetwork`'s options, for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="phone network", daemon=True)
    thread.start()

    async def make() -> PhoneNetwork:
        network = PhoneNetwork(**options)
        await network.start(host, port)
        return network

    network = asyncio.run_coroutine_threadsafe(make(), loop).result()
    try:
        yield RunningNetwork(network, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end(network), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(network: PhoneNetwork) -> None:
    """Stop the network, and whoever still listens to it: a page that was left open."""
    await network.stop()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
