"""The room behind sockets of kind `live`: those who watch an account's calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Rejected
from chalicelib.runtime import sockets
from chalicelib.runtime.sockets import Answer
from chalicelib.tracking.live.live import KIND, Watcher, account_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.runtime.sockets import Handshake
    from chalicelib.tracking.live.gateway import Watchers

PONG: Final = '{"type":"pong"}'


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """The port `Room` for those who watch. What they say only keeps the connection open."""

    watchers: Watchers
    clock: Callable[[], datetime]

    def admits(self, handshake: Handshake) -> bool:
        """Let in whoever has a token that is not over, and remember whose calls they watch."""
        now = self.clock()
        try:
            facts = sockets.opened_passport(KIND, handshake.query.get("token", ""), KIND)
            account_id = account_of(facts, now)
        except Rejected:
            return False
        watcher = Watcher(handshake.connection_id, handshake.endpoint)
        self.watchers.join(account_id, watcher, now)
        return True

    def heard(self, state: str, text: str) -> Answer:
        """Answer whatever is said: API Gateway closes what is silent for ten minutes."""
        return Answer(state, (PONG,))

    def woken(self, state: str) -> Answer:
        """Do nothing: nobody asks for it."""
        return Answer(state)

    def broke(self, state: str) -> Answer:
        """Do nothing: there is nothing to be lost."""
        return Answer(state)
