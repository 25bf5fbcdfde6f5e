"""What a campaign learns of its own calls, as counts that only grow: by class of age, and by day.

Each call adds one or two as it ends, with all else that its end changes; whoever rings ahead makes
habits of them. A day weighs half of the one after it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.habits import RING_AGES, TALK_AGES, Habits
from chalicelib.campaigns.pacing.outcomes import NO_ATTEMPT, Outcome
from chalicelib.campaigns.pacing.spells import Spells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Days whose calls say something of today's.
DAYS: Final = 7
_PREFIX: Final = "learnt"
# Until a machine is told from a person an agent has it, and its end says nothing of how long.
_MACHINE_SECONDS: Final = 4
_PEOPLE: Final = frozenset({Outcome.ANSWERED, Outcome.REFUSED})
_AGES: Final = {"answered": RING_AGES, "lost": RING_AGES, "talks": TALK_AGES, "machines": TALK_AGES}
# Wrap-ups are as long as they are set to be; so many of them are believed.
_WRAPS: Final = 20


def adds(outcome: Outcome, lasted: float, talked: float, day: int) -> Mapping[str, int]:
    """Return what a call adds that lasted so long in all, of which somebody talked.

    >>> adds(Outcome.NO_ANSWER, 25.0, 0, 20000), adds(Outcome.CONGESTED, 1.0, 0, 20000)
    ({'learnt#lost#20000#12': 1}, {})
    """
    if outcome in NO_ATTEMPT:
        return {}
    if outcome is Outcome.MACHINE:
        told = {"answered": lasted - _MACHINE_SECONDS, "machines": float(_MACHINE_SECONDS)}
    elif outcome in _PEOPLE:
        told = {"answered": lasted - talked, "talks": talked}
    else:
        told = {"answered" if outcome is Outcome.ABANDONED else "lost": lasted - talked}
    return {_name(kind, seconds, day): 1 for kind, seconds in told.items()}


def habits(rows: Iterable[Mapping[str, int]], day: int, wraps: Iterable[float]) -> Habits:
    """Return the habits that counts of the last days tell, with how long agents write up."""
    counted: Counter[tuple[str, int, int]] = Counter()
    for name, count in (each for row in rows for each in row.items()):
        parts = name.split("#")
        if parts[0] == _PREFIX and 0 <= day - int(parts[2]) < DAYS:
            counted[parts[1], int(parts[3]), day - int(parts[2])] += count
    found = Habits()
    for (kind, at, ago), count in sorted(counted.items()):
        found = _with(found, kind, _middle(_AGES[kind], at), count * 0.5**ago)
    for seconds in wraps:
        found = replace(found, wraps=_more(found.wraps, seconds, _WRAPS, ended=True))
    return found


def _name(kind: str, seconds: float, day: int) -> str:
    at = bisect_right(_AGES[kind], max(0.0, seconds)) - 1
    return f"{_PREFIX}#{kind}#{day}#{at}"


_PAIRS: Final = {
    "answered": "lost",
    "lost": "answered",
    "talks": "machines",
    "machines": "talks",
}


def _with(found: Habits, kind: str, seconds: float, count: float) -> Habits:
    """Add spells of a kind, through which its opposite lived without an end."""
    other = _PAIRS[kind]
    more = {
        kind: _more(getattr(found, kind), seconds, count, ended=True),
        other: _more(getattr(found, other), seconds, count, ended=False),
    }
    return replace(found, **more)


def _more(spells: Spells, seconds: float, count: float, *, ended: bool) -> Spells:
    nothing = (0.0,) * len(spells.ages)
    one = Spells(spells.ages, nothing, nothing).seen(seconds, ended=ended)
    return replace(
        spells,
        ended=tuple(old + count * new for old, new in zip(spells.ended, one.ended, strict=True)),
        spent=tuple(old + count * new for old, new in zip(spells.spent, one.spent, strict=True)),
    )


def _middle(ages: tuple[int, ...], at: int) -> float:
    after = ages[at + 1] if at + 1 < len(ages) else ages[at] * 1.4
    return (ages[at] + after) / 2
