"""Documents of surveys: read with every fault noted at once, and written again. Pure.

A text is given as it is, in the survey's first language, or by language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns import scripts
from chalicelib.campaigns.surveys.survey import (
    FRENCH,
    LANGUAGES,
    SCALES,
    Choice,
    Condition,
    Kind,
    Question,
    Survey,
)
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.reading import Place, flag, matching, one_of, quoted, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.errors import Fault

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
_KEY_MEANING: Final = "a key: a small letter, then small letters, digits and _, at most 30"
MOST_QUESTIONS: Final = 30
MOST_CHOICES: Final = 9  # a key of the telephone each
MOST_CONDITIONS: Final = 10
LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 400
LONGEST_LABEL: Final = 60
_SECONDS: Final = (5, 300)


class SurveyRefused(Rejected):
    """The document is no survey that can be asked: `faults` says where and why, all of it."""

    code = "survey-refused"


def parse(document: object) -> Survey:
    """Read a document. Raises SurveyRefused with every fault found, in order."""
    survey, faults = judge(document)
    if faults:
        raise SurveyRefused("the survey has faults", faults=tuple(faults), count=len(faults))
    return survey


def judge(document: object) -> tuple[Survey, list[Fault]]:
    """Return what can be read of a document, and every fault found, in order."""
    faults: list[Fault] = []
    fields = Place(document, "", faults).fields(
        ("name", "questions"), ("languages", "introduction", "thanks")
    )
    languages = _languages(fields.get("languages"))
    survey = Survey(
        name=text(fields.get("name"), LONGEST_NAME),
        languages=languages,
        introductions=_texts(fields.get("introduction"), languages),
        farewells=_texts(fields.get("thanks"), languages),
        questions=_questions(fields.get("questions"), languages),
    )
    return survey, faults


def written(survey: Survey) -> dict[str, Any]:
    """Write a survey as the document that reads as it."""
    told: dict[str, Any] = {
        "name": survey.name,
        "languages": list(survey.languages),
        "questions": [_written(each) for each in survey.questions],
    }
    texts = {"introduction": survey.introductions, "thanks": survey.farewells}
    return told | {name: dict(value) for name, value in texts.items() if value}


def _written(question: Question) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": question.key,
        "kind": question.kind.value,
        "text": dict(question.texts),
    }
    if question.choices:
        told["choices"] = [
            {"key": each.key, "label": dict(each.label)} for each in question.choices
        ]
    if question.when:
        told["when"] = [_condition_written(each) for each in question.when]
    if question.kind is Kind.SPEECH:
        told["seconds"] = question.seconds
    return told


def _condition_written(condition: Condition) -> dict[str, Any]:
    told = {
        "question": condition.question,
        "at_least": condition.at_least,
        "at_most": condition.at_most,
        "one_of": list(condition.one_of) or None,
        "answered": condition.answered,
    }
    return {name: value for name, value in told.items() if value is not None}


def _languages(place: Place | None) -> tuple[str, ...]:
    if place is None:
        return (FRENCH,)
    known = "one of " + ", ".join(LANGUAGES)
    pattern = re.compile("|".join(LANGUAGES))
    read = [language for each in place.items() if (language := matching(each, pattern, known))]
    if isinstance(place.value, list) and not place.value:
        place.fault("must have at least one language")
    if len(set(read)) != len(read):
        place.fault("names a language twice")
    return tuple(dict.fromkeys(read)) or (FRENCH,)


def _texts(
    place: Place | None, languages: tuple[str, ...], longest: int = LONGEST_TEXT
) -> Mapping[str, str]:
    if place is None:
        return {}
    if longest == LONGEST_TEXT:
        _review_braces(place)
    if not isinstance(place.value, dict):
        read = text(place, longest)
        if read and len(languages) > 1:
            place.fault(f"must have a text for each language: {', '.join(languages)}")
        return {languages[0]: read} if read else {}
    places = place.fields(languages)
    return {name: read for name in languages if (read := text(places.get(name), longest))}


def _review_braces(place: Place) -> None:
    """Find what a text cannot say of a contact."""
    several = isinstance(place.value, dict)
    for each in place.entries().values() if several else (place,):
        for reason in scripts.faults_in(each.value) if isinstance(each.value, str) else ():
            each.fault(reason)


def _questions(place: Place | None, languages: tuple[str, ...]) -> tuple[Question, ...]:
    if place is None:
        return ()
    items = place.items()
    if isinstance(place.value, list) and not items:
        place.fault("must have at least one question")
    if len(items) > MOST_QUESTIONS:
        place.fault(f"has too many questions: {len(items)}, at most {MOST_QUESTIONS}")
        return ()
    read: list[Question] = []
    for item in items:
        question = _question(item, languages, tuple(read))
        if question is not None:
            read.append(question)
    return tuple(read)


def _question(
    place: Place, languages: tuple[str, ...], earlier: tuple[Question, ...]
) -> Question | None:
    fields = place.fields(("key", "kind", "text"), ("choices", "when", "seconds"))
    key = matching(fields.get("key"), KEY, _KEY_MEANING)
    if key and key in {each.key for each in earlier}:
        fields["key"].fault(f"{quoted(key)} is the key of an earlier question already")
        key = ""
    kind = one_of(fields.get("kind"), Kind, Kind.SPEECH)
    texts = _texts(fields.get("text"), languages)
    _review(fields, place, kind)
    question = Question(
        key=key,
        kind=kind,
        texts=texts,
        choices=_choices(fields.get("choices"), languages) if kind is Kind.CHOICE else (),
        when=_conditions(fields.get("when"), earlier),
        seconds=whole(fields.get("seconds"), *_SECONDS, 60) if kind is Kind.SPEECH else 60,
    )
    return question if key else None


def _review(fields: Mapping[str, Place], place: Place, kind: Kind) -> None:
    if kind is Kind.CHOICE and "choices" not in fields:
        place.fault("`choices` is missing")
    if kind is not Kind.CHOICE and "choices" in fields:
        fields["choices"].fault("does nothing: only a question of kind choice has any")
    if kind is not Kind.SPEECH and "seconds" in fields:
        fields["seconds"].fault("does nothing: only a question of kind speech is spoken to")


def _choices(place: Place | None, languages: tuple[str, ...]) -> tuple[Choice, ...]:
    if place is None:
        return ()
    items, keys, read = place.items(), set[str](), []
    if isinstance(place.value, list) and not 2 <= len(items) <= MOST_CHOICES:
        place.fault(f"must be 2 to {MOST_CHOICES} choices, not {len(items)}")
    for item in items[:MOST_CHOICES]:
        fields = item.fields(("key", "label"))
        key = matching(fields.get("key"), KEY, _KEY_MEANING)
        if key in keys:
            fields["key"].fault(f"{quoted(key)} is the key of an earlier choice already")
        keys |= {key}
        read.append(Choice(key, _texts(fields.get("label"), languages, LONGEST_LABEL)))
    return tuple(read)


def _conditions(place: Place | None, earlier: tuple[Question, ...]) -> tuple[Condition, ...]:
    if place is None:
        return ()
    items = place.items()
    if len(items) > MOST_CONDITIONS:
        place.fault(f"has too many conditions: {len(items)}, at most {MOST_CONDITIONS}")
        return ()
    return tuple(_condition(item, earlier) for item in items)


def _condition(place: Place, earlier: tuple[Question, ...]) -> Condition:
    fields = place.fields(("question",), ("at_least", "at_most", "one_of", "answered"))
    key = matching(fields.get("question"), KEY, _KEY_MEANING)
    asked = next((each for each in earlier if each.key == key), None)
    if key and asked is None:
        fields["question"].fault(f"{quoted(key)} is not the key of an earlier question")
    if len(fields) == 1 and "question" in fields:
        place.fault("says nothing: give at_least, at_most, one_of or answered")
    limits = _limits(fields, asked)
    one = _one_of(fields.get("one_of"), asked)
    answered = flag(fields["answered"], True) if "answered" in fields else None
    if answered is False and (fields.keys() & {"at_least", "at_most", "one_of"}):
        fields["answered"].fault("no answer meets other conditions")
    return Condition(
        question=key, at_least=limits[0], at_most=limits[1], one_of=one, answered=answered
    )


def _limits(fields: Mapping[str, Place], asked: Question | None) -> tuple[int | None, int | None]:
    if asked is None:
        return None, None
    read: list[int | None] = []
    for name in ("at_least", "at_most"):
        place = fields.get(name)
        if place is not None and asked.kind not in SCALES:
            place.fault(f"{quoted(asked.key)} is answered by no number")
            place = None
        read.append(None if place is None else whole(place, asked.least, asked.most, asked.least))
    low, high = read
    if low is not None and high is not None and low > high:
        fields["at_most"].fault(f"nothing is at least {low} and at most {high}")
    return low, high


def _one_of(place: Place | None, asked: Question | None) -> tuple[str, ...]:
    if place is None or asked is None:
        return ()
    if asked.kind is not Kind.CHOICE:
        place.fault(f"{quoted(asked.key)} is not answered by a choice")
        return ()
    items = place.items()
    if isinstance(place.value, list) and not items:
        place.fault("must name at least one choice")
    keys = {each.key for each in asked.choices}
    for item in items:
        if not isinstance(item.value, str) or item.value not in keys:
            item.fault(f"must be one of {', '.join(sorted(keys))}, not {quoted(item.value)}")
    return tuple(each.value for each in items if isinstance(each.value, str))
