"""What calls have to teach, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.tracking.attribution import Reach, Role
from chalicelib.tracking.attribution.curves import ON_PAGE_SECONDS
from chalicelib.tracking.attribution.fitting import Exposure, Heard, fit
from chalicelib.tracking.attribution.sightings import looks
from chalicelib.tracking.learning.assumptions import ASSUMED, Assumptions
from chalicelib.tracking.learning.learnt import ENOUGH_CALLS, Known, Learnt, learnt_from
from chalicelib.tracking.learning.lessons import Lesson, Material, lesson_in, material
from chalicelib.tracking.pools.health import HOUR, Hour, hour_of
from chalicelib.tracking.pools.leases import millis
from tests.tracking.attribution import rings
from tests.tracking.attribution.rings import DAY, MINUTE, a_ring, lent, rang, seen
from tests.tracking.builders import NOW
from tests.tracking.learning import visitors

PAGE = (Path(__file__).parents[3] / "docs" / "attribution.md").read_text(encoding="utf-8")
POOL = "pool_shop"
AT = datetime(2026, 11, 27, tzinfo=UTC)


def lesson(*past: Any, **facts: Any) -> Lesson | None:
    """Return what a call teaches whose visitor left the page five minutes before."""
    leases = [lent("vis_a", 7 * MINUTE), lent("vis_b", 2 * rings.HOUR)]
    visits = seen("vis_a", 5 * MINUTE) | seen("vis_b", 100 * MINUTE)
    pool_id = facts.pop("pool_id", POOL)
    return lesson_in(a_ring(**facts), leases, visits, past, ASSUMED, pool_id=pool_id)


def test_a_caller_s_first_call_teaches_how_long_ago_its_number_was_seen() -> None:
    assert lesson() == Lesson(
        pool_id=POOL,
        hour=hour_of(millis(NOW)),
        heard=Heard(seconds=(300.0, 6000.0)),
        looks=1,
        looked=20 * 60 + ON_PAGE_SECONDS,
    )


def test_so_does_what_was_not_read() -> None:
    found = lesson(reach=Reach(since=NOW - DAY, began=NOW - 3 * DAY, leases_a_day=9))

    assert found is not None
    assert (found.heard.unread, found.heard.leases_a_day) == ((86_400, 3 * 86_400), 9)


def test_what_is_no_first_call_of_a_pool_teaches_nothing() -> None:
    assert lesson(rang("vis_a", DAY)) is None
    assert lesson(caller=None) is None
    assert lesson(role=Role.OVERFLOW) is None
    assert lesson(pool_id=None) is None


def test_a_number_is_looked_at_while_no_silence_is_longer_than_the_hold() -> None:
    leases = [lent("vis_new", MINUTE), lent("vis_a", 90 * MINUTE), lent("vis_gone", 3 * DAY)]
    visits = seen("vis_new", MINUTE) | seen(
        "vis_a", 30 * MINUTE, 90 * MINUTE, 85 * MINUTE, 40 * MINUTE
    )

    # Five minutes, and ten more after a silence; whoever has it now is not known to have left.
    assert looks(leases, visits, ASSUMED) == [15 * 60 + 2 * ON_PAGE_SECONDS]
    assert looks(leases[:1], visits, ASSUMED) == []


def an_hour(at: int, visits: int = 10, numbers: int = 4) -> Hour:
    return Hour(starts=at * HOUR, numbers=numbers, visits=visits)


def a_lesson(at: int, pool_id: str = POOL) -> Lesson:
    return Lesson(pool_id=pool_id, hour=at * HOUR, heard=Heard(seconds=(float(at),)))


def made(*lessons: Lesson, hours: dict[str, list[Hour]]) -> Material:
    found = material(lessons, hours, ASSUMED)
    assert found is not None
    return found


def test_a_record_begins_after_its_first_lesson_and_ends_where_every_pool_is_summed() -> None:
    hours = {POOL: [an_hour(at) for at in range(100, 124)], "pool_b": [an_hour(119), an_hour(120)]}

    found = made(a_lesson(109), a_lesson(110), a_lesson(120), a_lesson(121), hours=hours)

    assert [each.seconds for each in found.heard] == [(110.0,), (120.0,)]
    assert found.exposure.visits == pytest.approx(10 * 11 + 10 * 2)
    assert found.exposure.number_days == pytest.approx((11 * 4 + 2 * 4) / 24)
    assert found.exposure.page_hours == pytest.approx(130 * 4 / 60)


def test_calls_of_pools_that_are_gone_teach_nothing() -> None:
    hours = {POOL: [an_hour(at) for at in range(100, 104)]}

    found = made(a_lesson(100), a_lesson(102), a_lesson(102, "pool_gone"), hours=hours)

    assert len(found.heard) == 1
    assert material([a_lesson(102, "pool_gone")], hours, ASSUMED) is None
    assert material([a_lesson(103)], hours, ASSUMED) is None
    assert material([], {}, ASSUMED) is None


def test_visits_of_before_a_record_count_for_what_it_saw_of_them() -> None:
    watched = [(10_000.0, 5.0), (4_000.0, -5.0)]
    seen_whole = Exposure(page_hours=1.0, number_days=1.0, watched=[(10_000.0, 5.0)])
    missed = Exposure(page_hours=1.0, number_days=1.0, watched=watched)

    assert (seen_whole.visits, missed.visits) == (5.0, 0.0)
    early, late = 300.0, 8_000.0
    whole, rest = fit([], seen_whole, ASSUMED).curve, fit([], missed, ASSUMED).curve
    assert rest.at(early) > whole.at(early)
    assert rest.at(late) == pytest.approx(whole.at(late), rel=0.05)


def test_of_too_few_calls_nothing_is_learnt() -> None:
    exposure = Exposure(page_hours=100.0, number_days=10.0, watched=[(86_400.0, 5_000.0)])

    def learnt(calls: int) -> Learnt:
        heard = (Heard(seconds=(600.0,)),) * calls
        return learnt_from(Material(heard=heard, exposure=exposure), "acct_1", AT)

    few, enough = learnt(ENOUGH_CALLS - 1), learnt(ENOUGH_CALLS)

    assert (few.calls, few.behaviour) == (ENOUGH_CALLS - 1, None)
    assert enough.behaviour is not None
    found, usual = enough.behaviour.curve, ASSUMED.curve
    assert found.at(600) / found.at(0) > usual.at(600) / usual.at(0)
    assert learnt_from(None, "acct_1", AT).calls == 0


def test_what_was_learnt_is_used_within_the_owner_s_windows_unless_they_say_no() -> None:
    found = fit([Heard(seconds=(600.0,))] * 300, visitors.NO_EXPOSURE, ASSUMED)
    learnt = Learnt(account_id="acct_1", at=AT, calls=300, behaviour=found)
    said = Assumptions(account_id="acct_1", lease_days=7)

    used = Known(assumptions=said, learnt=learnt)
    refused = Known(assumptions=Assumptions(account_id="acct_1", learns=False), learnt=learnt)

    assert used.is_learnt
    assert used.behaviour.curve == found.curve
    assert used.behaviour.window == timedelta(days=7)
    assert not refused.is_learnt
    assert refused.behaviour == ASSUMED
    assert not Known(assumptions=said).is_learnt


def test_the_confidence_keeps_its_word_better_with_what_was_learnt() -> None:
    site = visitors.a_slow_site()
    before, after = visitors.first_calls(site)
    lessons = visitors.lessons(before).values()

    found = learnt_from(
        material(lessons, {POOL: visitors.hours(site)}, ASSUMED), "acct_1", AT
    ).behaviour

    assert found is not None
    assumed, learnt = visitors.gap(after, ASSUMED), visitors.gap(after, found)
    assert f"by {100 * assumed:.0f} points on the mean" in PAGE
    assert f"by {100 * learnt:.0f} points after five hundred calls" in PAGE
    assert learnt < 0.3 * assumed
