"""Members, attempts, and a small office that rings people, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.attempts import changing, usecases
from chalicelib.campaigns.attempts.past import Known
from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.consents.lines import key_of
from chalicelib.campaigns.consents.ports import Desk
from chalicelib.campaigns.consents.usecases import Facts
from chalicelib.campaigns.pacing.hours import Answers
from chalicelib.campaigns.rules import Decision, Ground
from tests.campaigns.builders import NOON, a_campaign, a_contact
from tests.campaigns.consents.builders import Hashes
from tests.clouds import PEPPER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt, Member
    from chalicelib.campaigns.attempts.ports import Attempts
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.pacing.outcomes import Outcome

PARIS: Final = "Europe/Paris"
FIRST, SECOND, THIRD = "+33612345601", "+33612345602", "+33612345603"


def at(**later: float) -> datetime:
    """Return an instant after noon."""
    return NOON + timedelta(**later)


def with_numbers(*numbers: str) -> Contact:
    """Return somebody with numbers in order, known by hashes of them."""
    names = tuple(f"hash{each[1:]}" for each in numbers)
    return replace(a_contact(numbers[0]), numbers=numbers, others=names[1:])


def allowed(when: datetime = NOON) -> Decision:
    """Return that somebody may be rung, since they agreed."""
    return Decision(when, "FR", True, (), when, Ground("consent", "cons_1"), "2026-11-27.2")


@dataclass
class Office:
    """Rings people of a campaign: what workers do, without a telephone."""

    attempts: Attempts
    ledgers: Any
    campaign: Campaign = field(default_factory=a_campaign)
    now: datetime = NOON

    @property
    def desk(self) -> Desk:
        """What keeping ledgers takes."""
        return Desk(
            ledgers=self.ledgers,
            suppressions=self.ledgers,
            hashing=Hashes(),
            key=lambda account_id: key_of(PEPPER, account_id),
            clock=lambda: self.now,
        )

    def enrol(self, *people: Contact, cursor: str | None = None) -> int:
        """Make contacts members."""
        run = self.attempts.run(self.campaign.account_id, self.campaign.id)
        ids = [each.id for each in people]
        return self.attempts.enrol(changing.enrolled(run, ids, cursor, self.now))

    def member(self, contact: Contact) -> Member:
        """Return a contact as a member."""
        return self.attempts.members(self.campaign.id, [contact.id])[contact.id]

    def known(self, contact: Contact) -> Known:
        """Return what is stored of a contact."""
        return usecases.known_of(self.campaign, contact, self.attempts, self.desk, self.now)

    def claiming(
        self,
        contact: Contact,
        slot: int = 7,
        known: Known | None = None,
        member: Member | None = None,
    ) -> changing.Claiming:
        """Return an attempt that begins now."""
        return changing.claimed(
            member or self.member(contact),
            contact,
            self.campaign,
            known or self.known(contact),
            allowed(self.now),
            slot=slot,
            zone=PARIS,
            now=self.now,
        )

    def claims(self, contact: Contact) -> Attempt:
        """Begin an attempt."""
        return self.attempts.claim(self.claiming(contact))

    def ends(self, attempt: Attempt, outcome: Outcome | None, **news: Any) -> Attempt | None:
        """End an attempt."""
        return usecases.end(
            self.campaign,
            attempt.id,
            News(outcome=outcome, **news),
            self.attempts,
            answers=Answers(),
            now=self.now,
        )

    def rings(self, contact: Contact, outcome: Outcome | None) -> Attempt:
        """Ring somebody from the beginning to the end, in a minute."""
        attempt = self.claims(contact)
        self.attempts.placed(self.campaign.id, attempt.id, f"CA{attempt.id}", self.now)
        self.now += timedelta(minutes=1)
        ended = self.ends(attempt, outcome, seconds=50, call_id=f"CA{attempt.id}")
        assert ended is not None
        return ended

    def of(self, campaign: Campaign) -> Office:
        """Return another campaign of the same house."""
        return replace(self, campaign=campaign)


def ids(members: Iterable[Member]) -> set[str]:
    """Return whose members these are."""
    return {each.contact_id for each in members}


def rung(store: Attempts, campaign: Campaign, contact: Contact, *outcomes: Outcome) -> None:
    """Have a campaign ring a contact so often, a day apart, from when it was made on."""
    office = Office(store, None, campaign, campaign.created_at)
    if contact.id not in store.members(campaign.id, [contact.id]):
        office.enrol(contact)
    siren = campaign.plan.professional.siren
    for outcome in outcomes:
        hashes = (contact.id, *contact.others)
        stored = store.stored(campaign.account_id, siren, hashes, campaign.id, office.now)
        facts = Facts(standing=stored.ledger.standing, suppressions=(), intact=True)
        known = Known(siren=siren, facts=facts, rungs=stored.rungs)
        attempt = store.claim(office.claiming(contact, known=known))
        office.now += timedelta(minutes=1)
        office.ends(attempt, outcome, call_id=f"CA{attempt.id}", seconds=50)
        office.now += timedelta(days=1)
