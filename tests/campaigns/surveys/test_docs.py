"""The examples of docs/surveys.md, as they are published and answered."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from chalicelib.campaigns.surveys.answers import By, Key
from chalicelib.campaigns.surveys.models import AnsweredOut
from chalicelib.campaigns.surveys.reading import (
    LONGEST_LABEL,
    LONGEST_TEXT,
    MOST_QUESTIONS,
    parse,
    written,
)
from chalicelib.campaigns.surveys.results import results
from chalicelib.campaigns.surveys.survey import LANGUAGES, Kind

PAGE = (Path(__file__).parents[3] / "docs" / "surveys.md").read_text(encoding="utf-8")
DOCUMENT, _, ANSWERED = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


def test_the_survey_of_the_page_can_be_published() -> None:
    assert parse(written(parse(DOCUMENT))) == parse(DOCUMENT)


def test_the_score_of_the_page_is_so() -> None:
    counts = Counter({Key(By.ALL, "", "2026-11-02", "nps", value): 1 for value in (10, 9, 7, 3)})

    (total,) = results(counts, parse(DOCUMENT))
    shown = AnsweredOut.of(total.questions[0], "fr").model_dump(mode="json")

    assert {name: shown[name] for name in ANSWERED} == ANSWERED


def test_the_page_names_every_kind_and_limit() -> None:
    for name in (*Kind, *LANGUAGES, *(each for each in By)):
        assert f"`{name}`" in PAGE, name
    assert f"Texts have {LONGEST_TEXT} characters at most, labels\n{LONGEST_LABEL}" in PAGE
    assert f"a survey {MOST_QUESTIONS} questions" in PAGE
