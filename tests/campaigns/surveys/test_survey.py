"""Surveys as documents: every fault at once, and a way through them that always ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.campaigns.surveys.reading import SurveyRefused, judge, parse, written
from chalicelib.campaigns.surveys.survey import Condition, Kind
from chalicelib.campaigns.surveys.versions import Archived, Kept, archived, changed, published
from chalicelib.kernel.errors import Stale
from tests.campaigns.surveys.builders import DOCUMENT, NOON, a_survey


def faults_of(document: Any) -> dict[str, str]:
    return {each.pointer: each.reason for each in judge(document)[1]}


def question(**fields: Any) -> dict[str, Any]:
    return {"key": "nps", "kind": "nps", "text": "De 0 à 10 ?", **fields}


def of(*questions: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "Enquête", "questions": list(questions), **fields}


def test_a_survey_is_written_as_it_reads() -> None:
    survey = a_survey()

    assert parse(written(survey)) == survey
    assert survey.questions[1].labels("en-GB")[0] == ("in_time", "In time")
    assert survey.questions[0].text("de-DE") == "De 0 à 10, nous recommanderiez-vous ?"


def test_a_text_alone_is_in_the_survey_s_one_language() -> None:
    survey = parse(of(question()))

    assert survey.languages == ("fr",)
    assert survey.questions[0].text("fr-FR") == "De 0 à 10 ?"


def test_every_fault_is_told_at_once_where_it_stands() -> None:
    wrong = of(
        question(when=[{"question": "later", "at_most": 3}]),
        question(),
        question(key="Big", kind="stars"),
        question(key="pick", kind="choice"),
        question(key="one", kind="choice", choices=[{"key": "a", "label": "A"}]),
        question(key="free", kind="speech", seconds=1, choices=[]),
        question(key="late", when=[{"question": "nps", "at_least": 9, "at_most": 2}]),
        question(key="odd", when=[{"question": "nps", "one_of": ["a"]}, {"question": "free"}]),
        question(key="none", when=[{"question": "nps", "answered": False, "at_most": 3}]),
        question(key="two", text={"fr": "a", "it": "b"}),
        languages=["fr", "en", "fr"],
        colour="blue",
    )

    assert faults_of(wrong) == {
        "/colour": "unknown field; known here: name, questions, languages, introduction, thanks",
        "/languages": "names a language twice",
        "/questions/0/text": "must have a text for each language: fr, en",
        "/questions/0/when/0/question": "'later' is not the key of an earlier question",
        "/questions/1/key": "'nps' is the key of an earlier question already",
        "/questions/1/text": "must have a text for each language: fr, en",
        "/questions/2/key": "must be a key: a small letter, then small letters, digits and _, at"
        " most 30, not 'Big'",
        "/questions/2/kind": "must be one of nps, csat, ces, choice, speech, not 'stars'",
        "/questions/2/text": "must have a text for each language: fr, en",
        "/questions/3": "`choices` is missing",
        "/questions/3/text": "must have a text for each language: fr, en",
        "/questions/4/choices": "must be 2 to 9 choices, not 1",
        "/questions/4/choices/0/label": "must have a text for each language: fr, en",
        "/questions/4/text": "must have a text for each language: fr, en",
        "/questions/5/choices": "does nothing: only a question of kind choice has any",
        "/questions/5/seconds": "must be a whole number from 5 to 300, not 1",
        "/questions/5/text": "must have a text for each language: fr, en",
        "/questions/6/text": "must have a text for each language: fr, en",
        "/questions/6/when/0/at_most": "nothing is at least 9 and at most 2",
        "/questions/7/text": "must have a text for each language: fr, en",
        "/questions/7/when/0/one_of": "'nps' is not answered by a choice",
        "/questions/7/when/1": "says nothing: give at_least, at_most, one_of or answered",
        "/questions/8/text": "must have a text for each language: fr, en",
        "/questions/8/when/0/answered": "no answer meets other conditions",
        "/questions/9/text": "`en` is missing",
        "/questions/9/text/it": "unknown field; known here: fr, en",
    }


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], ""),
        ({}, ""),
        (of(), "/questions"),
        (of(*[question(key=f"q{at}") for at in range(31)]), "/questions"),
        (of(question(), languages=[]), "/languages"),
        (of(question(text=" ")), "/questions/0/text"),
        (of(question(text="a" * 401)), "/questions/0/text"),
        (of(question(), question(key="b", when=[{"question": "nps", "at_least": 11}])),
         "/questions/1/when/0/at_least"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(document: Any, pointer: str) -> None:
    assert pointer in faults_of(document)
    with pytest.raises(SurveyRefused):
        parse(document)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["name", "questions", "key", "kind", "text", "when",
                                       "choices", "languages", "question"]), inner, max_size=4),
    max_leaves=20,
))  # fmt: skip
def test_whatever_is_sent_gets_faults_and_no_failure(document: Any) -> None:
    survey, faults = judge(document)

    assert faults or parse(written(survey)) == survey


KINDS = st.sampled_from(list(Kind))


@st.composite
def surveys(draw: Any) -> dict[str, Any]:
    """Any survey that can be asked: each question may hang on any that come before."""
    asked: list[dict[str, Any]] = []
    for at in range(draw(st.integers(1, 6))):
        kind = draw(KINDS)
        each: dict[str, Any] = {"key": f"q{at}", "kind": kind.value, "text": f"Question {at} ?"}
        if kind is Kind.CHOICE:
            each["choices"] = [{"key": name, "label": name} for name in ("a", "b", "c")]
        if asked and draw(st.booleans()):
            each["when"] = [draw(conditions(draw(st.sampled_from(asked))))]
        asked.append(each)
    return of(*asked)


def conditions(earlier: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    said: list[st.SearchStrategy[dict[str, Any]]] = [
        st.booleans().map(lambda told: {"answered": told})
    ]
    if earlier["kind"] in ("nps", "csat", "ces"):
        said.append(st.integers(1, 5).map(lambda most: {"at_most": most}))
        said.append(st.integers(1, 5).map(lambda least: {"at_least": least}))
    if earlier["kind"] == "choice":
        said.append(st.just({"one_of": ["a", "b"]}))
    return st.one_of(said).map(lambda each: {"question": earlier["key"], **each})


def answer_to(each: Any, pick: int) -> int | str | None:
    if pick == 0:
        return None
    if each.form == "scale":
        return int(each.least + pick % (each.most - each.least + 1))
    return "abc"[pick % 3]


@given(surveys(), st.lists(st.integers(0, 20), min_size=6, max_size=6))
def test_every_way_through_a_survey_ends_and_asks_nothing_twice(
    document: dict[str, Any], picks: list[int]
) -> None:
    survey = parse(document)
    answers: dict[str, int | str] = {}
    asked: list[str] = []
    following = survey.following("", answers)
    while following is not None:
        assert all(each.holds(answers) for each in following.when)
        asked.append(following.key)
        given_answer = answer_to(following, picks[len(asked) - 1])
        if given_answer is not None:
            answers[following.key] = given_answer
        following = survey.following(following.key, answers)

    keys = [each.key for each in survey.questions]
    assert asked == [key for key in keys if key in set(asked)]
    left_out = [each for each in survey.questions if each.key not in asked]
    assert all(not all(c.holds(answers) for c in each.when) for each in left_out)


def test_a_condition_on_what_was_not_asked_does_not_hold() -> None:
    assert not Condition(question="nps", at_most=10).holds({})
    assert Condition(question="nps", answered=False).holds({})
    assert Condition(question="nps", answered=True).holds({"nps": 0})
    assert not Condition(question="nps", answered=False).holds({"nps": 0})


def a_kept(**fields: Any) -> Kept:
    values: dict[str, Any] = {
        "survey_id": "srv_1",
        "account_id": "acct_1",
        "draft": DOCUMENT,
        "created_at": NOON,
        "updated_at": NOON,
        **fields,
    }
    return Kept(**values)


def test_a_question_stays_the_same_from_version_to_version() -> None:
    asked = DOCUMENT["questions"]
    shuffled = {**asked[1], "choices": asked[1]["choices"][::-1]}
    other_kind = {**asked[0], "kind": "ces"}
    draft = {**DOCUMENT, "questions": [other_kind, shuffled]}

    with pytest.raises(SurveyRefused) as refused:
        published(a_kept(draft=draft, version=1, revision=2), 2, a_survey(), NOON)

    assert [(each.pointer, each.reason) for each in refused.value.faults] == [
        ("/questions/0", "was of kind nps in the version before: give the question another key"),
        (
            "/questions/1",
            "had the choices in_time, late, never in the version before; only more may follow:"
            " give the question another key",
        ),
    ]


def test_questions_may_go_come_and_get_more_choices() -> None:
    asked = DOCUMENT["questions"]
    more = [*asked[1]["choices"], {"key": "other", "label": {"fr": "Autre", "en": "Other"}}]
    draft = {**DOCUMENT, "questions": [{**asked[1], "choices": more}, {**asked[0], "key": "nps2"}]}

    after = published(a_kept(draft=draft, version=1, revision=2), None, a_survey(), NOON)

    assert (after.version, after.published_revision) == (2, 2)


def test_what_somebody_else_changed_or_is_put_away_is_not_changed() -> None:
    with pytest.raises(Stale):
        changed(a_kept(revision=2), {}, 1, NOON)
    with pytest.raises(Archived):
        changed(archived(a_kept(), NOON), {}, 1, NOON)
    with pytest.raises(Archived):
        published(archived(a_kept(), NOON), 1, None, NOON)
    assert archived(archived(a_kept(), NOON), NOON) == archived(a_kept(), NOON)
