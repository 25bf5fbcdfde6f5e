"""Where a page of calls ends, and what a query lets through."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.calls import search
from chalicelib.calls.call import Call, State
from tests.calls import builders as a

if TYPE_CHECKING:
    from chalicelib.calls.call import CallQuery


def a_call(n: int, state: State = State.ENDED) -> Call:
    return Call(
        call_id=f"CA{n:04}",
        account_id="acc_1",
        started_at=a.NOON + timedelta(seconds=n // 2),  # two calls begin at each instant
        dialled=a.DIALLED,
        state=state,
    )


def read_all(
    shards: list[list[Call]], query: CallQuery, limit: int, examined: int = 1_000
) -> list[Call]:
    """Read page after page, each from where the one before stopped."""
    found: list[Call] = []
    after = None
    while True:
        low, high = search.bounds(query, after)
        within = [
            [call for call in shard if low <= search.position_of(call) <= high] for shard in shards
        ]
        ordered = (
            iter(sorted(each, key=search.position_of, reverse=query.newest_first))
            for each in within
        )
        page = search.fill(search.merge(ordered, query), query, limit, after, examined)
        found += page.calls
        if page.next is None:
            return found
        after = page.next


@given(
    shard_of_call=st.lists(st.integers(0, 3), max_size=40),
    limit=st.integers(1, 7),
    newest_first=st.booleans(),
)
def test_pages_of_any_size_over_any_shards_hold_every_call_once_in_order(
    shard_of_call: list[int], limit: int, newest_first: bool
) -> None:
    calls = [a_call(n) for n in range(len(shard_of_call))]
    shards = [[c for c, at in zip(calls, shard_of_call, strict=True) if at == n] for n in range(4)]

    found = read_all(shards, a.a_query(newest_first=newest_first), limit)

    assert found == (calls[::-1] if newest_first else calls)


def test_a_rare_filter_gives_short_pages_rather_than_a_slow_one() -> None:
    calls = [a_call(n, State.RINGING if n == 0 else State.ENDED) for n in range(100)]
    query = a.a_query(state=State.RINGING)

    first = search.fill(iter(calls[::-1]), query, limit=10, after=None, examined=30)

    assert first.calls == ()
    assert first.next == search.position_of(calls[70])
    assert read_all([calls], query, limit=10, examined=30) == [calls[0]]


def test_only_a_query_that_its_index_answers_alone_is_exact() -> None:
    queries = (a.a_query(), a.a_query(number="+331"), a.a_query(number="+331", source_id="s"))

    assert [search.exact(query) for query in queries] == [True, True, False]
    assert not search.exact(a.a_query(state=State.RINGING))
