"""Counters: exact whatever is shown, however often, in whatever order; and different callers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.calls.call import Outcome, State
from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.kernel.periods import PARIS
from chalicelib.tracking.reports import counting
from chalicelib.tracking.reports.callers import LONGEST
from chalicelib.tracking.reports.contributing import Dim, Facts, Verdict, contribution_of
from chalicelib.tracking.reports.reporting import By, Sums
from chalicelib.tracking.reports.spans import Span
from chalicelib.tracking.reports.tallying import (
    MOST_VALUES_OF_CALLER,
    OTHER,
    Seen,
    Tallied,
    tally,
)
from chalicelib.tracking.reports.usecases import Question, report
from chalicelib.tracking.sources import Channel
from tests.fakes.tallies import CostsInMemory, TalliesInMemory
from tests.tracking import builders as a

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from chalicelib.tracking.reports.contributing import Contribution
    from chalicelib.tracking.reports.reporting import Counted

MONDAY = datetime(2026, 11, 2, 11, tzinfo=UTC)
DAY = timedelta(days=1)
# What DynamoDB takes at once; the call, its caller, and how many values each thing has.
AT_ONCE, ROWS_BESIDE = 100, 2 + 4
LANDING = {"channel": "paid_search", "source": "google", "campaign": "soldes", "path": "/lits"}


def facts(call_id: str = "CA1", *, day: int = 0, caller: str | None = "ann", **known: Any) -> Facts:
    """Return what is known of a call, so many days after a Monday."""
    landing = known.pop("landing", LANDING)
    verdict = known.pop("verdict", Verdict())
    call = a.a_call(
        call_id=call_id,
        started_at=known.pop("at", MONDAY) + day * DAY,
        caller_hash=caller,
        **{"source_id": None, **known},
    )
    return Facts(call=call, landing=landing, verdict=verdict)


def count(store: TalliesInMemory, known: Facts) -> bool:
    call = known.call
    return counting.count(
        call.account_id,
        call.call_id,
        call.caller_hash,
        lambda: contribution_of(known),
        day=MONDAY.date(),
        tallies=store,
        pause=lambda attempt: None,
    )


def lines(store: TalliesInMemory, by: By, first: int = 0, last: int = 30) -> dict[str, Sums]:
    span = Span(MONDAY.date() + first * DAY, MONDAY.date() + last * DAY, PARIS)
    question = Question(account_id="acct_1", by=by, span=span, log_shards=3)
    return {each.value: each.sums for each in report(question, store, CostsInMemory()).lines}


def total(store: TalliesInMemory, first: int = 0, last: int = 30) -> Sums:
    span = Span(MONDAY.date() + first * DAY, MONDAY.date() + last * DAY, PARIS)
    question = Question(account_id="acct_1", by=By.CHANNEL, span=span, log_shards=3)
    return report(question, store, CostsInMemory()).total


def test_a_call_is_counted_under_all_that_brought_it() -> None:
    store = TalliesInMemory()

    count(store, facts())

    for by, value in [
        (By.CHANNEL, "paid_search"),
        (By.SOURCE, "google"),
        (By.CAMPAIGN, "soldes"),
        (By.KEYWORD, ""),
        (By.PAGE, "/lits"),
        (By.NUMBER, a.NUMBER),
        (By.DAY, "2026-11-02"),
        (By.HOUR, "12"),
        (By.WEEKDAY, "1"),
        (By.HEAT, "1 12"),
    ]:
        found = {key: sums for key, sums in lines(store, by).items() if sums.amounts["calls"]}
        assert list(found) == [value], by
        amounts = found[value].amounts
        assert (amounts["calls"], amounts["answered"], amounts["qualified"]) == (1, 1, 1), by
        assert (amounts["seconds"], amounts["talk_seconds"]) == (95, 80), by


def test_a_poster_stands_in_where_there_was_no_visit() -> None:
    store = TalliesInMemory()
    poster = a.a_source(campaign="Rentrée")
    known = replace(facts(landing={}), source_id=poster.id, source=poster)

    count(store, known)

    assert list(lines(store, By.CHANNEL)) == [str(Channel.OUTDOOR)]
    assert list(lines(store, By.SOURCE)) == ["src_poster"]
    assert list(lines(store, By.CAMPAIGN)) == ["Rentrée"]


@pytest.mark.parametrize(
    ("call", "verdict", "qualified"),
    [
        ({"talk_seconds": 60}, Verdict(), 1),
        ({"talk_seconds": 59}, Verdict(), 0),
        ({"outcome": Outcome.VOICEMAIL, "talk_seconds": 90}, Verdict(), 0),
        ({"outcome": Outcome.MISSED, "talk_seconds": 0}, Verdict(qualified=True), 1),
        ({"talk_seconds": 600}, Verdict(qualified=False), 0),
    ],
    ids=["a minute", "less", "a message", "somebody said so", "somebody said not"],
)
def test_a_call_is_qualified_by_people_or_by_a_minute_of_talk(
    call: dict[str, Any], verdict: Verdict, qualified: int
) -> None:
    store = TalliesInMemory()

    count(store, facts(verdict=verdict, **call))

    assert total(store).amounts["qualified"] == qualified


def test_spam_is_taken_out_and_comes_back_when_it_was_none() -> None:
    store = TalliesInMemory()
    count(store, facts("CA1"))
    count(store, facts("CA2", day=1))
    before = dict(store.counters["acct_1", 0])

    count(store, facts("CA2", day=1, verdict=Verdict(spam=True)))
    without = total(store)
    count(store, facts("CA2", day=1))

    assert (without.amounts["calls"], without.unique) == (1, 1)
    assert {key: +names for key, names in store.counters["acct_1", 0].items()} == {
        key: +names for key, names in before.items()
    }


def test_a_call_still_going_on_is_not_counted() -> None:
    store = TalliesInMemory()

    assert count(store, facts(state=State.CONNECTED)) is False
    assert total(store).amounts["calls"] == 0


def test_an_older_view_of_a_call_changes_nothing() -> None:
    store = TalliesInMemory()
    told = contribution_of(facts())
    assert told is not None
    newer = replace(told, known=4)
    older = replace(newer, known=3, amounts={"calls": 1, "missed": 1})

    views = iter([newer, older])

    for _ in range(2):
        counting.count(
            "acct_1",
            "CA1",
            "ann",
            lambda: next(views),
            day=MONDAY.date(),
            tallies=store,
            pause=lambda _: None,
        )

    assert total(store).amounts["missed"] == 0


def test_two_who_count_one_call_at_once_count_it_once() -> None:
    store = TalliesInMemory()
    told = contribution_of(facts())
    _, seen = store.look("acct_1", "CA1", "ann")
    store.rivals = [tally(Tallied(), told, told, seen)]

    count(store, facts())

    assert (total(store).amounts["calls"], total(store).unique) == (1, 1)


def test_a_call_that_is_marked_between_two_tries_is_not_counted() -> None:
    store = TalliesInMemory()
    told = contribution_of(facts())
    _, seen = store.look("acct_1", "CA1", "ann")
    store.rivals = [tally(Tallied(), told, told, seen)]
    said = iter([told, None])

    counting.count(
        "acct_1",
        "CA1",
        "ann",
        lambda: next(said),
        day=MONDAY.date(),
        tallies=store,
        pause=lambda _: None,
    )

    assert total(store).amounts["calls"] == 0


def test_a_call_that_is_marked_while_somebody_is_about_to_count_it_is_not_counted() -> None:
    store = TalliesInMemory()
    said = iter([contribution_of(facts()), None])

    def tell() -> Contribution | None:
        found = next(said)
        if found is not None:  # it is marked, and shown as spam, right after that was read
            count(store, facts(verdict=Verdict(spam=True)))
        return found

    counting.count(
        "acct_1", "CA1", "ann", tell, day=MONDAY.date(), tallies=store, pause=lambda _: None
    )

    assert total(store).amounts["calls"] == 0


def test_what_is_always_in_the_way_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    store = TalliesInMemory()

    def refuse(change: object) -> None:
        raise Conflict("always somebody")

    monkeypatch.setattr(store, "save", refuse)
    waited: list[int] = []
    with pytest.raises(Conflict):
        counting.count(
            "acct_1",
            "CA1",
            "ann",
            lambda: contribution_of(facts()),
            day=MONDAY.date(),
            tallies=store,
            pause=waited.append,
        )
    store.down = True
    with pytest.raises(Unavailable):
        count(store, facts())

    assert waited == list(range(1, counting.TRIES))


def test_values_that_strangers_invent_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_VALUES", 5)
    store = TalliesInMemory()

    for at in range(40):
        landing = {**LANDING, "source": f"site{at:02}.example"}
        count(store, facts(f"CA{at}", caller=f"c{at}", landing=landing))

    found = lines(store, By.SOURCE)
    assert len(found) == 6
    assert found[OTHER].amounts["calls"] == 35
    assert sum(each.amounts["calls"] for each in found.values()) == 40
    assert len(lines(store, By.CAMPAIGN)) == 1


def brought_by(at: int) -> dict[str, str]:
    return {name: f"{name}{at}" for name in ("channel", "source", "campaign", "term", "path")}


def test_one_caller_who_comes_by_everything_fills_no_transaction() -> None:
    """The first day of a caller moves back: whatever they showed on it is no longer new."""
    store = TalliesInMemory()
    for at in range(60):
        number, source = f"+331620100{at:02}", f"src_{at}"
        known = facts(f"CA{at}", day=40, landing=brought_by(at), dialled=number)
        count(store, replace(known, source_id=source))
    count(store, facts("CA_last", day=75))
    told = contribution_of(replace(facts("CA_late", day=2), source_id="src_poster"))
    _, seen = store.look("acct_1", "CA_late", "ann")

    late = tally(Tallied(), told, told, seen)
    gone = tally(late.after, None, None, Seen(late.days, late.shard))

    assert len(late.added) + ROWS_BESIDE <= AT_ONCE
    assert len(gone.added) + ROWS_BESIDE <= AT_ONCE
    assert len({cell for cell in seen.days[date(2026, 12, 12)] if cell[0] is Dim.SOURCE}) == (
        MOST_VALUES_OF_CALLER + 1
    )


def test_a_call_of_which_everything_proves_to_be_otherwise_fills_no_transaction() -> None:
    """Both what it was counted by and what it is have calls of the caller in months around it."""
    store = TalliesInMemory()
    for at, day in enumerate((0, 40, 80)):
        for one in (1, 2):
            number = f"+3316201000{one}"
            known = facts(f"CA{at}{one}", day=day, landing=brought_by(one), dialled=number)
            count(store, replace(known, source_id=f"src_{one}"))
    told = contribution_of(
        replace(
            facts("CA01", day=0, landing=brought_by(2), dialled="+33162010002"), source_id="src_2"
        )
    )
    before, seen = store.look("acct_1", "CA01", "ann")

    change = tally(before, told, told, seen)

    assert len(change.added) + ROWS_BESIDE <= AT_ONCE


# ---- against a model that remembers every call

CALLERS = ("ann", "bob", "cid", None)
SOURCES = ("google", "bing")
shown = st.lists(
    st.tuples(
        st.integers(0, 11),  # which call
        st.sampled_from(["whole", "spam", "missed"]),
    ),
    max_size=40,
)
# Near each other, and over more than a year.
a_day = st.integers(0, 20) | st.integers(0, 420)
# The first and the last days of months, counted from a Monday, and others.
FIRSTS = [(date(2026 + at // 12, at % 12 + 1, 1) - MONDAY.date()).days for at in range(10, 26)]
a_first = st.sampled_from(FIRSTS) | a_day
a_last = st.sampled_from([each - 1 for each in FIRSTS]) | a_day
a_world = st.lists(
    st.tuples(a_day, st.sampled_from(CALLERS), st.sampled_from(SOURCES)),
    min_size=12,
    max_size=12,
)


def a_call_of(world: list[tuple[int, str | None, str]], at: int, view: str) -> Facts:
    day, caller, source = world[at]
    outcome = {"outcome": Outcome.MISSED, "talk_seconds": 0} if view == "missed" else {}
    return facts(
        f"CA{at}",
        day=day,
        caller=caller,
        landing={**LANDING, "source": source},
        verdict=Verdict(spam=view == "spam"),
        shard=at % 3,
        **outcome,
    )


@given(a_world, shown, a_first, a_last)
@settings(max_examples=200, deadline=None)
def test_counters_say_what_somebody_would_who_remembers_every_call(
    world: list[tuple[int, str | None, str]], views: list[tuple[int, str]], first: int, last: int
) -> None:
    store, shown = TalliesInMemory(), dict(views)
    for at, view in views:
        count(store, a_call_of(world, at, view))

    last = max(first, min(last, first + LONGEST - 1))
    there = {at: view for at, view in shown.items() if view != "spam"}
    within = [at for at in there if first <= world[at][0] <= last]
    begun = first_days(world[at] for at in there)
    sums = lines(store, By.SOURCE, first, last)
    for source in SOURCES:
        mine = [at for at in within if world[at][2] == source]
        found = sums.get(source, Sums())
        assert found.amounts["calls"] == len(mine)
        assert found.amounts["missed"] == sum(there[at] == "missed" for at in mine)
        assert (found.unique, found.new) == heard([world[at] for at in mine], begun)
    whole = total(store, first, last)
    assert (whole.unique, whole.new) == heard([world[at] for at in within], begun)
    for day, found in lines(store, By.DAY, first, last).items():
        calls = [world[at] for at in within if MONDAY.date() + world[at][0] * DAY == on(day)]
        assert (found.unique, found.new) == heard(calls, begun), day


def first_days(calls: Iterable[tuple[int, str | None, str]]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for day, caller, _ in calls:
        found[caller] = min(day, found.get(caller, day))
    return found


def heard(
    calls: list[tuple[int, str | None, str]], begun: dict[str | None, int]
) -> tuple[int, int]:
    """Return how many different people rang, and how many of them did on their very first day."""
    callers = {caller for _, caller, _ in calls} - {None}
    new = {caller for day, caller, _ in calls if begun[caller] == day} - {None}
    return len(callers), len(new)


def on(day: str) -> date:
    return date.fromisoformat(day)


@given(a_world, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_calls_are_shown_leaves_no_trace(
    world: list[tuple[int, str | None, str]], dice: random.Random
) -> None:
    order = list(range(12))
    shuffled = order * 2
    dice.shuffle(shuffled)
    one, other = TalliesInMemory(), TalliesInMemory()

    for at in order:
        count(one, a_call_of(world, at, "whole"))
    for at in shuffled:
        count(other, a_call_of(world, at, "whole"))

    for by in By:
        for first, last in ((0, 30), (10, 300)):
            assert shape(lines(one, by, first, last)) == shape(lines(other, by, first, last)), by


def shape(found: dict[str, Sums]) -> dict[str, tuple[Any, ...]]:
    return {value: (+sums.amounts, sums.unique, sums.new) for value, sums in found.items()}


def test_a_caller_of_long_ago_has_rung_before() -> None:
    store = TalliesInMemory()
    count(store, facts("CA1", day=-900))
    count(store, facts("CA2", day=3))

    sums = total(store, 0, 30)

    assert (sums.unique, sums.new) == (1, 0)


@pytest.mark.parametrize(
    ("first", "last"),
    [(-1, 28), (0, 28), (-1, 27), (0, 60), (-1, 363), (0, 365), (-360, 5)],
    ids=["a month", "its end", "its beginning", "parts of three", "a year", "to a day", "earlier"],
)
def test_whoever_rings_every_third_day_for_two_years_is_one_caller(first: int, last: int) -> None:
    days = range(-366, 366, 3)
    store = ringing(days)

    sums = total(store, first, last)

    rung = sum(first <= day <= last for day in days)
    assert (sums.amounts["calls"], sums.unique, sums.new) == (rung, 1, 0)
    assert total(store, -366, -300).new == 1


@cache
def ringing(days: range) -> TalliesInMemory:
    store = TalliesInMemory()
    for day in days:
        count(store, facts(f"CA{day}", day=day))
    return store


def test_a_report_reads_days_only_where_months_are_not_whole() -> None:
    store, read = TalliesInMemory(), list[tuple[str, str]]()
    ask = store.counted

    def counted(account: str, dim: Dim, first: str, last: str, *rest: Any) -> Iterator[Counted]:
        read.append((first, last))
        return ask(account, dim, first, last, *rest)

    store.counted = counted  # type: ignore[method-assign,assignment]
    lines(store, By.SOURCE, 0, 80)

    days = [("2026-11-02", "2026-11-30"), ("2027-01-01", "2027-01-21")]
    once = [("2026-12", "2026-12"), *days, ("2026-11", "2026-11"), ("2027-01", "2027-01")]
    assert sorted(read) == sorted(2 * once)


def test_half_hours_fall_on_the_clocks_of_a_place() -> None:
    store = TalliesInMemory()
    count(store, facts(at=datetime(2026, 11, 2, 23, 40, tzinfo=UTC)))  # 0.40 on Tuesday in France

    (paris,) = (key for key, sums in lines(store, By.HEAT).items() if sums.amounts["calls"])

    assert paris == "2 00"
