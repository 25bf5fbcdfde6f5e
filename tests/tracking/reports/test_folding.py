"""Counters made anew from all calls are those that were kept, and a wrong one is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from chalicelib.calls.call import CallQuery, CallRef
from chalicelib.calls.events import Ended, Received
from chalicelib.calls.projections import projection_message
from chalicelib.kernel.periods import Day
from chalicelib.runtime import reports_wiring, wiring
from chalicelib.tracking.reports import folding
from chalicelib.tracking.reports.contributing import Dim
from chalicelib.tracking.store import TrackingRow
from infra.recount import Found, mend, recount, tell
from infra.replay import Queues
from infra.stages import Stage
from tests.fakes import TalliesInMemory
from tests.tracking import builders as a
from tests.tracking.reports.test_counting import a_call_of, a_world, count, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.tracking.reports.tallying import Key
    from tests.clouds import Cloud


@given(a_world, shown)
@settings(max_examples=50, deadline=None)
def test_calls_one_by_one_and_all_at_once_come_to_the_same(
    world: list[tuple[int, str | None, str]], views: list[tuple[int, str]]
) -> None:
    store = TalliesInMemory()
    for at, view in views:
        count(store, a_call_of(world, at, view))

    placed = [store.look("acct_1", f"CA{at}", None)[0].placed for at in range(12)]
    right = folding.folded(each for each in placed if each is not None)
    there = folding.kept(
        (dim, each)
        for dim in Dim
        for span in (
            ("2000-01", "2999-12"),
            ("2000-01-01", "2999-12-31"),
            ("2000-01-01T00:00", "2999-12-31T00:00"),
        )
        for each in store.counted("acct_1", dim, *span, 3)
    )

    assert folding.differences(right, there) == {}


def test_a_counter_that_is_no_sum_is_named_with_what_it_lacks() -> None:
    key = (Dim.ALL, "2026-11-02", "")
    right = {key: Counter(calls=3, missed=1)}

    assert folding.differences(right, {key: Counter(calls=5, missed=1)}) == {key: Counter(calls=-2)}
    assert folding.differences(right, {}) == {key: Counter(calls=3, missed=1)}
    assert folding.differences({}, right) == {key: Counter(calls=-3, missed=-1)}


class Queue:
    """SQS, which takes everything."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def get_queue_url(self, **_: Any) -> dict[str, str]:
        return {"QueueUrl": "https://queue.test"}

    def send_message_batch(self, Entries: list[dict[str, str]], **_: Any) -> dict[str, Any]:
        self.bodies += [each["MessageBody"] for each in Entries]
        return {}


@pytest.fixture
def query(cloud: Cloud) -> CallQuery:
    """Two calls in the log, of which one is counted."""
    for call_id in ("CA1", "CA2"):
        ref = CallRef(call_id=call_id, account_id="acct_1", caller_hash="ann")
        begun = Received(id="received", at=a.NOW, dialled=a.NUMBER, caller="+33612345678")
        ended = Ended(id="ended", at=a.NOW, status="completed", seconds=40)
        wiring.calls().append(ref, begun, ended)
    reports_wiring.count_call(wiring.calls().load("acct_1", "CA1"))
    return CallQuery(account_id="acct_1", newest_first=False)


def test_what_is_wrong_is_told_mended_and_then_equal(query: CallQuery) -> None:
    tallies, known, log = reports_wiring.tallies(), reports_wiring.known(), wiring.calls()
    tallies.correct("acct_1", (Dim.ALL, "2026-11-22", ""), {"calls": 2})
    sqs, words = Queue(), list[str]()

    found = recount(query, log, known, tallies)
    tell(found, words.append)
    sent = mend("acct_1", found, a.TODAY.replace(day=23), tallies, Queues(sqs, Stage("prod")))
    reports_wiring.count_call(log.load("acct_1", "CA2"))
    again = recount(query, log, known, tallies)

    assert (found.uncounted, sent) == (("CA2",), (1, 1))
    assert words[:2] == ["CA2 is not counted as it is known now", "all 2026-11-22 '': calls -2"]
    assert str(projection_message("acct_1", "CA2", "tracking")["call_id"]) in sqs.bodies[0]
    assert again.equal


def test_a_day_that_is_not_over_is_left_alone(query: CallQuery) -> None:
    tallies = reports_wiring.tallies()
    tallies.correct("acct_1", (Dim.ALL, "2026-11-22", ""), {"calls": 2})
    found = recount(query, wiring.calls(), reports_wiring.known(), tallies)

    assert mend("acct_1", found, a.TODAY, tallies, Queues(Queue(), Stage("prod"))) == (1, 0)


def test_what_was_added_long_ago_is_left_as_it_is(cloud: Cloud) -> None:
    """Of a call of long ago nobody knows what it added: only that its caller had rung."""
    for call_id, days in (("CA1", 40), ("CA2", 0)):
        at = a.NOW - timedelta(days=days)
        ref = CallRef(call_id=call_id, account_id="acct_1", caller_hash="ann")
        begun = Received(id="received", at=at, dialled=a.NUMBER, caller="+33612345678")
        wiring.calls().append(ref, begun, Ended(id="ended", at=at, status="completed", seconds=40))
        reports_wiring.count_call(wiring.calls().load("acct_1", call_id))
    TrackingRow._get_connection().delete_item("call#CA1", "tally")
    known, tallies = reports_wiring.known(), reports_wiring.tallies()

    since = Day(a.TODAY.replace(day=1)).start
    query = CallQuery(account_id="acct_1", newest_first=False, since=since)
    later = recount(query, wiring.calls(), known, tallies)
    whole = recount(replace(query, since=None), wiring.calls(), known, tallies)

    assert (later.calls, later.equal) == (1, True)
    assert not whole.equal


@pytest.mark.parametrize(
    ("when", "over"),
    [
        ("2026-10", True),
        ("2026-11", False),
        ("2026-11-21", True),
        ("2026-11-22", False),
        ("2026-11-21T22:30", True),
        ("2026-11-22T00:30", False),
    ],
)
def test_only_what_is_over_is_corrected(when: str, over: bool) -> None:
    found = Found(0, (), {(Dim.ALL, when, ""): Counter(calls=1)})
    corrected: list[str] = []

    class Tallies:
        def correct(self, account_id: str, key: Key, amounts: Mapping[str, int]) -> None:
            corrected.append(key[1])

    mend("acct_1", found, a.TODAY, Tallies(), Queues(Queue(), Stage("prod")))  # type: ignore[arg-type]

    assert corrected == [when] * over
