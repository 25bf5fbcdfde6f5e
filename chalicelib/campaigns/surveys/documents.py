"""Results and responses as CSV, for spreadsheets: Excel in French opens it with a double click."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.documents import BYTE_ORDER_MARK, FORMULA_STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.campaigns.surveys.answers import Response
    from chalicelib.campaigns.surveys.results import Answered, Result
    from chalicelib.campaigns.surveys.survey import Survey

RESULTS: Final = (
    "group", "begun", "answered", "finished", "question", "kind", "answers", "value", "label",
    "count", "nps", "nps_low", "nps_high", "satisfied_percent", "mean",
)  # fmt: skip
RESPONSES: Final = (
    "respondent", "version", "channel", "language", "begun_at", "finished_at", "campaign",
    "contact", "attempt", "segment", "agent", "call",
)  # fmt: skip
TOTAL: Final = "(total)"


def results(total: Result, groups: Iterable[Result], separator: str) -> str:
    """Return results as a text: a line for each value of each question, the total first."""
    named = [(TOTAL, total), *((each.group, each) for each in groups)]
    return _table(
        RESULTS, (row for name, result in named for row in _of_group(name, result)), separator
    )


def responses(items: Iterable[Response], survey: Survey, separator: str) -> str:
    """Return responses as a text: a line each, and a column for each question of the survey.

    What was answered to a question that the survey has no more is left out.
    """
    keys = [each.key for each in survey.questions]
    return _table((*RESPONSES, *keys), (_response(each, keys) for each in items), separator)


def _of_group(name: str, result: Result) -> Iterator[list[Any]]:
    first = [name, result.begun, result.answered, result.finished]
    for each in result.questions:
        scored = _scores(each)
        about = [each.question.key, each.question.kind.value, each.count]
        if not each.bars:
            yield [*first, *about, "", "", each.count, *scored]
        for bar in each.bars:
            yield [*first, *about, bar.value, bar.label, bar.count, *scored]


def _scores(each: Answered) -> list[Any]:
    nps = each.nps
    scores = ["", "", ""] if nps is None else [nps.score, nps.low, nps.high]
    return [*scores, each.satisfied_percent, each.mean]


def _response(each: Response, keys: list[str]) -> list[Any]:
    finished = each.finished_at
    given = each.given
    return [
        each.respondent,
        each.version,
        each.channel.value,
        each.language,
        each.begun_at.isoformat(),
        "" if finished is None else finished.isoformat(),
        *(each.about.get(name, "") for name in RESPONSES[6:]),
        *(given.get(key, "") for key in keys),
    ]


def _table(columns: Iterable[str], rows: Iterable[list[Any]], separator: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else str(value)
