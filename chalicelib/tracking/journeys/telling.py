"""What attribution found, told as a journey. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.journeys.evidence import facts_in, is_shared
from chalicelib.tracking.journeys.journeys import SOURCE_FACTS, Journey, Told, source_facts
from chalicelib.tracking.pools.leases import millis
from chalicelib.tracking.visits.visits import FROM_OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.tracking.attribution import Attribution, Candidate
    from chalicelib.tracking.attribution.evidence import Dialled
    from chalicelib.tracking.attribution.reasons import Reason
    from chalicelib.tracking.journeys.evidence import Place
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.pools.leases import LogEntry
    from chalicelib.tracking.visits.visits import Remembered

LANGUAGES: Final = ("fr", "en")
MOST_CANDIDATES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that was read of a call: how its number stood, who had it, the caller's journeys.

    `calls` are those that its visits were credited with before, whoever rang.
    """

    rung: Rung
    place: Place
    dialled: Dialled
    entries: tuple[LogEntry, ...] = ()
    visits: Mapping[str, Remembered]
    past: tuple[Journey, ...] = ()
    calls: Mapping[str, Journey] = field(default_factory=dict)


def told(attribution: Attribution, found: Found, *, final: bool) -> Journey:
    """Tell whose visit a call was."""
    rung, holder, first_at = found.rung, attribution.visit, attribution.first_at
    brought, site_id = _brought(holder, found)
    shared = is_shared(holder)
    return Journey(
        call_id=rung.call_id,
        account_id=rung.account_id,
        rang_at=rung.at,
        dialled=rung.dialled,
        caller_hash=rung.caller_hash,
        role=found.dialled.role,
        source_id=found.place.source_id,
        pool_id=found.place.pool_id or _pool_of(holder, found),
        visit_id=None if shared else holder,
        shared_id=holder if shared else None,
        site_id=site_id,
        confidence=round(attribution.confidence, 4),
        first_at=None if first_at is None else first_at.isoformat(),
        landing=_of_source(brought) if shared else brought,
        candidates=_candidates(attribution.candidates, holder),
        reason=in_words(attribution.reason),
        final=final,
    )


def visit_told(journey: Journey) -> dict[str, Any] | None:
    """Say in short which visit a call came from, None where none is credited."""
    if journey.holder is None:
        return None
    return {
        "id": journey.visit_id,
        "site": journey.site_id,
        "confidence": journey.confidence,
        **{name: journey.landing.get(name) for name in SOURCE_FACTS},
    }


def in_words(reasons: Iterable[Reason]) -> dict[str, str]:
    """Say reasons in every language that we have."""
    known = tuple(reasons)
    return {language: " ".join(each.in_words(language) for each in known) for language in LANGUAGES}


def _brought(holder: str | None, found: Found) -> tuple[dict[str, Any], str | None]:
    """Return what brought the visit that is credited, and to which site."""
    if holder is None:
        return {}, None
    if holder in found.visits:
        visit = found.visits[holder]
        mine = [each for each in found.entries if each.visit_id == visit.id]
        return brought_last(visit, millis(found.rung.at), mine), visit.site_id
    before = next((each for each in found.past if each.holder == holder), None)
    return ({}, None) if before is None else (dict(before.landing), before.site_id)


def brought_last(visit: Remembered, at: int, entries: Iterable[LogEntry] = ()) -> dict[str, Any]:
    """Return what brought a visit from outside last before an instant; `at`: not what did first.

    `clicks` are its clicks on adverts until then, which networks ask for: see `Remembered`.
    `entries` are its own of the log of leases.
    """
    first = facts_in(visit.landing)
    lent = ({**facts_in(each.landing), "at": each.at} for each in entries)
    latest = () if visit.latest is None else (facts_in(visit.latest),)
    clicks = {name: [*click] for name, click in visit.clicks.items() if click[1] <= at}
    again = [
        each
        for each in (*lent, *latest)
        if each["at"] <= at and each.get("evidence") in FROM_OUTSIDE
    ]
    newest = max(again, key=lambda each: each["at"], default=first)
    brought = first if newest == {**first, "at": newest.get("at")} else newest
    return {**brought, "clicks": clicks} if clicks else brought


def _pool_of(holder: str | None, found: Found) -> str | None:
    mine = (each.pool_id for each in found.entries if each.visit_id == holder)
    return None if holder is None else next(mine, None)


def _of_source(brought: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is of the first of them alone: its click, its page."""
    return {name: brought[name] for name in SOURCE_FACTS if name in brought}


def _candidates(candidates: tuple[Candidate, ...], holder: str | None) -> tuple[Told, ...]:
    """Tell of the likeliest, and always of those whom no visit explains."""
    named = [each for each in candidates if not each.is_nobody][:MOST_CANDIDATES]
    nobody = [each for each in candidates if each.is_nobody]
    kept = sorted([*named, *nobody], key=lambda each: -each.weight)
    return tuple(_told_of(each, holder) for each in kept)


def _told_of(candidate: Candidate, holder: str | None) -> Told:
    """Name the visit that is credited, and no other: what erases a visit knows only its own calls.

    A visit that had no lease of the number has an empty one: it is somebody.
    """
    shared = is_shared(candidate.visit)
    credited = candidate.visit is not None and candidate.visit == holder
    return Told(
        visit_id=candidate.visit if credited and not shared else None,
        lease_id=None if candidate.is_nobody else candidate.lease or "",
        weight=round(candidate.weight, 4),
        reason=in_words([candidate.reason]),
        source=source_facts(candidate.source) if credited or shared else {},
    )
