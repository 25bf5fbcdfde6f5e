"""What is live: an account's calls that go on, each with its journey and its visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.tracking.live.live import LONGEST_CALL, ON_SITE, LiveCall, going_on, ringing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.journeys.ports import Journeys
    from chalicelib.tracking.journeys.rings import Rung
    from chalicelib.tracking.journeys.usecases import Visits
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.visits import Remembered


class LiveLog(Protocol):
    """The call log."""

    def going_on(
        self, account_id: str, log_shards: int, since: datetime, limit: int
    ) -> tuple[Call, ...]:
        """Return an account's calls that go on, newest first."""


class Book(Protocol):
    """The callers whom an account knows."""

    def names(self, account_id: str, caller_ids: Iterable[str]) -> dict[str, str]:
        """Return what the callers are called who are known, a hundred at most."""


class OnSite(Protocol):
    """Visits, by when something was last heard of them."""

    def on_site(self, account_id: str, since: datetime, limit: int) -> tuple[Remembered, ...]:
        """Return the visits of an account that were heard of since then, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that showing live calls needs. `source` is kept in the process."""

    log: LiveLog
    journeys: Journeys
    visits: Visits
    book: Book
    source: Callable[[str, str], Source | None]


def live_calls(
    account_id: str, log_shards: int, *, now: datetime, limit: int, desk: Desk
) -> list[LiveCall]:
    """Return the calls that go on, newest first.

    It takes one request for the calls, and one each for their journeys, visits and callers,
    however many calls there are; and as many as there are shards to list them.
    """
    calls = desk.log.going_on(account_id, log_shards, now - LONGEST_CALL, limit)
    journeys = desk.journeys.journeys(account_id, [each.call_id for each in calls])
    ids = {each.visit_id for each in journeys.values() if each.visit_id is not None}
    visits = desk.visits.visits(account_id, ids) if ids else {}
    hashes = {each.caller_hash for each in calls if each.caller_hash is not None}
    names = desk.book.names(account_id, hashes) if hashes else {}
    return [
        going_on(
            call,
            journey := journeys.get(call.call_id),
            visit=_visit(journey, visits),
            known_as=names.get(call.caller_hash or ""),
            source=_source(account_id, call.source_id, desk),
        )
        for call in calls
    ]


def ringing_call(rung: Rung, journey: Journey, desk: Desk) -> LiveCall:
    """Return what is to be seen of a call that rings."""
    visits, names = {}, {}
    if journey.visit_id is not None:
        visits = desk.visits.visits(rung.account_id, [journey.visit_id])
    if rung.caller_hash is not None:
        names = desk.book.names(rung.account_id, [rung.caller_hash])
    return ringing(
        rung,
        journey,
        visit=_visit(journey, visits),
        known_as=names.get(rung.caller_hash or ""),
        source=_source(rung.account_id, journey.source_id, desk),
    )


def known_call(call: Call, desk: Desk) -> LiveCall:
    """Return what is to be seen of a call that was just taken, or has just ended."""
    journey = desk.journeys.journeys(call.account_id, [call.call_id]).get(call.call_id)
    visits = {}
    if journey is not None and journey.visit_id is not None:
        visits = desk.visits.visits(call.account_id, [journey.visit_id])
    return going_on(
        call,
        journey,
        visit=_visit(journey, visits),
        source=_source(call.account_id, call.source_id, desk),
    )


def visitors(
    account_id: str, *, now: datetime, limit: int, visits: OnSite
) -> tuple[Remembered, ...]:
    """Return who is on the account's sites, with one request."""
    return visits.on_site(account_id, now - ON_SITE, limit)


def _visit(journey: Journey | None, visits: dict[str, Remembered]) -> Remembered | None:
    return None if journey is None else visits.get(journey.visit_id or "")


def _source(account_id: str, source_id: str | None, desk: Desk) -> Source | None:
    return None if source_id is None else desk.source(account_id, source_id)
