"""A carrier's limit is never passed, whoever asks when; and everybody gets their turn."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.bucket import (
    FULL,
    LATEST,
    LEAD,
    LEASE,
    SECOND,
    SLACK,
    Bucket,
    Limit,
    grant,
    may_begin,
)
from chalicelib.campaigns.pacing.granting import Pace, ended, go_on, halt, pause, renewed, take
from chalicelib.campaigns.pacing.sharing import Ask, Turns, next_turns
from chalicelib.kernel.errors import Rejected

NOW = 1_800_000_000_000


def most_in(times: list[int], span: int) -> int:
    """Return the most instants in any window of so many milliseconds, its end left out."""
    return max((sum(at <= other < at + span for other in times) for at in times), default=0)


def test_a_limit_of_one_a_second_is_one_a_second() -> None:
    first = grant(Bucket(), Limit(), NOW, wanted=5)
    second = grant(first.bucket, Limit(), NOW + 1, wanted=5)
    third = grant(first.bucket, Limit(), NOW + SECOND + SLACK - LEAD, wanted=5)

    assert first.starts == (NOW,)
    assert second.starts == ()
    assert third.starts == (NOW + SECOND + SLACK,)


def test_several_are_granted_at_once_and_lie_apart() -> None:
    starts = grant(Bucket(), Limit(calls=7), NOW, wanted=100).starts

    assert [start - NOW for start in starts] == [0, 148, 295, 442, 589, 736]


def test_nothing_is_granted_further_ahead_than_the_lead() -> None:
    granted = grant(Bucket(), Limit(calls=500), NOW, wanted=10_000)

    assert max(granted.starts) <= NOW + LEAD
    assert LEAD + SLACK < SECOND  # so a pause is kept within a second


def test_what_was_not_used_is_not_saved_up() -> None:
    later = NOW + 3_600_000

    starts = grant(grant(Bucket(), Limit(), NOW, 1).bucket, Limit(), later, wanted=5).starts

    assert starts == (later,)


def test_a_burst_makes_up_for_what_was_not_used_and_for_no_more() -> None:
    limit = Limit(calls=2, burst=4)

    starts = grant(Bucket(), limit, NOW, wanted=100).starts

    assert starts.count(NOW) == 4
    assert most_in(list(starts), SECOND) == 2 + 4 - 1


@pytest.mark.parametrize(
    ("flying", "granted"),
    [
        pytest.param(0, 3, id="room for all"),
        pytest.param(8, 2, id="room for two"),
        pytest.param(10, 0, id="no room"),
        pytest.param(12, 0, id="the limit was lowered meanwhile"),
    ],
)
def test_no_more_are_up_than_may_be(flying: int, granted: int) -> None:
    bucket = Bucket(last=flying, leases=dict.fromkeys(range(flying), NOW + 1))

    found = grant(bucket, Limit(calls=100, at_once=10), NOW, wanted=3)

    assert len(found.starts) == len(found.added) == granted
    assert found.bucket.flying(NOW) == flying + granted
    assert found.ask_at == (NOW + FULL if flying + granted >= 10 else NOW + 1)


def test_room_is_given_back_and_never_twice_over() -> None:
    pace = take(Pace(), Limit(calls=10, at_once=5), {"a": Ask(3)}, NOW).pace

    once = ended(pace, [1])

    assert once.bucket.flying(NOW) == 2
    assert ended(once, [1]) == once
    assert ended(once, [99]) == once
    assert once.stands_as(pace)  # an end is in nobody's way


def test_calls_of_a_worker_that_died_count_as_up_for_three_minutes() -> None:
    limit = Limit(calls=10, at_once=5)
    pace = take(Pace(), limit, {"a": Ask(99)}, NOW).pace

    assert take(pace, limit, {"a": Ask(99)}, NOW + LEASE - 1).slots == ()
    taken = take(pace, limit, {"a": Ask(99)}, NOW + LEASE)
    assert len(taken.slots) == 5
    assert taken.over == tuple(range(1, 6))
    assert taken.pace.bucket.flying(NOW + LEASE) == 5


def test_calls_that_are_up_count_for_as_long_as_somebody_says_so() -> None:
    limit, asks = Limit(calls=10, at_once=5), {"a": Ask(99)}
    seen = pace = take(Pace(), limit, asks, NOW).pace
    for minute in range(1, 10):
        pace = renewed(pace, (1, 2, 3), NOW + minute * 60 * SECOND)
    later = NOW + 9 * 60 * SECOND

    assert len(take(pace, limit, asks, later).slots) == 2
    assert not pace.stands_as(seen)  # who saw them expired is granted nothing


def test_a_slot_is_known_by_its_number_with_or_without_a_limit_of_calls_at_a_time() -> None:
    with_limit = take(Pace(), Limit(calls=3, at_once=9), {"a": Ask(9)}, NOW)
    without = take(with_limit.pace, Limit(calls=3), {"a": Ask(9)}, NOW + SECOND)

    assert [slot.number for slot in with_limit.slots] == [1, 2, 3]
    assert [slot.number for slot in without.slots] == [4, 5, 6]
    assert without.added == ()  # nothing is to be kept, so the row stays small


@given(
    st.lists(
        st.tuples(st.integers(0, 60_000), st.integers(0, 30), st.booleans(), st.booleans()),
        max_size=30,
    ),
    st.integers(1, 20),
)
def test_no_more_are_up_than_may_be_whatever_ends_twice_or_never(
    steps: list[tuple[int, int, bool, bool]], at_once: int
) -> None:
    pace, now, up = Pace(), NOW, set[int]()
    for passes, wanted, ends, twice in steps:
        now += passes
        taken = take(pace, Limit(calls=20, at_once=at_once), {"a": Ask(wanted)}, now)
        pace = taken.pace
        up |= {slot.number for slot in taken.slots}
        assert len(up) <= at_once
        if ends and up:
            gone = min(up)
            up.remove(gone)
            pace = ended(pace, [gone])
            pace = ended(pace, [gone]) if twice else pace
        pace = renewed(pace, up, now)

    assert pace.bucket.flying(now) == len(up)


@pytest.mark.parametrize(
    ("late", "begins"),
    [(-1, False), (0, True), (LATEST, True), (LATEST + 1, False)],
)
def test_who_comes_late_for_an_instant_has_lost_it(late: int, begins: bool) -> None:
    assert may_begin(NOW, NOW + late) is begins


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"calls": 0}, "/calls_per_second"),
        ({"calls": 1001}, "/calls_per_second"),
        ({"burst": 0}, "/burst"),
        ({"at_once": 0}, "/calls_at_once"),
    ],
)
def test_a_limit_that_is_none_is_refused(facts: dict[str, int], pointer: str) -> None:
    with pytest.raises(Rejected) as refusal:
        Limit(**facts)

    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


STEPS = st.lists(
    st.tuples(st.integers(0, 1500), st.integers(0, 40), st.integers(0, SLACK)), max_size=25
)


@given(STEPS, st.integers(1, 60), st.integers(1, 5))
def test_no_second_has_more_than_the_limit_however_late_each_call_begins(
    steps: list[tuple[int, int, int]], calls: int, burst: int
) -> None:
    limit, bucket, now = Limit(calls=calls, burst=burst), Bucket(), NOW
    begun = list[int]()

    for passes, wanted, late in steps:
        now += passes
        granted = grant(bucket, limit, now, wanted)
        bucket = granted.bucket
        begun += [start + (late * 7 + at) % (SLACK + 1) for at, start in enumerate(granted.starts)]

    assert most_in(begun, SECOND) <= calls + burst - 1


@given(STEPS, st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_a_limit_that_changes_is_kept_as_well(
    steps: list[tuple[int, int, int]], rates: list[int]
) -> None:
    bucket, now, begun = Bucket(), NOW, list[int]()

    for at, (passes, wanted, _) in enumerate(steps):
        now += passes
        granted = grant(bucket, Limit(calls=rates[at % len(rates)]), now, wanted)
        bucket = granted.bucket
        begun += granted.starts

    assert most_in(begun, SECOND) <= max(rates)
    assert begun == sorted(begun)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900)), min_size=1, max_size=40),
    st.integers(1, 30),
)
def test_workers_who_know_an_old_row_pass_no_limit(asks: list[tuple[int, int]], calls: int) -> None:
    stored, known, begun, now = Pace(), [Pace()] * 4, list[int](), NOW
    for worker, passes in asks:
        now += passes
        taken = take(known[worker], Limit(calls=calls), {"a": Ask(50)}, now)
        if stored.stands_as(known[worker]):
            stored = taken.pace
            begun += [slot.start for slot in taken.slots]
        known[worker] = stored

    assert most_in(begun, SECOND) <= calls


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10), min_size=1),
    st.integers(1, 300),
    st.integers(1, 20),
)
def test_each_campaign_gets_its_share_and_none_starves(
    priorities: dict[str, int], slots: int, batch: int
) -> None:
    turns, order = Turns(), list[str]()
    asks = {name: Ask(10_000, priority) for name, priority in priorities.items()}
    while len(order) < slots:
        turns, more = next_turns(turns, asks, batch)
        order += more

    whole = sum(priorities.values())
    for name, priority in priorities.items():
        due = Fraction(len(order) * priority, whole)
        assert abs(order.count(name) - due) <= len(priorities)
        waits = order.index(name) if name in order else len(order)
        assert waits <= whole  # it has its first turn before the others had all of theirs


@pytest.mark.parametrize("priority", [-1, 0, 11])
def test_a_priority_that_is_none_is_refused(priority: int) -> None:
    with pytest.raises(Rejected) as refusal:
        Ask(1, priority)

    assert [fault.pointer for fault in refusal.value.faults] == ["/priority"]


@pytest.mark.parametrize("calls", [1, 9])
def test_workers_who_ask_for_all_campaigns_give_each_its_share_though_one_does_all(
    calls: int,
) -> None:
    limit, pace, asks = Limit(calls=calls), Pace(), {"a": Ask(99), "b": Ask(99), "c": Ask(99, 2)}
    due, in_vain, got = {"first": NOW, "second": NOW + 1}, {"first": 0, "second": 0}, list[str]()
    while (now := min(due.values())) < NOW + 200 * SECOND:
        worker = min(due, key=lambda name: due[name])
        taken = take(pace, limit, asks, now, in_vain[worker])
        pace = taken.pace
        got += [slot.campaign_id for slot in taken.slots]
        in_vain[worker] = in_vain[worker] + 1 if taken.others else 0
        due[worker] = max(taken.ask_at, now + pause(in_vain[worker]))

    assert len(got) >= 190 * calls
    for name, ask in asks.items():
        assert got.count(name) == pytest.approx(len(got) * ask.priority / 4, abs=2)


def test_a_campaign_that_comes_back_has_saved_nothing_up() -> None:
    turns, _ = next_turns(Turns(), {"a": Ask(100), "b": Ask(100)}, 100)
    turns, _ = next_turns(turns, {"a": Ask(1000)}, 1000)

    _, order = next_turns(turns, {"a": Ask(100), "b": Ask(100)}, 10)

    assert order.count("b") == 5


def test_a_paused_campaign_is_granted_nothing() -> None:
    taken = take(Pace(), Limit(calls=10), {"runs": Ask(50), "paused": Ask(0, 10)}, NOW)

    assert {slot.campaign_id for slot in taken.slots} == {"runs"}


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900)), min_size=2, max_size=40),
    st.integers(0, 30),
)
def test_whoever_does_not_know_of_a_pause_yet_is_granted_nothing_after_it(
    steps: list[tuple[int, int]], paused_at: int
) -> None:
    stored, known, now, paused = Pace(), [Pace()] * 4, NOW, NOW + 10**9
    begun = list[int]()
    for at, (worker, passes) in enumerate(steps):
        now += passes
        if at == paused_at:
            stored, paused = halt(stored, "a"), now
        taken = take(known[worker], Limit(calls=5), {"a": Ask(50)}, now)
        if stored.stands_as(known[worker]):
            stored = taken.pace
            begun += [slot.start for slot in taken.slots]
        known[worker] = stored

    assert all(start + SLACK < paused + SECOND for start in begun)


def test_a_campaign_that_goes_on_is_granted_calls_again() -> None:
    halted = halt(take(Pace(), Limit(), {"a": Ask(1)}, NOW).pace, "a")

    assert take(halted, Limit(), {"a": Ask(5)}, NOW + SECOND).slots == ()
    assert len(take(go_on(halted, "a"), Limit(), {"a": Ask(5)}, NOW + SECOND).slots) == 1


def test_nobody_asking_changes_nothing() -> None:
    pace = take(Pace(), Limit(), {"a": Ask(1)}, NOW).pace

    assert take(pace, Limit(), {}, NOW).pace == replace(pace)
    assert take(pace, Limit(), {"a": Ask(0)}, NOW).slots == ()


def test_who_asked_in_vain_leaves_it_to_whoever_is_at_work() -> None:
    taken = take(Pace(), Limit(), {"a": Ask(9)}, NOW)
    soon, late = taken.ask_at, taken.slots[0].start + SECOND + SLACK

    assert take(taken.pace, Limit(), {"a": Ask(9)}, soon).slots != ()
    assert take(taken.pace, Limit(), {"a": Ask(9)}, soon, in_vain=1).slots == ()
    assert take(taken.pace, Limit(), {"a": Ask(9)}, soon, in_vain=1).others
    assert take(taken.pace, Limit(), {"a": Ask(9)}, late, in_vain=1).slots != ()
