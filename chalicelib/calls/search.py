"""Finding calls: what a query asks of an index, which calls it lets through, where a page ends.

Lists are ordered by `sort`, which is unique, so a position is the `sort` of the last call seen,
whatever the number of shards that were read and merged.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

from chalicelib.calls import keys
from chalicelib.calls.call import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.calls.call import Call, CallQuery

# How many calls one request may look at to fill its page: about ten index pages of 1 MB,
# far from API Gateway's 29 s. A rarer filter gives short pages with a `next`.
EXAMINED: Final = 20_000

_BEFORE_ALL: Final = "0"
_AFTER_ALL: Final = "9"  # no year begins with it for another 6,900 years


def position_of(call: Call) -> str:
    """Return a call's place in every list."""
    return keys.sort_key(call.started_at, call.call_id)


def bounds(query: CallQuery, after: str | None) -> tuple[str, str]:
    """Return the lowest and highest `sort` to read, both included, going on from `after`.

    `after` itself is included, and left out by `beyond`: DynamoDB has no "between, without".
    `until` is left out already, since a `sort` is longer than the instant it begins with.
    """
    low = keys.instant(query.since) if query.since else _BEFORE_ALL
    high = keys.instant(query.until) if query.until else _AFTER_ALL
    if after is None:
        return low, high
    return (low, min(high, after)) if query.newest_first else (max(low, after), high)


def matches(query: CallQuery, call: Call) -> bool:
    """Say whether a call passes every filter of the query, its period apart."""
    asked = (
        (query.number, call.dialled),
        (query.source_id, call.source_id),
        (query.caller_hash, call.caller_hash),
        (query.outcome, call.final_outcome),
        (query.state, call.state),
    )
    return all(wanted is None or wanted == actual for wanted, actual in asked)


def merge(shards: Iterable[Iterator[Call]], query: CallQuery) -> Iterator[Call]:
    """Merge lists that are each in the query's order into one that is."""
    return heapq.merge(*shards, key=position_of, reverse=query.newest_first)


def fill(
    calls: Iterator[Call], query: CallQuery, limit: int, after: str | None, examined: int = EXAMINED
) -> Page:
    """Take the next page from calls in order: at most `limit` that match, and where it stopped."""
    found: list[Call] = []
    position, looked_at = after, 0
    for call in calls:
        if position_of(call) == after:
            continue
        if len(found) == limit or looked_at == examined:
            return Page(tuple(found), next=position)
        position, looked_at = position_of(call), looked_at + 1
        if matches(query, call):
            found.append(call)
    return Page(tuple(found))


def exact(query: CallQuery) -> bool:
    """Say whether the index alone answers the query, so that every row read will match."""
    filters = (query.number, query.source_id, query.caller_hash, query.outcome)
    return query.state is None and sum(wanted is not None for wanted in filters) <= 1
