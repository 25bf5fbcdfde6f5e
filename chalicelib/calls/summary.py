"""The summary of a call as it is stored, and the call that it stands for.

The state is told from the facts that are there, never stored: it can only move forward.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict

from chalicelib.calls import keys
from chalicelib.calls.call import Call, Message, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from chalicelib.calls.events import Event


class Summary(TypedDict, total=False):
    """A call's attributes as stored, index keys apart."""

    account_id: str
    sort: str
    shard: int
    dialled: str
    caller: str
    caller_hash: str
    source_id: str
    flow_id: str
    flow_version: int
    attempt_id: str
    in_menu: bool
    connected: bool
    talk_seconds: int
    legs: Set[str]
    answered_by: Set[str]
    messages: Set[str]
    fell_back: Set[str]
    beeps: Set[str]
    tags: Set[str]
    outcome: str
    ended_at: str
    end_status: str
    seconds: int


# The latest fact that is there tells the state; a call with none of them is ringing.
_STATES: Final = (
    ("ended_at", State.ENDED),
    ("connected", State.CONNECTED),
    ("in_menu", State.IN_MENU),
)


def call_of(call_id: str, summary: Summary, events: Iterable[Event] = ()) -> Call | None:
    """Return the call, or None while the event that began it is still on its way."""
    if "sort" not in summary:
        return None
    beep, _, tier = min(summary.get("beeps", ()), default="").partition(" ")
    return Call(
        call_id=call_id,
        account_id=summary["account_id"],
        started_at=keys.started_at(summary["sort"]),
        dialled=summary["dialled"],
        shard=summary.get("shard", 0),
        caller=summary.get("caller"),
        caller_hash=summary.get("caller_hash"),
        source_id=summary.get("source_id"),
        flow_id=summary.get("flow_id"),
        flow_version=summary.get("flow_version"),
        attempt_id=summary.get("attempt_id"),
        state=state_of(summary),
        outcome=Outcome(summary["outcome"]),
        talk_seconds=summary.get("talk_seconds", 0),
        unsettled=_unsettled(summary.get("legs", frozenset())),
        answered_by=tuple(sorted(summary.get("answered_by", ()))),
        messages=_messages(summary.get("messages", ())),
        fell_back=tuple(sorted(summary.get("fell_back", ()))),
        tags=tuple(sorted(summary.get("tags", ()))),
        service_from=_instant(beep),
        service_tier=tier or None,
        ended_at=_instant(summary.get("ended_at")),
        end_status=summary.get("end_status"),
        seconds=summary.get("seconds"),
        events=tuple(sorted(events, key=lambda event: (event.at, event.id))),
    )


def state_of(summary: Summary) -> State:
    """Return how far the call has come."""
    return next((state for fact, state in _STATES if summary.get(fact)), State.RINGING)


def _unsettled(legs: Set[str]) -> tuple[str, ...]:
    """Return the ends that were not told: each ringing adds its end with a question mark.

    >>> _unsettled({"step:2?", "step:2", "step:5?"})
    ('step:5',)
    """
    awaited = {leg.removesuffix("?") for leg in legs if leg.endswith("?")}
    return tuple(sorted(awaited - legs))


def _messages(entries: Iterable[str]) -> tuple[Message, ...]:
    """Read messages; where two reports of one recording differ, the longer one holds."""
    pairs = sorted((name, int(seconds)) for name, _, seconds in (e.partition(" ") for e in entries))
    return tuple(
        Message(recording_id=name, seconds=seconds) for name, seconds in dict(pairs).items()
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
