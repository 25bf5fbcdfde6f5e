"""Whose visit a call was: found while it rings, and once more when it has ended.

A journey costs a Query of the number's leases, one of the caller's earlier calls, one read of the
visits and, where those were credited with calls, one of these; what a number is used for is kept in
the process. A number that stands for one source needs none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.calls.call import CallQuery
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.tracking.attribution import Behaviour, Ring, Role, attribute
from chalicelib.tracking.attribution.reasons import Reason, Why
from chalicelib.tracking.journeys import evidence
from chalicelib.tracking.journeys.evidence import MOST_LEASES, Place, is_shared, place_of
from chalicelib.tracking.journeys.rings import rung_of
from chalicelib.tracking.journeys.telling import Found, in_words, told
from chalicelib.tracking.learning.lessons import lesson_in
from chalicelib.tracking.pools.leases import millis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.calls.call import Call, Page
    from chalicelib.tracking.attribution.evidence import Lease, PastCall, Visit
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.journeys.ports import Journeys
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.learning.lessons import Lesson
    from chalicelib.tracking.pools.leases import LogEntry
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sources import Number
    from chalicelib.tracking.visits.visits import Remembered

MOST_EARLIER: Final = 20
# Each attempt that fails met somebody at the visit's row, or a visit that was erased just then.
ATTEMPTS: Final = 4
SETTLED: Final = frozenset({Role.STATIC, Role.UNKNOWN})


class Leases(Protocol):
    """The log of leases. Everything here raises Unavailable, and is one request."""

    def lent(
        self, account_id: str, name: str, since: int, until: int, limit: int
    ) -> tuple[LogEntry, ...]:
        """Return the newest lines of a number, or of those who got none of a pool's."""


class Visits(Protocol):
    """Visits of web sites."""

    def visits(self, account_id: str, visit_ids: Iterable[str]) -> dict[str, Remembered]:
        """Return those of an account's visits that are still there, a hundred at most."""


class History(Protocol):
    """The call log."""

    def page(self, query: CallQuery, limit: int, after: str | None = None) -> Page:
        """Return summaries in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that finding a journey needs. What numbers and pools are is kept in the process.

    `showing` gives the pools whose overflow number a number is; `teach` keeps what a call that
    ended has to teach.
    """

    number: Callable[[str, str], Number]
    showing: Callable[[str, str], Sequence[Pool]]
    pool: Callable[[str], Pool]
    behaviour: Callable[[str], Behaviour]
    teach: Callable[[str, str, Lesson], None]
    leases: Leases
    visits: Visits
    journeys: Journeys
    calls: History


def note_ring(rung: Rung, desk: Desk) -> Journey | None:
    """Find a ringing call's journey and keep it; None if the call has ended meanwhile."""
    history = _history(rung, desk.calls)
    for _ in range(ATTEMPTS):
        journey = replace(_seen(rung, _place(rung, desk), desk).told(), **history)
        try:
            return journey if desk.journeys.keep(journey) else None
        except (Conflict, NotFound):
            continue
    raise Unavailable("the visit is too busy", call_id=rung.call_id)


def finish(call: Call, desk: Desk) -> Journey:
    """Find the journey of a call that ended, with what came after the ring, and keep it.

    It is idempotent, and the answer stays, whatever is learnt or said of attribution later
    (decision 27). What is certain from the number alone is told, and not stored again.
    """
    rung = rung_of(call)
    for _ in range(ATTEMPTS):
        place = _place(rung, desk)
        known = None if place.role in SETTLED else _known(rung, desk.journeys)
        if known is not None and known.final:
            return _without_visit(known, desk.journeys) if known.erased else known
        seen = _seen(rung, place, desk)
        journey = seen.told(final=True)
        if journey.role in SETTLED:
            return journey
        if known is not None:
            journey = _with_what_was_known(journey, known)
        _teach(seen, desk)
        new_visit = known is None or known.visit_id != journey.visit_id
        try:
            desk.journeys.keep(journey, new_visit=new_visit)
        except (Conflict, NotFound):
            continue
        return journey
    raise Unavailable("the visit is too busy", call_id=rung.call_id)


def journey_of(call: Call, desk: Desk) -> Journey:
    """Return a call's journey; one that nobody has kept is found on the spot."""
    rung = rung_of(call)
    known = _known(rung, desk.journeys)
    return known or _seen(rung, _place(rung, desk), desk).told(final=call.ended)


def _without_visit(known: Journey, journeys: Journeys) -> Journey:
    """Keep that a call had a visit which was erased since: nobody else inherits it."""
    gone = replace(known, confidence=0.0, reason=in_words([Reason(Why.ERASED)]))
    journeys.keep(gone)
    return gone


def _teach(seen: _Seen, desk: Desk) -> None:
    """Keep what a call teaches, unless its number is shared by all visits of one source."""
    rung, shared = seen.found.rung, any(is_shared(each.visit) for each in seen.leases)
    lesson = None if shared else seen.lesson()
    if lesson is not None:
        desk.teach(rung.account_id, rung.call_id, lesson)


def find(rung: Rung, desk: Desk) -> Journey:
    """Find how somebody came to a number who did not ring it; nothing is kept."""
    return _seen(rung, _place(rung, desk), desk).told(final=True)


def _with_what_was_known(journey: Journey, known: Journey) -> Journey:
    """Keep what was true at the ring: what brought the visitor again since brought no call.

    And that there was a visit, if it was erased since.
    """
    if known.erased and journey.holder is None:
        gone = in_words([Reason(Why.ERASED)])
        journey = replace(journey, erased=True, reason=gone)
    same = journey.holder is not None and journey.holder == known.holder
    return replace(
        journey,
        landing=known.landing if same else journey.landing,
        earlier_calls=known.earlier_calls,
        last_call=known.last_call,
    )


def _known(rung: Rung, journeys: Journeys) -> Journey | None:
    try:
        return journeys.journey(rung.account_id, rung.call_id)
    except NotFound:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What was read of a call, as attribution has it."""

    found: Found
    ring: Ring
    leases: list[Lease]
    visits: dict[str, Visit]
    past: list[PastCall]
    behaviour: Behaviour

    def told(self, *, final: bool = False) -> Journey:
        """Tell whose visit it was."""
        known = (self.ring, self.leases, self.visits, self.past, self.behaviour)
        return told(attribute(*known), self.found, final=final or self.ring.dialled.role in SETTLED)

    def lesson(self) -> Lesson | None:
        """Return what it has to teach."""
        return lesson_in(
            self.ring,
            self.leases,
            self.visits,
            self.past,
            self.behaviour,
            pool_id=self.found.place.pool_id,
        )


def _place(rung: Rung, desk: Desk) -> Place:
    number = desk.number(rung.account_id, rung.dialled)
    return place_of(rung, number, desk.showing(rung.account_id, rung.dialled))


def _seen(rung: Rung, place: Place, desk: Desk) -> _Seen:
    behaviour = _behaviour(rung.account_id, place, desk)
    found = _read(rung, place, behaviour, desk)
    return _Seen(
        found=found,
        ring=Ring(at=rung.at, dialled=found.dialled, caller=rung.caller_hash),
        leases=evidence.leases_of(found.entries),
        visits=evidence.visits_of(found.visits.values(), found.calls),
        past=evidence.past_of(found.past, rung),
        behaviour=behaviour,
    )


def _read(rung: Rung, place: Place, behaviour: Behaviour, desk: Desk) -> Found:
    """Read who had the number, and what the caller did before."""
    entries: tuple[LogEntry, ...] = ()
    past: tuple[Journey, ...] = ()
    if place.role not in SETTLED:
        since, until = millis(rung.at - behaviour.window), millis(rung.at)
        entries = tuple(
            each
            for name in place.logs
            for each in evidence.within(
                desk.leases.lent(rung.account_id, name, 0, until, MOST_LEASES), since, place
            )
        )
        if rung.caller_hash is not None:
            past = desk.journeys.of_caller(rung.account_id, rung.caller_hash, MOST_EARLIER)
    ids = dict.fromkeys(each.visit_id for each in entries if each.visit_id)
    visits = desk.visits.visits(rung.account_id, ids) if ids else {}
    calls = evidence.calls_of(visits.values(), rung)
    return Found(
        rung=rung,
        place=place,
        dialled=evidence.dialled(place, rung, entries, behaviour.window),
        entries=entries,
        visits=visits,
        past=past,
        calls=desk.journeys.journeys(rung.account_id, calls) if calls else {},
    )


def _behaviour(account_id: str, place: Place, desk: Desk) -> Behaviour:
    """Return how an account's visitors behave; a lease is held as long as its pool says."""
    known = desk.behaviour(account_id)
    if place.pool_id is None:
        return known
    try:
        return replace(known, hold=desk.pool(place.pool_id).hold)
    except NotFound:
        return known


def _history(rung: Rung, calls: History) -> dict[str, Any]:
    """Return how often the same caller has rung before, and what became of the last call."""
    if rung.caller_hash is None:
        return {}
    query = CallQuery(account_id=rung.account_id, caller_hash=rung.caller_hash, until=rung.at)
    earlier = calls.page(query, MOST_EARLIER).calls
    if not earlier:
        return {}
    last = {"at": earlier[0].started_at.isoformat(), "outcome": str(earlier[0].outcome)}
    return {"earlier_calls": len(earlier), "last_call": last}
