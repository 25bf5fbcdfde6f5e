"""Journeys of calls, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.journeys.journeys import Journey


class JourneysInMemory:
    """The port `Journeys`. `down = True` makes it as unavailable as a throttled table.

    `visits`, if it is set, are the visits that there are: a journey to another is refused.
    """

    def __init__(self, *journeys: Journey) -> None:
        self.down = False
        self.visits: set[str] | None = None
        self._kept: dict[str, Journey] = {each.call_id: each for each in journeys}

    def journey(self, account_id: str, call_id: str) -> Journey:
        found = self.journeys(account_id, [call_id])
        if call_id not in found:
            raise NotFound("no such journey")
        return found[call_id]

    def journeys(self, account_id: str, call_ids: Iterable[str]) -> dict[str, Journey]:
        self._answer()
        found = (self._kept.get(each) for each in call_ids)
        return {each.call_id: each for each in found if each and each.account_id == account_id}

    def of_caller(self, account_id: str, caller_hash: str, limit: int) -> tuple[Journey, ...]:
        self._answer()
        mine = [
            each
            for each in self._kept.values()
            if (each.account_id, each.caller_hash) == (account_id, caller_hash)
        ]
        newest = sorted(mine, key=lambda each: (each.rang_at, each.call_id), reverse=True)
        return tuple(newest[:limit])

    def keep(self, journey: Journey, *, new_visit: bool = True) -> bool:
        self._answer()
        known = self._kept.get(journey.call_id)
        if known is not None and known.final and not journey.final:
            return False
        named = journey.visit_id is not None and new_visit and self.visits is not None
        if named and journey.visit_id not in (self.visits or ()):
            raise NotFound("no such visit")
        moved = journey.visit_id is not None and not new_visit
        if moved and (known is None or known.visit_id != journey.visit_id):
            raise NotFound("no such visit")
        self._kept[journey.call_id] = journey
        return True

    def credited_to(self, visit_id: str) -> tuple[str, ...]:
        """Return the calls that a visit's row would tell of."""
        mine = (each for each in self._kept.values() if each.visit_id == visit_id)
        return tuple(each.call_id for each in mine)

    def withdraw(self, account_id: str, visit_id: str) -> None:
        """Do what erasing a visit does to the calls that were credited to it."""
        for call_id, each in self._kept.items():
            if (each.account_id, each.visit_id) == (account_id, visit_id):
                self._kept[call_id] = _without_visit(each)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("journeys are down")


def _without_visit(journey: Journey) -> Journey:
    told = (
        replace(each, visit_id=None, source={}) if each.visit_id == journey.visit_id else each
        for each in journey.candidates
    )
    nothing: dict[str, Any] = {"visit_id": None, "site_id": None, "landing": {}}
    return replace(journey, candidates=tuple(told), erased=True, **nothing)
