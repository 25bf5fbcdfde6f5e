"""Progress and attempts as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field

from chalicelib.campaigns.attempts.attempts import Why
from chalicelib.campaigns.attempts.audit import basis_of
from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.pacing.life import State as Stage
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.runtime.schema import Out, Query

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.attempts.progress import Blocked, Hour, Progress
    from chalicelib.campaigns.campaign import Campaign

MOST_ROWS = 1000
Separator = Literal[",", ";"]


class ProgressQuery(Query):
    """As what."""

    format: Literal["json", "svg"] | None = Field(
        None, description="`svg` draws the hours; as `Accept: image/svg+xml` does"
    )


class BlockedOut(Out):
    """What keeps so many members from being rung: until it ends, or for good."""

    code: str
    article: str
    words: dict[str, str] = Field(description="in French (`fr`) and English (`en`)")
    members: int

    @classmethod
    def of(cls, blocked: Blocked) -> Self:
        """Show it."""
        words = {language: blocked.in_words(language) for language in ("fr", "en")}
        return cls(code=blocked.code, article=blocked.article, words=words, members=blocked.members)


class HourOut(Out):
    """An hour in which there were calls."""

    at: datetime
    begun: int = Field(description="calls that began in it")
    ended: dict[Outcome, int] = Field(description="calls that ended in it, by how")

    @classmethod
    def of(cls, hour: Hour) -> Self:
        """Show it."""
        return cls(at=hour.at, begun=hour.begun, ended=dict(hour.ended))


class ProgressOut(Out):
    """How far a campaign has come."""

    campaign_id: str
    state: State
    at: datetime
    members: int = Field(description="contacts who were taken from the list until now")
    whole: bool = Field(description="whether the list has been gone through: if not, more come")
    done: int
    done_by: dict[Why, int]
    remaining: int = Field(description="members who are not done")
    calls: int = Field(description="attempts that began")
    open: int = Field(description="attempts that are not over")
    never_placed: int = Field(
        description="attempts that came to no call, as the worker died or the carrier took no more"
    )
    answered: int
    machines: int
    refused: int
    abandoned: int
    outcomes: dict[Outcome, int]
    seconds: int = Field(description="of all calls together")
    blocked: list[BlockedOut] = Field(description="members that a rule keeps just now, or for good")
    calls_an_hour: float = Field(description="that ended, of late")
    ends_at: datetime | None = Field(
        description="when it is through at this rate, within its hours; null if nobody can tell"
    )
    hours: list[HourOut]

    @classmethod
    def of(cls, campaign: Campaign, progress: Progress) -> Self:
        """Show it."""
        outcomes = progress.outcomes
        return cls(
            campaign_id=campaign.id,
            state=campaign.state,
            at=progress.at,
            members=progress.members,
            whole=progress.whole,
            done=progress.members - progress.remaining,
            done_by=dict(progress.done),
            remaining=progress.remaining,
            calls=progress.begun,
            open=progress.open,
            never_placed=progress.begun - progress.open - sum(outcomes.values()),
            answered=outcomes.get(Outcome.ANSWERED, 0),
            machines=outcomes.get(Outcome.MACHINE, 0),
            refused=outcomes.get(Outcome.REFUSED, 0),
            abandoned=outcomes.get(Outcome.ABANDONED, 0),
            outcomes=dict(outcomes),
            seconds=progress.seconds,
            blocked=[BlockedOut.of(each) for each in progress.blocked],
            calls_an_hour=round(progress.an_hour, 1),
            ends_at=progress.ends_at,
            hours=[HourOut.of(each) for each in progress.hours],
        )


class AttemptsQuery(Query):
    """Which page, and as what."""

    limit: int = Field(100, ge=1, le=MOST_ROWS)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")
    format: Literal["json", "csv"] | None = Field(
        None, description="`csv`, as `Accept: text/csv`; `Link` says where it goes on"
    )
    separator: Separator = Field(";", description="of CSV: `;` for Excel in French, else `,`")


class PersonQuery(Query):
    """Whose attempts."""

    contact_id: str = Field(max_length=100, description="of a number: `POST /v1/consents/search`")
    limit: int = Field(50, ge=1, le=90)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class WhyOut(Out):
    """What a call rested on: as it was decided before it was made."""

    ground: str = Field(description="`consent`, `contract`, `callback`, `not-selling`...")
    ground_id: str = Field(description="of the consent, the contract or the request; empty: none")
    article: str = Field(description="the key of the text; empty if no text singles it out")
    words: dict[str, str] = Field(description="in French (`fr`) and English (`en`)")
    decided_at: datetime
    rules: str = Field(description="the edition of the rules")
    facts: dict[str, Any] = Field(description="what was looked at, as it was then")

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Show it."""
        basis = basis_of(attempt)
        return cls(
            ground=basis.kind,
            ground_id=basis.id,
            article=basis.article,
            words=dict(basis.words),
            decided_at=datetime.fromisoformat(attempt.decision["at"]),
            rules=basis.rules,
            facts=dict(basis.facts),
        )


class AttemptOut(Out):
    """One call to one person. `number` is null once they had themselves erased."""

    id: str
    campaign_id: str
    contact_id: str
    serial: int
    number: str | None
    shown: str = Field(description="the number that they saw")
    siren: str
    object: str
    mode: str
    state: Stage
    ordered_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None = Field(description="null while it is open, or if no call came of it")
    answered_by: str
    seconds: int
    refused_at: datetime | None
    call_id: str | None
    why: WhyOut

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Show it."""
        same = ("id", "campaign_id", "contact_id", "serial", "number", "shown", "siren", "object")
        told = ("mode", "state", "ordered_at", "ended_at", "outcome", "answered_by", "seconds")
        return cls(
            **{name: getattr(attempt, name) for name in (*same, *told, "refused_at")},
            call_id=attempt.call_id or None,
            why=WhyOut.of(attempt),
        )


class AttemptPage(Out):
    """Some attempts."""

    items: list[AttemptOut]
    next: str | None


def message(campaign: Campaign, progress: Progress) -> dict[str, Any]:
    """Return what is pushed to whoever watches."""
    told = ProgressOut.of(campaign, progress)
    return {
        "type": "campaign.progress",
        "timestamp": progress.at.isoformat(),
        "data": told.model_dump(mode="json"),
    }
