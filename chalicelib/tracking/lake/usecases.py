"""A day of an account's calls and visits, written as files. Writing it again replaces it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.calls.call import CallQuery
from chalicelib.kernel.periods import Day
from chalicelib.tracking.lake import lake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from chalicelib.calls.call import Call, Page
    from chalicelib.kernel.parquet import Column
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.qualifying import Quality
    from chalicelib.tracking.visits.visits import Remembered

PAGE: Final = 1_000
MOST_AT_ONCE: Final = 100  # what DynamoDB reads in one BatchGetItem


class Log(Protocol):
    """The call log."""

    def page(self, query: CallQuery, limit: int, after: str | None = None) -> Page:
        """Return summaries in order."""


class Journeys(Protocol):
    """Journeys of calls."""

    def journeys(self, account_id: str, call_ids: Iterable[str]) -> dict[str, Journey]:
        """Return those of at most 100 calls that have one, by call."""


class Qualities(Protocol):
    """What calls are worth."""

    def qualities(self, account_id: str, call_ids: Iterable[str]) -> dict[str, Quality]:
        """Return those of at most 100 calls that were judged, by call."""


class Spams(Protocol):
    """Which calls are spam."""

    def spam(self, account_id: str, call_ids: Iterable[str]) -> set[str]:
        """Return which of at most 100 calls are."""


class Visits(Protocol):
    """Visits of web sites."""

    def seen(self, account_id: str, since: datetime, until: datetime) -> Iterator[Remembered]:
        """Yield visits that were heard of last in [since, until)."""


class Files(Protocol):
    """Where files are kept."""

    def put(self, key: str, data: bytes) -> None:
        """Keep a file, in place of one of that name."""

    def drop(self, keys: Iterable[str]) -> None:
        """Delete files that may be there."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All that writing a day needs: `written` makes a file, `log_shards` are an account's."""

    log: Log
    journeys: Journeys
    qualities: Qualities
    spams: Spams
    visits: Visits
    files: Files
    log_shards: Callable[[str], int]
    written: Callable[[Sequence[Column], Sequence[Mapping[str, Any]]], bytes]


def write_day(account_id: str, day: date, ports: Ports) -> dict[str, int]:
    """Write a day in France of an account. Return how many rows each kind has."""
    span = Day(day)
    calls = _call_rows(account_id, span, ports)
    visits = map(lake.visit_row, ports.visits.seen(account_id, span.start, span.end))
    return {
        "calls": _written(account_id, "calls", day, lake.CALLS, calls, ports),
        "visits": _written(account_id, "visits", day, lake.VISITS, visits, ports),
    }


def _written(
    account_id: str,
    kind: str,
    day: date,
    columns: Sequence[Column],
    rows: Iterator[dict[str, Any]],
    ports: Ports,
) -> int:
    count = part = 0
    while chunk := list(islice(rows, lake.MOST_ROWS)):
        ports.files.put(lake.key_of(account_id, kind, day, part), ports.written(columns, chunk))
        count, part = count + len(chunk), part + 1
    stale = range(part, part + lake.STALE_PARTS)
    ports.files.drop(lake.key_of(account_id, kind, day, each) for each in stale)
    return count


def _call_rows(account_id: str, span: Day, ports: Ports) -> Iterator[dict[str, Any]]:
    calls = _calls(account_id, span, ports)
    while some := list(islice(calls, MOST_AT_ONCE)):
        ids = [each.call_id for each in some]
        journeys = ports.journeys.journeys(account_id, ids)
        qualities = ports.qualities.qualities(account_id, ids)
        spams = ports.spams.spam(account_id, ids)
        for each in some:
            of_call = (each, journeys.get(each.call_id), qualities.get(each.call_id))
            yield lake.call_row(*of_call, spam=each.call_id in spams)


def _calls(account_id: str, span: Day, ports: Ports) -> Iterator[Call]:
    query = CallQuery(
        account_id=account_id,
        log_shards=ports.log_shards(account_id),
        since=span.start,
        until=span.end,
        newest_first=False,
    )
    after: str | None = None
    while True:
        page = ports.log.page(query, PAGE, after)
        yield from page.calls
        if page.next is None:
            return
        after = page.next
