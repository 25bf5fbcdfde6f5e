"""The desk as a call in progress knows it: load the floor, decide, store. Pure but for its ports.

Whoever waits asks with one read and one write. Two callers who see the same agent free both try
to keep them, and one does: the other stands as waiting, and asks again in its next round.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from chalicelib.desk import ringing, waiting
from chalicelib.desk.visits import visits_of
from chalicelib.kernel.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.desk.floor import Change, Floor, Standing
    from chalicelib.desk.ports import Floors, Notes, Nudges
    from chalicelib.desk.ringing import Booked
    from chalicelib.desk.tickets import Arrival, Span

# What a call has done must be stored, and only what is its own is in the way: its webhooks that
# were delivered twice, a poll that was slow.
ATTEMPTS: Final = 5

T = TypeVar("T")


class FloorDesk:
    """Queues, as a call in progress needs them, on floors that are stored somewhere."""

    def __init__(self, floors: Floors, nudges: Nudges) -> None:
        self._floors = floors
        self._nudges = nudges

    def join(self, account_id: str, queue: str, ticket: Arrival, now: datetime) -> Standing:
        """Take a place; a call that has one already keeps it."""

        def decide(floor: Floor, offering: bool) -> tuple[Standing, Change]:
            return waiting.join(floor, queue, ticket, now, offering=offering)

        return self._stand(account_id, decide)

    def ask(self, account_id: str, queue: str, call_id: str, now: datetime) -> Standing:
        """Tell how far the caller has come, and keep an agent who is free for them."""

        def decide(floor: Floor, offering: bool) -> tuple[Standing, Change]:
            return waiting.ask(floor, queue, call_id, now, offering=offering)

        return self._stand(account_id, decide)

    def picked_up(
        self, account_id: str, queue: str, call_id: str, agent: str, now: datetime
    ) -> None:
        """Note that the agent took the call: the caller's wait is over."""

        def decide(floor: Floor) -> tuple[None, Change]:
            return None, waiting.picked_up(floor, queue, call_id, agent, now)

        self._insist(account_id, decide)

    def answered(self, account_id: str, queue: str, call_id: str, agent: str, now: datetime) -> int:
        """Note that the conversation is over, free the agent, and return the seconds waited."""

        def decide(floor: Floor) -> tuple[int | None, Change]:
            return waiting.answered(floor, queue, call_id, agent, now)

        waited = self._insist(account_id, decide)
        return self._waited(account_id, queue, call_id) if waited is None else waited

    def missed(
        self, account_id: str, queue: str, call_id: str, agent: str, now: datetime
    ) -> Standing:
        """Note that the agent did not take the call: it is somebody else's turn."""
        decide = partial(waiting.missed, queue=queue, call_id=call_id, agent_id=agent, now=now)
        floor = self._floors.floor(account_id)
        standing, change = decide(floor, offering=True)
        try:
            self._store(account_id, change)
        except Conflict:
            return self._insist(account_id, partial(decide, offering=False))
        return standing

    def leave(self, account_id: str, queue: str, call_id: str, how: str, now: datetime) -> int:
        """Give the place up, and return the seconds waited."""

        def decide(floor: Floor) -> tuple[int | None, Change]:
            return waiting.leave(floor, queue, call_id, how, now)

        waited = self._insist(account_id, decide)
        return self._waited(account_id, queue, call_id) if waited is None else waited

    def book(
        self,
        account_id: str,
        queue: str,
        ticket: Arrival,
        number: str,
        slot: Span | None,
        now: datetime,
    ) -> Booked:
        """Have `number` rung back at its turn, or within a slot."""
        past = None

        def decide(floor: Floor) -> tuple[Booked, Change]:
            return ringing.book(floor, queue, ticket, number, slot, now)

        for _ in range(ATTEMPTS):
            floor = self._floors.floor(account_id)
            found, change = decide(floor)
            if change and floor.ticket(queue, ticket.call_id) is None:
                # It never waited, or has been booked and is over already.
                past = self._floors.past(account_id, queue, ticket.call_id)
                if past is not None and past.callback_id:
                    return ringing.Booked(past.callback_id, 1, None)
            with suppress(Conflict):
                self._store(account_id, change)
                return found
        raise Unavailable("the desk is too busy", queue=queue)

    def names(self, account_id: str) -> frozenset[str]:
        """Return the names of an account's queues."""
        return frozenset(self._floors.floor(account_id).queues)

    def _stand(
        self, account_id: str, decide: Callable[[Floor, bool], tuple[Standing, Change]]
    ) -> Standing:
        floor = self._floors.floor(account_id)
        standing, change = decide(floor, True)
        try:
            self._store(account_id, change)
        except Conflict:
            standing, change = decide(floor, False)
            if any(not each.revision for each in change.saves):  # a caller who has no place yet
                with suppress(Conflict):
                    self._store(account_id, change)
        return standing

    def _insist(self, account_id: str, decide: Callable[[Floor], tuple[T, Change]]) -> T:
        return insist(account_id, decide, self._floors, self._nudges)

    def _store(self, account_id: str, change: Change) -> None:
        keep(account_id, change, self._floors, self._nudges)

    def _waited(self, account_id: str, queue: str, call_id: str) -> int:
        past = self._floors.past(account_id, queue, call_id)
        return 0 if past is None else past.waited_seconds


def keep(account_id: str, change: Change, floors: Floors, nudges: Nudges) -> None:
    """Store a change, and have callbacks looked at if it is good for one. Raises Conflict."""
    if change:
        floors.apply(account_id, change)
    if change.nudge_after is not None:
        nudges.nudge(account_id, change.nudge_after)


def insist(
    account_id: str,
    decide: Callable[[Floor], tuple[T, Change]],
    floors: Floors,
    nudges: Nudges,
) -> T:
    """Load, decide and store, again if something changed meanwhile. Raises Unavailable."""
    for _ in range(ATTEMPTS):
        found, change = decide(floors.floor(account_id))
        with suppress(Conflict):
            keep(account_id, change, floors, nudges)
            return found
    raise Unavailable("the desk is too busy", account_id=account_id)


def note(call: Call, desk: Notes, nudges: Nudges) -> None:
    """Take a call that ended off the floor, and count its visits to queues. Idempotent."""
    told = list(visits_of(call))
    if not told or call.ended_at is None:
        return
    ended_at = call.ended_at

    def clear(floor: Floor) -> tuple[None, Change]:
        return None, waiting.hung_up(floor, call.call_id, ended_at)

    insist(call.account_id, clear, desk, nudges)
    for visit in told:
        desk.put_visit(call.account_id, call.shard, visit)
