"""What a report takes over 10,000 calls of a month and over 1,000,000: the same.

The calls come from a third as many callers, half of whom had rung in the eleven months before.
Counters are made of them by the code that `make recount` proves the kept ones with, and those that
are asked for are stored in a table of moto's. Reports are asked for as the API asks, with different
and new callers and a total, in turns. Time is our own, of the middle of several runs: what moto
answered the first time is answered again without it. *Baseline:* the 10,000.
"""

from __future__ import annotations

import random
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any, Final

from benchmarks import cloud, shop
from benchmarks.figures import Figure, report
from chalicelib.kernel.periods import PARIS
from chalicelib.tracking.reports import usecases
from chalicelib.tracking.reports.contributing import Contribution, Dim
from chalicelib.tracking.reports.folding import folded
from chalicelib.tracking.reports.reporting import By
from chalicelib.tracking.reports.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from chalicelib.tracking.reports.folding import Counters
    from chalicelib.tracking.reports.usecases import Report

FEW: Final = 10_000
MANY: Final = 1_000_000
RUNS: Final = 9
MOST_RATIO: Final = 1.5
CAMPAIGNS: Final = 20
KEYWORDS: Final = 200
# The month of the calls, and how many days of earlier ones there are.
MONTH: Final = datetime(2026, 11, 1, 8, tzinfo=UTC)
DAYS: Final = 30
EARLIER: Final = 334
SINCE: Final = "2026-10-29"


@dataclass(frozen=True, slots=True)
class Asked:
    """A report: its figure, what it is by, of which days, and how many lines it has."""

    name: str
    by: By
    first: date
    last: date
    lines: int


NOVEMBER: Final = date(2026, 11, 1), date(2026, 11, 30)
REPORTS: Final = (
    Asked("report", By.CAMPAIGN, *NOVEMBER, CAMPAIGNS),
    Asked("report_days", By.CAMPAIGN, date.fromisoformat(SINCE), date(2026, 11, 27), CAMPAIGNS),
    Asked("report_year", By.CAMPAIGN, date(2025, 12, 1), date(2026, 11, 30), CAMPAIGNS),
    Asked("report_keyword", By.KEYWORD, *NOVEMBER, KEYWORDS),
    Asked("report_hour", By.HOUR, *NOVEMBER, 24),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What each report took: milliseconds, requests, and bytes that the table answered with."""

    times: dict[str, float]
    requests: dict[str, int]
    sizes: dict[str, int]


def figures() -> Iterator[Figure]:
    """Fill a table with few calls, then another with many, and ask both."""
    few, many = _measured(FEW), _measured(MANY)
    for each in REPORTS:
        name = each.name
        times = many.times[name], few.times[name]
        yield Figure(name, times[0], "ms CPU", baseline=times[1], at_most=MOST_RATIO)
    requests, baseline = max(many.requests.values()), max(few.requests.values())
    yield Figure("report_requests", requests, "requests", baseline=baseline, at_most=MOST_RATIO)
    worst = max(REPORTS, key=lambda each: many.sizes[each.name] / few.sizes[each.name]).name
    size, baseline = many.sizes[worst], few.sizes[worst]
    yield Figure("report_bytes", size, "bytes", baseline=baseline, at_most=MOST_RATIO)


def _measured(calls: int) -> Taken:
    times: dict[str, list[float]] = {each.name: [] for each in REPORTS}
    requests, sizes = {}, {}
    with cloud.opened():
        _store(folded(_calls(calls)))
        with _answered_again() as answers:
            for each in REPORTS:
                answers.clear()
                _check(each, _ask(each), calls)
                requests[each.name] = len(answers)
                sizes[each.name] = sum(len(answer.content) for answer in answers.values())
            for each in REPORTS:
                _ask(each)
            for _ in range(RUNS):
                for each in REPORTS:
                    began = process_time()
                    _ask(each)
                    times[each.name].append(1_000 * (process_time() - began))
    middle = {name: median(runs) for name, runs in times.items()}
    return Taken(middle, requests, sizes)


def _calls(many: int) -> Iterator[Contribution]:
    dice = random.Random(many)
    callers = many // 3
    for at in range(callers // 2):
        begun = MONTH - timedelta(days=1 + dice.randrange(EARLIER))
        yield _call(f"EA{at}", begun, f"caller-{at}", dice)
    for at in range(many):
        begun = MONTH + timedelta(days=dice.randrange(DAYS), minutes=30 * dice.randrange(20))
        yield _call(f"CA{at}", begun, f"caller-{dice.randrange(callers)}", dice)


def _call(call_id: str, begun: datetime, caller: str, dice: random.Random) -> Contribution:
    return Contribution(
        call_id=call_id,
        account_id=shop.ACCOUNT,
        day=begun.date(),
        slot=begun,
        values={
            Dim.ALL: "",
            Dim.CAMPAIGN: f"campaign-{dice.randrange(CAMPAIGNS)}",
            Dim.KEYWORD: f"keyword-{dice.randrange(KEYWORDS)}",
        },
        amounts={"calls": 1, "answered": 1, "qualified": 1, "seconds": 95, "talk_seconds": 80},
        caller=caller,
    )


def _store(counters: Counters) -> None:
    """Store the counters, but for those of days that no report reads."""
    from chalicelib.runtime import reports_wiring
    from chalicelib.tracking.reports.store import counter_key
    from chalicelib.tracking.store import TrackingRow

    rows: list[dict[str, Any]] = []
    for key, names in counters.items():
        if len(key[1]) == len("2026-11") or key[1] >= SINCE:
            pk, sk = counter_key(shop.ACCOUNT, key, 0)
            numbers = {name: {"N": str(amount)} for name, amount in names.items()}
            rows.append({"pk": {"S": pk}, "sk": {"S": sk}, **numbers})
    reports_wiring.tallies()  # which says where the rows are
    table = TrackingRow._get_connection()
    for at in range(0, len(rows), 25):
        table.batch_write_item(put_items=rows[at : at + 25])


def _ask(asked: Asked) -> Report:
    from chalicelib.runtime import reports_wiring

    span = Span(asked.first, asked.last, PARIS)
    question = usecases.Question(account_id=shop.ACCOUNT, by=asked.by, span=span)
    return usecases.report(question, reports_wiring.tallies(), reports_wiring.costs())


def _check(asked: Asked, found: Report, calls: int) -> None:
    """See that the report is whole, and its lines its total."""
    lines = sum(line.sums.amounts["calls"] for line in found.lines)
    total = found.total.amounts["calls"]
    whole = total == calls if (asked.first, asked.last) == NOVEMBER else total > calls * 0.8
    if not whole or lines != total or len(found.lines) != asked.lines:
        raise AssertionError(f"{lines} calls of {total} in {len(found.lines)} lines")


@contextmanager
def _answered_again() -> Iterator[dict[str, AWSResponse]]:
    """Answer what was asked before with the bytes that moto answered with, and collect these."""
    from moto.core.models import botocore_stubber

    from chalicelib.tracking.store import TrackingRow

    answers: dict[str, AWSResponse] = {}

    def answer(event_name: str, request: AWSPreparedRequest, **_: Any) -> Any:
        known = f"{request.headers['X-Amz-Target']!r} {request.body!r}"
        if known not in answers:
            botocore_stubber.enabled = True
            heard: Any = botocore_stubber(event_name, request)
            answers[known] = heard
            botocore_stubber.enabled = False
        return answers[known]

    events = TrackingRow._get_connection().connection.client.meta.events
    events.register_first("before-send.dynamodb.*", answer)
    botocore_stubber.enabled = False
    try:
        yield answers
    finally:
        events.unregister("before-send.dynamodb.*", answer)
        botocore_stubber.enabled = True


if __name__ == "__main__":
    sys.exit(report(figures()))
