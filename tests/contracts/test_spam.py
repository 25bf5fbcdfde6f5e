"""What every store of spam promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Stale
from chalicelib.tracking.spam.rules import Block, Ground, Limits, Reason, Rules
from chalicelib.tracking.spam.store import SpamStore
from chalicelib.tracking.spam.traces import HOUR_MS, MOST_TRACES, Kind, Trace
from chalicelib.tracking.spam.verdicts import Verdict
from chalicelib.tracking.store import TrackingRow
from tests.clouds import ENVIRONMENT, tables
from tests.fakes.spam import SpamsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = SpamStore | SpamsInMemory

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = int(NOON.timestamp() * 1000)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield SpamsInMemory()
        return
    with tables(TrackingRow):
        yield SpamStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def a_verdict(at: int = 1, **facts: Any) -> Verdict:
    """Return the verdict of the call of that number."""
    usual: dict[str, Any] = {
        "call_id": f"CA{at}",
        "account_id": "acct_1",
        "started_at": NOON + timedelta(seconds=at),
        "at": NOON + timedelta(minutes=5),
        "reasons": (Reason(Ground.REPEATED, "5"), Reason(Ground.INVALID)),
    }
    return Verdict(**(usual | facts))


def test_the_first_verdict_stays(store: Store) -> None:
    first = store.add(a_verdict())

    assert store.add(a_verdict(reasons=())) == first
    assert store.verdict("acct_1", "CA1") == first
    assert store.is_spam("acct_1", "CA1")


def test_a_person_s_word_replaces_it(store: Store) -> None:
    restored = store.add(a_verdict()).restored_by("key_1", NOON)

    store.keep(restored)

    assert store.verdict("acct_1", "CA1") == restored
    assert not store.is_spam("acct_1", "CA1")


def test_another_account_s_call_is_unknown(store: Store) -> None:
    store.add(a_verdict())

    assert store.verdict("acct_2", "CA1") is None
    assert not store.is_spam("acct_2", "CA1")
    assert not store.is_spam("acct_1", "CA2")


def test_spam_is_listed_newest_call_first_without_what_was_restored(store: Store) -> None:
    made = [store.add(a_verdict(at)) for at in range(5)]
    store.add(a_verdict(8, account_id="acct_2"))
    store.keep(store.add(a_verdict(9)).restored_by("key_1", NOON))

    first = store.page("acct_1", 3, None)
    second = store.page("acct_1", 3, first.next)

    assert [*first.items, *second.items] == made[::-1]
    assert second.next is None


def test_rules_are_the_usual_ones_until_they_are_changed(store: Store) -> None:
    assert store.rules("acct_1") == Rules(account_id="acct_1")

    changed = Rules(
        account_id="acct_1",
        limits=Limits(repeated_calls=3, invalid_numbers=False),
        blocks=(Block(pattern="+8823*", since=NOON, note="satellite"),),
    )
    stored = store.save_rules(changed)

    assert store.rules("acct_1") == stored == replace(changed, version=1)
    with pytest.raises(Stale):
        store.save_rules(changed)


def test_a_trace_is_left_once_and_seen_with_those_of_the_hours_beside(store: Store) -> None:
    def left(hours: float, call_id: str, key: str = "k") -> set[str]:
        trace = Trace(AT + int(hours * HOUR_MS), call_id, "w")
        return {each.call_id for each in store.leave("acct_1", Kind.CALLER, key, trace)}

    left(-1, "before")
    left(1.9, "after")
    left(2, "later")
    left(0, "stranger", key="other")

    assert left(0, "now") == {"before", "now", "after"}
    assert left(0, "now") == {"before", "now", "after"}
    assert len(store.leave("acct_1", Kind.CALLER, "k", Trace(AT, "now", "w"))) == 3


def test_an_hour_keeps_so_many_traces_and_no_more(store: Store) -> None:
    for at in range(MOST_TRACES + 5):
        seen = store.leave("acct_1", Kind.RANGE, "k", Trace(AT + at, f"CA{at}", "w"))

    assert len(seen) == MOST_TRACES
