"""Dialling ahead of the agents: how many calls may be placed now, if so much risk is taken.

For some instants of the next half minute: who will have answered, which agents will be free. A call
more is placed as long as whoever answers it finds an agent within two seconds, but for the risk.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from operator import mul, sub
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.chances import at_least_none, moments
from chalicelib.campaigns.pacing.spells import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.campaigns.pacing.habits import Habits
    from chalicelib.campaigns.pacing.spells import Spells

# What a person who answered waits before they count as abandoned: France has no rule (good
# practice), 47 CFR 64.1200(a)(7) and Ofcom's "Persistent misuse" statement of 2016 say two seconds.
GRACE: Final = 2
# A call that has rung for so long rings no more: nobody told of its end.
RINGS_NO_MORE: Final = 90
AHEAD: Final = (3, 6, 9, 12, 16, 20, 25)
MOST_AT_ONCE: Final = 100
_TINY: Final = 1e-12

# The moments of one call or agent, those of each instant ahead one after the other.
Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """The agents and calls of a campaign at an instant, by how many seconds ago they began.

    `waiting` is who has answered and has no agent yet.
    """

    idle: int = 0
    talking: tuple[float, ...] = ()
    wrapping: tuple[float, ...] = ()
    ringing: tuple[float, ...] = ()
    waiting: int = 0

    @property
    def pending(self) -> int:
        """How many people answer yet, at the most, or have answered and wait."""
        return sum(age < RINGS_NO_MORE for age in self.ringing) + self.waiting

    @property
    def agents(self) -> int:
        """How many there are."""
        return self.idle + len(self.talking) + len(self.wrapping)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Habits made ready for questions: a row of chances (for each instant ahead) by age.

    To be made again every half minute or so; it takes as long as some hundred questions.
    """

    ring_ages: tuple[int, ...]
    rings: tuple[Row, ...]
    talk_ages: tuple[int, ...]
    talks: tuple[Row, ...]
    wrap_ages: tuple[int, ...]
    wraps: tuple[Row, ...]
    when: tuple[float, ...]  # of a new call that is answered: how likely about each instant

    @classmethod
    def of(cls, habits: Habits) -> Outlook:
        """Work the chances out, at the middle of each class of age."""
        wraps = Lasting.of(habits.wraps)
        rings = [_answers(habits, age) for age in habits.answered.ages]
        parts = [after - before for before, after in pairwise((0.0, *rings[0]))]
        return cls(
            ring_ages=habits.answered.ages,
            rings=tuple(_row(each, 1) for each in rings),
            talk_ages=habits.talks.ages,
            talks=tuple(_row(each, -1) for each in _frees(habits, wraps)),
            wrap_ages=wraps.ages,
            wraps=tuple(
                _row([wraps.ended_within(ahead + GRACE, age) for ahead in AHEAD], -1)
                for age in _middles(wraps.ages)
            ),
            when=_shares(parts),
        )


def calls_ahead(floor: Floor, outlook: Outlook, risk: float) -> int:
    """Return how many calls may be placed now, none likelier than `risk` to find no agent."""
    rows = [
        *_rows(
            (age for age in floor.ringing if age < RINGS_NO_MORE), outlook.ring_ages, outlook.rings
        ),
        *_rows(floor.talking, outlook.talk_ages, outlook.talks),
        *_rows(floor.wrapping, outlook.wrap_ages, outlook.wraps),
        (float(floor.waiting - floor.idle), 0.0, 0.0) * len(AHEAD),
    ]
    sums, new = [sum(each) for each in zip(*rows, strict=True)], outlook.rings[0]
    for calls in range(MOST_AT_ONCE):
        if _short(sums, outlook.when) > risk:
            return calls
        sums = [one + more for one, more in zip(sums, new, strict=True)]
    return MOST_AT_ONCE


def _short(sums: Sequence[float], when: Sequence[float]) -> float:
    """Return how likely a call more leaves one more person without an agent, now or later."""
    worst = share = 0.0
    for at in range(len(when) - 1, -1, -1):
        mean, variance, third = sums[3 * at : 3 * at + 3]
        worst = max(worst, at_least_none(mean, variance, third))
        share += when[at] * worst
    return share


def _rows(ages: Iterable[float], classes: Sequence[int], rows: Sequence[Row]) -> list[Row]:
    return [rows[max(0, bisect_right(classes, age) - 1)] for age in ages]


def _shares(parts: Sequence[float]) -> tuple[float, ...]:
    """Return what share each has in all; where nobody ever answers, any time is as likely."""
    whole = sum(parts)
    return tuple(part / whole if whole > 0 else 1 / len(parts) for part in parts)


def _row(chances: Iterable[float], sign: int) -> Row:
    """Flatten the moments of a chance at each instant; those of an agent are taken off."""
    each = [moments(chance) for chance in chances]
    return tuple(
        part for mean, variance, third in each for part in (sign * mean, variance, sign * third)
    )


def _middles(ages: Sequence[int]) -> list[float]:
    return [(low + high) / 2 for low, high in pairwise(ages)] + [ages[-1] * 1.2]


def _answers(habits: Habits, age: float) -> list[float]:
    """Return how likely a call that has rung so long is answered by each instant ahead."""
    answers, losses = habits.answered.rates(), habits.lost.rates()
    left, answered, at, found = 1.0, 0.0, age, []
    for until in (age + ahead for ahead in AHEAD):
        while at < until:
            here = bisect_right(habits.answered.ages, at) - 1
            step = min(until, _end(habits.answered, here)) - at
            rate = answers[here] + losses[here]
            gone = left * (1 - exp(-rate * step))
            answered += gone * answers[here] / rate if rate else 0.0
            left, at = left - gone, at + step
        found.append(answered)
    return found


def _end(spells: Spells, at: int) -> float:
    return spells.ages[at + 1] if at + 1 < len(spells.ages) else float("inf")


def _frees(habits: Habits, wraps: Lasting) -> list[list[float]]:
    """Return by age of an agent's call how likely they are free when: a person's has a wrap-up."""
    talks, machines = Lasting.of(habits.talks), Lasting.of(habits.machines)
    seconds = range(AHEAD[-1] + GRACE)
    wrapped = [wraps.ended_within(second + 0.5, 0) for second in seconds]
    found = []
    for age in _middles(talks.ages):
        people = [talks.way(age + second) for second in (*seconds, len(seconds))]
        both = [way + machines.way(age + at) for at, way in enumerate(people)]
        left = [exp(both[0] - way) for way in both]
        over = [before - after for before, after in pairwise(left)]
        shares = [
            (people[at + 1] - people[at]) / max(_TINY, both[at + 1] - both[at]) for at in seconds
        ]
        ends = [end * share for end, share in zip(over, shares, strict=True)]
        found.append(
            [
                sum(map(mul, ends, wrapped[ahead + GRACE - 1 :: -1]))
                + sum(map(sub, over[: ahead + GRACE], ends))
                for ahead in AHEAD
            ]
        )
    return found
