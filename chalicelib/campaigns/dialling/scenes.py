"""A campaign as its calls are decided by: its plan, the law's view of it, its list. Pure.

What is decided here is decided anew before each call, by what is stored then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.attempts.changing import blocked, put_off, to_ring, waits
from chalicelib.campaigns.attempts.opening import opens, somebody
from chalicelib.campaigns.attempts.usecases import clock_of
from chalicelib.campaigns.days import Days
from chalicelib.campaigns.evidence import past_of, person_of
from chalicelib.campaigns.lawful import seen_by_law
from chalicelib.campaigns.rules import decide
from chalicelib.campaigns.trying import HOURS_CODE, earliest
from chalicelib.kernel.territory import ZONES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Member
    from chalicelib.campaigns.attempts.changing import Moving
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.ports import House
    from chalicelib.campaigns.rules import Campaign as Seen
    from chalicelib.campaigns.rules import Decision, Person

# Whose clocks are looked at before anybody's own: it is open somewhere, or nobody is rung.
_CLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "FR": tuple(sorted({zone for zones in ZONES.values() for zone in zones})),
    "US": (
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Anchorage",
        "Pacific/Honolulu",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A campaign that rings, and what it names."""

    campaign: Campaign
    people: ContactList
    seen: Seen
    days: Days

    @classmethod
    def of(cls, campaign: Campaign, house: House) -> Scene | None:
        """Look up what a campaign names; None: its list is gone, or its number out of service.

        That a number is, for now, is nothing that anybody on the list should be told never for.
        """
        plan = campaign.plan
        people = house.people(campaign.account_id, plan.list_id)
        line = house.line(campaign.account_id, plan.shown)
        if people is None or line is None:
            return None
        seen = seen_by_law(plan, line)
        return cls(campaign=campaign, people=people, seen=seen, days=Days.of(plan))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided of a member: a call to a number, or where they stand without one."""

    decision: Decision | None = None
    zone: str = ""
    number: str = ""
    moving: Moving | None = None

    @property
    def allowed(self) -> bool:
        """Say whether they are to be rung."""
        return self.moving is None


def is_open(campaign: Campaign, now: datetime) -> bool:
    """Tell whether anybody may be rung by the clock, wherever they are. It asks no table."""
    plan = campaign.plan
    person = somebody(plan)
    zones = _CLOCKS.get(plan.country, ("",))
    return any(opens(plan, replace(person, zone=zone), now) == now for zone in zones)


def number_of(member: Member, contact: Contact) -> str:
    """Return the number to ring next."""
    hashes = (contact.id, *contact.others)
    return contact.numbers[hashes.index(to_ring(member, contact))]


def judge(
    scene: Scene,
    member: Member,
    contact: Contact,
    known: Known,
    now: datetime,
    busy_until: datetime,
) -> Verdict:
    """Decide of a member, by the law and by the campaign's own hours.

    The number that is rung has to be one that may be, as the person's first has to.
    """
    if known.is_busy(now):
        return Verdict(moving=waits(member, busy_until, now))
    plan, number = scene.campaign.plan, number_of(member, contact)
    past = known.past(past_of(contact, plan, known.facts, scene.campaign.id))
    person = person_of(contact, plan, scene.people)
    people = dict.fromkeys((person, replace(person, number=number)))

    def ask(when: datetime, whom: Person) -> Decision:
        return decide(when, scene.seen, whom, past)

    for each in people:
        decision = ask(now, each)
        if not decision.allowed:
            until = earliest(decision, scene.days, lambda when, each=each: ask(when, each))  # type: ignore[misc]
            return Verdict(moving=put_off(member, decision, until, now))
    opening = scene.days.next_opening(now)
    if opening != now:
        return Verdict(moving=blocked(member, f"{HOURS_CODE}@house", opening, now))
    return Verdict(decision=decision, zone=clock_of(person, plan.country), number=number)
