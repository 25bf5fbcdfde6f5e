"""The body of the rings queue's handler. A message may come twice: all of it is idempotent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.runtime import jobs
from chalicelib.tracking.journeys.rings import ANSWERED, ENDED, from_message
from chalicelib.tracking.journeys.usecases import note_ring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.journeys.usecases import Desk


def ring_calls(bodies: Iterable[str], desk: Desk, news: News) -> None:
    """Find the journeys of calls that ring, and tell those who watch what becomes of calls."""
    jobs.every("ring-call", bodies, lambda body: _see_to(json.loads(body), desk, news))


class News(Protocol):
    """Who is to know of calls."""

    def ringing(self, rung: Rung, journey: Journey) -> None:
        """Tell that a call rings."""

    def answered(self, account_id: str, call_id: str) -> None:
        """Tell that somebody took a call."""

    def ended(self, account_id: str, call_id: str) -> None:
        """Tell that a call has ended."""


def _see_to(message: dict[str, Any], desk: Desk, news: News) -> None:
    tell = {ANSWERED: news.answered, ENDED: news.ended}.get(message["kind"])
    if tell is not None:
        tell(message["account_id"], message["call_id"])
        return
    rung = from_message(message)
    journey = note_ring(rung, desk)
    if journey is not None:
        news.ringing(rung, journey)
