"""How an attempt ended, and what follows from each: when again, on which number, how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Outcome(StrEnum):
    """How one call to one contact ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    FAILED = "failed"  # the number cannot be reached: unallocated, refused by the network
    CONGESTED = "congested"  # no line, or an error of the carrier's: no call came about
    ABANDONED = "abandoned"  # a person answered, and no agent was there
    REFUSED = "refused"


OVER: Final = frozenset({Outcome.ANSWERED, Outcome.REFUSED})
# No telephone rang, and the number is not to blame: nothing is used up by it.
NO_ATTEMPT: Final = frozenset({Outcome.CONGESTED})


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that ended: when it began, how it ended, on which number, in which round.

    The number is known by what stays when a contact's numbers change places, its hash.
    """

    at: datetime
    outcome: Outcome
    number: str
    round: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows an outcome. `most` is how often a number may end so until it is left alone.

    The first time one waits `first`, then `factor` times as long each time, until `most`. Where no
    call came about a number is never left alone, and `most` is only how often the delay grows. With
    `next_number` the contact's next number comes first, after `between`.
    """

    first: timedelta
    most: int
    factor: int = 1
    next_number: bool = False
    best_hour: bool = False

    def delay(self, times: int) -> timedelta:
        """Return how long to wait after it has ended so for the nth time, from 1."""
        return self.first * int(self.factor ** (min(times, self.most) - 1))

    @property
    def is_sound(self) -> bool:
        """Tell whether all its delays are some."""
        numbers = 1 <= self.most <= _MOST_TIMES and 1 <= self.factor <= _MOST_TIMES
        if not numbers or self.first < timedelta(0):
            return False
        try:
            return self.delay(self.most) <= LONGEST
        except OverflowError:
            return False


LONGEST: Final = timedelta(days=366)
_MOST_TIMES: Final = 1000
_MINUTE: Final = timedelta(minutes=1)
# Assumption: usual values of diallers (Cisco: three attempts, an hour after no answer), longer
# where the law counts every attempt (four in thirty days, code de la consommation D223-9).
RULES: Final[Mapping[Outcome, Rule]] = MappingProxyType(
    {
        Outcome.BUSY: Rule(10 * _MINUTE, most=3, factor=3),
        Outcome.NO_ANSWER: Rule(180 * _MINUTE, most=3, factor=8, next_number=True, best_hour=True),
        Outcome.MACHINE: Rule(240 * _MINUTE, most=2, factor=6, next_number=True, best_hour=True),
        Outcome.FAILED: Rule(timedelta(0), most=1, next_number=True),
        Outcome.CONGESTED: Rule(5 * _MINUTE, most=4, factor=3),
        Outcome.ABANDONED: Rule(1440 * _MINUTE, most=2),
    }
)
_SOUND: Final = "a delay of 0 or more, growing to a year at the most, 1 to 1000 times"
# Ofcom, "Persistent misuse" (2016): whoever was abandoned is rung again within 72 hours only with
# an agent kept for them. France has no such rule: it is good practice there.
AFTER_ABANDONED: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A campaign's retries. Attempts are counted over all numbers of a contact.

    `rounds` and `rest`: a contact whose attempts are used up may begin anew after a rest.
    """

    most: int = 4
    most_a_day: int = 2
    between: timedelta = _MINUTE
    rounds: int = 1
    rest: timedelta = timedelta(days=30)
    rules: Mapping[Outcome, Rule] = field(default_factory=lambda: RULES)

    def __post_init__(self) -> None:
        faults = tuple(self._faults())
        if faults:
            raise Rejected("no such retries", faults=faults)

    def _faults(self) -> Iterator[Fault]:
        for name in ("most", "most_a_day", "rounds"):
            if getattr(self, name) < 1:
                yield Fault(f"/retries/{name}", "at least 1")
        if self.rest < timedelta(days=1):
            yield Fault("/retries/rest", "at least a day")
        if self.between < timedelta(0):
            yield Fault("/retries/between", "not before the last attempt")
        for outcome in sorted(RULES.keys() - self.rules.keys()):
            yield Fault(f"/retries/rules/{outcome}", "missing: what follows this outcome")
        for outcome, rule in self.rules.items():
            if not rule.is_sound:
                yield Fault(f"/retries/rules/{outcome}", _SOUND)
