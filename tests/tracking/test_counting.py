"""Calls counted for their sources, and the report that sums them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.calls.call import Outcome, State
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.tracking.reports.callers import LONGEST
from chalicelib.tracking.reports.contributing import REMEMBERED, Dim, Verdict
from chalicelib.tracking.reports.projecting import Known, count_call
from chalicelib.tracking.reports.usecases import source_days
from chalicelib.tracking.store import CachedSources
from tests.fakes import JourneysInMemory, TalliesInMemory, TrackingInMemory
from tests.tracking import builders as a
from tests.tracking.journeys.builders import a_journey

if TYPE_CHECKING:
    from chalicelib.tracking.reports.reporting import Sums

DAY = timedelta(days=1)


class Judges:
    """The port `Verdicts`: what is said of calls by their id."""

    def __init__(self, **verdicts: Verdict) -> None:
        self.verdicts = verdicts

    def verdict(self, account_id: str, call_id: str) -> Verdict:
        return self.verdicts.get(call_id, Verdict())


class World:
    """All that a call is counted by. Ask `reported` for source, day and calls."""

    def __init__(self) -> None:
        self.sources = TrackingInMemory()
        self.journeys = JourneysInMemory()
        self.judges = Judges()
        self.tallies = TalliesInMemory()

    def count(self, call: object) -> None:
        known = Known(self.journeys, self.judges, self.sources, CachedSources(self.sources))
        count_call(call, known=known, tallies=self.tallies, pause=lambda attempt: None, now=a.NOW)  # type: ignore[arg-type]

    def days(
        self, first: date = a.TODAY, last: date | None = None, shards: int = 1
    ) -> list[tuple[str, str, Sums]]:
        return source_days("acct_1", first, last or first, log_shards=shards, counters=self.tallies)

    def reported(self, first: date = a.TODAY, last: date | None = None) -> list[object]:
        found = self.days(first, last)
        return [(source, day, sums.amounts["calls"]) for day, source, sums in found]


def test_a_day_is_summed_by_source_and_outcome() -> None:
    world = World()
    outcomes = [*Outcome, Outcome.ANSWERED]
    for at, outcome in enumerate(outcomes):
        world.count(a.a_call(call_id=f"CA{at}", outcome=outcome))
    world.count(a.a_call(call_id="CA_radio", source_id="src_radio"))

    poster, radio = world.days()

    assert poster[:2] == ("2026-11-22", "src_poster")
    amounts = poster[2].amounts
    assert (amounts["calls"], amounts["answered"], amounts["missed"]) == (8, 2, 1)
    assert [amounts[name] for name in ("voicemail", "callback", "abandoned")] == [1, 1, 1]
    assert (amounts["fell_back"], amounts["unknown"]) == (1, 1)
    assert (amounts["seconds"], amounts["talk_seconds"]) == (8 * 95, 8 * 80)
    assert (radio[1], radio[2].amounts["calls"]) == ("src_radio", 1)


def test_a_call_shown_twice_counts_once() -> None:
    world = World()

    world.count(a.a_call())
    world.count(a.a_call())

    assert world.reported() == [("src_poster", "2026-11-22", 1)]


def test_a_fuller_view_of_a_call_takes_the_place_of_an_earlier_one() -> None:
    world = World()

    world.count(a.a_call(outcome=Outcome.MISSED, talk_seconds=0))
    world.count(a.a_call(outcome=Outcome.ANSWERED, talk_seconds=80))

    ((_, _, sums),) = world.days()
    names = ("calls", "answered", "missed", "talk_seconds")
    assert [sums.amounts[name] for name in names] == [1, 1, 0, 80]


def test_a_call_counted_again_after_its_account_was_spread_wider_counts_once() -> None:
    world = World()
    for at in range(20):
        world.count(a.a_call(call_id=str(at), shard=at % 3))

    for at in range(20):
        world.count(a.a_call(call_id=str(at), shard=at % 3))

    ((_, _, sums),) = world.days(shards=7)
    assert sums.amounts["calls"] == 20


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(a.a_call(state=State.CONNECTED), id="still going on"),
        pytest.param(a.a_call(source_id=None), id="to a number that stands for nothing"),
    ],
)
def test_some_calls_are_not_counted(call: object) -> None:
    world = World()

    world.count(call)

    assert world.reported() == []


def a_standing_number(store: TrackingInMemory) -> None:
    source = store.save_source(a.a_source())
    store.save_both(source, a.a_number(a.standing(since=a.NOW - DAY, until=a.NOW + DAY)))


def test_a_call_that_rang_while_tracking_was_down_is_told_its_source_later() -> None:
    world = World()
    a_standing_number(world.sources)

    world.count(a.a_call(source_id=None))
    world.count(a.a_call(call_id="CA2", source_id=None, started_at=a.NOW + DAY))

    assert world.reported(a.TODAY, a.TODAY + DAY) == [("src_poster", "2026-11-22", 1)]


def test_a_count_that_could_not_be_stored_is_tried_again() -> None:
    world = World()
    world.tallies.down = True

    with pytest.raises(Unavailable):
        world.count(a.a_call())


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
    world = World()

    world.count(a.a_call(started_at=started_at))

    assert world.reported(date.fromisoformat(day)) == [("src_poster", day, 1)]


def test_a_report_has_both_of_its_days_and_only_its_account() -> None:
    world = World()
    for days in (-2, -1, 0, 1):
        world.count(a.a_call(call_id=f"CA{days}", started_at=a.NOW + days * DAY))
    world.count(a.a_call(call_id="CA9", account_id="acct_rival"))

    assert world.reported(a.TODAY - DAY, a.TODAY) == [
        ("src_poster", "2026-11-21", 1),
        ("src_poster", "2026-11-22", 1),
    ]


@pytest.mark.parametrize(
    ("days", "right"),
    [(-1, False), (0, True), (LONGEST - 1, True), (LONGEST, False)],
    ids=["backwards", "one day", "a leap year", "a day more"],
)
def test_a_report_is_of_a_day_to_a_year(days: int, right: bool) -> None:
    world = World()

    if right:
        assert world.reported(a.TODAY, a.TODAY + days * DAY) == []
    else:
        with pytest.raises(Rejected):
            world.reported(a.TODAY, a.TODAY + days * DAY)


def test_a_call_that_came_by_a_visit_is_counted_by_what_brought_the_visit() -> None:
    world = World()
    world.journeys = JourneysInMemory(a_journey("CA1", source_id="src_poster"))

    world.count(a.a_call(source_id=None))
    world.count(a.a_call(call_id="CA2", source_id=None))

    assert world.reported() == [("src_poster", "2026-11-22", 1)]
    campaigns = world.tallies.counted("acct_1", Dim.CAMPAIGN, "2026-11-22", "2026-11-22", 1)
    assert {each.value: each.amounts["calls"] for each in campaigns} == {"soldes": 1, "": 1}


def test_spam_and_what_people_judged_are_asked_for() -> None:
    world = World()
    world.judges.verdicts["CA1"] = Verdict(spam=True)
    world.judges.verdicts["CA2"] = Verdict(qualified=False, value_cents=12_050)

    for call_id in ("CA1", "CA2"):
        world.count(a.a_call(call_id=call_id))

    ((_, _, sums),) = world.days()
    amounts = [sums.amounts[name] for name in ("calls", "qualified", "value")]
    assert amounts == [1, 0, 12_050]


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


def test_a_call_of_long_ago_is_neither_counted_nor_put_right() -> None:
    world = World()
    long_ago = a.NOW - REMEMBERED - timedelta(days=1)

    world.count(a.a_call(call_id="CA1", started_at=long_ago))
    world.count(a.a_call(call_id="CA2", started_at=a.NOW - REMEMBERED))

    days = world.days(long_ago.date(), a.TODAY - REMEMBERED)
    assert [(day, sums.amounts["calls"]) for day, _, sums in days] == [("2023-11-23", 1)]
