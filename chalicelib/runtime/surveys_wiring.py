"""Where surveys meet calls, contacts, consents and text messages. Built on first use."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.surveys.store import SurveyStore
    from chalicelib.campaigns.surveys.survey import Published, Survey
    from chalicelib.ivr.errands.errands import TellSurvey
    from chalicelib.runtime.kept import Kept


@cache
def store() -> SurveyStore:
    """Return surveys, and what people answered."""
    from chalicelib.campaigns.surveys.store import SurveyStore

    return SurveyStore(settings().campaigns_table)


@cache
def _newest() -> Kept[tuple[str, str], Published]:
    """Return the versions that are asked: a new one holds within half a minute everywhere."""
    from chalicelib.campaigns.surveys import usecases
    from chalicelib.runtime.kept import Kept

    return Kept(lambda key: usecases.newest(*key, store()))


@cache
def _versions() -> Kept[tuple[str, str, int], Published]:
    """Return versions, which never change."""
    from chalicelib.campaigns.surveys import usecases
    from chalicelib.runtime.kept import STALE_SECONDS, Kept

    return Kept(lambda key: usecases.version_of(*key, store()), fresh_seconds=STALE_SECONDS)


class Asked:
    """Surveys as a call asks them: kept in the process."""

    def survey(self, account_id: str, survey_id: str, version: int) -> Published:
        """Return a published version, the newest where it is 0."""
        if version:
            return _versions().get((account_id, survey_id, version))
        found = _newest().get((account_id, survey_id))
        _versions().put((account_id, survey_id, found.version), found)
        return found


@cache
def asked() -> Asked:
    """Return surveys as a call asks them."""
    return Asked()


def take_told(errand: TellSurvey) -> None:
    """Keep what was answered in a call; idempotent. Raises Unavailable."""
    from chalicelib.campaigns.surveys import answers, usecases

    facts = dict(errand.facts)
    told = answers.Told(
        account_id=errand.account_id,
        survey_id=errand.survey_id,
        respondent=errand.call_id,
        version=errand.version,
        what=answers.What(facts["what"]),
        at=datetime.fromisoformat(facts["at"]),
        ref=errand.id,
        language=facts.get("language", ""),
        question=facts.get("question", ""),
        answer=facts.get("answer", ""),
        about={**facts, "call": errand.call_id},
    )
    usecases.take(told, _survey_of(errand.account_id, errand.survey_id), store())


def _survey_of(account_id: str, survey_id: str) -> Callable[[int], Survey]:
    def survey_of(version: int) -> Survey:
        return asked().survey(account_id, survey_id, version).survey

    return survey_of
