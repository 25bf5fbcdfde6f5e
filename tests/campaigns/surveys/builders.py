"""Surveys, responses and those who answer, for tests: defaults that can be overridden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.campaigns.surveys.answers import Told, What
from chalicelib.campaigns.surveys.reading import parse
from chalicelib.campaigns.surveys.survey import Published, Survey

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)

DOCUMENT: dict[str, Any] = {
    "name": "Après l'intervention",
    "languages": ["fr", "en"],
    "introduction": {"fr": "Trois questions pour vous.", "en": "Three questions for you."},
    "thanks": {"fr": "Merci beaucoup.", "en": "Thank you very much."},
    "questions": [
        {
            "key": "nps",
            "kind": "nps",
            "text": {
                "fr": "De 0 à 10, nous recommanderiez-vous ?",
                "en": "From 0 to 10, would you recommend us?",
            },
        },
        {
            "key": "visit",
            "kind": "choice",
            "text": {"fr": "Le technicien est-il venu ?", "en": "Did the technician come?"},
            "choices": [
                {"key": "in_time", "label": {"fr": "À l'heure", "en": "In time"}},
                {"key": "late", "label": {"fr": "En retard", "en": "Late"}},
                {"key": "never", "label": {"fr": "Jamais", "en": "Never"}},
            ],
        },
        {
            "key": "care",
            "kind": "csat",
            "text": {"fr": "De 1 à 5, le travail ?", "en": "From 1 to 5, the work?"},
            "when": [{"question": "visit", "one_of": ["in_time", "late"]}],
        },
        {
            "key": "effort",
            "kind": "ces",
            "text": {"fr": "De 1 à 7, était-ce facile ?", "en": "From 1 to 7, was it easy?"},
            "when": [{"question": "nps", "at_least": 7}],
        },
        {
            "key": "why",
            "kind": "speech",
            "text": {"fr": "Qu'est-ce qui vous a déçu ?", "en": "What let you down?"},
            "when": [{"question": "nps", "at_most": 6}],
            "seconds": 90,
        },
    ],
}


def a_survey(document: dict[str, Any] = DOCUMENT) -> Survey:
    return parse(document)


def a_version(document: dict[str, Any] = DOCUMENT, version: int = 1) -> Published:
    return Published(
        survey_id="srv_1", account_id="acct_1", version=version, survey=parse(document)
    )


def told(what: str = "answer", minutes: float = 0, **fields: Any) -> Told:
    """What is told of a response; `ref` is made of what and when, unless it is given."""
    question = fields.get("question", "")
    values: dict[str, Any] = {
        "account_id": "acct_1",
        "survey_id": "srv_1",
        "respondent": "CA1",
        "version": 1,
        "what": What(what),
        "at": NOON + timedelta(minutes=minutes),
        "ref": f"{fields.get('respondent', 'CA1')}:{what}:{question}:{minutes}",
        **fields,
    }
    return Told(**values)
