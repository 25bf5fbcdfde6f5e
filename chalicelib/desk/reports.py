"""How queues did, by day and in all: figures of the visits and callbacks that began on it. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.desk.visits import ABANDONED, ANSWERED
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from chalicelib.desk.visits import Asked, Visit

# A report reads one row for each visit of its days.
LONGEST_REPORT_DAYS: Final = 92
USUAL_SECONDS: Final = 20  # to answer within, for a queue that is deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one queue did on one day (`day` None: in all the days).

    `service_level` is the share answered in time, in percent: of all who came, those left out who
    hung up within that time themselves, because nobody could have served them sooner. None where
    nobody came. Times are seconds; those to answer are of the callers who were answered.
    """

    queue: str
    day: date | None
    service_level_seconds: int
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    overflowed: int
    voicemail: int
    callback: int
    service_level: float | None
    answer_mean: int | None
    answer_median: int | None
    answer_p90: int | None
    longest_wait: int
    talk_mean: int | None
    callbacks_asked: int
    callbacks_placed: int
    callbacks_reached: int


def check_days(first: date, last: date) -> None:
    """Refuse a report that is empty or too long. Both days are in it."""
    days = (last - first).days + 1
    if days < 1:
        raise Rejected("the report is empty", faults=(Fault("/to", "before `from`"),))
    if days > LONGEST_REPORT_DAYS:
        reason = f"at most {LONGEST_REPORT_DAYS} days, these are {days}"
        raise Rejected("the report is too long", faults=(Fault("/to", reason),))


def figures(
    visits: Iterable[Visit], asked: Iterable[Asked], seconds: Mapping[str, int]
) -> list[Figures]:
    """Sum visits and callbacks by queue and day, then by queue.

    `seconds` is within how many a queue's callers should be answered.
    """
    came: defaultdict[tuple[str, date | None], list[Visit]] = defaultdict(list)
    rang: defaultdict[tuple[str, date | None], list[Asked]] = defaultdict(list)
    for visit in {(each.call_id, each.id): each for each in visits}.values():
        came[visit.queue, visit.day].append(visit)
        came[visit.queue, None].append(visit)
    for each in {each.id: each for each in asked}.values():
        rang[each.queue, each.day].append(each)
        rang[each.queue, None].append(each)
    places = sorted(came.keys() | rang.keys(), key=lambda p: (p[0], p[1] is None, p[1] or 0))
    return [
        _figures(queue, day, came[queue, day], rang[queue, day], seconds.get(queue, USUAL_SECONDS))
        for queue, day in places
    ]


def percentile(ordered: Sequence[int], percent: int) -> int | None:
    """Return the nearest-rank percentile of ordered numbers.

    >>> percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 90), percentile([], 50)
    (2, 4, None)
    """
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _figures(
    queue: str, day: date | None, visits: list[Visit], asked: list[Asked], seconds: int
) -> Figures:
    waits = sorted(each.waited_seconds for each in visits if each.how == ANSWERED)
    in_time = sum(wait <= seconds for wait in waits)
    left = [each for each in visits if each.how == ABANDONED]
    left_in_time = sum(each.waited_seconds <= seconds for each in left)
    talks = [each.talk_seconds for each in visits if each.how == ANSWERED]
    return Figures(
        queue=queue,
        day=day,
        service_level_seconds=seconds,
        offered=len(visits),
        answered=len(waits),
        answered_in_time=in_time,
        abandoned=len(left),
        abandoned_in_time=left_in_time,
        overflowed=_count(visits, "overflow"),
        voicemail=_count(visits, "voicemail"),
        callback=_count(visits, "callback"),
        service_level=_share(in_time, len(visits) - left_in_time),
        answer_mean=_mean(waits),
        answer_median=percentile(waits, 50),
        answer_p90=percentile(waits, 90),
        longest_wait=max((each.waited_seconds for each in visits), default=0),
        talk_mean=_mean(talks),
        callbacks_asked=len(asked),
        callbacks_placed=sum(each.tries > 0 for each in asked),
        callbacks_reached=sum(each.reached for each in asked),
    )


def _count(visits: list[Visit], how: str) -> int:
    return sum(each.how == how for each in visits)


def _mean(seconds: Sequence[int]) -> int | None:
    return round(sum(seconds) / len(seconds)) if seconds else None


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
