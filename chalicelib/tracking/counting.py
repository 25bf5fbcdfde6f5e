"""Calls counted for their sources, by the day in France on which they began."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import Outcome
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

# A quarter at the longest: a report reads one row for each call of its days.
LONGEST_REPORT_DAYS: Final = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One ended call, as a report counts it. It names no caller.

    `shard` is the call's own, which stays when its account is given more of them: a call that is
    counted again falls on the same row. `events` is how much of the call was known: more is newer.
    """

    call_id: str
    account_id: str
    source_id: str
    day: date
    outcome: Outcome
    seconds: int = 0
    talk_seconds: int = 0
    shard: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """What one source brought on one day. `seconds` is the whole calls, `talk_seconds` speech."""

    source_id: str
    day: date
    calls: int
    answered: int = 0
    missed: int = 0
    voicemail: int = 0
    callback: int = 0
    abandoned: int = 0
    fell_back: int = 0
    unknown: int = 0
    seconds: int = 0
    talk_seconds: int = 0


def check_days(first: date, last: date) -> None:
    """Refuse a report that is empty or too long. Both days are in it."""
    days = (last - first).days + 1
    if days < 1:
        raise Rejected("the report is empty", faults=(Fault("/to", "before `from`"),))
    if days > LONGEST_REPORT_DAYS:
        reason = f"at most {LONGEST_REPORT_DAYS} days, these are {days}"
        raise Rejected("the report is too long", faults=(Fault("/to", reason),))


def summed(counted: Iterable[Counted]) -> list[SourceDay]:
    """Sum one day's calls by source, each call once.

    A call can be there twice: it was counted again after somebody changed what its number had
    stood for.
    """
    by_source: defaultdict[str, list[Counted]] = defaultdict(list)
    for each in {each.call_id: each for each in counted}.values():
        by_source[each.source_id].append(each)
    return [_source_day(calls) for _, calls in sorted(by_source.items())]


def _source_day(calls: list[Counted]) -> SourceDay:
    outcomes = Counter(each.outcome for each in calls)
    return SourceDay(
        source_id=calls[0].source_id,
        day=calls[0].day,
        calls=len(calls),
        answered=outcomes[Outcome.ANSWERED],
        missed=outcomes[Outcome.MISSED],
        voicemail=outcomes[Outcome.VOICEMAIL],
        callback=outcomes[Outcome.CALLBACK],
        abandoned=outcomes[Outcome.ABANDONED],
        fell_back=outcomes[Outcome.FELL_BACK],
        unknown=outcomes[Outcome.UNKNOWN],
        seconds=sum(each.seconds for each in calls),
        talk_seconds=sum(each.talk_seconds for each in calls),
    )
