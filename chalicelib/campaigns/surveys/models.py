"""Surveys as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    JsonValue,
    StringConstraints,
    field_validator,
)

from chalicelib.campaigns.models import Id, ProfessionalIn
from chalicelib.campaigns.surveys.answers import By, Channel
from chalicelib.campaigns.surveys.reading import judge
from chalicelib.campaigns.surveys.survey import Kind
from chalicelib.runtime.schema import E164, Body, Out, Query, storable

if TYPE_CHECKING:
    from chalicelib.campaigns.surveys.answers import Response
    from chalicelib.campaigns.surveys.messages.session import Session
    from chalicelib.campaigns.surveys.results import Answered, Result
    from chalicelib.campaigns.surveys.survey import Published
    from chalicelib.campaigns.surveys.versions import Kept

LONGEST_DOCUMENT = 100_000  # bytes of JSON
LONGEST_SPAN = timedelta(days=366)
_DAYS: dict[str, Any] = {"ge": date(2020, 1, 1), "lt": date(2100, 1, 1)}


def _fitting(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what JSON has no such numbers for (NaN), and what would fit into no row."""
    size = len(json.dumps(document, allow_nan=False, ensure_ascii=False).encode())
    if size > LONGEST_DOCUMENT:
        raise ValueError(f"takes {size} bytes, at most {LONGEST_DOCUMENT} can be kept")
    return document


Group = Annotated[str, StringConstraints(max_length=100), AfterValidator(storable)]
Document = Annotated[dict[str, JsonValue], AfterValidator(_fitting)]


class SurveyIn(Body):
    """A survey's draft. It may have faults: only publishing demands that it has none."""

    document: Document = Field(description="The survey; see docs/surveys.md.")


class MessageIn(Body):
    """Whom to send a survey: a number, or the first one of a contact; from which of yours."""

    number: E164 | None = None
    list_id: Id | None = None
    contact_id: Id | None = None
    ours: E164 = Field(alias="from", description="your number: replies come to it")
    professional: ProfessionalIn = Field(description="on whose behalf they are asked")
    channel: Literal["sms", "whatsapp"] = "sms"
    template: str = Field(
        "", pattern=r"^(HX[0-9a-f]{32})?$", description="the carrier's id of it, for WhatsApp"
    )
    language: Literal["fr", "en", "es", "de", "ar"] = "fr"
    segment: Group = ""
    campaign_id: Group = ""


class MessageOut(Out):
    """A survey that was sent: `respondent` is whose response it will be."""

    respondent: str
    survey_id: str
    version: int
    channel: Channel
    text: str = Field(description="the first message")
    expires_at: AwareDatetime = Field(description="a reply from then on is no answer")

    @classmethod
    def of(cls, session: Session) -> MessageOut:
        """Show it."""
        return cls(
            respondent=session.respondent,
            survey_id=session.survey_id,
            version=session.version,
            channel=session.channel,
            text=session.said,
            expires_at=session.expires_at,
        )


class Fault(Out):
    """One thing that keeps a draft from being published."""

    pointer: str
    reason: str


class SurveySummary(Out):
    """A survey as a list shows it. `version` 0: none is published."""

    id: str
    name: str
    version: int
    revision: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    published_at: AwareDatetime | None
    archived_at: AwareDatetime | None

    @classmethod
    def of(cls, kept: Kept) -> SurveySummary:
        """Show it."""
        return cls(**_summary(kept))


class SurveyOut(SurveySummary):
    """A survey with its draft, and what is still wrong with it."""

    document: dict[str, JsonValue]
    faults: list[Fault]

    @classmethod
    def of(cls, kept: Kept) -> SurveyOut:
        """Show it."""
        faults = [Fault(pointer=each.pointer, reason=each.reason) for each in judge(kept.draft)[1]]
        return cls(**_summary(kept), document=kept.draft, faults=faults)


class SurveyPage(Out):
    """Some surveys, the newest first."""

    items: list[SurveySummary]
    next: str | None


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`.")


class ResultsQuery(Query):
    """Results of which days, both included, in France's time; split by what."""

    by: By = Field(By.ALL, description="`all`: nothing but the total")
    first: date = Field(alias="from", **_DAYS)
    last: date = Field(alias="to", **_DAYS)
    language: Literal["fr", "en", "es", "de", "ar"] = Field("fr", description="of the labels")
    separator: Literal[";", ","] = Field(";", description="of CSV: `;` for Excel in French")

    @field_validator("last")
    @classmethod
    def _is_later(cls, last: date, info: Any) -> date:
        first = info.data.get("first")
        if first is not None and not first <= last <= first + LONGEST_SPAN:
            raise ValueError("must be a day within a year from the first on")
        return last

    @property
    def days(self) -> tuple[str, str]:
        """The first day and the last, as they are counted."""
        return self.first.isoformat(), self.last.isoformat()


class BarOut(Out):
    """How often a value was answered."""

    value: str
    label: str
    count: int


class NpsOut(Out):
    """A Net Promoter Score; it lies from `low` to `high` with a confidence of 95 %."""

    score: float
    low: float
    high: float
    promoters: int
    passives: int
    detractors: int


class AnsweredOut(Out):
    """What was answered to a question: the score is that of its kind, else null."""

    key: str
    kind: Kind
    text: str
    count: int
    distribution: list[BarOut]
    nps: NpsOut | None
    satisfied_percent: float | None
    mean: float | None

    @classmethod
    def of(cls, answered: Answered, language: str) -> AnsweredOut:
        """Show it."""
        nps = answered.nps
        return cls(
            key=answered.question.key,
            kind=answered.question.kind,
            text=answered.question.text(language),
            count=answered.count,
            distribution=[
                BarOut(value=each.value, label=each.label, count=each.count)
                for each in answered.bars
            ],
            nps=None
            if nps is None
            else NpsOut(
                score=nps.score,
                low=nps.low,
                high=nps.high,
                promoters=nps.promoters,
                passives=nps.passives,
                detractors=nps.detractors,
            ),
            satisfied_percent=answered.satisfied_percent,
            mean=answered.mean,
        )


class ResultOut(Out):
    """What a group of people answered, or all of them (`group` is then "")."""

    group: str
    begun: int = Field(description="were asked the first question")
    answered: int = Field(description="answered at least one")
    finished: int = Field(description="were asked to the end")
    completion_percent: float | None
    questions: list[AnsweredOut]

    @classmethod
    def of(cls, result: Result, language: str) -> ResultOut:
        """Show it."""
        return cls(
            group=result.group,
            begun=result.begun,
            answered=result.answered,
            finished=result.finished,
            completion_percent=result.completion_percent,
            questions=[AnsweredOut.of(each, language) for each in result.questions],
        )


class ResultsOut(Out):
    """Results by the questions of the newest version, of answers to all versions."""

    survey_id: str
    version: int
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    by: By
    total: ResultOut
    groups: list[ResultOut]

    @classmethod
    def of(
        cls, query: ResultsQuery, published: Published, total: Result, groups: tuple[Result, ...]
    ) -> ResultsOut:
        """Show them."""
        return cls(
            survey_id=published.survey_id,
            version=published.version,
            first=query.first,
            last=query.last,
            by=query.by,
            total=ResultOut.of(total, query.language),
            groups=[ResultOut.of(each, query.language) for each in groups],
        )


class VerbatimOut(Out):
    """A free answer: a recording of a call, or what somebody wrote."""

    respondent: str
    question: str
    at: AwareDatetime
    channel: Channel
    call_id: str | None
    recording_id: str | None = Field(description="of `/v1/calls/{call_id}/recording`")
    text: str | None
    answers: dict[str, int | str] = Field(description="all that this person answered")
    agent: str | None
    segment: str | None
    campaign: str | None

    @classmethod
    def of(cls, response: Response, key: str) -> VerbatimOut:
        """Show it."""
        given = response.answers[key]
        spoken = response.channel is Channel.VOICE
        return cls(
            respondent=response.respondent,
            question=key,
            at=given.at,
            channel=response.channel,
            call_id=response.about.get("call"),
            recording_id=str(given.answer) if spoken else None,
            text=None if spoken else str(given.answer),
            answers=response.given,
            agent=response.about.get("agent"),
            segment=response.about.get("segment"),
            campaign=response.about.get("campaign"),
        )


class VerbatimPage(Out):
    """Some free answers, the newest first."""

    items: list[VerbatimOut]
    next: str | None


class ResponseOut(Out):
    """All that somebody answered."""

    respondent: str
    version: int
    channel: Channel
    language: str
    begun_at: AwareDatetime
    finished_at: AwareDatetime | None
    about: dict[str, str]
    answers: dict[str, int | str]

    @classmethod
    def of(cls, response: Response) -> ResponseOut:
        """Show it."""
        return cls(
            respondent=response.respondent,
            version=response.version,
            channel=response.channel,
            language=response.language,
            begun_at=response.begun_at,
            finished_at=response.finished_at,
            about=dict(response.about),
            answers=response.given,
        )


class ResponsePage(Out):
    """Some responses, the oldest first."""

    items: list[ResponseOut]
    next: str | None


class ResponsesQuery(PageQuery):
    """Which part of the responses; as CSV, `separator` parts its columns."""

    limit: int = Field(default=100, ge=1, le=500, description="At most so many.")
    separator: Literal[";", ","] = Field(";", description="of CSV: `;` for Excel in French")


def _summary(kept: Kept) -> dict[str, Any]:
    return {
        "id": kept.survey_id,
        "name": kept.name,
        "version": kept.version,
        "revision": kept.revision,
        "created_at": kept.created_at,
        "updated_at": kept.updated_at,
        "published_at": kept.published_at,
        "archived_at": kept.archived_at,
    }
