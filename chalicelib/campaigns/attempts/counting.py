"""What is counted of a campaign, by atomic additions in the transaction of each change. Pure.

A change that comes twice is stored once, so it counts once. A row of a campaign has a day's counts
(UTC); there are several a day, so that calls that end together do not wait for each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.attempts.attempts import Standing, Why
from chalicelib.campaigns.pacing import learning
from chalicelib.campaigns.pacing.hours import Answers
from chalicelib.campaigns.pacing.kept import tally_adds
from chalicelib.campaigns.pacing.modes import AHEAD
from chalicelib.campaigns.pacing.outcomes import NO_ATTEMPT, Outcome
from chalicelib.campaigns.pacing.tallies import SLOT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.campaigns.attempts.attempts import Attempt, Member

# Outcomes in which a person spoke, or would have.
PEOPLE: Final = frozenset({Outcome.ANSWERED, Outcome.REFUSED, Outcome.ABANDONED})
_DAY_SECONDS: Final = 86_400
_MEMBERS, _BEGUN, _DROPPED, _SECONDS = "members", "begun", "dropped", "seconds"
_DONE, _BLOCKED, _ENDED = "done", "blocked", "ended"
_CALLS_AT, _ANSWERS_AT = "calls_at", "answers_at"


@dataclass(frozen=True, slots=True)
class Adds:
    """What a change adds to the counts of a day (since 1970)."""

    day: int
    names: Mapping[str, int]


def adds(at: datetime, *several: Mapping[str, int]) -> Adds:
    """Sum up what a change adds at an instant; what comes to nothing is left out."""
    total: Counter[str] = Counter()
    for each in several:
        for name, count in each.items():
            total[name] += count
    return Adds(day_of(at), {name: count for name, count in sorted(total.items()) if count})


def day_of(at: datetime) -> int:
    """Return the day since 1970 that an instant is in.

    >>> day_of(datetime(1970, 1, 3, tzinfo=UTC))
    2
    """
    return int(at.timestamp() // _DAY_SECONDS)


def enrolled(people: int) -> Mapping[str, int]:
    """Count members who are new."""
    return {_MEMBERS: people}


def moved(before: Member, after: Member) -> Mapping[str, int]:
    """Count where a member stands now, and no more where they stood."""
    now, then = _places(after), _places(before)
    return {**dict.fromkeys(now - then, 1), **dict.fromkeys(then - now, -1)}


def begun(at: datetime) -> Mapping[str, int]:
    """Count an attempt that begins."""
    return {f"{_BEGUN}#{slot_of(at)}": 1}


def ended(attempt: Attempt) -> Mapping[str, int]:
    """Count an attempt that is over: its outcome by the half hour, and what pacing learns."""
    assert attempt.ended_at is not None
    slot = slot_of(attempt.ended_at)
    if attempt.outcome is None:
        return {f"{_ENDED}#{slot}#{_DROPPED}": 1}
    outcome = attempt.outcome
    named = {f"{_ENDED}#{slot}#{outcome}": 1, _SECONDS: attempt.seconds}
    person = outcome in PEOPLE
    _, tally = tally_adds(
        attempt.ended_at.timestamp(),
        answered=int(person),
        abandoned=int(outcome is Outcome.ABANDONED or (person and attempt.found_nobody)),
    )
    if attempt.outcome in NO_ATTEMPT:
        return {**named, **tally}
    hour = attempt.ordered_at.astimezone(ZoneInfo(attempt.zone)).hour
    learnt = _learnt(attempt) if attempt.mode in AHEAD else {}
    return {
        **named,
        **tally,
        **learnt,
        f"{_CALLS_AT}#{hour}": 1,
        f"{_ANSWERS_AT}#{hour}": int(person),
    }


def _learnt(attempt: Attempt) -> Mapping[str, int]:
    """Return what whoever rings ahead learns from a call."""
    assert attempt.ended_at is not None
    assert attempt.outcome is not None
    lasted = (attempt.ended_at - attempt.ordered_at).total_seconds()
    return learning.adds(attempt.outcome, lasted, attempt.seconds, day_of(attempt.ended_at))


def refused(before: Attempt) -> Mapping[str, int]:
    """Count an attempt that is over as a refusal, and no more as what it was."""
    if before.outcome in (None, Outcome.REFUSED) or before.ended_at is None:
        return {}
    slot = slot_of(before.ended_at)
    return {f"{_ENDED}#{slot}#{before.outcome}": -1, f"{_ENDED}#{slot}#{Outcome.REFUSED}": 1}


def slot_of(at: datetime) -> int:
    """Return the half hour since 1970 that an instant is in."""
    return int(at.timestamp() // SLOT_SECONDS)


def begins(slot: int) -> datetime:
    """Return when a half hour begins."""
    return datetime.fromtimestamp(slot * SLOT_SECONDS, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A half hour: attempts that began in it, and how those ended that did; dropped ones apart."""

    begun: int = 0
    ended: Mapping[Outcome, int] = field(default_factory=dict)
    dropped: int = 0

    @property
    def calls(self) -> int:
        """Return how many ended, whatever became of them."""
        return sum(self.ended.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a campaign has come to. `blocked` are members whom something keeps, by its code."""

    members: int = 0
    done: Mapping[Why, int] = field(default_factory=dict)
    blocked: Mapping[str, int] = field(default_factory=dict)
    slots: Mapping[int, Slot] = field(default_factory=dict)
    seconds: int = 0
    answers: Answers = field(default_factory=Answers)

    @property
    def remaining(self) -> int:
        """Return how many members are not done."""
        return self.members - sum(self.done.values())

    @property
    def begun(self) -> int:
        """Return how many attempts have begun."""
        return sum(each.begun for each in self.slots.values())

    @property
    def open(self) -> int:
        """Return how many attempts are not over."""
        return self.begun - sum(each.calls + each.dropped for each in self.slots.values())

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Return how many attempts ended how."""
        total: Counter[Outcome] = Counter()
        for each in self.slots.values():
            total.update(each.ended)
        return dict(total)

    def begun_since(self, at: datetime) -> int:
        """Return how many attempts began in the half hours from an instant's on."""
        first = slot_of(at)
        return sum(each.begun for slot, each in self.slots.items() if slot >= first)


def read(rows: Iterable[Mapping[str, Any]]) -> Counts:
    """Add up a campaign's rows; whatever else is in them is left alone."""
    total: Counter[str] = Counter()
    for row in rows:
        for name, value in row.items():
            if not isinstance(value, str):
                total[name] += int(value)
    parts = {name: (name.split("#"), count) for name, count in total.items() if count}
    return Counts(
        members=total[_MEMBERS],
        seconds=total[_SECONDS],
        done={Why(at[1]): count for at, count in parts.values() if at[0] == _DONE},
        blocked={at[1]: count for at, count in parts.values() if at[0] == _BLOCKED},
        slots=_slots(parts.values()),
        answers=_answers(total),
    )


def _slots(parts: Iterable[tuple[list[str], int]]) -> Mapping[int, Slot]:
    begun_in: Counter[int] = Counter()
    ended_in: dict[int, dict[Outcome, int]] = defaultdict(dict)
    dropped_in: Counter[int] = Counter()
    for at, count in parts:
        if at[0] == _BEGUN:
            begun_in[int(at[1])] = count
        elif at[0] == _ENDED and at[2] == _DROPPED:
            dropped_in[int(at[1])] = count
        elif at[0] == _ENDED:
            ended_in[int(at[1])][Outcome(at[2])] = count
    every = sorted({*begun_in, *ended_in, *dropped_in})
    return {
        each: Slot(begun=begun_in[each], ended=ended_in.get(each, {}), dropped=dropped_in[each])
        for each in every
    }


def _answers(total: Mapping[str, int]) -> Answers:
    by_hour = {
        hour: (calls, total.get(f"{_ANSWERS_AT}#{hour}", 0))
        for hour in range(24)
        if (calls := total.get(f"{_CALLS_AT}#{hour}", 0))
    }
    return Answers(by_hour)


def _places(member: Member) -> set[str]:
    done = {f"{_DONE}#{member.why}"} if member.standing is Standing.DONE else set()
    return done | ({f"{_BLOCKED}#{member.block}"} if member.block else set())
