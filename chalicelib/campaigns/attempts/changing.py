"""What happens to members and attempts, each change as a value that is stored in one piece. Pure.

A change is of what somebody has seen: it is stored if that still holds, with what it adds to the
counts, and not at all otherwise. So whatever comes twice, late, or from two at once, happens once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chalicelib.campaigns.attempts import counting
from chalicelib.campaigns.attempts.attempts import Attempt, Member, Run, Standing, Why
from chalicelib.campaigns.attempts.past import Call, Rung, counts, name_of
from chalicelib.campaigns.lawful import seen_by_law
from chalicelib.campaigns.pacing import life, retries
from chalicelib.campaigns.pacing.life import State
from chalicelib.campaigns.pacing.outcomes import NO_ATTEMPT, Outcome, Tried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.campaigns.attempts.counting import Adds
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.campaign import Campaign, Plan
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.pacing.retries import Next
    from chalicelib.campaigns.rules import Decision

# Of trouble at the carrier's, which is no attempt, no more than the last is remembered.
_TROUBLES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """Some contacts of a list who become members, and how far the list has been gone through."""

    before: Run
    after: Run
    members: tuple[Member, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """An attempt that begins: stored if the member, and what the law knows, are as was seen."""

    before: Member
    after: Member
    attempt: Attempt
    seen: Mapping[str, Rung]
    adds: Adds

    @property
    def rungs(self) -> Mapping[str, Rung]:
        """Return what the law is to know."""
        attempt = self.attempt
        call = Call(at=attempt.ordered_at, sells=attempt.sells, object=attempt.object)
        name = name_of(attempt)
        return {each: self.seen.get(each, Rung()).with_call(name, call) for each in attempt.hashes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An attempt that is over, and its member after it."""

    before: Attempt
    after: Attempt
    member: Member
    adds: Adds

    @property
    def is_of_nothing(self) -> bool:
        """Say whether no call is known: then nobody else may have ordered one meanwhile."""
        return not self.after.call_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A member who stands elsewhere, without having been rung; and the decision that says why."""

    before: Member
    after: Member
    adds: Adds
    decision: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """A person who wants no more of it: in a call that goes on, or after it."""

    before: Attempt
    after: Attempt
    member: Moving | None
    adds: Adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a campaign goes on with a member: by its policy, and when to ring at the best hour.

    `best` returns the instant to ring at, not before one, given when they were rung in vain; None:
    never again.
    """

    plan: Plan
    best: Callable[[datetime, Sequence[datetime]], datetime | None]


def enrolled(run: Run, people: Iterable[str], cursor: str | None, now: datetime) -> Enrolling:
    """Return members to be, due at once; without a cursor the list has been gone through."""
    members = tuple(
        Member(campaign_id=run.campaign_id, account_id=run.account_id, contact_id=each, due_at=now)
        for each in dict.fromkeys(people)
    )
    after = replace(run, cursor=cursor, whole=cursor is None, edition=run.edition + 1)
    return Enrolling(before=run, after=after, members=members, now=now)


def claimed(
    member: Member,
    contact: Contact,
    campaign: Campaign,
    known: Known,
    decision: Decision,
    *,
    slot: int,
    zone: str,
    now: datetime,
) -> Claiming:
    """Return an attempt to ring a member now."""
    plan, hash_ = campaign.plan, to_ring(member, contact)
    placing = life.claimed(life.Attempt(state=State.PLANNED), now)
    assert placing.ordered_at is not None
    assert placing.claimed_at is not None
    hashes = (contact.id, *contact.others)
    attempt = Attempt(
        campaign_id=campaign.id,
        account_id=campaign.account_id,
        contact_id=member.contact_id,
        serial=member.tries + 1,
        hash=hash_,
        hashes=hashes,
        number=contact.numbers[hashes.index(hash_)],
        siren=plan.professional.siren,
        sells=seen_by_law(plan, None).is_selling,
        object=plan.object,
        mode=plan.mode.value,
        shown=plan.shown,
        zone=zone,
        decision=decision.as_fields(),
        ordered_at=placing.ordered_at,
        claimed_at=placing.claimed_at,
        look_at=placing.claimed_at + life.DOUBT,
        slot=slot,
        round=member.round,
        history=member.history,
    )
    after = replace(out(attempt), agent_until=member.agent_until)
    adds = counting.adds(now, counting.begun(now), counting.moved(member, after))
    return Claiming(before=member, after=after, attempt=attempt, seen=known.rungs, adds=adds)


def to_ring(member: Member, contact: Contact) -> str:
    """Return the hash of the number to ring: of the contact's first, where the next is gone."""
    return member.number if member.number in contact.others else contact.id


def out(attempt: Attempt) -> Member:
    """Return the member of an attempt while it is open."""
    return Member(
        campaign_id=attempt.campaign_id,
        account_id=attempt.account_id,
        contact_id=attempt.contact_id,
        due_at=attempt.ordered_at,
        standing=Standing.OUT,
        tries=attempt.serial,
        history=attempt.history,
        number=attempt.hash,
        round=attempt.round,
    )


def ended(
    attempt: Attempt,
    outcome: Outcome | None,
    ways: Ways,
    *,
    now: datetime,
    call_id: str = "",
    answered_by: str = "",
    seconds: int = 0,
) -> Ending:
    """Return an attempt that is over. Without an outcome no call came of it: nothing is used up.

    Whoever refused during the call has refused, whatever is told of its end. Whoever answered and
    was put through to none of the agents was abandoned.
    """
    if outcome is Outcome.ANSWERED and attempt.found_nobody:
        outcome = Outcome.ABANDONED
    outcome = Outcome.REFUSED if attempt.refused_at is not None else outcome
    after = replace(
        attempt,
        state=State.ENDED,
        outcome=outcome,
        call_id=call_id or attempt.call_id,
        answered_by=answered_by or attempt.answered_by,
        seconds=seconds,
        ended_at=now,
    )
    member = _following(after, ways, now)
    adds = counting.adds(now, counting.ended(after), counting.moved(out(attempt), member))
    return Ending(before=attempt, after=after, member=member, adds=adds)


def put_off(member: Member, decision: Decision, until: datetime | None, now: datetime) -> Moving:
    """Return a member who may not be rung now: looked at again then, or never if there is none."""
    return blocked(member, block_of(decision), until, now, decision.as_fields())


def block_of(decision: Decision) -> str:
    """Name what is against a call for longest, with the key of the article that it rests on."""
    reasons = [each for each in decision.reasons if each.until is None] or sorted(
        decision.reasons, key=lambda each: each.until.timestamp() if each.until else 0.0
    )[-1:]
    return f"{reasons[0].code}@{reasons[0].article.key}" if reasons else ""


def blocked(
    member: Member,
    block: str,
    until: datetime | None,
    now: datetime,
    decision: Mapping[str, object] | None = None,
) -> Moving:
    """Return a member whom something keeps from being rung: looked at again then, or never."""
    if until is None:
        after = replace(member, standing=Standing.DONE, why=Why.BLOCKED, block=block)
    else:
        after = replace(member, standing=Standing.WAITING, due_at=max(until, now), block=block)
    return _moving(member, after, now, decision)


def waits(member: Member, until: datetime, now: datetime) -> Moving:
    """Return a member who is looked at again later, though nothing is against ringing them."""
    return _moving(member, replace(member, due_at=max(until, now), block=""), now)


def finished(member: Member, why: Why, now: datetime) -> Moving:
    """Return a member who is not rung any more."""
    return _moving(member, replace(member, standing=Standing.DONE, why=why, block=""), now)


def refused(attempt: Attempt, member: Member, at: datetime, now: datetime) -> Refusing:
    """Return what a refusal makes of an attempt and its member.

    A call that goes on ends as refused. A member who is being rung again meanwhile is left alone:
    the law's row keeps the next call from being made, and what is known of the end decides.
    """
    over = not attempt.is_open
    spoke = over and counts(attempt.outcome)  # nobody refused in a call that did not come about
    outcome = Outcome.REFUSED if spoke else attempt.outcome
    after = replace(attempt, refused_at=at, outcome=outcome)
    adds = [counting.refused(attempt)] if spoke else []
    moving = None
    if over and member.standing is not Standing.OUT and member.why is not Why.REFUSED:
        moving = finished(member, Why.REFUSED, now)
        adds.append(counting.moved(moving.before, moving.after))
    return Refusing(before=attempt, after=after, member=moving, adds=counting.adds(now, *adds))


def _moving(
    before: Member, after: Member, now: datetime, decision: Mapping[str, object] | None = None
) -> Moving:
    adds = counting.adds(now, counting.moved(before, after))
    return Moving(before=before, after=after, adds=adds, decision=decision)


def _following(attempt: Attempt, ways: Ways, now: datetime) -> Member:
    """Return the member after an attempt."""
    member = replace(out(attempt), standing=Standing.WAITING, due_at=now)
    if attempt.outcome is None:
        return member
    tried = Tried(attempt.ordered_at, attempt.outcome, attempt.hash, attempt.round)
    history = _remembered((*attempt.history, tried))
    plan = ways.plan
    found = retries.next_attempt(
        history,
        attempt.hashes,
        now,
        zone=ZoneInfo(attempt.zone),
        mode=plan.mode,
        policy=plan.retries.policy(),
    )
    member = replace(member, history=history)
    if isinstance(found, retries.Why):
        return replace(member, standing=Standing.DONE, why=Why(found.value))
    return _waiting(member, found, ways)


def _waiting(member: Member, found: Next, ways: Ways) -> Member:
    at: datetime | None = found.at
    if found.best_hour:
        vain = [each.at for each in member.history if each.outcome not in NO_ATTEMPT]
        at = ways.best(found.at, vain)
    if at is None:
        return replace(member, standing=Standing.DONE, why=Why.BLOCKED)
    return replace(
        member,
        due_at=at,
        number=found.number,
        round=found.round,
        agent_until=found.agent_until,
    )


def _remembered(history: tuple[Tried, ...]) -> tuple[Tried, ...]:
    """Drop old trouble: it delays by what came last, and counts for nothing else."""
    troubles = [each for each in history if each.outcome in NO_ATTEMPT]
    old = {id(each) for each in troubles[:-_TROUBLES]}
    return tuple(each for each in history if id(each) not in old)
