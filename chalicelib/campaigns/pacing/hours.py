"""The hour at which a contact is likeliest to answer, by past answers; and why.

Of each hour of the contact's own clock, a campaign has had so many answers of so many calls. Where
there were few, the hour is drawn towards the mean of all hours; and a contact who did not answer at
an hour is less likely to at that hour again. Both are a beta distribution brought up to date.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
# How far to look from when they may be rung again: tomorrow evening may be worth waiting for, next
# week is not.
PATIENCE: Final = timedelta(hours=36)


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
    next_open: Callable[[datetime], datetime | None],
    patience: timedelta = PATIENCE,
) -> Iterator[Choice]:
    """Yield what there is to choose from, the best first: each hour's first lawful instant.

    `next_open` returns the first instant from one on at which the contact may be rung, None if
    there is none (`rules.decide(...).earliest`). One looks ahead from the first that there is, as
    far as `patience` goes; asked is only of hours that are better than any found, so rarely.
    """
    first = next_open(not_before)
    if first is None:
        return
    tried = [each.astimezone(zone).hour for each in in_vain]
    hours = [_choice(at, zone, answers, tried) for at in _hours(first, zone, patience)]
    shut: list[tuple[datetime, datetime | None]] = []
    for hour in sorted(hours, key=lambda each: (-each.contact, each.at)):
        if any(since <= hour.at and _is_past(hour, until, zone) for since, until in shut):
            continue
        opens = first if hour.at == first else next_open(hour.at)
        if opens is None or _is_past(hour, opens, zone):
            shut.append((hour.at, opens))
        elif opens <= first + patience:
            yield replace(hour, at=opens)


def best_instant(
    not_before: datetime,
    *,
    zone: ZoneInfo,
    answers: Answers,
    in_vain: Sequence[datetime] = (),
    next_open: Callable[[datetime], datetime | None],
    patience: timedelta = PATIENCE,
) -> datetime | None:
    """Return the instant to ring at, always a lawful one; None: never."""
    found = choices(
        not_before,
        zone=zone,
        answers=answers,
        in_vain=in_vain,
        next_open=next_open,
        patience=patience,
    )
    return next((each.at for each in found), None)


def _choice(at: datetime, zone: ZoneInfo, answers: Answers, tried: Sequence[int]) -> Choice:
    hour = at.astimezone(zone).hour
    rate, vain = answers.rate(hour), tried.count(hour)
    return Choice(at, hour, rate, OWN * rate / (OWN + vain), vain)


def _hours(begin: datetime, zone: ZoneInfo, patience: timedelta) -> Iterator[datetime]:
    """Yield an instant and each full hour of the contact's clock after it, as that clock goes."""
    at = begin
    while at <= begin + patience:
        yield at
        at = _after(at, zone)


def _after(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the next hour of the contact's clock begins."""
    local = at.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at + timedelta(hours=1) - past


def _is_past(hour: Choice, at: datetime | None, zone: ZoneInfo) -> bool:
    return at is None or at >= _after(hour.at, zone)
