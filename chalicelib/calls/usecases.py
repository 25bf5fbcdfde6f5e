"""What the house does with the call log, and the ports through which it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.calls.events import Received
from chalicelib.calls.late import from_message, without_numbers
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from chalicelib.calls.call import Call, CallQuery, CallRef, Page
    from chalicelib.calls.events import Event


class EventLost(Unavailable):
    """Neither the log nor the queue took an event: only this error's facts are left of it."""

    code = "event-lost"


class CallLog(Protocol):
    """Where calls are kept. Every method raises Unavailable when the storage does not answer."""

    def append(self, ref: CallRef, event: Event) -> bool:
        """Store an event. Return False if the call had one with its id: nothing changes then."""

    def load(self, account_id: str, call_id: str) -> Call:
        """Return a call with its events. Raises NotFound, also for another account's call."""

    def page(self, query: CallQuery, limit: int, after: str | None = None) -> Page:
        """Return summaries in order, going on after a position that an earlier page gave."""


class Claims(Protocol):
    """Who owns the line that a call reached."""

    def __call__(self, call_id: str, received: Received) -> CallRef:
        """Return whose call it is. Raises NotFound if the number is nobody's, Unavailable."""


class LateEvents(Protocol):
    """A queue for events that the log could not take."""

    def put(self, ref: CallRef, *events: Event) -> None:
        """Keep events of one call together. Raises Unavailable."""


def record(ref: CallRef, event: Event, *, log: CallLog, late: LateEvents) -> None:
    """Store an event now, or leave it on the queue for later.

    Raises EventLost, which tells all but people's numbers, if neither can be done.
    """
    try:
        log.append(ref, event)
    except Unavailable:
        _keep_for_later(ref, event, late)


def store_late(message: dict[str, Any], *, log: CallLog, claim: Claims) -> None:
    """Store events that were left on the queue; those that the log has already change nothing.

    A call that began while even its line could not be read has no account yet: `claim` finds it.
    """
    ref, events = from_message(message)
    begun = next((event for event in events if isinstance(event, Received)), None)
    if begun is not None and not ref.account_id:
        ref = claim(ref.call_id, begun)
    for event in events:
        log.append(ref, event)


def _keep_for_later(ref: CallRef, event: Event, late: LateEvents) -> None:
    try:
        late.put(ref, event)
    except Unavailable as error:
        facts = {"call_id": ref.call_id, "account_id": ref.account_id, **without_numbers(event)}
        raise EventLost("an event could be neither stored nor queued", **facts) from error
