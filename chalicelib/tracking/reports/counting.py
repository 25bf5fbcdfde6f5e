"""The use case of counting: a call that ended is put into the counters, or put right, or taken out.

A projection of the call log: it may be shown a call again, in any order, and be killed anywhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Conflict
from chalicelib.tracking.reports.tallying import (
    MOST_VALUES,
    OPEN,
    OTHER,
    Seen,
    Tallied,
    full_of,
    tally,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from chalicelib.tracking.reports.contributing import Cell, Contribution, Dim
    from chalicelib.tracking.reports.tallying import Tally

# Calls of one account that end together want the same counters.
TRIES: Final = 6


class Tallies(Protocol):
    """Counters, and what each call added. Everything is one request, and raises Unavailable."""

    def look(self, account_id: str, call_id: str, caller: str | None) -> tuple[Tallied, Seen]:
        """Return what a call has added, and its caller, as they are now."""

    def known(
        self, account_id: str, day: date, cells: Iterable[Cell], shard: int
    ) -> tuple[frozenset[Cell], Mapping[Dim, int]]:
        """Return which cells a day's month has counters of, and how many values of each thing."""

    def save(self, tally: Tally) -> None:
        """Store a change, all of it or nothing. Raises Conflict."""

    def hold(self, account_id: str, call_id: str, version: int, day: date) -> None:
        """Store that a call of a day adds nothing, so that nobody who thought otherwise counts it.

        Raises Conflict where its version is another by now.
        """


def count(
    account_id: str,
    call_id: str,
    caller: str | None,
    tell: Callable[[], Contribution | None],
    *,
    day: date,
    tallies: Tallies,
    pause: Callable[[int], None],
) -> bool:
    """Have the counters hold what a call adds now: nothing, if that is None.

    That is asked for after what it has added was looked up, in each try: people judge a call
    meanwhile. An older view of a call than the one that is counted changes nothing. Returns whether
    anything was changed.
    """
    for attempt in range(1, TRIES + 1):
        before, seen = tallies.look(account_id, call_id, caller)
        if before.placed is not None and before.placed.caller != caller:
            caller = before.placed.caller  # a call stays its first caller's
            continue
        told = tell()
        try:
            if before.contribution is None and told is None:
                tallies.hold(account_id, call_id, before.version, day)
                return False
            return _put(before, _of(caller, told), seen, tallies)
        except Conflict:
            if attempt == TRIES:
                raise
            pause(attempt)
    return True


def differs(before: Contribution | None, told: Contribution | None, *, newer: bool = False) -> bool:
    """Say whether a call adds something else than was told; `newer`: by as full a view of it."""
    if before is None or told is None:
        return before is not told
    if newer and told.known < before.known:
        return False
    return replace(told, known=before.known, caller=before.caller) != before


def _of(caller: str | None, told: Contribution | None) -> Contribution | None:
    return None if told is None else replace(told, caller=caller)


def _put(before: Tallied, told: Contribution | None, seen: Seen, tallies: Tallies) -> bool:
    if not differs(before.contribution, told, newer=True):
        return False
    tallies.save(_change(before, told, seen, tallies))
    return True


def _change(before: Tallied, told: Contribution | None, seen: Seen, tallies: Tallies) -> Tally:
    if told is None:
        return tally(before, None, None, seen)
    kept = _kept(before, told)
    full = full_of(told, seen.days)
    open_cells = [
        cell for cell in told.cells if cell[0] in OPEN and cell not in kept and cell not in full
    ]
    shard = (
        before.placed.shard if before.placed else told.shard if seen.shard is None else seen.shard
    )
    there, many = tallies.known(told.account_id, told.day, open_cells, shard)
    fresh = [cell for cell in open_cells if cell not in there]
    beyond = [cell for cell in fresh if cell[1] and many.get(cell[0], 0) >= MOST_VALUES]
    gone = {*full, *beyond}
    values = {
        dim: kept.get((dim, value), OTHER if (dim, value) in gone else value)
        for dim, value in told.cells
    }
    placed = replace(told, values=values)
    return tally(before, told, placed, seen, [cell for cell in fresh if cell not in gone])


def _kept(before: Tallied, told: Contribution) -> Mapping[Cell, str]:
    """Return where values stay that were counted before, on the same day."""
    if before.contribution is None or before.placed is None or before.placed.day != told.day:
        return {}
    placed = before.placed.values
    return {cell: placed[cell[0]] for cell in before.contribution.cells}
