"""Every kind of event by its name, and how a stored one is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.calls.events import (
    Beeped,
    CallbackAsked,
    CallbackRung,
    Collected,
    Dialled,
    Ended,
    ErrandLost,
    FellBack,
    LeftQueue,
    LegChanged,
    LookedUp,
    MessageLeft,
    MessageTranscribed,
    Notified,
    Offered,
    Pressed,
    Queued,
    Rang,
    Received,
    Recorded,
    Said,
    Tagged,
    Taken,
    TextAsked,
    TextDelivered,
    TextSent,
    TurnedAway,
    VariablesSet,
    WentSilent,
)

if TYPE_CHECKING:
    from chalicelib.calls.events import Event

EVENTS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        Received,
        Pressed,
        WentSilent,
        Said,
        Collected,
        VariablesSet,
        Tagged,
        LookedUp,
        TextAsked,
        TurnedAway,
        Rang,
        Taken,
        Dialled,
        MessageLeft,
        Recorded,
        LegChanged,
        FellBack,
        Beeped,
        Queued,
        Offered,
        LeftQueue,
        CallbackAsked,
        CallbackRung,
        TextSent,
        TextDelivered,
        Notified,
        MessageTranscribed,
        ErrandLost,
        Ended,
    )
}


def parse(values: dict[str, Any]) -> Event:
    """Rebuild an event of any kind. Raises KeyError on a kind this version does not know."""
    return EVENTS[values["kind"]].from_dict(values)
