"""Surveys as their owner writes them, and as people answer them. Pure but for ports.

Every function takes the account that the request acts for; another account's is NotFound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.surveys import versions
from chalicelib.campaigns.surveys.answers import By, anonymous, change, taken
from chalicelib.campaigns.surveys.results import nobody, results
from chalicelib.campaigns.surveys.survey import FRENCH, Kind, Published
from chalicelib.campaigns.surveys.versions import Kept
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.campaigns.surveys.answers import Response, Told
    from chalicelib.campaigns.surveys.ports import Responses, Surveys
    from chalicelib.campaigns.surveys.results import Result
    from chalicelib.campaigns.surveys.survey import Survey

ATTEMPTS: Final = 5  # of a write that somebody else was before


def create(
    account_id: str, document: dict[str, Any], *, survey_id: str, now: datetime, surveys: Surveys
) -> Kept:
    """Keep a new survey. It may have faults: only publishing demands that it has none."""
    kept = Kept(
        survey_id=survey_id, account_id=account_id, draft=document, created_at=now, updated_at=now
    )
    return surveys.add(kept)


def change_draft(
    account_id: str,
    survey_id: str,
    document: dict[str, Any],
    *,
    revision: int,
    now: datetime,
    surveys: Surveys,
) -> Kept:
    """Replace a survey's draft. Raises Stale, Archived."""
    before = surveys.load(account_id, survey_id)
    return surveys.save(versions.changed(before, document, revision, now), before)


def publish(
    account_id: str, survey_id: str, *, revision: int | None, now: datetime, surveys: Surveys
) -> Kept:
    """Make the draft the version that is asked. Raises SurveyRefused, Stale, Archived.

    Publishing what is published already changes nothing, so that it can safely be repeated.
    """
    kept = surveys.load(account_id, survey_id)
    before = surveys.version(account_id, survey_id, kept.version) if kept.version else None
    after = versions.published(kept, revision, before, now)
    return kept if after is kept else surveys.save(after, kept)


def archive(account_id: str, survey_id: str, now: datetime, surveys: Surveys) -> None:
    """Put a survey away: it is neither listed nor changed, and still answered and read."""
    kept = surveys.load(account_id, survey_id)
    after = versions.archived(kept, now)
    if after is not kept:
        surveys.save(after, kept)


def newest(account_id: str, survey_id: str, surveys: Surveys) -> Published:
    """Return the version that is asked. Raises NotFound where none is published."""
    kept = surveys.load(account_id, survey_id)
    if not kept.version:
        raise NotFound("no version of the survey is published", survey_id=survey_id)
    return version_of(account_id, survey_id, kept.version, surveys)


def version_of(account_id: str, survey_id: str, version: int, surveys: Surveys) -> Published:
    """Return a published version. Raises NotFound."""
    survey = surveys.version(account_id, survey_id, version)
    return Published(survey_id=survey_id, account_id=account_id, version=version, survey=survey)


def take(told: Told, survey_of: Callable[[int], Survey], responses: Responses) -> Response | None:
    """Keep what is told of a response; told twice, it is kept once. Raises Unavailable.

    A response stays with the version that it began with, so that it can be counted anew.
    """
    for _ in range(ATTEMPTS):
        before = responses.response(told.account_id, told.survey_id, told.respondent)
        survey = survey_of(told.version if before is None else before.version)
        after = taken(before, told, survey)
        if after is None or after == before:
            return after
        try:
            responses.keep(
                after,
                change(before, after, survey),
                verbatims=_verbatims(before, after, survey),
            )
        except Conflict:
            continue
        return replace(after, rev=after.rev + 1)
    raise Unavailable("too many write at once", survey_id=told.survey_id)


def forget(
    account_id: str,
    contact: str,
    survey_of: Callable[[str, int], Survey],
    responses: Responses,
) -> None:
    """Take whose they are, and what was said freely, out of a contact's responses; idempotent.

    The other answers go on counting: they are nobody's then. Raises Unavailable.
    """
    for survey_id, respondent in responses.of_person(account_id, contact):
        before = responses.response(account_id, survey_id, respondent)
        if before is None:
            continue
        survey = survey_of(survey_id, before.version)
        after = anonymous(before, survey)
        try:
            responses.forget(before, after, change(before, after, survey))
        except Conflict as error:
            raise Unavailable("a response changed meanwhile", survey_id=survey_id) from error


def results_of(
    account_id: str,
    survey_id: str,
    by: By,
    first: str,
    last: str,
    *,
    language: str = FRENCH,
    surveys: Surveys,
    responses: Responses,
) -> tuple[Published, Result, tuple[Result, ...]]:
    """Return the newest version, what all answered in some days, and what each group did."""
    published = newest(account_id, survey_id, surveys)
    survey = published.survey
    everybody = results(
        responses.counts(account_id, survey_id, By.ALL, first, last), survey, language
    )
    total = everybody[0] if everybody else nobody(survey, language)
    if by is By.ALL:
        return published, total, ()
    groups = responses.counts(account_id, survey_id, by, first, last)
    return published, total, results(groups, survey, language)


def _verbatims(before: Response | None, after: Response, survey: Survey) -> tuple[str, ...]:
    known = {} if before is None else before.answers
    free = {each.key for each in survey.questions if each.kind is Kind.SPEECH}
    return tuple(
        key for key, given in after.answers.items() if key in free and known.get(key) != given
    )
