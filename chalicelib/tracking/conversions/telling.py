"""Telling networks of deeds: a line of the log is opened for each, seen to, and taken back.

Everything may be done twice. What is told is gathered anew for each attempt, so that consent taken
back before it counts. Networks know a conversion again by its id (GA4 does not: only an attempt
whose end nobody knows is sent to it twice).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.tracking.conversions.conversion import (
    MOST_ATTEMPTS_KEPT,
    MOST_TRIES,
    Attempt,
    Entry,
    Held,
    State,
    back_off,
    conversion_id,
)
from chalicelib.tracking.conversions.evidence import (
    Known,
    conversion_of,
    counts,
    is_of_call_alone,
    missing_consent,
)
from chalicelib.tracking.conversions.ports import AccessRefused, Busy
from chalicelib.tracking.conversions.providers.provider import Credentials, Outcome, Verdict
from chalicelib.tracking.conversions.words import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.tracking.conversions.conversion import Conversion
    from chalicelib.tracking.conversions.deeds import Deed
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.ports import Desk
    from chalicelib.tracking.conversions.providers.provider import Provider, Request
    from chalicelib.tracking.visits.visits import Remembered

# A worker is cut after a minute; whoever finds its line claimed after this takes it over.
CLAIM: Final = timedelta(minutes=2)


def after(deed: Deed, desk: Desk) -> None:
    """See whether a deed that is done is to be told anywhere, or no longer is. Idempotent.

    What ended before a destination was made is none of its own.
    """
    if deed.ended_at is None:
        return
    destinations = desk.open_destinations(deed.account_id)
    wanted = [each for each in destinations if each.created_at <= deed.ended_at]
    if not wanted:
        return
    known = gather(deed, desk)
    for each in wanted:
        _note(known, each, desk)


def see_to(account_id: str, entry_id: str, desk: Desk) -> None:
    """Do what is due of a conversion. Raises Unavailable when it should be brought again."""
    entry = desk.log.find(account_id, entry_id)
    now = desk.clock()
    if entry is None or not entry.is_under_way:
        return
    if entry.next_at is not None and entry.next_at > now:
        desk.queue.put(account_id, entry_id, entry.next_at, now)
        return
    claimed = _claimed(entry, desk, now)
    if claimed is None:
        return
    try:
        done = _done(claimed, desk, now)
    except NotFound:  # the deed or the destination is no more
        done = _closed(claimed, State.CANCELLED, Reason.DESTINATION_GONE)
    done = desk.log.save(replace(done, claimed_at=None))
    if done.is_under_way and done.next_at is not None:
        desk.queue.put(account_id, entry_id, done.next_at, now)


def lack(
    conversion: Conversion, known: Known, destination: Destination, provider: Provider
) -> Reason | None:
    """Return why a deed cannot be told, None if it can."""
    if not counts(known.deed, known.judged, destination):
        return Reason.DOES_NOT_COUNT
    if provider.use not in conversion.agreed:
        return missing_consent(known)
    reason = provider.lack(conversion, destination)
    if reason in _OF_VISIT and is_of_call_alone(known, destination, provider.use):
        return missing_consent(known)
    return reason


# What is missing of a visit that may not be told, or of none.
_OF_VISIT: Final = frozenset({Reason.NO_CLICK, Reason.NO_CLIENT_ID})


def gather(deed: Deed, desk: Desk) -> Known:
    """Return all that is known of a deed now."""
    if not deed.is_call:
        visit = _visit(deed.account_id, deed.visit_id, desk)
        return Known(deed=deed, judged=deed.judged, visit=visit)
    try:
        journey = desk.journey(deed.account_id, deed.id)
    except NotFound:
        journey = None
    judged = desk.judged(deed.account_id, deed.id)
    visit = None if journey is None else _visit(deed.account_id, journey.visit_id, desk)
    return Known(deed=deed, judged=judged, journey=journey, visit=visit)


def _claimed(entry: Entry, desk: Desk, now: datetime) -> Entry | None:
    """Claim a line; None if another worker is at it: a message looks after that one later."""
    if not _is_claimed(entry, now):
        with suppress(Conflict):
            return desk.log.save(replace(entry, claimed_at=now, held=_held(entry)))
    desk.queue.put(entry.account_id, entry.id, now + CLAIM, now)
    return None


def _held(entry: Entry) -> Held:
    """Return what a network has, where a worker may have died after it asked, too."""
    return entry.held if entry.claimed_at is None else _unanswered(entry)


def _unanswered(entry: Entry) -> Held:
    """Return what a network has that was asked and has not answered."""
    if entry.state is State.RETRACTING:
        return Held.LEAVING
    return Held.PERHAPS if entry.held is Held.NOTHING else entry.held


def _is_claimed(entry: Entry, now: datetime) -> bool:
    return entry.claimed_at is not None and now - entry.claimed_at < CLAIM


def _check_unclaimed(entry: Entry, now: datetime) -> None:
    if _is_claimed(entry, now):
        raise Busy("another worker is at it", entry_id=entry.id)


def _visit(account_id: str, visit_id: str | None, desk: Desk) -> Remembered | None:
    if visit_id is None:
        return None
    try:
        return desk.visit(account_id, visit_id)
    except NotFound:
        return None


def _note(known: Known, destination: Destination, desk: Desk) -> None:
    deed = known.deed
    entry_id = conversion_id(deed.id, destination.id)
    entry = desk.log.find(deed.account_id, entry_id)
    if counts(deed, known.judged, destination):
        _open(entry or _line(entry_id, deed, destination), known, destination, desk)
    elif entry is not None:
        _take_back(entry, desk)


def _line(entry_id: str, deed: Deed, destination: Destination) -> Entry:
    return Entry(
        id=entry_id,
        account_id=deed.account_id,
        destination_id=destination.id,
        network=destination.network,
        deed_id=deed.id,
        called_at=deed.at,
        state=State.SKIPPED,
    )


def _open(entry: Entry, known: Known, destination: Destination, desk: Desk) -> None:
    """Have a deed told that is not yet: what was refused stays so until somebody asks again."""
    now = desk.clock()
    if entry.state is State.WAITING:  # the message may not have left
        desk.queue.put(entry.account_id, entry.id, entry.next_at or now, now)
        return
    if entry.state not in _OPENED:
        return
    _check_unclaimed(entry, now)
    if _held(entry) is Held.TAKEN:
        desk.log.save(_stands(entry))
    elif _held(entry) is Held.LEAVING:  # told again once it is known to be gone
        _retract(entry, desk, now)
    else:
        _tell(_anew(entry), known, destination, desk)


# What may be told, or told again, when it counts.
_OPENED: Final = frozenset(
    {State.SKIPPED, State.CANCELLED, State.RETRACTING, State.RETRACTED, State.STANDS}
)


def _tell(entry: Entry, known: Known, destination: Destination, desk: Desk) -> None:
    now = desk.clock()
    provider = desk.providers[destination.network]
    conversion = conversion_of(known, entry.id, destination, provider)
    reason = lack(conversion, known, destination, provider)
    if reason is not None:
        if entry.version == 0 or (entry.state, entry.reason) != (State.SKIPPED, reason):
            desk.log.save(_closed(entry, State.SKIPPED, reason))
        return
    at = max(now, provider.earliest(conversion, destination))
    desk.log.save(_waiting(entry, at))
    desk.queue.put(entry.account_id, entry.id, at, now)


def _anew(entry: Entry) -> Entry:
    """Return a line of something that was taken back as that of another conversion."""
    return replace(entry, again=entry.again + 1) if entry.state is State.RETRACTED else entry


def _waiting(entry: Entry, at: datetime) -> Entry:
    return replace(entry, state=State.WAITING, reason=None, next_at=at, tries=0)


def _stands(entry: Entry) -> Entry:
    return replace(entry, state=State.SENT, reason=None, next_at=None)


def _take_back(entry: Entry, desk: Desk) -> None:
    """Stop what is not sent yet; have retracted what a network has, or may have."""
    now = desk.clock()
    _check_unclaimed(entry, now)
    if entry.state in (State.RETRACTED, State.STANDS):
        return
    if _held(entry) is not Held.NOTHING:
        _retract(entry, desk, now)
    elif entry.state is State.WAITING:
        desk.log.save(_closed(entry, State.CANCELLED, Reason.DOES_NOT_COUNT))


def _retract(entry: Entry, desk: Desk, now: datetime) -> None:
    if entry.state is not State.RETRACTING:
        entry = desk.log.save(
            replace(entry, state=State.RETRACTING, next_at=now, tries=0, held=_held(entry))
        )
    desk.queue.put(entry.account_id, entry.id, entry.next_at or now, now)


def _done(entry: Entry, desk: Desk, now: datetime) -> Entry:
    """Attempt what is due, and return the line as it is afterwards."""
    destination = desk.destinations.destination(entry.destination_id)
    if not destination.is_open:
        return _closed(entry, State.CANCELLED, Reason.DESTINATION_GONE)
    known = gather(desk.deed(entry.account_id, entry.deed_id), desk)
    provider = desk.providers[destination.network]
    found = conversion_of(known, entry.id, destination, provider)
    conversion = replace(found, again=entry.again)
    if entry.state is State.RETRACTING:
        return _retracted(entry, conversion, known, destination, desk)
    reason = lack(conversion, known, destination, provider)
    if reason is not None:
        return _closed(entry, State.SKIPPED, reason)
    if now > conversion.ended_at + provider.latest:
        return _closed(entry, State.GIVEN_UP, Reason.TOO_LATE)
    requests = provider.requests(conversion, destination)
    outcome, status = _sent(requests, destination, provider, desk)
    return _after_attempt(entry, outcome, status, now)


def _retracted(
    entry: Entry, conversion: Conversion, known: Known, destination: Destination, desk: Desk
) -> Entry:
    """Take a conversion back, unless it counts again and is still there.

    One that may be gone is taken back for certain first, and then told anew.
    """
    now, provider = desk.clock(), desk.providers[destination.network]
    wanted = counts(known.deed, known.judged, destination)
    if wanted and entry.held is not Held.LEAVING:
        return _stands(entry) if entry.held is Held.TAKEN else _waiting(entry, now)
    request = provider.retraction(conversion, destination, now)
    if request is None:
        return _closed(entry, State.STANDS, Reason.STANDS)
    outcome, status = _sent((request,), destination, provider, desk)
    done = _after_attempt(entry, outcome, status, now)
    unheard_of = done.state is State.STANDS and outcome.reason is Reason.TOO_EARLY
    if unheard_of and entry.held is not Held.TAKEN:  # in all this time: it never came there
        done = replace(done, state=State.CANCELLED, held=Held.NOTHING)
    again = wanted and done.held is Held.NOTHING
    return _waiting(_anew(done), now) if again else done


def _sent(
    requests: tuple[Request, ...], destination: Destination, provider: Provider, desk: Desk
) -> tuple[Outcome, int | None]:
    """Send requests in order, as far as each is taken."""
    outcome, status = Outcome(Verdict.REFUSED, "no-secrets", Reason.CONNECT_AGAIN), None
    try:
        secrets = desk.vault.secrets(destination.id)
        oauth = provider.oauth
        token = "" if oauth is None else desk.web.token(oauth, destination.id, secrets)
        credentials = Credentials(secrets, token)
        for each in requests:
            reply = desk.web.ask(provider.signed(each, destination, credentials))
            outcome, status = provider.outcome(reply), reply.status
            if outcome.verdict is not Verdict.TAKEN:
                break
    except (NotFound, AccessRefused) as error:
        code = str(error.facts.get("error") or error.code)
        return Outcome(Verdict.REFUSED, code, Reason.CONNECT_AGAIN), None
    except Unavailable as error:
        reason = str(error.facts.get("reason", error.code))
        return Outcome(Verdict.LATER, reason, Reason.NO_ANSWER), None
    return outcome, status


_ENDS: Final = {
    (State.WAITING, Verdict.TAKEN): State.SENT,
    (State.WAITING, Verdict.REFUSED): State.REFUSED,
    (State.WAITING, Verdict.LATER): State.GIVEN_UP,
    (State.RETRACTING, Verdict.TAKEN): State.RETRACTED,
    (State.RETRACTING, Verdict.REFUSED): State.STANDS,
    (State.RETRACTING, Verdict.LATER): State.STANDS,
}


_TAKEN: Final = {State.WAITING: Held.TAKEN, State.RETRACTING: Held.NOTHING}


def _after_attempt(entry: Entry, outcome: Outcome, status: int | None, now: datetime) -> Entry:
    attempt = Attempt(at=now, status=status, code=outcome.code[:100], reason=outcome.reason)
    tries, held = entry.tries + 1, entry.held
    if outcome.verdict is Verdict.TAKEN:
        held = _TAKEN[entry.state]
    elif outcome.verdict is Verdict.LATER and status is None:
        held = _unanswered(entry)
    known = (*entry.attempts, attempt)[-MOST_ATTEMPTS_KEPT:]
    tried = replace(entry, attempts=known, tries=tries, reason=outcome.reason, held=held)
    if outcome.verdict is Verdict.LATER and tries < MOST_TRIES:
        wait = max(outcome.after or timedelta(0), back_off(tries))
        return replace(tried, next_at=now + wait)
    return replace(tried, state=_ENDS[entry.state, outcome.verdict], next_at=None)


def _closed(entry: Entry, state: State, reason: Reason) -> Entry:
    return replace(entry, state=state, reason=reason, next_at=None)
