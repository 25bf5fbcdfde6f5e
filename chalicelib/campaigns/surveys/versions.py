"""A survey as it is kept: a draft that changes, and numbered versions that never do. Pure.

Results of all versions are added up, so that a question keeps its kind and its choices their
order: what is no longer the same question takes another key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.surveys.reading import SurveyRefused, parse
from chalicelib.kernel.errors import Conflict, Fault, Stale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.campaigns.surveys.survey import Question, Survey


class Archived(Conflict):
    """The survey is put away: it is not changed any more."""

    code = "survey-archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A survey with its draft. `revision` counts changes of the draft, `version` is the newest
    that was published (0: none), from the draft's `published_revision`.
    """

    survey_id: str
    account_id: str
    draft: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    version: int = 0
    published_revision: int = 0
    published_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def name(self) -> str:
        """Return what to list it under, even while its document is not right yet."""
        name = self.draft.get("name")
        return name.strip()[:100] if isinstance(name, str) and name.strip() else "(no name)"


def changed(kept: Kept, document: dict[str, Any], revision: int, now: datetime) -> Kept:
    """Return a survey with another draft. Raises Stale, Archived."""
    _expect(kept, revision)
    return replace(kept, draft=document, revision=kept.revision + 1, updated_at=now)


def published(kept: Kept, revision: int | None, before: Survey | None, now: datetime) -> Kept:
    """Return a survey whose draft is its next version, itself where it is already.

    Raises SurveyRefused with every fault, Stale, Archived.
    """
    _expect(kept, kept.revision if revision is None else revision)
    survey = parse(kept.draft)
    faults = () if before is None else tuple(_broken(before, survey))
    if faults:
        raise SurveyRefused("results would mix up", faults=faults, count=len(faults))
    if kept.published_revision == kept.revision:
        return kept
    return replace(
        kept,
        version=kept.version + 1,
        published_revision=kept.revision,
        published_at=now,
        updated_at=now,
    )


def archived(kept: Kept, now: datetime) -> Kept:
    """Return a survey put away. One that is already is left alone."""
    return kept if kept.archived_at is not None else replace(kept, archived_at=now, updated_at=now)


def _expect(kept: Kept, revision: int) -> None:
    if kept.revision != revision:
        raise Stale("the survey changed meanwhile", survey_id=kept.survey_id)
    if kept.archived_at is not None:
        raise Archived("an archived survey is not changed", survey_id=kept.survey_id)


def _broken(before: Survey, after: Survey) -> Iterator[Fault]:
    for at, question in enumerate(after.questions):
        old = before.question(question.key)
        reason = None if old is None else _other(old, question)
        if reason is not None:
            yield Fault(f"/questions/{at}", f"{reason}: give the question another key")


def _other(old: Question, new: Question) -> str | None:
    if old.kind is not new.kind:
        return f"was of kind {old.kind.value} in the version before"
    was = [each.key for each in old.choices]
    if [each.key for each in new.choices][: len(was)] != was:
        return f"had the choices {', '.join(was)} in the version before; only more may follow"
    return None
