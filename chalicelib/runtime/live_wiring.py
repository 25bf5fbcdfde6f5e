"""Where what is live meets the other rooms: who watches, and what they are told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import tracking_wiring, webhooks_wiring, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.runtime.sockets import Sockets
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.live.gateway import Newsroom
    from chalicelib.tracking.live.store import WatcherStore
    from chalicelib.tracking.live.usecases import Desk


@cache
def watchers() -> WatcherStore:
    """Return who watches accounts' calls."""
    from chalicelib.tracking.live.store import WatcherStore

    return WatcherStore(settings().tracking_table)


def live_desk() -> Desk:
    """Return all that showing live calls needs."""
    from chalicelib.tracking.live.usecases import Desk

    return Desk(
        log=wiring.calls(),
        journeys=tracking_wiring.journeys(),
        visits=tracking_wiring.visits(),
        book=wiring.caller_book(),
        source=wiring.sources().about,
    )


class _Servers:
    """The port `Servers`: customers' webhooks."""

    def want(self, account_id: str, event: str) -> bool:
        """Say whether any of an account's servers wants an event; yes, where nobody can tell."""
        try:
            known = webhooks_wiring.kept_endpoints().get(account_id)
        except Unavailable:
            return True
        return any(each.wants(event) for each in known)

    def tell(
        self, account_id: str, event: str, event_id: str, data: dict[str, Any], at: datetime
    ) -> None:
        """Leave an event for them."""
        webhooks_wiring.publish(account_id, event, event_id, data, at=at)

    def answered(self, call: Call, journey: Journey | None, at: datetime) -> None:
        """Leave that a call was taken."""
        from chalicelib.tracking.journeys.telling import visit_told

        visit = None if journey is None else visit_told(journey)
        webhooks_wiring.tell_of_answer(call, visit=visit, at=at)


def newsroom() -> Newsroom:
    """Return who is told of calls."""
    from chalicelib.runtime.sockets import Management
    from chalicelib.tracking.live.gateway import Audience, Newsroom

    return Newsroom(
        audience=Audience(watchers(), Management),
        servers=_Servers(),
        desk=live_desk(),
        log=wiring.calls(),
        clock=wiring.clock,
    )


def sockets() -> Sockets:
    """Return who answers each kind of WebSocket: bots that talk with callers, and who watches."""
    from chalicelib.ivr.voicebot import handlers
    from chalicelib.tracking.live.handlers import LiveRoom
    from chalicelib.tracking.live.live import KIND

    known = handlers.connections()
    return replace(known, rooms={**known.rooms, KIND: LiveRoom(watchers(), wiring.clock)})
