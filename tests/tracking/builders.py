"""Sources, numbers and ended calls with all that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.calls.call import Call, Outcome, State
from chalicelib.directory.lines import Line, LineState
from chalicelib.tracking.sources import Assignment, Channel, Number, Source

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBER = "+33162012345"
OTHER = "+33162012346"
TODAY = date(2026, 11, 22)


def a_source(**facts: Any) -> Source:
    known: dict[str, Any] = {
        "id": "src_poster",
        "account_id": "acct_1",
        "name": "Poster, Gare de Lyon",
        "channel": Channel.OUTDOOR,
        "created_at": NOW,
    }
    return Source(**known | facts)


def a_number(*assignments: Assignment, **facts: Any) -> Number:
    known: dict[str, Any] = {"account_id": "acct_1", "number": NUMBER, "assignments": assignments}
    return Number(**known | facts)


def standing(
    source_id: str = "src_poster", since: datetime = NOW, until: datetime | None = None
) -> Assignment:
    return Assignment(source_id=source_id, since=since, until=until)


def a_line(**facts: Any) -> Line:
    known: dict[str, Any] = {
        "number": NUMBER,
        "account_id": "acct_1",
        "state": LineState.ACTIVE,
        "family": "npv",
    }
    return Line(**known | facts)


def a_call(**facts: Any) -> Call:
    known: dict[str, Any] = {
        "call_id": "CA1",
        "account_id": "acct_1",
        "started_at": NOW,
        "dialled": NUMBER,
        "source_id": "src_poster",
        "state": State.ENDED,
        "outcome": Outcome.ANSWERED,
        "seconds": 95,
        "talk_seconds": 80,
    }
    return Call(**known | facts)
