"""The hour at which a contact is likeliest to answer, by past answers; and why.

Of each hour of the contact's own clock, a campaign has had so many answers of so many calls. Where
there were few, the hour is drawn towards the mean of all hours; and a contact who did not answer at
an hour is less likely to at that hour again. Both are a beta distribution brought up to date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

# How many calls the mean of all hours counts as, for each hour.
DRAWN: Final = 50.0
# How many calls the campaign's hour counts as, for one contact: people have habits of their own.
OWN: Final = 3.0
# Before there was any call. Assumption: one in four answers.
FIRST_RATE: Final = 0.25
# How far to look: tomorrow evening may be worth waiting for, next week is not.
PATIENCE: Final = timedelta(hours=36)
_QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Answers:
    """A campaign's calls and answers, by hour of the contacts' clocks (0 to 23)."""

    by_hour: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def noted(self, hour: int, *, answered: bool) -> Answers:
        """Count a call."""
        calls, answers = self.by_hour.get(hour, (0, 0))
        return Answers({**self.by_hour, hour: (calls + 1, answers + answered)})

    def rate(self, hour: int) -> float:
        """Return how likely a call at an hour is answered (the mean of its beta distribution).

        >>> few = Answers({10: (2, 0), 19: (200, 80)})
        >>> [round(few.rate(hour), 2) for hour in (10, 15, 19)]
        [0.38, 0.4, 0.4]
        """
        calls, answers = self.by_hour.get(hour, (0, 0))
        return (answers + DRAWN * self._mean()) / (calls + DRAWN)

    def _mean(self) -> float:
        calls = sum(each[0] for each in self.by_hour.values())
        answers = sum(each[1] for each in self.by_hour.values())
        return (answers + FIRST_RATE) / (calls + 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """An instant, the hour of the contact's clock that it is in, and what speaks for it.

    `campaign` is the rate of the campaign at that hour, `contact` this contact's, who was rung in
    vain at that hour so many times (`in_vain`).
    """

    at: datetime
    hour: int
    campaign: float
    contact: float
    in_vain: int


def choices(
    not_before: datetime,
    *,
    zone: ZoneInfo,
    answers: Answers,
    in_vain: Sequence[datetime] = (),
    allowed: Callable[[datetime], bool],
    patience: timedelta = PATIENCE,
) -> list[Choice]:
    """Return what there is to choose from, the best first: each hour's first allowed instant."""
    tried = [each.astimezone(zone).hour for each in in_vain]
    found: dict[tuple[int, int], Choice] = {}
    for at in _quarters(not_before, patience):
        local = at.astimezone(zone)
        key = local.toordinal(), local.hour
        if key not in found and allowed(at):
            rate, vain = answers.rate(local.hour), tried.count(local.hour)
            contact = OWN * rate / (OWN + vain)
            found[key] = Choice(at, local.hour, rate, contact, vain)
    return sorted(found.values(), key=lambda each: (-each.contact, each.at))


def best_instant(
    not_before: datetime,
    *,
    zone: ZoneInfo,
    answers: Answers,
    in_vain: Sequence[datetime] = (),
    allowed: Callable[[datetime], bool],
    patience: timedelta = PATIENCE,
) -> datetime:
    """Return the instant to ring at: the earliest that may be, if nothing is allowed so soon."""
    found = choices(
        not_before,
        zone=zone,
        answers=answers,
        in_vain=in_vain,
        allowed=allowed,
        patience=patience,
    )
    return found[0].at if found else not_before


def _quarters(begin: datetime, patience: timedelta) -> Iterator[datetime]:
    """Yield an instant and each full quarter of an hour after it, as every clock has them."""
    yield begin
    at = begin - timedelta(
        minutes=begin.minute % 15, seconds=begin.second, microseconds=begin.microsecond
    )
    while (at := at + _QUARTER) <= begin + patience:
        yield at
