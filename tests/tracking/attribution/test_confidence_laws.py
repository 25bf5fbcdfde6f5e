"""What holds of every attribution, whatever the leases, visits and earlier calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tracking.attribution import (
    Attribution,
    Behaviour,
    Credited,
    Lease,
    PastCall,
    Reach,
    Ring,
    Role,
    Visit,
    attribute,
)
from chalicelib.tracking.attribution.curves import ENDS, Curve, descending
from chalicelib.tracking.attribution.reasons import TEXTS, Why
from tests.tracking.attribution.rings import SECOND, a_ring, lent, rang
from tests.tracking.builders import NOW, NUMBER, OTHER

if TYPE_CHECKING:
    import random

# From the future to beyond the window, and densest around the call.
agos = st.one_of(
    st.integers(-100, 5000), st.integers(-100_000, 3_000_000), st.integers(-(10**9), 10**9)
).map(lambda seconds: timedelta(seconds=seconds))
names = st.sampled_from(["vis_a", "vis_b", "vis_c", "vis_d"])
leases = st.lists(
    st.builds(lent, st.none() | names, agos, id=st.uuids().map(str)), max_size=8
) | st.lists(st.builds(lent, names, agos, id=st.uuids().map(str), shared=st.just(True)), max_size=8)
credited = st.builds(
    lambda ago, caller, sure: Credited(at=NOW - ago, caller=caller, confidence=sure),
    agos,
    st.sampled_from([None, "hash-1", "hash-2"]),
    st.floats(0, 1),
)
visits = st.dictionaries(
    names,
    st.builds(
        lambda ago, pages, calls: Visit(
            id="", last_seen=NOW - ago, pages=tuple(NOW - each for each in pages), calls=calls
        ),
        agos,
        st.lists(agos, max_size=4),
        st.lists(credited, max_size=3).map(tuple),
    ),
)
pasts = st.lists(
    st.builds(
        lambda visit, ago, number, sure: rang(visit, ago, number=number, confidence=sure),
        st.none() | names,
        agos,
        st.sampled_from([NUMBER, OTHER]),
        st.floats(0, 1),
    ),
    max_size=4,
)
reaches = st.none() | st.builds(
    lambda since, began, often: Reach(since=NOW - since, began=NOW - began, leases_a_day=often),
    agos,
    agos,
    st.floats(0, 1000),
)
rings = st.builds(
    lambda role, caller, reach, printed: a_ring(role, caller=caller, reach=reach, printed=printed),
    st.sampled_from(Role),
    st.sampled_from([None, "hash-1"]),
    reaches,
    st.booleans(),
)
curves = st.lists(st.floats(1e-9, 1e3), min_size=len(ENDS), max_size=len(ENDS)).map(
    lambda heights: Curve(descending(heights, [1.0] * len(heights)))
)
behaviours = st.builds(Behaviour, curve=curves, strays_per_day=st.floats(1e-6, 100))


def weight_of(found: Attribution, who: str) -> float:
    return sum(each.weight for each in found.candidates if who in (each.visit, each.lease))


@given(rings, leases, visits, pasts, behaviours)
def test_weights_add_up_to_one_and_nobody_is_among_them(
    ring: Ring, lent: list[Lease], seen: dict[str, Visit], past: list[PastCall], how: Behaviour
) -> None:
    found = attribute(ring, lent, seen, past, how)

    assert 0 <= found.confidence <= 1
    if found.candidates:
        assert sum(each.weight for each in found.candidates) == pytest.approx(1)
        assert sum(each.is_nobody for each in found.candidates) == 1
        assert all(each.weight >= 0 for each in found.candidates)
    for language in TEXTS:
        assert found.in_words(language)
        assert all(each.reason.in_words(language) for each in found.candidates)


@given(rings, leases, visits, pasts, st.randoms(use_true_random=False))
def test_the_order_of_history_does_not_matter(
    ring: Ring,
    lent: list[Lease],
    seen: dict[str, Visit],
    past: list[PastCall],
    dice: random.Random,
) -> None:
    shuffled, earlier = lent * 2, list(past)
    dice.shuffle(shuffled)
    dice.shuffle(earlier)

    assert attribute(ring, shuffled, seen, earlier) == attribute(ring, lent, seen, past)


# A lease in between two others also proves that the earlier visitor had gone silent, which may
# leave more to a third one. Where it proves nothing of anybody, it can only take.
@given(rings, leases, visits, pasts, behaviours, st.integers(1, 10**6))
def test_an_older_candidate_never_makes_another_likelier(
    ring: Ring,
    lent_: list[Lease],
    seen: dict[str, Visit],
    past: list[PastCall],
    how: Behaviour,
    older: int,
) -> None:
    oldest = min([NOW, *(each.since for each in lent_)])
    new = Lease(id="new", since=oldest - older * SECOND, visit="vis_new")

    before = attribute(ring, lent_, seen, past, how)
    after = attribute(ring, [*lent_, new], seen, past, how)

    assert_nobody_gained(before, after)


@given(leases, visits, pasts, behaviours, agos)
def test_among_those_who_saw_an_overflow_number_nobody_makes_another_likelier(
    lent_: list[Lease], seen: dict[str, Visit], past: list[PastCall], how: Behaviour, ago: timedelta
) -> None:
    ring, new = a_ring(Role.OVERFLOW), lent("vis_new", ago, id="new")

    before = attribute(ring, lent_, seen, past, how)
    after = attribute(ring, [*lent_, new], seen, past, how)

    assert_nobody_gained(before, after)


@given(leases, visits, behaviours)
def test_whoever_has_the_number_now_takes_from_all_who_had_it_before(
    lent_: list[Lease], seen: dict[str, Visit], how: Behaviour
) -> None:
    earlier = [each for each in lent_ if each.since < NOW]
    new = lent("vis_new", timedelta(0), id="new")

    before = attribute(a_ring(), earlier, seen, (), how)
    after = attribute(a_ring(), [*earlier, new], seen, (), how)

    assert_nobody_gained(before, after)


@given(rings, leases, visits, pasts, behaviours, credited)
def test_a_call_of_somebody_else_s_never_makes_its_visit_likelier(
    ring: Ring,
    lent_: list[Lease],
    seen: dict[str, Visit],
    past: list[PastCall],
    how: Behaviour,
    call: Credited,
) -> None:
    more = {name: replace(each, calls=(*each.calls, call)) for name, each in seen.items()}
    last = dict(list(more.items())[:1])

    before = attribute(ring, lent_, seen, past, how)
    after = attribute(ring, lent_, seen | last, past, how)

    for visit in last:
        assert weight_of(after, visit) <= weight_of(before, visit) + 1e-12


def assert_nobody_gained(before: Attribution, after: Attribution) -> None:
    for each in before.candidates:
        who = each.visit or each.lease
        if who is not None:
            assert weight_of(after, who) <= each.weight + 1e-12


delays = st.lists(st.integers(0, 3_000_000), min_size=2, max_size=6).map(sorted)


@given(behaviours, delays, st.sampled_from([None, "hash-1"]), reaches)
def test_the_later_the_call_the_less_sure_it_is(
    how: Behaviour, delays: list[int], caller: str | None, reach: Reach | None
) -> None:
    lease, visit = lent("vis_me", 90 * SECOND), Visit(id="vis_me", last_seen=NOW)
    still = None if reach is None else Reach(since=NOW, began=NOW, leases_a_day=reach.leases_a_day)

    weights = [
        weight_of(
            attribute(
                a_ring(at=NOW + delay * SECOND, caller=caller, reach=still),
                [lease],
                {"vis_me": visit},
                (),
                how,
            ),
            "vis_me",
        )
        for delay in delays
    ]

    assert_descending(weights)


# As above: of a pool's number, when one visitor came may also tell of another.
@given(leases, visits, behaviours, delays)
def test_the_longer_ago_one_saw_the_number_the_less_likely_it_is_they(
    others: list[Lease], seen: dict[str, Visit], how: Behaviour, delays: list[int]
) -> None:
    weights = [
        weight_of(
            attribute(
                a_ring(Role.OVERFLOW),
                [lent("vis_me", delay * SECOND, id="mine"), *others],
                seen | {"vis_me": Visit(id="vis_me", last_seen=NOW - delay * SECOND)},
                (),
                how,
            ),
            "vis_me",
        )
        for delay in delays
    ]

    assert_descending(weights)


def assert_descending(weights: list[float]) -> None:
    assert all(later <= sooner + 1e-12 for sooner, later in pairwise(weights))


@given(st.lists(st.floats(0, 1e6), min_size=1), st.data())
def test_stairs_descend_and_keep_their_volume(heights: list[float], data: st.DataObject) -> None:
    weight = st.floats(0.01, 1e3)
    weights = data.draw(st.lists(weight, min_size=len(heights), max_size=len(heights)))

    level = descending(heights, weights)

    assert list(level) == sorted(level, reverse=True)
    volume = sum(map(lambda each, much: each * much, heights, weights))
    assert sum(map(lambda each, much: each * much, level, weights)) == pytest.approx(volume)


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(set(words) == set(Why) and all(words.values()) for words in TEXTS.values())
