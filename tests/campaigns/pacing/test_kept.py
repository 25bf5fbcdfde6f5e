"""What pacing keeps comes back as it was, and is small."""

from __future__ import annotations

import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.granting import Pace, halt, take
from chalicelib.campaigns.pacing.habits import Habits
from chalicelib.campaigns.pacing.kept import (
    read_habits,
    read_pace,
    read_tally,
    read_turns,
    tally_adds,
    write_habits,
    write_turns,
)
from chalicelib.campaigns.pacing.sharing import Ask, Turns
from chalicelib.campaigns.pacing.tallies import Tally
from tests.campaigns.pacing.test_predicting import a_habit


def numbers(habits: Habits) -> list[float]:
    kinds = (habits.answered, habits.lost, habits.talks, habits.machines, habits.wraps)
    return list(chain.from_iterable((*each.ended, *each.spent) for each in kinds))


def test_habits_come_back_and_take_little_room() -> None:
    habits = a_habit(500)

    text = write_habits(habits)

    assert numbers(read_habits(text)) == pytest.approx(numbers(habits), abs=0.0001)
    assert write_habits(read_habits(text)) == text
    assert len(text) < 2500


def test_a_campaign_without_habits_begins_with_what_is_assumed() -> None:
    assert read_habits("") == Habits()


def test_habits_of_other_ages_begin_anew_by_kind() -> None:
    text = write_habits(a_habit(50)).replace("[0,5,10,", "[0,6,10,")

    read = read_habits(text)

    assert read.wraps == Habits().wraps
    assert read.talks != Habits().talks


@pytest.mark.parametrize("spoilt", ["0.0,1.0", "-1.0", "NaN"])
def test_habits_that_are_none_begin_anew(spoilt: str) -> None:
    kept = json.loads(write_habits(a_habit(50)))
    first = str(kept["wraps"][1][0])
    text = json.dumps(kept["wraps"], separators=(",", ":")).replace(f"[{first},", f"[{spoilt},", 1)
    kept["wraps"] = json.loads(text)

    read = read_habits(json.dumps(kept))

    assert read.wraps == Habits().wraps
    assert read.talks != Habits().talks


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, 10**9)), st.integers(0))
def test_turns_come_back(walked: dict[str, int], now_at: int) -> None:
    turns = Turns(walked, now_at)

    assert read_turns(write_turns(turns)) == turns


@given(st.lists(st.tuples(st.integers(0, 30 * 86_400), st.booleans(), st.booleans()), max_size=40))
def test_what_is_added_by_the_half_hour_is_the_tally(
    calls: list[tuple[int, bool, bool]],
) -> None:
    tally, rows = Tally(), dict[int, dict[str, int]]()
    for after, *how in sorted(calls):
        at, (answered, abandoned) = 1_800_000_000 + after, map(int, how)
        tally = tally.noted(at, answered=answered, abandoned=abandoned)
        day, adds = tally_adds(at, answered=answered, abandoned=abandoned)
        row = rows.setdefault(day, {"expires_at": 1, "al": 2})
        for name, count in adds.items():
            row[name] = row.get(name, 0) + count

    read = read_tally(rows.values())

    for since in (0, 1_800_000_000 + 10 * 86_400):
        assert read.since(since) == tally.since(since)
    assert all(len(row) <= 2 + 96 for row in rows.values())


def test_an_accounts_pace_comes_back_from_its_row() -> None:
    asks = {"a": Ask(3), "b": Ask(2)}
    pace = take(halt(Pace(), "c"), Limit(calls=7, at_once=9), asks, 1_800_000_000_000).pace
    bucket = pace.bucket

    read = read_pace(
        due=bucket.due,
        calls=bucket.calls,
        last=bucket.last,
        leases={str(number): until for number, until in bucket.leases.items()},
        edition=pace.edition,
        turns=write_turns(pace.turns),
        halted=["c"],
    )

    assert read == pace
    assert bucket.flying(1_800_000_000_000) == 5
    assert read_pace(calls=0) == Pace()
