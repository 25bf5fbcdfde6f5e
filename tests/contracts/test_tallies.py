"""What every store of counters promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import Conflict
from chalicelib.tracking.reports import counting
from chalicelib.tracking.reports.contributing import REMEMBERED, Dim, contribution_of
from chalicelib.tracking.reports.store import TallyStore
from chalicelib.tracking.reports.tallying import Seen, Tallied, tally
from chalicelib.tracking.store import TrackingRow
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes import TalliesInMemory
from tests.tracking.reports.test_counting import LANDING, facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.tracking.reports.contributing import Contribution, Facts
    from chalicelib.tracking.reports.reporting import Counted

    Store = TallyStore | TalliesInMemory

DAY = date(2026, 11, 2)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield TalliesInMemory()
        return
    with tables(TrackingRow):
        yield TallyStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def told(known: Facts | None = None) -> Contribution:
    found = contribution_of(known or facts())
    assert found is not None
    return found


def count(store: Store, known: Facts, *, out: bool = False) -> None:
    call, each = known.call, None if out else contribution_of(known)
    counting.count(
        call.account_id,
        call.call_id,
        call.caller_hash,
        lambda: each,
        day=DAY,
        tallies=store,
        pause=lambda _: None,
    )


def read(store: Store, dim: Dim, first: str, last: str, shards: int = 1) -> list[Counted]:
    found = store.counted("acct_1", dim, first, last, shards)
    lively = (replace(each, amounts={n: a for n, a in each.amounts.items() if a}) for each in found)
    return sorted(
        (each for each in lively if each.amounts), key=lambda each: (each.when, each.value)
    )


def test_what_nobody_counted_is_not_there(store: Store) -> None:
    assert store.look("acct_1", "CA1", "ann") == (Tallied(), Seen())
    assert store.known("acct_1", DAY, [(Dim.SOURCE, "google")], 0)[0] == frozenset()
    assert read(store, Dim.ALL, "2026-11-01", "2026-11-30") == []


def test_a_call_and_its_caller_are_found_again_as_they_were_stored(store: Store) -> None:
    count(store, facts())

    tallied, seen = store.look("acct_1", "CA1", "ann")

    assert tallied == Tallied(told(), told(), version=1)
    assert seen == Seen({DAY: dict.fromkeys(told().cells, 1)}, 0, 1)


def test_counters_add_up_by_value_and_day(store: Store) -> None:
    count(store, facts("CA1"))
    count(store, facts("CA2", caller=None))
    count(store, facts("CA3", day=1, landing={**LANDING, "source": "bing#1"}))

    google, bing = read(store, Dim.SOURCE, "2026-11-01", "2026-11-03")

    assert (google.when, google.value, google.amounts["calls"]) == ("2026-11-02", "google", 2)
    assert (google.amounts["callers"], google.amounts["withheld"]) == (1, 1)
    assert (bing.when, bing.value, bing.amounts["seconds"]) == ("2026-11-03", "bing#1", 95)
    assert read(store, Dim.SOURCE, "2026-11-03", "2026-11-03") == [bing]
    assert list(store.counted("acct_rival", Dim.SOURCE, "2026-11-01", "2026-11-03", 1)) == []


def test_a_span_has_both_of_its_ends_and_every_month_between(store: Store) -> None:
    for at, day in enumerate((-2, -1, 0, 28, 59, 60, 425)):
        count(store, facts(f"CA{at}", day=day, caller=None))

    days = [each.when for each in read(store, Dim.ALL, "2026-11-01", "2026-12-31")]

    assert days == ["2026-11-01", "2026-11-02", "2026-11-30", "2026-12-31"]
    assert len(read(store, Dim.ALL, "2026-10-31", "2028-12-31")) == 7
    assert read(store, Dim.ALL, "0001-01-01", "0001-01-01") == []
    assert read(store, Dim.ALL, "9999-12-31", "9999-12-31") == []


def test_half_hours_have_both_ends_too(store: Store) -> None:
    count(store, facts())

    assert len(read(store, Dim.HOURS, "2026-11-02T11:00", "2026-11-02T11:00")) == 1
    assert read(store, Dim.HOURS, "2026-11-02T11:30", "2026-11-03T11:00") == []


def test_a_call_that_is_taken_out_leaves_nothing(store: Store) -> None:
    count(store, facts())

    count(store, facts(), out=True)

    assert [read(store, dim, "2026-11-01", "2026-11-30") for dim in Dim] == [[]] * len(Dim)
    tallied, seen = store.look("acct_1", "CA1", "ann")
    assert (tallied.contribution, seen.days) == (None, {})


def test_whoever_counts_a_call_that_was_held_meanwhile_is_refused(store: Store) -> None:
    late = tally(Tallied(), told(), told(), Seen())

    store.hold("acct_1", "CA1", 0, DAY)

    with pytest.raises(Conflict):
        store.save(late)
    with pytest.raises(Conflict):
        store.hold("acct_1", "CA1", 0, DAY)
    assert store.look("acct_1", "CA1", "ann") == (Tallied(version=1), Seen())


def test_every_shard_is_read_and_a_caller_stays_in_theirs(store: Store) -> None:
    for at in range(6):
        count(store, facts(f"CA{at}", caller="ann" if at % 2 else f"c{at}", shard=at))

    rows = read(store, Dim.ALL, "2026-11-02", "2026-11-02", 6)

    assert sum(each.amounts["calls"] for each in rows) == 6
    assert sorted(each.amounts["calls"] for each in rows) == [1, 1, 1, 3]
    assert len(read(store, Dim.ALL, "2026-11-02", "2026-11-02", 1)) == 1


def test_values_that_are_there_already_are_told_from_new_ones(store: Store) -> None:
    count(store, facts("CA1"))
    count(store, facts("CA2", landing={**LANDING, "source": "bing"}))

    cells = [(Dim.SOURCE, "google"), (Dim.SOURCE, "qwant"), (Dim.CAMPAIGN, "soldes")]
    there, many = store.known("acct_1", DAY, cells, 0)

    assert there == {(Dim.SOURCE, "google"), (Dim.CAMPAIGN, "soldes")}
    assert (many[Dim.SOURCE], many[Dim.CAMPAIGN]) == (2, 1)
    assert store.known("acct_1", DAY, [], 0)[0] == frozenset()


def test_a_call_or_a_caller_that_moved_on_refuses_the_whole_change(store: Store) -> None:
    old = tally(Tallied(), told(), told(), Seen())
    count(store, facts("CA1"))
    other = told(facts("CA2"))

    for change in (old, tally(Tallied(), other, other, Seen())):
        with pytest.raises(Conflict):
            store.save(change)

    (day,) = read(store, Dim.ALL, "2026-11-01", "2026-11-30")
    assert day.amounts["calls"] == 1
    assert store.look("acct_1", "CA2", "ann")[0] == Tallied()


def test_counting_a_call_takes_three_requests_and_again_one() -> None:
    with tables(TrackingRow):
        store = TallyStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        with requests_counted(TrackingRow) as sent:
            count(store, facts())
            first = list(sent)
            count(store, facts())

    assert first == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert sent[3:] == ["BatchGetItem"]


def test_no_row_says_who_rang_but_by_their_hash() -> None:
    with tables(TrackingRow):
        store = TallyStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        count(store, facts(caller="hash-of-ann"))

        rows = str([row.to_dynamodb_dict() for row in TrackingRow.scan()])

    assert "seen#acct_1#hash-of-ann" in rows
    assert "+336" not in rows


def test_what_a_call_added_is_forgotten_after_three_years_and_what_it_came_to_is_not() -> None:
    with tables(TrackingRow):
        store = TallyStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        count(store, facts("CA1"))
        count(store, facts("CA2"), out=True)

        table = TrackingRow._get_connection()
        expiring = {item["sk"]["S"]: "expires_at" in item for item in table.scan()["Items"]}
        (held, *_) = (each for each in table.scan()["Items"] if each["pk"]["S"] == "call#CA2")

    assert {name for name, expires in expiring.items() if expires} == {"tally", "seen"}
    expires = datetime.fromtimestamp(int(held["expires_at"]["N"]), UTC)
    assert expires.date() - DAY > REMEMBERED


def test_a_report_is_read_of_no_more_than_it_needs() -> None:
    with tables(TrackingRow):
        store = TallyStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        for day in range(20):
            count(store, facts(f"CA{day}", day=day))
        (whole,) = store.counted("acct_1", Dim.ALL, "2026-11-21", "2026-11-21", 1)
        with requests_counted(TrackingRow) as sent:
            (some,) = store.counted(
                "acct_1", Dim.ALL, "2026-11-21", "2026-11-21", 1, ("calls", "s261105", "missed")
            )

    assert len(whole.amounts) > 20
    assert some.amounts == {"calls": 1, "s261105": 1}
    assert sent == ["Query"]


def test_a_counter_of_many_numbers_is_corrected_whole() -> None:
    names = {f"s{at:06}": at + 1 for at in range(250)}
    with tables(TrackingRow):
        store = TallyStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"])

        store.correct("acct_1", (Dim.ALL, "2026-11", ""), names)

        (month,) = store.counted("acct_1", Dim.ALL, "2026-11", "2026-11", 1)
        assert month.amounts == names


def test_months_are_read_from_one_year_to_the_next(store: Store) -> None:
    for at, day in enumerate((-2, 0, 45, 60, 425)):
        count(store, facts(f"CA{at}", day=day, caller=None))

    months = read(store, Dim.ALL, "2026-11", "2027-01")

    assert [(each.when, each.amounts["calls"]) for each in months] == [
        ("2026-11", 1),
        ("2026-12", 1),
        ("2027-01", 1),
    ]
