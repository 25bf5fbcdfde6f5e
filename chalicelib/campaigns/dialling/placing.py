"""Calls placed, each at the instant that it was granted. Pure but for its ports.

A worker decides of each member just before it asks for an instant, claims the attempt in one
transaction with what the law remembers of the person, and orders the call once. Whatever it does
not learn, and whenever it dies, the attempt stands as being placed: nobody orders it again, and
`minding` asks the carrier what became of it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.attempts import Placed, Standing, Why
from chalicelib.campaigns.attempts.changing import claimed, finished
from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.dialling import minding, sitting
from chalicelib.campaigns.dialling.manning import EACH, Manned, is_manned, kept, look
from chalicelib.campaigns.dialling.scenes import Scene, judge, number_of
from chalicelib.campaigns.pacing.bucket import FULL, LEAD, REFILL, SECOND, SLACK, may_begin
from chalicelib.campaigns.pacing.granting import pause, take
from chalicelib.campaigns.pacing.life import SLOWED_FOR, Told
from chalicelib.campaigns.pacing.modes import AHEAD, Mode
from chalicelib.campaigns.pacing.sharing import Ask
from chalicelib.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt, Member
    from chalicelib.campaigns.attempts.changing import Claiming
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.dialling.orders import Calls
    from chalicelib.campaigns.dialling.ports import Answer, Crew, Desk
    from chalicelib.campaigns.dialling.scenes import Verdict
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.campaigns.pacing.bucket import Limit
    from chalicelib.campaigns.pacing.granting import Pace, Slot, Taken

# What is left of the function's time when no call is begun any more: an order takes eight seconds.
RESERVE: Final = 15
# Somebody's call to this person goes on: theirs is not, as long as that.
_BUSY: Final = timedelta(minutes=2)
# What was decided longer ago is decided anew before anybody is rung.
_FRESH: Final = timedelta(seconds=2)
# Of calls that the carrier has taken, so many are stored at once, none much later than it did. If
# their worker dies before, they are found like any whose answer was lost.
_STORED_AT_ONCE: Final = 10
_UNSTORED: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of whom it is to be decided."""

    scene: Scene
    member: Member
    contact: Contact


@dataclass(frozen=True, slots=True)
class Ready:
    """A member who may be rung, as was decided at an instant."""

    candidate: Candidate
    known: Known
    verdict: Verdict
    at: datetime


@dataclass(slots=True)
class Shift:
    """One worker, and what is left for it to do.

    It alone changes this: hands that place calls report through `not_before`, the instant (in
    milliseconds) from which on the carrier takes orders again.
    """

    account_id: str
    desk: Desk
    crew: Crew
    waiting: dict[str, deque[Candidate]]
    ready: dict[str, deque[Ready]] = field(default_factory=dict)
    pace: tuple[Pace, Limit] | None = None
    in_vain: int = 0
    not_before: int = 0
    free_at: dict[str, int] = field(default_factory=dict)
    manned: dict[str, Manned] = field(default_factory=dict)
    placed: deque[Placed] = field(default_factory=deque)

    @property
    def now(self) -> int:
        """Return this instant in milliseconds."""
        return int(self.desk.clock().timestamp() * SECOND)

    def sleep(self, until: int) -> None:
        """Wait until an instant, or until no time is left to ring anybody."""
        left = 1 + int(max(0.0, self.desk.seconds_left() - RESERVE) * SECOND)
        self.desk.sleep(min(until, self.now + left))

    def store_placed(self, fewest: int = 1) -> None:
        """Store the calls that the carrier has taken: several with one request."""
        oldest = self.desk.clock() - _UNSTORED
        if len(self.placed) < fewest and not (self.placed and self.placed[0].at <= oldest):
            return
        self.desk.attempts.placed_all([self.placed.popleft() for _ in range(len(self.placed))])

    @property
    def is_over(self) -> bool:
        """Say whether nothing is left to do, or no time."""
        left = any(self.waiting.values()) or any(self.ready.values())
        return not left or self.desk.seconds_left() < RESERVE


def place(order: Calls, desk: Desk) -> None:
    """Ring the members of a message, as many as there is time for; the others are due again."""
    crew = desk.crew()
    shift = Shift(order.account_id, desk, crew, _loaded(order, desk))
    try:
        while not shift.is_over:
            _go_on(shift)
            shift.store_placed(_STORED_AT_ONCE)
    finally:
        try:
            crew.done()
        finally:
            if shift.placed:
                shift.store_placed()


def _loaded(order: Calls, desk: Desk) -> dict[str, deque[Candidate]]:
    """Read those who are leased to this message, and stand as they did then."""
    waiting: dict[str, deque[Candidate]] = {}
    for campaign_id, ids in order.members.items():
        campaign = _running(order.account_id, campaign_id, desk)
        if campaign is None:
            continue
        members = desk.attempts.members(campaign_id, ids)
        leased = [each for each in members.values() if _is_leased(each, order)]
        list_id = campaign.plan.list_id
        people = desk.people.known(order.account_id, list_id, [each.contact_id for each in leased])
        scene = Scene.of(campaign, desk.house)
        waiting[campaign_id] = deque()
        for member in leased:
            contact = people.get(member.contact_id)
            if contact is None:
                desk.attempts.put(finished(member, Why.GONE, desk.clock()))
            elif scene is not None:
                waiting[campaign_id].append(Candidate(scene, member, contact))
    return waiting


def _running(account_id: str, campaign_id: str, desk: Desk) -> Campaign | None:
    try:
        campaign = desk.campaigns.campaign(account_id, campaign_id)
    except NotFound:
        return None
    return campaign if campaign.state is State.RUNNING else None


def _is_leased(member: Member, order: Calls) -> bool:
    return member.standing is Standing.WAITING and member.due_at == order.until


def _go_on(shift: Shift) -> None:
    """Take some instants, and have calls begun at them; or wait until it is worth asking again."""
    shift.sleep(shift.not_before)
    if shift.pace is None:
        shift.pace = shift.desk.paces.pace(shift.account_id)
    pace, limit = shift.pace
    for campaign_id in pace.halted & shift.waiting.keys():
        shift.waiting[campaign_id].clear()
        shift.ready.pop(campaign_id, None)
    room = _room(pace, limit, shift.now)
    if room < 1:
        shift.pace = None
        shift.sleep(shift.now + FULL)
        return
    _look_at_agents(shift)
    _prepare(shift, room)
    asks = {name: Ask(_wanted(shift, name), _priority(each)) for name, each in _some(shift)}
    if not any(each.wanted for each in asks.values()):
        # A campaign has had its calls of this second, or nobody of those may be rung.
        waits = REFILL if any(shift.ready.values()) else 0
        shift.sleep(shift.now + (EACH if _lacks_agents(shift) else waits))
        return
    taken = take(pace, limit, asks, shift.now, shift.in_vain)
    if not _stored(shift, pace, limit, taken):
        return
    for slot in taken.slots:
        ready = shift.ready[slot.campaign_id].popleft()
        free_at = max(slot.start, shift.free_at.get(slot.campaign_id, 0))
        shift.free_at[slot.campaign_id] = free_at + _gap(ready)
        manned = shift.manned.get(slot.campaign_id)
        seat = manned.taken(_campaign(ready)) if manned is not None else None
        shift.crew.do(partial(_ring, ready, slot, limit, shift, seat))
    if taken.slots:
        shift.in_vain = 0
        shift.sleep(taken.ask_at)
        return
    # Others are at work, or as many are up as may be: what is stored is read before it is asked.
    shift.in_vain += taken.others
    shift.pace = None
    shift.sleep(max(taken.ask_at, shift.now + pause(shift.in_vain)))


def _look_at_agents(shift: Shift) -> None:
    """See which agents are free, of campaigns whose calls they take."""
    for campaign_id, waiting in shift.waiting.items():
        some = shift.ready.get(campaign_id) or waiting
        if some and is_manned(campaign := _campaign(some[0])):
            manned = shift.manned.setdefault(campaign_id, Manned())
            ids = _people(shift, campaign_id)
            look(manned, campaign, shift.now, shift.desk, ids)
            if campaign.plan.mode is Mode.PREVIEW and not manned.free:  # the agent is gone
                waiting.clear()
                shift.ready.pop(campaign_id, None)


def _people(shift: Shift, campaign_id: str) -> list[str]:
    ready = (each.candidate for each in shift.ready.get(campaign_id, ()))
    return [each.member.contact_id for each in (*shift.waiting[campaign_id], *ready)]


def _campaign(one: Candidate | Ready) -> Campaign:
    return (one.candidate if isinstance(one, Ready) else one).scene.campaign


def _lacks_agents(shift: Shift) -> bool:
    """Tell whether people wait to be rung for whom no agent is free."""
    return any(
        each.calls < 1 and (shift.waiting.get(name) or shift.ready.get(name))
        for name, each in shift.manned.items()
    )


def _for_agents(shift: Shift, campaign_id: str, most: int) -> int:
    """Return how many of so many calls there are agents for, if agents take them."""
    manned = shift.manned.get(campaign_id)
    return most if manned is None else min(most, max(0, manned.calls))


def _stored(shift: Shift, pace: Pace, limit: Limit, taken: Taken) -> bool:
    """Store what was granted; False if somebody else has taken calls meanwhile."""
    if not taken.slots:
        return True
    try:
        shift.desk.paces.take(shift.account_id, pace, taken)
    except Conflict:
        shift.pace = None
        return False
    shift.pace = (taken.pace, limit)
    return True


def _some(shift: Shift) -> list[tuple[str, deque[Ready]]]:
    return [(name, each) for name, each in shift.ready.items() if each]


def _priority(ready: deque[Ready]) -> int:
    return ready[0].candidate.scene.campaign.plan.priority


def _wanted(shift: Shift, campaign_id: str) -> int:
    """Return how many calls a campaign may begin in the lead, by its own limit of a second."""
    ready = shift.ready[campaign_id]
    gap, most = _gap(ready[0]), _for_agents(shift, campaign_id, len(ready))
    if not gap:
        return most
    room = shift.now + LEAD - max(shift.now, shift.free_at.get(campaign_id, 0))
    return 0 if room < 0 else min(most, 1 + room // gap)


def _gap(ready: Ready) -> int:
    """Return how far apart a campaign's calls are, at least; 0: as the account's are."""
    per_second = ready.candidate.scene.campaign.plan.per_second
    return 0 if per_second is None else (SECOND + SLACK) // per_second


def _room(pace: Pace, limit: Limit, now: int) -> int:
    """Return how many calls may be granted in the lead, at the most."""
    most = limit.calls * LEAD // SECOND + limit.burst
    return most if limit.at_once is None else min(most, limit.at_once - pace.bucket.flying(now))


def _prepare(shift: Shift, most: int) -> None:
    """Decide of so many members of each campaign."""
    oldest = shift.desk.clock() - _FRESH
    for campaign_id, waiting in shift.waiting.items():
        ready = shift.ready.setdefault(campaign_id, deque())
        while ready and ready[0].at < oldest:
            waiting.append(ready.popleft().candidate)
        wanted = _for_agents(shift, campaign_id, most)
        while waiting and len(ready) < wanted and shift.desk.seconds_left() >= RESERVE:
            found = _decided(waiting.popleft(), shift.desk)
            if found is not None:
                ready.append(found)


def _decided(candidate: Candidate, desk: Desk) -> Ready | None:
    """Decide of a member by what is stored now; None: they are not to be rung, which is stored."""
    scene, member, contact = candidate.scene, candidate.member, candidate.contact
    now = desk.clock()
    known = desk.known(scene.campaign, contact, number_of(member, contact), now)
    verdict = judge(scene, member, contact, known, now, now + _BUSY)
    if verdict.moving is not None:
        desk.attempts.put(verdict.moving)
        return None
    return Ready(candidate, known, verdict, now)


def _ring(ready: Ready, slot: Slot, limit: Limit, shift: Shift, seat: Seat | None) -> None:
    """Claim an attempt, wait for its instant, and order the call: once."""
    desk, campaign = shift.desk, ready.candidate.scene.campaign
    claiming = _claiming(ready, slot, limit, seat, desk)
    if seat is not None and not kept(seat, claiming.attempt.id, desk):
        shift.waiting[campaign.id].append(ready.candidate)  # somebody else has the agent
        _given_up(replace(claiming.attempt, facts={}), slot, limit, desk)
        return
    try:
        if campaign.plan.mode in AHEAD:
            desk.crewing.seats.rings(campaign.id, claiming.attempt.id, desk.clock())
        attempt = desk.attempts.claim(claiming)
    except Conflict:  # somebody rings this person, or has this member: they are due again
        _given_up(claiming.attempt, slot, limit, desk)
        return
    desk.sleep(slot.start)
    if not may_begin(slot.start, shift.now):
        minding.end(campaign, attempt.id, News(outcome=None), desk)
        return
    answer = desk.carrier.order(attempt, campaign, ready.candidate.contact)
    _follow(attempt, answer, ready.candidate.scene, shift)


def _claiming(ready: Ready, slot: Slot, limit: Limit, seat: Seat | None, desk: Desk) -> Claiming:
    """Return an attempt to be claimed, with what it takes: room of the carrier's, an agent."""
    candidate = ready.candidate
    assert ready.verdict.decision is not None
    claiming = claimed(
        candidate.member,
        candidate.contact,
        candidate.scene.campaign,
        ready.known,
        ready.verdict.decision,
        slot=slot.number,
        zone=ready.verdict.zone,
        now=desk.clock(),
    )
    facts = {} if limit.at_once is None else {minding.LEASED: "1"}
    facts |= {} if seat is None else {minding.SEAT: seat.agent_id}
    return replace(claiming, attempt=replace(claiming.attempt, facts=facts))


def _given_up(attempt: Attempt, slot: Slot, limit: Limit, desk: Desk) -> None:
    """Give back what a call that is not made took."""
    if limit.at_once is not None:
        desk.paces.ended(attempt.account_id, [slot.number])
    if attempt.mode in AHEAD:
        desk.crewing.seats.rang(attempt.campaign_id, attempt.id)
    agents = [attempt.facts[minding.SEAT]] if minding.SEAT in attempt.facts else []
    sitting.release(attempt.campaign_id, agents, attempt.id, desk.crewing, wraps_up=False)


def _follow(attempt: Attempt, answer: Answer, scene: Scene, shift: Shift) -> None:
    """Store what the carrier said. Of what it did not say, nothing is known until it is asked."""
    desk, campaign = shift.desk, scene.campaign
    if answer.told is Told.TAKEN:
        placed = Placed(
            campaign_id=campaign.id, attempt_id=attempt.id, call_id=answer.call_id, at=desk.clock()
        )
        shift.placed.append(placed)
    elif answer.told is Told.SLOWED:
        wait = answer.slowed_for or int(SLOWED_FOR.total_seconds())
        shift.not_before = max(shift.not_before, shift.now + wait * SECOND)
        minding.end(campaign, attempt.id, News(outcome=None), desk)
    elif answer.told is Told.REFUSED:
        minding.end(campaign, attempt.id, News(outcome=answer.outcome), desk)
