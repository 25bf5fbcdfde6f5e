"""Calls counted for their sources, and the report that sums them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.calls.call import Outcome, State
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.tracking.counting import LONGEST_REPORT_DAYS, Counted, SourceDay, summed
from chalicelib.tracking.store import CachedSources
from chalicelib.tracking.usecases import count_call, report
from tests.fakes import TrackingInMemory
from tests.tracking import builders as a

if TYPE_CHECKING:
    import random

DAY = timedelta(days=1)


def test_a_day_is_summed_by_source_and_outcome() -> None:
    calls = [
        a.counted(call_id="CA1", outcome=Outcome.ANSWERED, seconds=95, talk_seconds=80),
        a.counted(call_id="CA2", outcome=Outcome.MISSED, seconds=30, talk_seconds=0),
        a.counted(call_id="CA3", outcome=Outcome.VOICEMAIL, seconds=40, talk_seconds=0),
        a.counted(call_id="CA4", outcome=Outcome.ABANDONED, seconds=5, talk_seconds=0),
        a.counted(call_id="CA5", outcome=Outcome.FELL_BACK, seconds=20, talk_seconds=0),
        a.counted(call_id="CA6", source_id="src_radio"),
        a.counted(call_id="CA7", outcome=Outcome.CALLBACK, seconds=30, talk_seconds=0),
        a.counted(call_id="CA8", outcome=Outcome.UNKNOWN, seconds=90, talk_seconds=0),
    ]

    poster, radio = summed(calls)

    assert poster == SourceDay(
        source_id="src_poster",
        day=a.TODAY,
        calls=7,
        answered=1,
        missed=1,
        voicemail=1,
        callback=1,
        abandoned=1,
        fell_back=1,
        unknown=1,
        seconds=310,
        talk_seconds=80,
    )
    assert (radio.source_id, radio.calls) == ("src_radio", 1)


some_calls = st.lists(
    st.builds(
        lambda n, outcome, source: a.counted(call_id=f"CA{n}", outcome=outcome, source_id=source),
        st.integers(0, 50),
        st.sampled_from(Outcome),
        st.sampled_from(["src_a", "src_b"]),
    ),
    unique_by=lambda each: each.call_id,
)


@given(some_calls, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_a_sum(
    calls: list[Counted], dice: random.Random
) -> None:
    repeated = [*calls, *calls[: len(calls) // 2]]
    dice.shuffle(repeated)

    assert summed(repeated) == summed(calls)


@given(some_calls)
def test_every_call_has_one_outcome(calls: list[Counted]) -> None:
    for day in summed(calls):
        helped = day.answered + day.voicemail + day.callback
        lost = day.missed + day.abandoned + day.fell_back
        assert helped + lost + day.unknown == day.calls


def reported(store: TrackingInMemory, first: date = a.TODAY, last: date | None = None) -> object:
    days = report("acct_1", first, last or first, log_shards=1, counts=store)
    return [(each.source_id, each.day.isoformat(), each.calls) for each in days]


def count(store: TrackingInMemory, call: object) -> None:
    count_call(call, numbers=store, counts=store)  # type: ignore[arg-type]


def test_a_call_shown_twice_counts_once() -> None:
    store = TrackingInMemory()

    count(store, a.a_call())
    count(store, a.a_call())

    assert reported(store) == [("src_poster", "2026-11-22", 1)]


def test_a_fuller_view_of_a_call_takes_the_place_of_an_earlier_one() -> None:
    store = TrackingInMemory()

    count(store, a.a_call(outcome=Outcome.MISSED, talk_seconds=0))
    count(store, a.a_call(outcome=Outcome.ANSWERED, talk_seconds=80))

    (day,) = report("acct_1", a.TODAY, a.TODAY, log_shards=1, counts=store)
    assert (day.calls, day.answered, day.missed, day.talk_seconds) == (1, 1, 0, 80)


def test_a_call_counted_again_after_its_account_was_spread_wider_counts_once() -> None:
    store = TrackingInMemory()
    for at in range(20):
        count(store, a.a_call(call_id=str(at), shard=at % 3))

    for at in range(20):
        count(store, a.a_call(call_id=str(at), shard=at % 3))

    (day,) = report("acct_1", a.TODAY, a.TODAY, log_shards=7, counts=store)
    assert day.calls == 20


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(a.a_call(state=State.CONNECTED), id="still going on"),
        pytest.param(a.a_call(source_id=None), id="to a number that stands for nothing"),
    ],
)
def test_some_calls_are_not_counted(call: object) -> None:
    store = TrackingInMemory()

    count(store, call)

    assert reported(store) == []


def a_standing_number(store: TrackingInMemory) -> None:
    source = store.save_source(a.a_source())
    store.save_both(source, a.a_number(a.standing(since=a.NOW - DAY, until=a.NOW + DAY)))


def test_a_call_that_rang_while_tracking_was_down_is_told_its_source_later() -> None:
    store = TrackingInMemory()
    a_standing_number(store)

    count(store, a.a_call(source_id=None))
    count(store, a.a_call(call_id="CA2", source_id=None, started_at=a.NOW + DAY))

    assert reported(store, a.TODAY, a.TODAY + DAY) == [("src_poster", "2026-11-22", 1)]


def test_a_count_that_could_not_be_stored_is_tried_again() -> None:
    store = TrackingInMemory()
    store.down = True

    with pytest.raises(Unavailable):
        count(store, a.a_call())


@pytest.mark.parametrize(
    ("started_at", "day"),
    [
        pytest.param(datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC), "2026-11-21", id="winter"),
        pytest.param(datetime(2026, 11, 21, 23, 0, tzinfo=UTC), "2026-11-22", id="midnight"),
        pytest.param(datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), "2026-07-01", id="summer"),
        pytest.param(datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "2026-07-02", id="its midnight"),
        pytest.param(datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "2026-03-30", id="clocks forward"),
        pytest.param(datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "2026-10-25", id="clocks back"),
    ],
)
def test_a_call_counts_on_its_day_in_france(started_at: datetime, day: str) -> None:
    store = TrackingInMemory()

    count(store, a.a_call(started_at=started_at))

    assert reported(store, date.fromisoformat(day)) == [("src_poster", day, 1)]


def test_a_report_has_both_of_its_days_and_only_its_account() -> None:
    store = TrackingInMemory()
    for days in (-2, -1, 0, 1):
        count(store, a.a_call(call_id=f"CA{days}", started_at=a.NOW + days * DAY))
    count(store, a.a_call(call_id="CA9", account_id="acct_rival"))

    assert reported(store, a.TODAY - DAY, a.TODAY) == [
        ("src_poster", "2026-11-21", 1),
        ("src_poster", "2026-11-22", 1),
    ]


@pytest.mark.parametrize(
    ("days", "right"),
    [(-1, False), (0, True), (LONGEST_REPORT_DAYS - 1, True), (LONGEST_REPORT_DAYS, False)],
    ids=["backwards", "one day", "a quarter", "a day more"],
)
def test_a_report_is_of_one_to_ninety_two_days(days: int, right: bool) -> None:
    store = TrackingInMemory()

    if right:
        assert reported(store, a.TODAY, a.TODAY + days * DAY) == []
    else:
        with pytest.raises(Rejected):
            reported(store, a.TODAY, a.TODAY + days * DAY)


def test_a_ringing_phone_does_not_wait_for_tracking() -> None:
    store = TrackingInMemory()
    a_standing_number(store)
    warm, cold = CachedSources(store), CachedSources(store)
    warm.source_of(a.a_line(), a.NOW)

    store.down = True

    assert warm.source_of(a.a_line(), a.NOW) == "src_poster"
    assert warm.source_of(a.a_line(), a.NOW + DAY) is None
    assert cold.source_of(a.a_line(), a.NOW) is None


def test_a_number_in_other_hands_does_not_stand_for_its_last_owner_s_source() -> None:
    store = TrackingInMemory()
    a_standing_number(store)
    sources = CachedSources(store)

    assert sources.source_of(a.a_line(), a.NOW) == "src_poster"
    assert sources.source_of(a.a_line(account_id="acct_rival"), a.NOW) is None
