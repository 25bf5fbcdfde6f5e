"""Which source a number stands for, and when: at most one at any instant."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.sources import AlreadyAssigned, assign, source_at, withdraw
from tests.tracking import builders as a

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
RADIO = a.a_source(id="src_radio")


@pytest.mark.parametrize(
    ("instant", "source_id"),
    [
        pytest.param(a.NOW - SECOND, None, id="a second before it begins"),
        pytest.param(a.NOW, "src_poster", id="as it begins"),
        pytest.param(a.NOW + DAY - SECOND, "src_poster", id="a second before it ends"),
        pytest.param(a.NOW + DAY, "src_radio", id="as it ends and the next one begins"),
        pytest.param(a.NOW + 1000 * DAY, "src_radio", id="long after, no end being set"),
    ],
)
def test_a_number_stands_for_a_source_from_its_beginning_until_its_end(
    instant: datetime, source_id: str | None
) -> None:
    assignments = (a.standing(until=a.NOW + DAY), a.standing("src_radio", since=a.NOW + DAY))

    assert source_at(assignments, instant) == source_id


def test_a_number_is_given_to_a_source() -> None:
    source, number = assign(a.a_source(), a.a_number(), a.NOW, None)

    period = source.period_of(a.NUMBER)
    assert period is not None
    assert (period.since, period.until) == (a.NOW, None)
    assert source_at(number.assignments, a.NOW) == "src_poster"


def test_saying_it_again_changes_nothing() -> None:
    once = assign(a.a_source(), a.a_number(), a.NOW, None)

    assert assign(*once, a.NOW, None) == once


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param(a.NOW - DAY, None, id="around it"),
        pytest.param(a.NOW + SECOND, a.NOW + 2 * SECOND, id="within it"),
        pytest.param(a.NOW - DAY, a.NOW + SECOND, id="into its beginning, by a second"),
        pytest.param(a.NOW + DAY - SECOND, None, id="from its last second on"),
        pytest.param(a.NOW, a.NOW + DAY, id="exactly then"),
    ],
)
def test_a_number_never_stands_for_two_sources_and_the_other_is_named(
    since: datetime, until: datetime | None
) -> None:
    _, number = assign(a.a_source(), a.a_number(), a.NOW, a.NOW + DAY)

    with pytest.raises(AlreadyAssigned) as refused:
        assign(RADIO, number, since, until)

    assert "src_poster" in refused.value.faults[0].reason


@pytest.mark.parametrize(
    ("since", "until"),
    [(a.NOW - DAY, a.NOW), (a.NOW + DAY, None)],
    ids=["until it begins", "from its end on"],
)
def test_sources_follow_one_another_without_a_gap(since: datetime, until: datetime | None) -> None:
    _, number = assign(a.a_source(), a.a_number(), a.NOW, a.NOW + DAY)

    _, shared = assign(RADIO, number, since, until)

    assert len(shared.assignments) == 2


@pytest.mark.parametrize("until", [a.NOW, a.NOW - SECOND])
def test_a_period_has_an_instant_in_it(until: datetime) -> None:
    with pytest.raises(Rejected):
        assign(a.a_source(), a.a_number(), a.NOW, until)


def test_a_campaign_that_comes_back_keeps_its_history() -> None:
    spring = assign(a.a_source(), a.a_number(), a.NOW, a.NOW + DAY)

    source, number = assign(*spring, a.NOW + 9 * DAY, None)

    assert source_at(number.assignments, a.NOW) == "src_poster"
    assert source_at(number.assignments, a.NOW + 2 * DAY) is None
    assert source_at(number.assignments, a.NOW + 9 * DAY) == "src_poster"
    assert len(source.periods) == 1


def test_withdrawing_a_number_keeps_the_past_and_drops_the_future() -> None:
    past = assign(a.a_source(), a.a_number(), a.NOW, None)
    future = assign(a.a_source(), a.a_number(), a.NOW + 9 * DAY, None)

    source, ended = withdraw(*past, a.NOW + DAY)
    _, dropped = withdraw(*future, a.NOW + DAY)

    assert source.periods == ()
    assert ended.assignments == (a.standing(until=a.NOW + DAY),)
    assert dropped.assignments == ()


def test_withdrawing_touches_no_other_source() -> None:
    _, number = assign(RADIO, a.a_number(), a.NOW, a.NOW + DAY)
    poster, number = assign(a.a_source(), number, a.NOW + DAY, None)

    _, number = withdraw(poster, number, a.NOW + 2 * DAY)

    assert source_at(number.assignments, a.NOW) == "src_radio"


offsets = st.integers(0, 20)
orders = st.lists(st.tuples(st.sampled_from("abc"), offsets, st.none() | offsets), max_size=12)


@given(orders, offsets)
def test_whatever_is_asked_a_number_stands_for_one_source_at_a_time(
    asked: list[tuple[str, int, int | None]], at: int
) -> None:
    sources = {name: a.a_source(id=name) for name in "abc"}
    number = a.a_number()

    for name, since, until in asked:
        end = None if until is None else a.NOW + until * DAY
        try:
            sources[name], number = assign(sources[name], number, a.NOW + since * DAY, end)
        except (AlreadyAssigned, Rejected):
            continue

    standing = [each for each in number.assignments if each.covers(a.NOW + at * DAY)]
    assert len(standing) <= 1
