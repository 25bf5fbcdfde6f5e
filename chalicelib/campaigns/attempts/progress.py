"""How far a campaign has come, how fast it goes, and when it will be through. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts import counting
from chalicelib.campaigns.attempts.attempts import Why
from chalicelib.campaigns.pacing.tallies import SLOT_SECONDS
from chalicelib.campaigns.rules.articles import ARTICLES, HOUSE
from chalicelib.campaigns.rules.decision import Reason
from chalicelib.campaigns.trying import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chalicelib.campaigns.attempts.counting import Counts
    from chalicelib.campaigns.pacing.outcomes import Outcome

SLOT: Final = timedelta(seconds=SLOT_SECONDS)
# What a campaign has done in its last two hours tells how fast it goes.
_RECENT_SLOTS: Final = 4
# Who has no attempt behind them tells nothing of how many calls it takes.
_WITHOUT_CALLS: Final = frozenset({Why.BLOCKED, Why.GONE})
# Nobody plans further ahead: some months of open hours.
_MOST_SLOTS: Final = 1500


@dataclass(frozen=True, slots=True)
class Blocked:
    """What keeps so many members from being rung: they wait for it to end, or are done for it."""

    code: str
    article: str
    members: int

    def in_words(self, language: str) -> str:
        """Say it, with the article that it rests on."""
        return in_words(Reason(self.code, ARTICLES.get(self.article, HOUSE)), language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour: calls that began in it, and how those ended that did."""

    at: datetime
    begun: int
    ended: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign has come. `whole`: all of its list are members by now.

    `an_hour` are calls that end within an hour, as of late. `ends_at` is when it is through at that
    rate, if nothing is against ringing who remains; None: nobody can tell.
    """

    at: datetime
    members: int
    whole: bool
    remaining: int
    open: int
    begun: int
    done: Mapping[Why, int] = field(default_factory=dict)
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    blocked: tuple[Blocked, ...] = ()
    seconds: int = 0
    an_hour: float = 0.0
    ends_at: datetime | None = None
    hours: tuple[Hour, ...] = ()

    @property
    def is_over(self) -> bool:
        """Say whether nobody is left to be rung."""
        return self.whole and self.remaining == 0


def progress(
    counts: Counts, *, whole: bool, now: datetime, opens: Callable[[datetime], datetime | None]
) -> Progress:
    """Return how far a campaign has come; `opens` returns when it may ring next, from then on."""
    rate = _an_hour(counts, now)
    return Progress(
        at=now,
        members=counts.members,
        whole=whole,
        remaining=counts.remaining,
        open=counts.open,
        begun=counts.begun,
        done=counts.done,
        outcomes={name: count for name, count in counts.outcomes.items() if count},
        blocked=tuple(_blocked(counts)),
        seconds=counts.seconds,
        an_hour=rate,
        ends_at=_ends_at(counts, rate, now, opens),
        hours=tuple(_hours(counts)),
    )


def _an_hour(counts: Counts, now: datetime) -> float:
    current = counting.slot_of(now)
    recent = [slot for slot, each in sorted(counts.slots.items()) if each.calls and slot <= current]
    ended, seconds = 0, 0.0
    for slot in recent[-_RECENT_SLOTS:]:
        lasted = (now - counting.begins(slot)).total_seconds()
        seconds += min(max(lasted, 60.0), SLOT.total_seconds())
        ended += counts.slots[slot].calls
    return ended / seconds * 3600 if seconds else 0.0


def _ends_at(
    counts: Counts, rate: float, now: datetime, opens: Callable[[datetime], datetime | None]
) -> datetime | None:
    if not counts.remaining:
        return now
    rung = sum(count for why, count in counts.done.items() if why not in _WITHOUT_CALLS)
    calls = sum(each.calls for each in counts.slots.values())
    if not rate or not rung:
        return None
    left = timedelta(hours=counts.remaining * max(1.0, calls / rung) / rate)
    at: datetime | None = now
    for _ in range(_MOST_SLOTS):
        at = None if at is None else opens(at)
        if at is None:
            return None
        some = min(left, counting.begins(counting.slot_of(at) + 1) - at)
        at, left = at + some, left - some
        if not left:
            return at
    return None


def _blocked(counts: Counts) -> Iterator[Blocked]:
    for name, members in sorted(counts.blocked.items(), key=lambda each: (-each[1], each[0])):
        code, _, article = name.partition("@")
        yield Blocked(code, article or HOUSE.key, members)


def _hours(counts: Counts) -> Iterator[Hour]:
    slots_an_hour = 3600 // SLOT_SECONDS
    for hour in sorted({slot // slots_an_hour for slot in counts.slots}):
        slots = [counts.slots.get(hour * slots_an_hour + at) for at in range(slots_an_hour)]
        ended: Counter[Outcome] = Counter()
        for each in slots:
            ended.update(each.ended if each is not None else {})
        yield Hour(
            at=counting.begins(hour * slots_an_hour),
            begun=sum(each.begun for each in slots if each is not None),
            ended={name: count for name, count in sorted(ended.items()) if count},
        )
