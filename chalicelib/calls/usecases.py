"""What the house does with the call log, and the ports through which it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.calls.events import Received
from chalicelib.calls.late import from_message, memory_in, without_numbers
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.calls.call import Call, CallQuery, CallRef, Page
    from chalicelib.calls.events import Event
    from chalicelib.calls.late import Memory

    Value = str | int | bool


class EventLost(Unavailable):
    """Neither the log nor the queue took an event: only this error's facts are left of it."""

    code = "event-lost"


class CallLog(Protocol):
    """Where calls are kept. Every method raises Unavailable when the storage does not answer."""

    def append(self, ref: CallRef, *events: Event, memory: Memory | None = None) -> bool:
        """Store events at once, and the call's variables as they are after them.

        Return False if the call had events of these ids already: nothing changes then.
        """

    def memory(self, call_id: str) -> Mapping[str, Value]:
        """Return the call's variables, none if it has none."""

    def recall(self, call_id: str, memory: Memory) -> None:
        """Store variables late: what a later step wrote stays.

        Raises Conflict if a step wrote just now: it is to be done again.
        """

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

    def put(self, ref: CallRef, *events: Event, memory: Memory | None = None) -> None:
        """Keep events of one call together, and its variables. Raises Unavailable."""


def record(
    ref: CallRef,
    *events: Event,
    log: CallLog,
    late: LateEvents,
    memory: Memory | None = None,
) -> None:
    """Store events and the call's variables now, or leave them on the queue for later.

    Raises EventLost, which tells all but people's numbers, if neither can be done.
    """
    try:
        log.append(ref, *events, memory=memory)
    except Unavailable:
        _keep_for_later(ref, events, late, memory)


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
    memory = memory_in(message)
    if memory is not None:
        log.recall(ref.call_id, memory)


def _keep_for_later(
    ref: CallRef, events: tuple[Event, ...], late: LateEvents, memory: Memory | None
) -> None:
    try:
        late.put(ref, *events, memory=memory)
    except Unavailable as error:
        lost = {name: value for event in events for name, value in without_numbers(event).items()}
        facts = {"call_id": ref.call_id, "account_id": ref.account_id, **lost}
        raise EventLost("an event could be neither stored nor queued", **facts) from error
