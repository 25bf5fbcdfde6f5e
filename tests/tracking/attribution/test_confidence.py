"""Which visit made the phone ring, how sure that is, and what people are told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.attribution import (
    Attribution,
    Behaviour,
    Credited,
    Lease,
    Reach,
    Ring,
    Role,
    attribute,
)
from tests.tracking.attribution.rings import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    a_ring,
    lent,
    rang,
    seen,
)
from tests.tracking.builders import NOW


def on_page(visit: str = "vis_a", since: timedelta = 3 * MINUTE) -> tuple[list[Lease], dict]:  # type: ignore[type-arg]
    return [lent(visit, since)], seen(visit, 20 * SECOND)


def weights(found: Attribution) -> dict[str | None, float]:
    return {each.visit: round(each.weight, 4) for each in found.candidates}


def test_whoever_looks_at_the_number_as_it_rings_is_the_caller() -> None:
    leases, visits = on_page()

    found = attribute(a_ring(), leases, visits)

    assert found.visit == "vis_a"
    assert found.confidence > 0.99
    assert found.in_words() == (
        "Le visiteur avait ce numéro sous les yeux au moment de l'appel. "
        "Aucune autre visite n'est vraisemblable."
    )
    assert found.in_words("en").startswith("The visitor had this number on screen when")


def test_a_lease_that_ended_a_minute_ago_still_has_the_caller() -> None:
    leases, visits = [lent("vis_a", 30 * MINUTE)], seen("vis_a", 21 * MINUTE)

    found = attribute(a_ring(), leases, visits)

    assert found.visit == "vis_a"
    assert 0.5 < found.confidence < 0.99
    assert "21 minutes avant l'appel" in found.in_words()


def test_a_lease_that_ends_while_the_phone_rings_changes_nothing() -> None:
    leases, visits = [lent("vis_a", 30 * MINUTE)], seen("vis_a", 21 * MINUTE)

    later = attribute(a_ring(), [*leases, lent("vis_b", -5 * SECOND)], visits)

    assert later.visit == "vis_a"
    assert "vis_b" not in weights(later)


def test_of_two_visits_the_one_on_the_page_is_far_likelier_and_the_other_is_told() -> None:
    leases, visits = on_page("vis_b")

    found = attribute(
        a_ring(),
        [*leases, lent("vis_a", 30 * MINUTE)],
        visits | seen("vis_a", 25 * MINUTE),
    )

    assert found.visit == "vis_b"
    assert weights(found)["vis_b"] > 50 * weights(found)["vis_a"] > 0
    assert "Une autre visite" not in found.in_words()  # under one in fifty nobody asks
    assert 0.9 < found.confidence < attribute(a_ring(), leases, visits).confidence


def test_two_who_noted_the_number_within_the_window_share_the_doubt() -> None:
    leases = [lent("vis_a", 2 * DAY), lent("vis_b", 3 * DAY)]
    visits = seen("vis_a", 2 * DAY) | seen("vis_b", 3 * DAY)

    found = attribute(a_ring(), leases, visits)

    assert (found.visit, found.confidence) == (None, 0.0)
    assert found.in_words("en") == (
        "No visit is likely enough to be credited. 2 visits may have seen this number."
    )


def test_where_one_visit_alone_saw_the_number_and_is_not_credited_no_other_one_is_told_of() -> None:
    found = attribute(a_ring(), [lent("vis_a", 4 * DAY)], seen("vis_a", 4 * DAY))

    assert found.visit is None
    assert found.in_words() == (
        "Aucune visite n'est assez probable pour être retenue. "
        "Une seule visite a pu voir ce numéro."
    )
    assert found.in_words("en").endswith("Only one visit may have seen this number.")


def test_a_visit_is_credited_from_the_confidence_on_that_an_account_asks_for() -> None:
    leases, visits = [lent("vis_a", 4 * DAY)], seen("vis_a", 4 * DAY)
    bold = Behaviour(least_confidence=0.2, strays_per_day=0.0005)

    assert attribute(a_ring(), leases, visits).visit is None
    assert attribute(a_ring(), leases, visits, behaviour=bold).visit == "vis_a"


def test_a_number_that_was_never_lent_has_nobody() -> None:
    found = attribute(a_ring())

    assert (found.visit, found.confidence) == (None, 0.0)
    assert weights(found) == {None: 1.0}
    assert found.in_words() == "Aucun visiteur connu n'a vu ce numéro."


def test_a_poster_s_number_is_certain_of_its_source_and_has_no_visit() -> None:
    found = attribute(a_ring(Role.STATIC, source="src_poster"))

    assert (found.visit, found.confidence, found.source) == (None, 1.0, "src_poster")
    assert found.by_source() == {"src_poster": 1.0}
    assert found.in_words("en") == "This number is shown for one source only."


def test_a_number_that_tracks_nothing_says_so() -> None:
    found = attribute(a_ring(Role.UNKNOWN))

    assert (found.visit, found.confidence) == (None, 0.0)
    assert found.in_words("en") == "This number is not used for tracking."


def test_an_overflow_number_is_seen_by_several_at_once() -> None:
    leases = [lent("vis_a", 3 * MINUTE), lent("vis_b", 2 * MINUTE)]
    visits = seen("vis_a", 10 * SECOND) | seen("vis_b", 10 * SECOND)

    found = attribute(a_ring(Role.OVERFLOW, source="src_pool"), leases, visits)

    assert weights(found)["vis_a"] == weights(found)["vis_b"] < 0.5
    assert found.visit is None
    assert found.source == "src_pool"
    assert found.in_words("en").startswith("This is the overflow number")


@pytest.mark.parametrize("ring", [a_ring(Role.OVERFLOW), a_ring(printed=True)])
@pytest.mark.parametrize("ago", [5 * SECOND, 5 * MINUTE, HOUR])
def test_the_only_visit_that_saw_a_number_which_is_also_printed_is_not_credited(
    ring: Ring, ago: timedelta
) -> None:
    found = attribute(ring, [lent("vis_a", ago + MINUTE)], seen("vis_a", ago))

    assert (found.visit, found.confidence) == (None, 0.0)
    assert found.candidates[0].is_nobody


def test_a_number_that_only_one_visit_ever_saw_is_credited_for_a_day() -> None:
    ago = 24 * HOUR
    visits = seen("vis_a", ago)

    alone = attribute(a_ring(), [lent("vis_a", ago)], visits)
    others = [lent(f"vis_{days}", days * DAY) for days in range(2, 12)]
    many = attribute(a_ring(), [lent("vis_a", ago), *others], visits)

    assert alone.visit == "vis_a"
    assert alone.in_words() == (
        "Le visiteur a vu ce numéro 1 jour avant l'appel et a pu le noter. "
        "Aucune autre visite n'est vraisemblable."
    )
    assert many.visit is None


def test_the_more_visits_had_a_number_the_more_of_its_calls_none_of_them_explains() -> None:
    leases, visits = on_page()

    def nobody(earlier: int) -> float:
        older = [lent(f"vis_{each}", 29 * DAY + each * MINUTE) for each in range(earlier)]
        found = attribute(a_ring(), [*leases, *older], visits)
        return weights(found)[None]

    def unread(leases_a_day: float) -> float:
        reach = Reach(since=NOW - 40 * DAY, began=NOW - 50 * DAY, leases_a_day=leases_a_day)
        return weights(attribute(a_ring(reach=reach), leases, visits))[None]

    assert nobody(0) < nobody(2) < nobody(50)
    assert nobody(0) < unread(0.5) < unread(5)


def test_an_overflow_number_of_which_nobody_kept_visits_has_nobody() -> None:
    found = attribute(a_ring(Role.OVERFLOW, source="src_pool"))

    assert (found.visit, found.confidence, found.source) == (None, 0.0, "src_pool")


def test_a_number_rung_again_is_the_visit_s_it_was_rung_for_first() -> None:
    leases, visits = on_page("vis_b")

    found = attribute(
        a_ring(),
        [*leases, lent("vis_a", 3 * DAY)],
        visits | seen("vis_a", 3 * DAY),
        [rang("vis_a", 3 * DAY)],
    )

    assert found.visit == "vis_a"
    assert found.confidence == pytest.approx(0.98 * 0.9, abs=0.01)
    assert "3 jours plus tôt" in found.in_words()


def test_a_number_rung_again_and_again_is_the_visit_s_for_half_a_year_and_no_longer() -> None:
    first, second = rang("vis_a", 200 * DAY), rang("vis_a", 150 * DAY, first_at=NOW - 200 * DAY)

    of_that_time = attribute(a_ring(), past=[rang("vis_a", 150 * DAY)])
    too_late = attribute(a_ring(), past=[first, second])
    on_hold = attribute(a_ring(), *on_page("vis_b"), past=[first, second])

    assert (of_that_time.visit, of_that_time.first_at) == ("vis_a", NOW - 150 * DAY)
    assert (too_late.visit, too_late.first_at) == (None, None)
    # They found it in their telephone: whoever has the page open has not rung.
    assert on_hold.visit is None
    assert weights(on_hold)[None] == pytest.approx(0.98, abs=0.01)


def test_a_visitor_who_is_back_on_the_page_begins_anew() -> None:
    earlier = rang("vis_a", 150 * DAY)

    back = attribute(a_ring(), *on_page(), past=[earlier])
    away = attribute(a_ring(), [lent("vis_a", 150 * DAY)], seen("vis_a", 150 * DAY), [earlier])

    assert (back.visit, back.first_at) == ("vis_a", NOW)
    assert (away.visit, away.first_at) == ("vis_a", earlier.at)


def test_a_number_rung_again_that_was_a_riddle_stays_one() -> None:
    found = attribute(a_ring(), past=[rang(None, DAY)])

    assert (found.visit, weights(found)) == (None, {None: 1.0})


def test_a_caller_known_from_another_number_is_known_by_the_visit() -> None:
    leases = [lent("vis_a", 40 * MINUTE), lent("vis_b", 80 * MINUTE)]
    visits = seen("vis_a", 30 * MINUTE) | seen("vis_b", 70 * MINUTE)
    earlier = rang("vis_b", DAY, number="+33162019999")

    stranger = attribute(a_ring(), leases, visits)
    known = attribute(a_ring(), leases, visits, [earlier])

    assert weights(known)["vis_b"] > 3 * weights(stranger)["vis_b"]


@pytest.mark.parametrize(
    "past",
    [
        pytest.param([rang("vis_b", 181 * DAY)], id="too long ago"),
        pytest.param([rang("vis_b", -SECOND)], id="after this call"),
    ],
)
def test_some_earlier_calls_say_nothing(past: list) -> None:  # type: ignore[type-arg]
    assert attribute(a_ring(), *on_page(), past) == attribute(a_ring(), *on_page())


def claimed(ago: timedelta, caller: str | None, sure: float = 0.99) -> dict:  # type: ignore[type-arg]
    """Return a visit on the page, which somebody's call was credited to."""
    call = Credited(at=NOW - ago, caller=caller, confidence=sure)
    return {"vis_a": replace(on_page()[1]["vis_a"], calls=(call,))}


@pytest.mark.parametrize(
    ("caller", "visits", "left"),
    [
        pytest.param("hash-1", claimed(MINUTE, "hash-2"), 0.01, id="another caller's"),
        pytest.param("hash-1", claimed(MINUTE, "hash-2", 0.6), 0.4, id="perhaps another's"),
        pytest.param("hash-1", claimed(MINUTE, None), 0.01, id="of somebody who hides"),
        pytest.param(None, claimed(MINUTE, "hash-2"), 0.01, id="of somebody who hides not"),
        pytest.param("hash-1", claimed(MINUTE, "hash-1"), 1, id="the caller's own"),
        pytest.param(None, claimed(MINUTE, None), 1, id="perhaps the caller's own"),
        pytest.param("hash-1", claimed(2 * DAY, "hash-2"), 1, id="of another day"),
        pytest.param("hash-1", claimed(-MINUTE, "hash-2"), 1, id="that came later"),
    ],
)
def test_a_visit_that_was_another_caller_s_just_now_is_hardly_this_one_s(
    caller: str | None,
    visits: dict,  # type: ignore[type-arg]
    left: float,
) -> None:
    def odds(visits: dict) -> float:  # type: ignore[type-arg]
        found = attribute(a_ring(caller=caller), [lent("vis_a", 3 * MINUTE)], visits)
        mine, nobody = (each.weight for each in sorted(found.candidates, key=lambda c: c.is_nobody))
        return mine / nobody

    assert odds(visits) == pytest.approx(left * odds(on_page()[1]))


def test_a_caller_who_is_known_by_a_visit_keeps_it_whoever_else_rang() -> None:
    visits, mine = claimed(MINUTE, "hash-2"), rang("vis_a", DAY, number="+33162019999")

    assert attribute(a_ring(), on_page()[0], visits, [mine]).visit == "vis_a"


def test_a_withheld_number_has_no_past_and_is_less_sure() -> None:
    leases, visits = [lent("vis_a", 30 * MINUTE)], seen("vis_a", 10 * MINUTE)
    older = [lent(f"vis_{at}", at * HOUR) for at in range(2, 40)]

    withheld = attribute(a_ring(caller=None), [*leases, *older], visits, [rang("vis_5", HOUR)])
    shown = attribute(a_ring(), [*leases, *older], visits)

    assert withheld.visit == "vis_a"
    assert withheld.confidence < shown.confidence
    assert withheld.in_words().endswith("les appels précédents ne peuvent pas aider.")


def test_an_erased_visit_competes_and_has_no_journey() -> None:
    leases, visits = [lent("vis_a", 40 * MINUTE)], seen("vis_a", 30 * MINUTE)
    erased = lent(None, 2 * MINUTE, id="lea_gone", source="ads")

    found = attribute(a_ring(), [*leases, erased], visits)

    assert (found.visit, found.confidence) == (None, 0.0)
    assert found.candidates[0].lease == "lea_gone"
    assert "effacée à sa demande" in found.candidates[0].reason.in_words()
    assert found.by_source()["ads"] > 0.9


def test_the_source_may_be_sure_where_the_visit_is_not() -> None:
    leases = [lent(f"vis_{at}", at * HOUR, source="ads") for at in range(1, 6)]
    visits = {
        each: visit for at in range(1, 6) for each, visit in seen(f"vis_{at}", at * HOUR).items()
    }

    found = attribute(a_ring(), leases, visits, behaviour=Behaviour(strays_per_day=0.001))

    assert found.visit is None
    assert found.by_source()["ads"] > 0.8


@pytest.mark.parametrize("ago", [MINUTE, 3 * HOUR, 12 * DAY])
def test_a_number_that_a_source_s_visits_share_is_the_source_s_till_another_gets_it(
    ago: timedelta,
) -> None:
    shared = lent("pool~ads", 40 * DAY, shared=True, source="ads")
    visits = seen("pool~ads", ago)

    held = attribute(a_ring(), [shared], visits)
    lost = attribute(a_ring(), [shared, lent("pool~tv", MINUTE / 2, shared=True)], visits)

    assert (held.visit, held.source) == ("pool~ads", "ads")
    assert held.confidence > 0.95
    assert lost.visit != "pool~ads"
    assert held.in_words("en").startswith("This number is shown to the visitors of one source")


def test_of_sources_that_had_a_number_the_others_are_told_as_sources() -> None:
    leases = [
        lent("pool~ads", 3 * HOUR, shared=True),
        lent("pool~tv", 6 * HOUR, shared=True),
        lent("pool~radio", 9 * HOUR, shared=True),
    ]

    two, three = (attribute(a_ring(), leases[:count]) for count in (2, 3))

    assert two.visit == three.visit == "pool~ads"
    assert two.in_words().endswith("Une autre source a eu ce numéro, et a pu amener l'appel.")
    assert three.in_words("en").endswith(
        "2 other sources had this number, and may have brought the call."
    )


def test_visitors_who_come_after_the_call_hide_when_a_source_s_last_one_came_before_it() -> None:
    shared = lent("pool~ads", 60 * DAY, shared=True)

    found = attribute(a_ring(), [shared], seen("pool~ads", -HOUR))

    assert found.visit == "pool~ads"


def test_a_visitor_with_two_tabs_is_one_candidate() -> None:
    leases = [lent("vis_a", 3 * MINUTE), lent("vis_a", 2 * MINUTE)]

    found = attribute(a_ring(), leases, seen("vis_a", 5 * SECOND, 3 * MINUTE, 2 * MINUTE))

    assert [each.visit for each in found.candidates] == ["vis_a", None]


@pytest.mark.parametrize("ahead", [SECOND, HOUR, 400 * DAY])
def test_signs_of_life_from_the_future_do_no_harm(ahead: timedelta) -> None:
    leases = [lent("vis_a", 3 * MINUTE), lent("vis_b", -ahead)]

    found = attribute(a_ring(), leases, seen("vis_a", -ahead) | seen("vis_b", ahead))

    assert found.visit == "vis_a"


def test_a_page_viewed_before_and_after_the_call_was_open_meanwhile() -> None:
    leases = [lent("vis_a", 30 * MINUTE)]

    found = attribute(a_ring(), leases, seen("vis_a", -5 * MINUTE, 30 * MINUTE, 9 * MINUTE))

    assert found.reason[0].why == "on-page"


def test_what_a_visitor_saw_after_losing_the_number_is_no_sight_of_it() -> None:
    leases = [lent("vis_a", 2 * HOUR), lent("vis_b", 30 * MINUTE)]
    visits = seen("vis_a", 5 * SECOND, 2 * HOUR) | seen("vis_b", 12 * MINUTE)

    found = attribute(a_ring(), leases, visits)

    assert found.visit == "vis_b"


def test_leases_that_nobody_read_make_it_less_sure() -> None:
    leases, visits = [lent("vis_a", 30 * MINUTE)], seen("vis_a", 10 * MINUTE)
    reach = Reach(since=NOW - HOUR, began=NOW - 20 * DAY, leases_a_day=40)

    all_read = attribute(a_ring(), leases, visits)
    some_read = attribute(a_ring(reach=reach), leases, visits)

    assert some_read.confidence < all_read.confidence


@pytest.mark.parametrize(("age", "candidates"), [(30 * DAY, 2), (30 * DAY + SECOND, 1)])
def test_the_window_has_an_end(age: timedelta, candidates: int) -> None:
    found = attribute(a_ring(), [lent("vis_a", age)], seen("vis_a", age))

    assert len(found.candidates) == candidates


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"strays_per_day": 0.0}, "/strays_per_day"),
        ({"strays_per_day": float("nan")}, "/strays_per_day"),
        ({"redial_share": 1.0}, "/redial_share"),
        ({"misdialled_share": 1.0}, "/misdialled_share"),
        ({"hold": timedelta(0)}, "/hold"),
    ],
)
def test_a_behaviour_that_cannot_be_is_refused_by_name(facts: dict, pointer: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Rejected) as refused:
        Behaviour(**facts)

    assert [each.pointer for each in refused.value.faults] == [pointer]
