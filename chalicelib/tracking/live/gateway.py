"""News of calls, pushed to those who watch and left for the servers of customers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.observability import count, logger
from chalicelib.runtime.sockets import Gone
from chalicelib.tracking.live.live import NEWS, answered_at
from chalicelib.tracking.live.usecases import known_call, ringing_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog
    from chalicelib.runtime.sockets import Post
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.live import models
    from chalicelib.tracking.live.live import Watcher
    from chalicelib.tracking.live.usecases import Desk
else:
    models = lazily("chalicelib.tracking.live.models")

RINGING: Final = "call.ringing"
ANSWERED: Final = "call.answered"
ENDED: Final = "call.ended"
_AT_ONCE: Final = 8


class Watchers(Protocol):
    """Who watches. Everything raises Unavailable, and is one request."""

    def join(self, account_id: str, watcher: Watcher, now: datetime) -> None:
        """Remember a socket."""

    def watching(self, account_id: str) -> tuple[Watcher, ...]:
        """Return the sockets of an account, those of no other."""

    def leave(self, account_id: str, connection_id: str) -> None:
        """Forget a socket; one that is not there is no error."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Pushes messages. One that has gone is forgotten; none makes others wait for long."""

    watchers: Watchers
    post: Callable[[str], Post]

    def watching(self, account_id: str) -> tuple[Watcher, ...]:
        """Return who watches an account."""
        return self.watchers.watching(account_id)

    def tell(self, account_id: str, watchers: tuple[Watcher, ...], text: str) -> None:
        """Push a message to each. A message that one of them does not get is not sent again:
        the others have it, and whoever misses one asks for the list.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda each: self._push(account_id, each, text), watchers))

    def _push(self, account_id: str, watcher: Watcher, text: str) -> None:
        try:
            self.post(watcher.endpoint).send(watcher.connection_id, text)
        except Gone:
            self._forget(account_id, watcher)
        except Unavailable:
            count("LivePushFailed")
            logger().warning("a message could not be pushed")

    def _forget(self, account_id: str, watcher: Watcher) -> None:
        try:
            self.watchers.leave(account_id, watcher.connection_id)
        except Unavailable:
            logger().warning("a socket that has gone could not be forgotten")


class Servers(Protocol):
    """Customers' own servers."""

    def want(self, account_id: str, event: str) -> bool:
        """Say whether any of an account's servers is to be told of an event."""

    def tell(
        self, account_id: str, event: str, event_id: str, data: dict[str, Any], at: datetime
    ) -> None:
        """Leave an event for them. Raises Unavailable."""

    def answered(self, call: Call, journey: Journey | None, at: datetime) -> None:
        """Leave that a call was taken, as they are told of calls. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """The port `News` of journeys. Where nobody wants to know, nothing is looked up."""

    audience: Audience
    servers: Servers
    desk: Desk
    log: CallLog
    clock: Callable[[], datetime]

    def ringing(self, rung: Rung, journey: Journey) -> None:
        """Tell that a call rings, unless that was so long ago that it is no news."""
        if self.clock() - rung.at > NEWS:
            return
        watchers = self.audience.watching(rung.account_id)
        wanted = self.servers.want(rung.account_id, RINGING)
        if not watchers and not wanted:
            return
        call = ringing_call(rung, journey, self.desk)
        message = models.message(RINGING, rung.at, call)
        if watchers:
            self.audience.tell(rung.account_id, watchers, _text(message))
        if wanted:
            data = message["data"]
            self.servers.tell(rung.account_id, RINGING, rung.call_id, data, rung.at)

    def answered(self, account_id: str, call_id: str) -> None:
        """Tell that somebody took a call; once it is over, its end tells of it too."""
        watchers = self.audience.watching(account_id)
        wanted = self.servers.want(account_id, ANSWERED)
        if not watchers and not wanted:
            return
        call = self.log.load(account_id, call_id)
        at = answered_at(call)
        if call.ended_at is not None or at is None:
            return
        shown = known_call(call, self.desk)
        if watchers and self.clock() - at <= NEWS:
            self.audience.tell(account_id, watchers, _text(models.message(ANSWERED, at, shown)))
        if wanted:
            self.servers.answered(call, shown.journey, at)

    def ended(self, account_id: str, call_id: str) -> None:
        """Tell those who watch that a call has ended. Customers' servers hear of it elsewhere."""
        watchers = self.audience.watching(account_id)
        if not watchers:
            return
        call = self.log.load(account_id, call_id)
        if call.ended_at is None or self.clock() - call.ended_at > NEWS:
            return
        message = models.message(ENDED, call.ended_at, known_call(call, self.desk))
        self.audience.tell(account_id, watchers, _text(message))


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
