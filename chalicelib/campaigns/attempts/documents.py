"""Attempts as CSV, for whoever has to prove them: a line each, with what it rested on."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.calls.documents import BYTE_ORDER_MARK, FORMULA_STARTS, NUMBERS
from chalicelib.campaigns.attempts.audit import LANGUAGES, basis_of
from chalicelib.campaigns.rules.articles import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.attempts.attempts import Attempt

COLUMNS: Final = (
    "campaign_id",
    "attempt_id",
    "contact_id",
    "number",
    "shown",
    "siren",
    "object",
    "mode",
    "decided_at",
    "ordered_at",
    "ended_at",
    "outcome",
    "answered_by",
    "seconds",
    "refused_at",
    "ground",
    "ground_id",
    "article",
    "article_text",
    "why_fr",
    "why_en",
    "rules",
    "call_id",
)


def render(attempts: Iterable[Attempt], separator: str) -> str:
    """Return attempts as a text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in attempts:
        cells = _cells(each)
        writer.writerow([_cell(cells[name]) for name in COLUMNS])
    return BYTE_ORDER_MARK + text.getvalue()


def _cells(attempt: Attempt) -> dict[str, object]:
    basis = basis_of(attempt)
    article = ARTICLES.get(basis.article)
    return {
        "campaign_id": attempt.campaign_id,
        "attempt_id": attempt.id,
        "contact_id": attempt.contact_id,
        "number": attempt.number,
        "shown": attempt.shown,
        "siren": attempt.siren,
        "object": attempt.object,
        "mode": attempt.mode,
        "decided_at": attempt.decision["at"],
        "ordered_at": attempt.ordered_at,
        "ended_at": attempt.ended_at,
        "outcome": attempt.outcome,
        "answered_by": attempt.answered_by,
        "seconds": attempt.seconds,
        "refused_at": attempt.refused_at,
        "ground": basis.kind,
        "ground_id": basis.id,
        "article": basis.article,
        "article_text": "" if article is None else article.text,
        **{f"why_{language}": basis.words[language] for language in LANGUAGES},
        "rules": basis.rules,
        "call_id": attempt.call_id,
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    if not text.startswith(FORMULA_STARTS) or NUMBERS.fullmatch(text):
        return text
    return f"'{text}"
