"""What asks for journeys, and keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.journeys.journeys import Journey


class Journeys(Protocol):
    """Journeys of calls. Everything raises Unavailable, and is one request."""

    def journey(self, account_id: str, call_id: str) -> Journey:
        """Return a call's journey. Raises NotFound, also for another account's call."""

    def journeys(self, account_id: str, call_ids: Iterable[str]) -> dict[str, Journey]:
        """Return those of at most 100 calls that have one, by call."""

    def of_caller(self, account_id: str, caller_hash: str, limit: int) -> tuple[Journey, ...]:
        """Return a caller's journeys, newest first."""

    def keep(self, journey: Journey, *, new_visit: bool = True) -> bool:
        """Store a journey. False: one that is final is there, and this one is not.

        With `new_visit`, its visit is told of the call, so that erasing the visit is to erase it
        here too; without, it is the visit of the journey that is there. Raises NotFound if the
        visit is no more, Conflict if somebody is at it just now.
        """
