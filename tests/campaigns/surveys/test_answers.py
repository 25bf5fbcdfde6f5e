"""What people answered: kept once, corrected, counted; and the scores of it."""

from __future__ import annotations

from collections import Counter
from math import comb
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.surveys import results, scoring, usecases
from chalicelib.campaigns.surveys.answers import ABOUT, By, counts, folded, read, taken
from tests.campaigns.surveys.builders import a_survey, told
from tests.fakes.surveys import SurveysInMemory

if TYPE_CHECKING:
    from chalicelib.campaigns.surveys.answers import Counts, Told

SURVEY = a_survey()
VALUES = {
    "nps": st.integers(0, 11).map(str),
    "visit": st.sampled_from(["in_time", "late", "never", "maybe"]),
    "care": st.integers(0, 6).map(str),
    "effort": st.integers(0, 8).map(str),
    "why": st.sampled_from(["RE1", "RE2"]),
    "gone": st.just("1"),
}


@st.composite
def tellings(draw: st.DrawFn) -> list[Told]:
    """What three people tell in any order, each thing once or more."""
    found = []
    for _ in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(["CA1", "CA2", "CA3"]))
        what = draw(st.sampled_from(["begun", "answer", "answer", "answer", "finished"]))
        key = draw(st.sampled_from(list(VALUES))) if what == "answer" else ""
        answer = draw(VALUES[key]) if key else ""
        about = {"agent": f"agt_{name}", "segment": "Lyon", "secret": "x"}
        minutes = draw(st.integers(0, 2_000))
        found.append(told(what, minutes, respondent=name, question=key, answer=answer, about=about))
    return found


@given(tellings(), st.integers(0, 3))
def test_counters_are_always_the_sum_of_what_is_answered(told: list[Told], again: int) -> None:
    store = SurveysInMemory()
    for each in (*told, *told[:again]):
        usecases.take(each, lambda _: SURVEY, store)

    kept = store.responses("acct_1", "srv_1", 10).items
    everything: Counts = Counter()
    for by in By:
        everything.update(store.counts("acct_1", "srv_1", by, "2026-01-01", "2027-12-31"))

    assert everything == folded(kept, SURVEY)
    assert min(everything.values(), default=1) > 0
    assert all(set(each.about) <= set(ABOUT) for each in kept)


@given(tellings().flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_what_is_answered_does_not_depend_on_the_order_in_which_it_is_heard_of(
    both: tuple[list[Told], list[Told]],
) -> None:
    def given_in(order: list[Told]) -> dict[str, tuple[dict[str, int | str], bool]]:
        # Two answers of the same instant are told in either order: the one heard of last holds.
        distinct = {(each.respondent, each.question, each.at): each for each in both[0]}
        kept = {id(each) for each in distinct.values()}
        found = {}
        for name in ("CA1", "CA2", "CA3"):
            response = None
            for each in (each for each in order if each.respondent == name and id(each) in kept):
                response = taken(response, each, SURVEY)
            if response is not None:
                found[name] = (dict(response.given), response.finished_at is not None)
        return found

    assert given_in(both[0]) == given_in(both[1])


@pytest.mark.parametrize(
    ("key", "written", "answer"),
    [
        ("nps", "0", 0),
        ("nps", "10", 10),
        ("nps", "11", None),
        ("nps", "-1", None),
        ("nps", "", None),
        ("nps", "neuf", None),
        ("care", "0", None),
        ("care", "5", 5),
        ("effort", "7", 7),
        ("visit", "late", "late"),
        ("visit", "1", None),
        ("why", "RE1", "RE1"),
        ("why", "", None),
    ],
)
def test_answers_are_what_their_question_takes(
    key: str, written: str, answer: int | str | None
) -> None:
    question = SURVEY.question(key)
    assert question is not None

    assert read(question, written) == answer


def test_what_is_no_answer_begins_nothing() -> None:
    assert taken(None, told(question="nps", answer="99"), SURVEY) is None
    assert taken(None, told(question="none", answer="9"), SURVEY) is None


def test_the_survey_as_a_whole_is_counted_too() -> None:
    store = SurveysInMemory()
    for each in (
        told("begun"),
        told(question="nps", answer="9"),
        told("finished", 2),
        told("begun", respondent="CA2"),
    ):
        usecases.take(each, lambda _: SURVEY, store)

    (everybody,) = results.results(
        store.counts("acct_1", "srv_1", By.ALL, "2026-12-01", "2026-12-01"), SURVEY
    )

    assert (everybody.begun, everybody.answered, everybody.finished) == (2, 1, 1)
    assert everybody.completion_percent == 50.0
    assert results.nobody(SURVEY).completion_percent is None


def test_each_kind_of_question_has_its_own_score() -> None:
    store = SurveysInMemory()
    for at, (nps, care, effort) in enumerate(((10, 5, 7), (9, 4, 6), (7, 3, 2), (3, 1, 1))):
        name = f"CA{at}"
        for key, value in (("nps", nps), ("care", care), ("effort", effort)):
            usecases.take(
                told(question=key, answer=str(value), respondent=name), lambda _: SURVEY, store
            )
    usecases.take(told(question="visit", answer="late"), lambda _: SURVEY, store)

    (found,) = results.results(
        store.counts("acct_1", "srv_1", By.ALL, "2026-12-01", "2026-12-01"), SURVEY
    )
    nps_, visit, care_, effort_, why = found.questions

    assert nps_.nps is not None
    assert (nps_.nps.score, nps_.nps.promoters, nps_.nps.passives, nps_.nps.detractors) == (
        25.0,
        2,
        1,
        1,
    )
    assert (care_.satisfied_percent, effort_.mean, why.count) == (50.0, 4.0, 0)
    assert [(bar.label, bar.count) for bar in visit.bars] == [
        ("À l'heure", 0),
        ("En retard", 1),
        ("Jamais", 0),
    ]
    assert [len(each.bars) for each in found.questions] == [11, 3, 5, 7, 0]


def test_an_answer_that_a_survey_does_not_know_counts_for_nothing() -> None:
    response = taken(None, told(question="nps", answer="9"), SURVEY)
    other = a_survey({"name": "Autre", "questions": [
        {"key": "nps", "kind": "csat", "text": "?"}]})  # fmt: skip

    assert {key.question for key in counts(response, other)} == {""}


def exactly_covered(n: int, promoters: float, detractors: float) -> float:
    """How likely the interval holds the true score: the sum over all that n people may answer."""
    true, passives = 100 * (promoters - detractors), 1 - promoters - detractors
    covered = 0.0
    for up in range(n + 1):
        for down in range(n - up + 1):
            answered = [down, 0, 0, 0, 0, 0, 0, n - up - down, 0, up, 0]
            found = scoring.nps(answered)
            assert found is not None
            if found.low <= true <= found.high:
                ways = comb(n, up) * comb(n - up, down)
                covered += ways * promoters**up * detractors**down * passives ** (n - up - down)
    return covered


@pytest.mark.parametrize("n", [10, 40])
@pytest.mark.parametrize("share", [(0.5, 0.2), (0.7, 0.1), (0.3, 0.3), (0.15, 0.6)])
def test_the_interval_holds_the_true_score_about_as_often_as_it_says(
    n: int, share: tuple[float, float]
) -> None:
    assert 0.92 <= exactly_covered(n, *share) <= 0.99


@given(st.lists(st.integers(0, 30), min_size=11, max_size=11).filter(any))
def test_the_score_lies_in_its_interval_and_the_interval_within_bounds(slots: list[int]) -> None:
    found = scoring.nps(slots)

    assert found is not None
    assert -100 <= found.low < found.high <= 100
    assert found.promoters + found.passives + found.detractors == sum(slots)


def test_of_no_answers_there_is_no_score() -> None:
    nothing = [0] * 11

    assert (scoring.nps(nothing), scoring.satisfied(nothing), scoring.mean(nothing)) == (
        None,
        None,
        None,
    )
