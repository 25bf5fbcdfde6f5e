"""Agents who see whom they are about to ring, and have them rung or pass them by.

Whoever an agent is shown is leased to them, as to a worker: nobody else is shown them meanwhile,
and they are due again if the agent does nothing. The call itself is a worker's: it decides anew.
Pure but for its ports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.attempts import Standing, Why
from chalicelib.campaigns.attempts.changing import finished, waits
from chalicelib.campaigns.campaign import State
from chalicelib.campaigns.dialling import planning, scenes
from chalicelib.campaigns.dialling import seats as seating
from chalicelib.campaigns.dialling.orders import Calls
from chalicelib.campaigns.dialling.scenes import Scene, judge, number_of
from chalicelib.campaigns.dialling.seats import Doing, Seat
from chalicelib.campaigns.dialling.sitting import NoSeat
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.kernel.errors import Conflict, Fault, Rejected

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts.attempts import Member
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.dialling.ports import Desk

# For so long somebody is an agent's, who reads what is known of them.
SHOWN: Final = timedelta(minutes=3)
# Who is passed by is shown again after so long, unless the agent says when.
PASSED_BY: Final = timedelta(hours=1)
_BUSY: Final = timedelta(minutes=2)
# So many are looked at for one who may be rung, before the agent is told to ask again.
_MOST: Final = 20


class NobodyShown(Conflict):
    """The agent is shown nobody, or not any more."""

    code = "nobody-shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """Whom an agent is shown, the number to ring, and until when they are the agent's."""

    member: Member
    contact: Contact
    number: str
    until: datetime


def show(campaign: Campaign, agent_id: str, desk: Desk) -> Shown | None:
    """Show an agent who is on the line whom to ring next; None: nobody may be rung now.

    Asked again it is the same person. Raises NotFound, Rejected, NoSeat.
    """
    seat = _seat(campaign, agent_id, desk)
    scene, now = Scene.of(campaign, desk.house), desk.clock()
    if scene is None or not scenes.is_open(campaign, now):
        return None
    known = _still_shown(seat, scene, desk)
    if known is not None:
        return known
    looked = 0
    while looked < _MOST and (due := planning.due_now(campaign, 5, desk, now)):
        for member in due:
            looked += 1
            found = _shown(scene, member, seat, desk)
            if found is not None:
                return found
    return None


def ring(campaign: Campaign, agent_id: str, desk: Desk) -> Seat:
    """Have whom an agent is shown rung for them; twice is once.

    Raises as `show` does, and NobodyShown.
    """
    seat, now = _seat(campaign, agent_id, desk), desk.clock()
    member = _member(seat, desk)
    seat = desk.crewing.seats.put(replace(seat, free_at=min(seat.free_at, now)))
    members = {campaign.id: (member.contact_id,)}
    desk.outbox.calls(Calls(campaign.account_id, member.due_at, members))
    return seat


def pass_by(campaign: Campaign, agent_id: str, until: datetime | None, desk: Desk) -> Seat:
    """Leave whom an agent is shown for later. Raises as `ring`."""
    seat, now = _seat(campaign, agent_id, desk), desk.clock()
    if until is not None and until <= now:
        fault = Fault("/until", "is over: say when they are to be shown again")
        raise Rejected("nobody is shown again in the past", faults=(fault,))
    member = _member(seat, desk)
    desk.attempts.put(waits(member, until or now + PASSED_BY, now))
    return desk.crewing.seats.put(seating.unshown(seat))


def _seat(campaign: Campaign, agent_id: str, desk: Desk) -> Seat:
    """Return an agent who is on the line and talks with nobody."""
    if campaign.plan.mode is not Mode.PREVIEW:
        fault = Fault("/mode", "agents are shown nobody in this mode: people are rung for them")
        raise Rejected("nobody is shown", faults=(fault,))
    if campaign.state is not State.RUNNING:
        raise NoSeat("the campaign is not running", state=campaign.state.value)
    seat = desk.crewing.seats.seat(campaign.id, agent_id)
    if seat.doing is not Doing.IDLE or seat.leaving:
        raise NoSeat("the agent does not wait on the line", doing=seat.doing.value)
    return seat


def _member(seat: Seat, desk: Desk) -> Member:
    """Return whom an agent is shown. Raises NobodyShown if that is over."""
    found = desk.attempts.members(seat.campaign_id, [seat.shown]) if seat.shown else {}
    member = found.get(seat.shown)
    if member is None or not seat.sees(seat.shown, desk.clock()) or not _is_theirs(member, seat):
        raise NobodyShown("the agent is shown nobody", agent_id=seat.agent_id)
    return member


def _is_theirs(member: Member, seat: Seat) -> bool:
    return member.standing is Standing.WAITING and member.due_at == seat.shown_until


def _still_shown(seat: Seat, scene: Scene, desk: Desk) -> Shown | None:
    try:
        member = _member(seat, desk)
    except NobodyShown:
        return None
    contact = _contact(scene, member, desk)
    return None if contact is None else _as_shown(member, contact)


def _shown(scene: Scene, member: Member, seat: Seat, desk: Desk) -> Shown | None:
    """Lease somebody to an agent, if they may be rung and nobody else has them."""
    contact, now = _contact(scene, member, desk), desk.clock()
    if contact is None:
        desk.attempts.put(finished(member, Why.GONE, now))
        return None
    known = desk.known(scene.campaign, contact, number_of(member, contact), now)
    verdict = judge(scene, member, contact, known, now, now + _BUSY)
    if verdict.moving is not None:
        desk.attempts.put(verdict.moving)
        return None
    until = planning.in_millis(now + SHOWN)
    leased = desk.attempts.lease([member], until)
    if not leased:
        return None
    desk.crewing.seats.put(seating.shown(seat, member.contact_id, until))
    return _as_shown(replace(member, due_at=until), contact)


def _contact(scene: Scene, member: Member, desk: Desk) -> Contact | None:
    ids, plan = [member.contact_id], scene.campaign.plan
    return desk.people.known(member.account_id, plan.list_id, ids).get(member.contact_id)


def _as_shown(member: Member, contact: Contact) -> Shown:
    return Shown(member, contact, number_of(member, contact), member.due_at)
