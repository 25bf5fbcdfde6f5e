"""What a report takes over a month of 10,000 calls and of 1,000,000: the same.

The calls come by five channels, from a third as many callers; counters are made of them
by the code that `make recount` proves the kept ones with, and stored in a table of moto's. The
report is then asked for as the API asks: by channel, with different and new callers and a total.
Time is of the middle of several runs, and most of it is moto's. *Baseline:* the 10,000.
"""

from __future__ import annotations

import random
import sys
from contextlib import contextmanager
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
from chalicelib.tracking.reports.reporting import By, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.tracking.reports.folding import Counters
    from chalicelib.tracking.reports.usecases import Report

FEW: Final = 10_000
MANY: Final = 1_000_000
RUNS: Final = 7
MOST_RATIO: Final = 1.5
FIRST: Final = datetime(2026, 11, 1, 8, tzinfo=UTC)
DAYS: Final = 30


def figures() -> Iterator[Figure]:
    """Fill a table with few calls, then another with many, and ask both."""
    few, many = _measured(FEW), _measured(MANY)
    yield Figure("report", many[0], "ms CPU", baseline=few[0], at_most=MOST_RATIO)
    yield Figure("report_requests", many[1], "requests", baseline=few[1], at_most=1)


def _measured(calls: int) -> tuple[float, int]:
    with cloud.opened():
        _store(folded(_calls(calls)))
        times = []
        for _ in range(RUNS):
            began = process_time()
            found = _ask()
            times.append(1_000 * (process_time() - began))
            _check(found, calls)
        with _requests() as sent:
            _ask()
    return median(times), len(sent)


def _calls(many: int) -> Iterator[Contribution]:
    dice = random.Random(many)
    for at in range(many):
        begun = FIRST + timedelta(days=dice.randrange(DAYS), minutes=30 * dice.randrange(20))
        channel = f"channel-{dice.randrange(5)}"
        yield Contribution(
            call_id=f"CA{at}",
            account_id=shop.ACCOUNT,
            day=begun.date(),
            slot=begun,
            values={Dim.ALL: "", Dim.CHANNEL: channel},
            amounts={"calls": 1, "answered": 1, "qualified": 1, "seconds": 95, "talk_seconds": 80},
            caller=f"caller-{dice.randrange(many // 3)}",
        )


def _store(counters: Counters) -> None:
    from chalicelib.runtime import reports_wiring

    tallies = reports_wiring.tallies()
    for key, names in counters.items():
        tallies.correct(shop.ACCOUNT, key, names)


def _ask() -> Report:
    from chalicelib.runtime import reports_wiring

    span = Span(date(2026, 11, 1), date(2026, 11, 30), PARIS)
    question = usecases.Question(account_id=shop.ACCOUNT, by=By.CHANNEL, span=span)
    return usecases.report(question, reports_wiring.tallies(), reports_wiring.costs())


def _check(found: Report, calls: int) -> None:
    """See that the report is whole, and its lines its total."""
    lines = sum(line.sums.amounts["calls"] for line in found.lines)
    if (lines, found.total.amounts["calls"], len(found.lines)) != (calls, calls, 5):
        raise AssertionError(f"{lines} calls of {calls} in {len(found.lines)} lines")


@contextmanager
def _requests() -> Iterator[list[str]]:
    from chalicelib.tracking.store import TrackingRow
    from tests.clouds import requests_counted

    row: Any = TrackingRow
    with requests_counted(row) as sent:
        yield sent


if __name__ == "__main__":
    sys.exit(report(figures()))
