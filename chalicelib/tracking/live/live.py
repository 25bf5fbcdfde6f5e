"""Calls that ring and go on, and visitors who are on a site just now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.call import State
from chalicelib.calls.events import LegChanged, Taken
from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.visits.visits import BEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.calls.call import Call
    from chalicelib.calls.events import Event
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.visits import Remembered

KIND: Final = "live"
TOKEN_SECONDS: Final = 60
# Whoever says nothing for two beats has left, or looks at something else.
ON_SITE: Final = timedelta(seconds=2 * BEAT_SECONDS)
# No carrier lets a call go on for longer.
LONGEST_CALL: Final = timedelta(hours=24)
# A ring that is told later than this is no news: whoever watches was to be told at once.
NEWS: Final = timedelta(minutes=2)
# What an agent sees at a glance, and a message of a WebSocket can carry.
MOST_STEPS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call as an agent sees it while it rings."""

    call_id: str
    started_at: datetime
    number: str
    state: State = State.RINGING
    caller: str | None = None
    known_as: str | None = None
    source_id: str | None = None
    source: Source | None = None
    journey: Journey | None = None
    visit: Remembered | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Watcher:
    """An open WebSocket of somebody who watches an account's calls."""

    connection_id: str
    endpoint: str


def ringing(rung: Rung, journey: Journey, **known: Any) -> LiveCall:
    """Return a call that rings."""
    return LiveCall(
        call_id=rung.call_id,
        started_at=rung.at,
        number=rung.dialled,
        caller=rung.caller,
        source_id=journey.source_id or rung.source_id,
        journey=journey,
        **known,
    )


def going_on(call: Call, journey: Journey | None, **known: Any) -> LiveCall:
    """Return a call that the log knows, as it is now."""
    return LiveCall(
        call_id=call.call_id,
        started_at=call.started_at,
        number=call.dialled,
        state=call.state,
        caller=call.caller,
        source_id=call.source_id or (None if journey is None else journey.source_id),
        journey=journey,
        outcome=None if call.final_outcome is None else str(call.final_outcome),
        **known,
    )


def answered_at(call: Call) -> datetime | None:
    """Return when somebody took a call, None if nobody did."""
    return next((each.at for each in call.events if _says_taken(each)), None)


def _says_taken(event: Event) -> bool:
    if isinstance(event, LegChanged):
        return event.status == "in-progress"
    return isinstance(event, Taken)


def pass_for(account_id: str, now: datetime) -> tuple[dict[str, str], datetime]:
    """Return what a token says, and when it is over."""
    until = now + timedelta(seconds=TOKEN_SECONDS)
    return {"account_id": account_id, "until": until.isoformat()}, until


def account_of(facts: Mapping[str, str], now: datetime) -> str:
    """Return whose calls may be watched with a token. Raises Rejected once it is over."""
    if datetime.fromisoformat(facts["until"]) <= now:
        raise Rejected("the token is over: ask for another")
    return facts["account_id"]
