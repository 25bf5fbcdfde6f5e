"""Keeping ledgers: load, decide, add a line. Pure but for its ports.

Nothing is ever overwritten. Two who add at once both find the ledger's end, one adds, the other
looks again. Whatever is told twice is written once: consents by what they are, withdrawals by the
outside world's name of them, unless there is more to end than there was.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents import lines as ledger_lines
from chalicelib.campaigns.consents.checking import check, time_faults
from chalicelib.campaigns.consents.consents import (
    PROVABLE,
    Access,
    Consent,
    Erasure,
    Means,
    Standing,
    Supplement,
    Withdrawal,
)
from chalicelib.campaigns.consents.lines import Book, Whose
from chalicelib.campaigns.consents.ports import Ledger
from chalicelib.campaigns.consents.suppressions import holds
from chalicelib.directory.identity import siren_is_valid
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.campaigns.consents.checking import Captured
    from chalicelib.campaigns.consents.consents import Told
    from chalicelib.campaigns.consents.lines import Line
    from chalicelib.campaigns.consents.ports import Desk
    from chalicelib.campaigns.consents.suppressions import Prefix, Suppression

ATTEMPTS: Final = 8
ATTEMPTS_TO_NOTE: Final = 2
LOOKED_AT: Final = 30  # of the last who looked: is this one among them?
# Two machines' clocks are not one: what was said a moment ahead of ours was said now.
SKEW: Final = timedelta(minutes=1)
# Whoever says within this that they withdraw what they withdrew already gets no line of its own.
REPEATED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A consent as it is in the ledger, and whether this put it there."""

    consent: Consent
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that deciding about a person takes of here. A ledger that was tampered with has no
    consents: `intact` is False then.
    """

    standing: Standing
    suppressions: tuple[Suppression, ...]
    intact: bool
    prefixes: tuple[Prefix, ...] = ()

    def suppressed(self, siren: str, campaign_id: str) -> tuple[Suppression | Prefix, ...]:
        """Return the lists that keep a professional's campaign from ringing them."""
        listed: tuple[Suppression | Prefix, ...] = (*self.suppressions, *self.prefixes)
        return tuple(each for each in listed if holds(each.scope, siren, campaign_id))


def facts_for(account_id: str, person: str, desk: Desk) -> Facts:
    """Return what is known of a person, with one request.

    A ledger that looks broken is read once more: an addition may have been half seen.
    """
    whose, now = Whose(account_id, person), desk.clock()
    for _ in range(2):
        ledger = desk.ledgers.ledger(whose, now)
        faults = faults_of(ledger, whose, desk)
        if not faults:
            break
    return _facts(ledger, intact=not faults)


def facts_in(ledger: Ledger, whose: Whose, desk: Desk) -> Facts:
    """Return what is known of a person whose ledger was read already."""
    return _facts(ledger, intact=not faults_of(ledger, whose, desk))


def _facts(ledger: Ledger, *, intact: bool) -> Facts:
    standing = ledger.standing
    kept = standing if intact else replace(standing, consents=())
    return Facts(standing=kept, suppressions=ledger.suppressions, intact=intact)


def faults_of(ledger: Ledger, whose: Whose, desk: Desk) -> tuple[str, ...]:
    """Return what somebody did to a ledger."""
    key = desk.key(whose.account_id)
    known = (ledger.lines, ledger.head, desk.clock(), whose, Book.CONSENTS, key)
    return tuple(ledger_lines.faults_of(*known))


def record(captured: Captured, account_id: str, number: str, desk: Desk) -> Recorded:
    """Write a consent down. Raises NoConsent."""
    check(captured, desk.clock())
    whose = whose_is(account_id, number, desk)
    bare = captured.consent()
    named = ledger_lines.consent_id(desk.key(account_id), whose, bare.basis)
    consent = captured.consent(named)

    known: list[Consent] = []

    def decide(ledger: Ledger) -> Told | None:
        known[:] = [each for each in ledger.standing.consents if each.id == consent.id]
        return _supplement(known[0], consent, ledger, desk) if known else consent

    told = _add(whose, decide, desk, number=number, known=Ledger())
    if told is consent:
        return Recorded(consent, new=True)
    return Recorded(told.on(known[0]) if isinstance(told, Supplement) else known[0], new=False)


def withdraw(
    account_id: str,
    person: str,
    means: Means,
    at: datetime,
    desk: Desk,
    *,
    siren: str | None = None,
    ref: str | None = None,
    number: str | None = None,
) -> Withdrawal:
    """End what somebody consented to: with one professional, or with all of the account's.

    It holds from the next look at the person on, whether or not they ever consented. A line is
    written where there is something to end, or a month went by since the last: whoever repeats
    themselves is kept with their last word only. Returns what is written. Raises Rejected if it
    is to come, or the professional is none.
    """
    now = desk.clock()
    if at - now < SKEW:
        at = min(at, now)
    faults = tuple(time_faults(at, now, "/at"))
    if siren is not None and not siren_is_valid(siren):
        reason = "not a SIREN: nine digits, the last one a check digit"
        faults = (*faults, Fault("/siren", reason))
    if faults:
        raise Rejected("nobody withdraws so", faults=faults)
    withdrawal = Withdrawal(at=at, means=means, siren=siren, ref=ref)

    def decide(ledger: Ledger) -> Told:
        consents = ledger.standing.consents
        there = (each.told for each in ledger.lines if isinstance(each.told, Withdrawal))
        return next((each for each in there if _same(each, withdrawal, consents)), withdrawal)

    whose = Whose(account_id, person)
    told = _add(whose, decide, desk, number=number)
    assert isinstance(told, Withdrawal)
    desk.ledgers.keep(whose, withdrawal)
    return told


def withdraw_by_link(consent_id: str, desk: Desk) -> str:
    """End a consent from the page of its proof, once; return whom it was given. Raises NotFound."""
    whose, ledger, consent = find(None, consent_id, desk)
    professional = consent.professional
    if ledger.standing.ended(consent) is None:
        known = (whose.account_id, whose.person, Means.LINK, desk.clock(), desk)
        withdraw(*known, siren=professional.siren)
    return professional.name


def erase(account_id: str, person: str, by: str, desk: Desk) -> Erasure | None:
    """Forget somebody's number, and end what they consented to; None if nothing is known of them.

    What the proof needs stays for three years, by the hash alone (C. conso L223-1, third
    paragraph: whoever rings has to prove it). Cut short and done again, it goes on.
    """
    whose, now = Whose(account_id, person), desk.clock()

    def decide(ledger: Ledger) -> Told | None:
        if not ledger.lines:
            return None
        last = ledger.lines[-1].told
        return last if isinstance(last, Erasure) else Erasure(at=now, by=by)

    erasure = _add(whose, decide, desk)
    known = erasure if isinstance(erasure, Erasure) else None
    desk.ledgers.forget(whose, (now if known is None else known.at) + PROVABLE)
    return known


def note_access(whose: Whose, consent: str, by: str, form: str, desk: Desk) -> bool:
    """Write down that somebody looked at a proof, once for each form and hour; say whether it is.

    Whoever wants to see a proof sees it: what cannot be written down is not.
    """
    access = Access(at=desk.clock(), consent_id=consent, by=by, form=form)
    key, book = desk.key(whose.account_id), Book.ACCESSES
    try:
        for _ in range(ATTEMPTS_TO_NOTE):
            if _is_noted(access, desk.ledgers.accesses(whose, access.at, LOOKED_AT)):
                return True
            head = desk.ledgers.head(whose, book, access.at)
            line = ledger_lines.following(head, access, access.at, whose, book, key)
            with suppress(Conflict):
                desk.ledgers.append(whose, line, book=book)
                return True
    except Unavailable:
        return False
    return False


def _is_noted(access: Access, lines: tuple[Line, ...]) -> bool:
    hour = access.at.replace(minute=0, second=0, microsecond=0)
    told = (each.told for each in lines if isinstance(each.told, Access))
    return any(replace(access, at=each.at) == each and each.at >= hour for each in told)


def find(account_id: str | None, consent_id: str, desk: Desk) -> tuple[Whose, Ledger, Consent]:
    """Return a consent, and the ledger that it is in. Raises NotFound."""
    whose = desk.ledgers.whose(account_id, consent_id)
    ledger = desk.ledgers.ledger(whose, desk.clock())
    for each in ledger.standing.consents:
        if each.id == consent_id:
            return whose, ledger, each
    raise NotFound("no such consent")


def whose_is(account_id: str, number: str, desk: Desk) -> Whose:
    """Return whose ledger a number's is."""
    return Whose(account_id, desk.hashing.caller_hash(account_id, number))


def _same(one: Withdrawal, other: Withdrawal, consents: tuple[Consent, ...]) -> bool:
    """Say whether one that is written does all that another would."""
    if one.siren not in (None, other.siren):
        return False
    if any(other.ends(each) and not one.ends(each) for each in consents):
        return False
    told_twice = other.ref is not None and one.ref == other.ref
    return told_twice or other.at - one.at < REPEATED


def _supplement(there: Consent, told: Consent, ledger: Ledger, desk: Desk) -> Supplement | None:
    """Return what speaks for a consent that is written and was not told of it yet."""
    more = (each.told for each in ledger.lines if isinstance(each.told, Supplement))
    seen = {there.evidence, *(each.evidence for each in more if each.consent_id == there.id)}
    evidence = None if told.typed or told.evidence in seen else told.evidence
    supplement = Supplement(
        at=desk.clock(),
        consent_id=there.id,
        evidence=evidence,
        collector=told.collector,
        confirmed=told.confirmed,
    )
    return None if evidence is None and supplement.on(there) == there else supplement


def _add(
    whose: Whose,
    decide: Callable[[Ledger], Told | None],
    desk: Desk,
    *,
    number: str | None = None,
    known: Ledger | None = None,
) -> Told | None:
    """Add what `decide` wants to be there, unless it is. `known` is what the ledger may be."""
    key, ledger = desk.key(whose.account_id), known
    for _ in range(ATTEMPTS):
        now = desk.clock()
        ledger = ledger or desk.ledgers.ledger(whose, now)
        told = decide(ledger)
        if told is None or any(each.told is told for each in ledger.lines):
            return told
        line = ledger_lines.following(ledger.head, told, now, whose, Book.CONSENTS, key)
        try:
            desk.ledgers.append(whose, line, number=number)
        except Conflict:
            ledger = None
            continue
        return told
    raise Unavailable("too many write at once")
