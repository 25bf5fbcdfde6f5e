"""An account's own behaviour is found in its calls, without anybody saying who rang."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.visitors import Site
from chalicelib.tracking.attribution import Behaviour, Reach
from chalicelib.tracking.attribution.curves import DAY, ENDS, HOUR, ON_PAGE_SECONDS, Curve
from chalicelib.tracking.attribution.fitting import Exposure, Heard, fit, heard_in
from tests.tracking.attribution import rings
from tests.tracking.builders import NOW

ASSUMED = Behaviour()
PAGE_RATE, STRAY_RATE = 0.5, 0.2


def calls_of(dice: random.Random, visits: int) -> list[Heard]:
    """Draw from visits that ring on the page or not at all, and from strays beside them.

    Each visit has a number of its own for a day; when a stray comes, it was last seen any time
    within that day.
    """
    hours = 4 * 60 / HOUR
    on_page = [
        Heard(seconds=(dice.uniform(0, 60),)) for _ in range(round(visits * PAGE_RATE * hours))
    ]
    strays = [Heard(seconds=(dice.uniform(0, DAY),)) for _ in range(round(visits * STRAY_RATE))]
    return on_page + strays


def exposure_of(visits: int) -> Exposure:
    return Exposure(
        page_hours=visits * 4 * 60 / HOUR,
        number_days=float(visits),
        watched=[(DAY, 1.0)] * visits,
    )


def test_calls_on_the_page_and_strays_are_told_apart() -> None:
    found = fit(calls_of(random.Random(1), 20_000), exposure_of(20_000), ASSUMED)

    assert found.curve.heights[0] == pytest.approx(PAGE_RATE, rel=0.05)
    assert found.calls_per_visit == pytest.approx(PAGE_RATE / 15 + STRAY_RATE, rel=0.02)
    # A stray and a note are alike where every number is always on somebody's mind.
    explained = found.strays_per_day + found.curve.after(ON_PAGE_SECONDS)
    assert explained == pytest.approx(STRAY_RATE, rel=0.1)


def test_an_account_without_calls_keeps_what_is_assumed() -> None:
    found = fit([], Exposure(page_hours=0, number_days=0, watched=[]), ASSUMED)

    assert found.curve.heights == pytest.approx(ASSUMED.curve.heights)
    assert found.strays_per_day == pytest.approx(ASSUMED.strays_per_day)


def test_visits_that_never_ring_bring_every_step_down() -> None:
    found = fit([], exposure_of(100_000), ASSUMED)

    reached = [step for step, end in enumerate(ENDS) if end < DAY]
    assert all(found.curve.heights[step] < ASSUMED.curve.heights[step] for step in reached)


heards = st.builds(
    lambda seconds, unread, often: Heard(
        seconds=tuple(seconds), unread=(min(unread), max(unread)), leases_a_day=often
    ),
    st.lists(st.floats(0, 40 * DAY), max_size=5),
    st.tuples(st.floats(0, 40 * DAY), st.floats(0, 40 * DAY)),
    st.floats(0, 100),
)


@given(st.lists(heards, max_size=12), st.lists(st.floats(0, 40 * DAY), max_size=12))
def test_whatever_is_heard_the_behaviour_is_one_that_can_be(
    calls: list[Heard], watched: list[float]
) -> None:
    exposure = Exposure(page_hours=1.0, number_days=10.0, watched=[(each, 1.0) for each in watched])

    assert fit(calls, exposure, ASSUMED)  # it checks itself: see Behaviour


def test_what_remains_of_a_curve_is_its_area() -> None:
    curve = Curve(heights=(3.6, 1.8), ends=(10.0, 20.0))

    assert curve.after(0) == pytest.approx(0.015)
    assert curve.after(15) == pytest.approx(0.0025)
    assert (curve.after(20), curve.after(99), curve.at(20.1)) == (0, 0, 0)


def test_a_call_teaches_how_long_ago_its_number_was_seen_and_what_was_not_read() -> None:
    ring = rings.a_ring(
        reach=Reach(since=NOW - rings.DAY, began=NOW - 3 * rings.DAY, leases_a_day=9)
    )
    leases, visits = [rings.lent("vis_a", rings.HOUR)], rings.seen("vis_a", 90 * rings.SECOND)

    assert heard_in(ring, leases, visits, ASSUMED) == Heard(
        seconds=(90.0,), unread=(DAY, 3 * DAY), leases_a_day=9
    )
    assert heard_in(rings.a_ring(), leases, visits, ASSUMED) == Heard(seconds=(90.0,))


def test_no_two_visits_of_the_simulated_site_share_a_number() -> None:
    site = Site(random.Random(3), numbers=5, erlangs=4.0, visits=3000)

    assert site.overflowed > 0
    for number in site.numbers:
        lent = [since for since, _, _ in site.leases[number]]
        assert lent == sorted(lent)
        assert all(after - before >= 1200 for before, after in zip(lent, lent[1:], strict=False))
