"""What is live, as the HTTP API shows it and as it is pushed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

from chalicelib.calls.call import State
from chalicelib.runtime.schema import Out, Query
from chalicelib.tracking.journeys.models import JourneyOut, LandingOut, SourceOut, VisitOut
from chalicelib.tracking.live.live import MOST_STEPS

if TYPE_CHECKING:
    from chalicelib.tracking.live.live import LiveCall
    from chalicelib.tracking.visits.visits import Remembered


class LiveQuery(Query):
    """How many at most."""

    limit: int = Field(50, ge=1, le=100)


class LiveCallOut(Out):
    """A call that rings or goes on. `journey` is null for a moment, until it is found."""

    id: str
    state: State
    started_at: datetime
    number: str
    caller: str | None
    known_as: str | None
    source: SourceOut | None
    journey: JourneyOut | None
    outcome: str | None = None

    @classmethod
    def of(cls, live: LiveCall) -> Self:
        """Show a call."""
        journey = None
        if live.journey is not None:
            journey = JourneyOut.of(live.journey, live.visit, live.source, MOST_STEPS)
        source = None
        if live.source_id is not None:
            name, campaign = (
                (live.source.name, live.source.campaign) if live.source else (None, None)
            )
            source = SourceOut(id=live.source_id, name=name, campaign=campaign)
        return cls(
            id=live.call_id,
            state=live.state,
            started_at=live.started_at,
            number=live.number,
            caller=live.caller,
            known_as=live.known_as,
            source=source,
            journey=journey,
            outcome=live.outcome,
        )


class LiveCalls(Out):
    """An account's calls that go on, newest first."""

    items: list[LiveCallOut]


class VisitorOut(Out):
    """Somebody who is on a site just now, with the number that they are shown.

    `landing` is what brought them last, as it would be of a call that rang now.
    """

    number: str | None
    landing: LandingOut | None
    visit: VisitOut

    @classmethod
    def of(cls, visit: Remembered) -> Self:
        """Show a visitor."""
        return cls(
            number=None if visit.lease is None else visit.lease.number,
            landing=LandingOut.of(visit.brought),
            visit=VisitOut.of(visit, MOST_STEPS),
        )


class LiveVisitors(Out):
    """Who is on the account's sites, the latest first."""

    items: list[VisitorOut]


class TokenOut(Out):
    """What opens a WebSocket, once made: `url` has the token in it, and is good for a minute."""

    url: str
    token: str
    until: datetime


def message(event: str, at: datetime, call: LiveCall) -> dict[str, Any]:
    """Write what is pushed: as customers' servers get it."""
    data = LiveCallOut.of(call).model_dump(mode="json")
    return {"type": event, "timestamp": at.isoformat(), "data": data}
