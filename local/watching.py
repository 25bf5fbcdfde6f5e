"""Somebody who watches an account's calls, as a program of theirs would: on a WebSocket."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from local.client import Client

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and when it came (`time.perf_counter`)."""

    at: float
    message: dict[str, Any]


class Watching:
    """An open WebSocket; leaving it closes it. A thread of its own listens."""

    def __init__(self, client: Client) -> None:
        self._url: str = client.post("/v1/live/tokens")["url"]
        self._told: list[Told] = []
        self._changed = threading.Condition()
        self._opened = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._opened.wait(PATIENCE_SECONDS):
            raise TimeoutError("the WebSocket did not open")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(PATIENCE_SECONDS)

    def wait_for(self, kind: str, call_id: str, seconds: float = PATIENCE_SECONDS) -> Told:
        """Return what was told of a call. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for each in self._told:
                    message = each.message
                    if message["type"] == kind and message["data"]["id"] == call_id:
                        return each
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise TimeoutError(f"{kind} of {call_id} was not told in {seconds:.0f} s")

    def _listen(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._opened_socket())
        self._loop.close()

    async def _opened_socket(self) -> None:
        self._closing = asyncio.Event()
        async with aiohttp.ClientSession() as session, session.ws_connect(self._url) as socket:
            self._opened.set()
            closing = asyncio.ensure_future(self._closing.wait())
            while not closing.done():
                heard = asyncio.ensure_future(socket.receive())
                await asyncio.wait({heard, closing}, return_when=asyncio.FIRST_COMPLETED)
                if not heard.done():
                    heard.cancel()
                    break
                if heard.result().type is not aiohttp.WSMsgType.TEXT:
                    break
                self._keep(Told(time.perf_counter(), heard.result().json()))
            closing.cancel()

    def _keep(self, told: Told) -> None:
        with self._changed:
            self._told.append(told)
            self._changed.notify_all()
