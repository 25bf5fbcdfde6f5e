"""Journeys of calls as the HTTP API shows them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from chalicelib.runtime.schema import Out
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.pools.leases import moment
from chalicelib.tracking.visits import visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.tracking.journeys.journeys import Journey, Told
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.visits import Remembered


class WordsOut(Out):
    """A sentence, in French and in English."""

    fr: str = ""
    en: str = ""


class ClickOut(Out):
    """A click on an advert, by its platform's own id."""

    parameter: str
    id: str


class LandingOut(Out):
    """What brought a visit. What nobody said is null."""

    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    click: ClickOut | None = None
    host: str | None = None
    path: str | None = None
    referrer: str | None = None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self | None:
        """Show it; None where nothing is known."""
        if not facts:
            return None
        click = facts.get("click")
        known = {name: facts.get(name) for name in cls.model_fields if name != "click"}
        return cls(**known, click=ClickOut(parameter=click[0], id=click[1]) if click else None)


class StepOut(Out):
    """A page that was opened (`page`), or what the site told of (`custom`)."""

    kind: str
    at: datetime
    path: str | None = None
    title: str | None = None
    name: str | None = None
    data: Any = None


class VisitOut(Out):
    """A visit, whose visitor agreed to be followed. `cart` and `form` are what the site sent."""

    id: str
    site_id: str
    first_seen: datetime
    last_seen: datetime
    consent: bool = True
    steps: list[StepOut]
    cart: Any = None
    form: Any = None

    @classmethod
    def of(cls, visit: Remembered, most_steps: int | None = None) -> Self:
        """Show a visit, or the newest of its steps."""
        steps = visits.journey(visit.steps)
        return cls(
            id=visit.id,
            site_id=visit.site_id,
            first_seen=visit.first_seen,
            last_seen=visit.last_seen,
            steps=[_step(each) for each in steps[-most_steps if most_steps else None :]],
            cart=None if visit.cart is None else json.loads(visit.cart),
            form=None if visit.form is None else json.loads(visit.form),
        )


class CandidateOut(Out):
    """Somebody who may have rung, `weight` being how likely it is they.

    Only the visit that is credited has a `visit_id`, until it is erased. `nobody` stands
    for all whom no visit explains.
    """

    visit_id: str | None
    nobody: bool
    weight: float
    reason: WordsOut
    source: LandingOut | None

    @classmethod
    def of(cls, told: Told) -> Self:
        """Show a candidate."""
        return cls(
            visit_id=told.visit_id,
            nobody=told.is_nobody,
            weight=told.weight,
            reason=WordsOut(**told.reason),
            source=LandingOut.of(told.source),
        )


class SourceOut(Out):
    """The source that a number stands for; `name` is null for one that nobody knows any more."""

    id: str
    name: str | None
    campaign: str | None = None


class LastCallOut(Out):
    """The same caller's call before this one."""

    at: datetime
    outcome: str


class JourneyOut(Out):
    """How a call came about. `final` once it has been told with all that came after the ring."""

    call_id: str
    number: str
    rang_at: datetime
    role: Role
    source: SourceOut | None
    pool_id: str | None
    confidence: float
    reason: WordsOut
    landing: LandingOut | None
    visit: VisitOut | None
    erased: bool
    candidates: list[CandidateOut]
    earlier_calls: int
    last_call: LastCallOut | None
    final: bool

    @classmethod
    def of(
        cls,
        journey: Journey,
        visit: Remembered | None,
        source: Source | None,
        most_steps: int | None = None,
    ) -> Self:
        """Show a journey, with the visit that is credited if it is still there."""
        gone = journey.visit_id is not None and visit is None
        last = journey.last_call
        return cls(
            call_id=journey.call_id,
            number=journey.dialled,
            rang_at=journey.rang_at,
            role=journey.role,
            source=_source(journey.source_id, source),
            pool_id=journey.pool_id,
            confidence=journey.confidence,
            reason=WordsOut(**journey.reason),
            landing=None if gone else LandingOut.of(journey.landing),
            visit=None if visit is None else VisitOut.of(visit, most_steps),
            erased=journey.erased or gone,
            candidates=[CandidateOut.of(each) for each in journey.candidates],
            earlier_calls=journey.earlier_calls,
            last_call=LastCallOut.model_validate(dict(last)) if last else None,
            final=journey.final,
        )


def _source(source_id: str | None, source: Source | None) -> SourceOut | None:
    if source_id is None:
        return None
    if source is None:
        return SourceOut(id=source_id, name=None)
    return SourceOut(id=source_id, name=source.name, campaign=source.campaign)


def _step(step: dict[str, Any]) -> StepOut:
    facts = {name: step.get(name) for name in ("path", "title", "name", "data")}
    return StepOut(kind=step["kind"], at=moment(step["at"]), **facts)
