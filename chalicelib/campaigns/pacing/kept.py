"""What pacing keeps between two calls, as JSON: some kilobytes a campaign, little an account."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.pacing.bucket import Bucket
from chalicelib.campaigns.pacing.granting import Pace
from chalicelib.campaigns.pacing.habits import Habits
from chalicelib.campaigns.pacing.sharing import Turns
from chalicelib.campaigns.pacing.spells import Spells
from chalicelib.campaigns.pacing.tallies import SLOT_SECONDS, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Of what fades, more digits than these say nothing.
_DIGITS = 4
_KINDS = ("answered", "lost", "talks", "machines", "wraps")


def write_habits(habits: Habits) -> str:
    """Write what a campaign has learnt."""
    return _written({kind: _spells_written(getattr(habits, kind)) for kind in _KINDS})


def read_habits(text: str) -> Habits:
    """Read it; a kind whose classes of age are not today's, or that is none, begins anew."""
    kept, new = json.loads(text) if text else {}, Habits()
    return Habits(**{kind: _spells_read(kept.get(kind), getattr(new, kind)) for kind in _KINDS})


def write_turns(turns: Turns) -> str:
    """Write whose turn it is."""
    return _written([turns.now_at, dict(turns.walked)])


def read_turns(text: str) -> Turns:
    """Read whose turn it is."""
    now_at, walked = json.loads(text) if text else (0, {})
    return Turns(walked, now_at)


def tally_adds(at: float, *, answered: int = 0, abandoned: int = 0) -> tuple[int, dict[str, int]]:
    """Return the day since 1970 (a row of the campaign) and what to add to its attributes.

    By an atomic `ADD`, so that counts of callbacks that come together are all kept; with the change
    that ends the attempt, so that one that comes twice counts once.

    >>> tally_adds(1_800_000_000, answered=1)
    (20833, {'a1000000': 1})
    """
    slot = int(at // SLOT_SECONDS)
    adds = {f"a{slot}": answered, f"l{slot}": abandoned}
    return int(at // 86_400), {name: count for name, count in adds.items() if count}


def read_tally(rows: Iterable[Mapping[str, Any]]) -> Tally:
    """Read a campaign's days: two numbers a half hour, and whatever else is in the rows."""
    counts: dict[int, tuple[int, int]] = {}
    for name, value in (each for row in rows for each in row.items()):
        if name[:1] in ("a", "l") and name[1:].isdecimal():
            slot = int(name[1:])
            answered, abandoned = counts.get(slot, (0, 0))
            more = (int(value), 0) if name[0] == "a" else (0, int(value))
            counts[slot] = answered + more[0], abandoned + more[1]
    return Tally(counts)


def read_pace(
    *,
    due: int = 0,
    calls: int = 1,
    last: int = 0,
    leases: Mapping[str, int] | None = None,
    edition: int = 0,
    turns: str = "",
    halted: Iterable[str] = (),
) -> Pace:
    """Make an account's pace of its row: what writes are conditional on, and turns."""
    numbered = {int(number): until for number, until in (leases or {}).items()}
    bucket = Bucket(due, max(1, calls), last, numbered)
    return Pace(bucket, read_turns(turns), edition, frozenset(halted))


def _spells_written(spells: Spells) -> list[Any]:
    return [list(spells.ages), _rounded(spells.ended), _rounded(spells.spent)]


def _spells_read(kept: list[Any] | None, new: Spells) -> Spells:
    if kept is None or tuple(kept[0]) != new.ages:
        return new
    read = Spells(new.ages, tuple(map(float, kept[1])), tuple(map(float, kept[2])))
    return read if _is_whole(read) else new


def _is_whole(spells: Spells) -> bool:
    return all(
        len(values) == len(spells.ages) and all(isfinite(each) and each >= 0 for each in values)
        for values in (spells.ended, spells.spent)
    )


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, _DIGITS) for value in values]


_written: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
