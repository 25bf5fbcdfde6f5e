"""What an attempt costs in DynamoDB requests, from the list to its end: all that is asked.

A campaign goes through a page of its list, plans members, leases them, reads them and their
contacts; then each is decided of, granted an instant, claimed, placed (ten calls are stored
together) and ended, as a worker does at one call a second. Every request is counted at the last
moment before it leaves. The second campaign has a list of a million, of which it has gone through
all but the last page: nothing asks how many there are. Exact: there is no baseline but the first.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from benchmarks.dynamodb_requests import Counter
from benchmarks.figures import Figure, report
from chalicelib.campaigns.attempts import changing, counting
from chalicelib.campaigns.attempts.attempts import Placed
from chalicelib.campaigns.attempts.changing import Moving
from chalicelib.campaigns.attempts.store import AttemptStore
from chalicelib.campaigns.consents.store import ConsentStore
from chalicelib.campaigns.contacts.store import ContactRow, ContactStore
from chalicelib.campaigns.dialling.pace.store import PaceStore
from chalicelib.campaigns.pacing.bucket import Limit
from chalicelib.campaigns.pacing.granting import Pace, take
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.pacing.sharing import Ask
from chalicelib.campaigns.store import CampaignRow
from tests.campaigns.attempts.builders import Office, with_numbers
from tests.campaigns.builders import NOON, a_campaign, people
from tests.clouds import ENVIRONMENT, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.attempts.attempts import Attempt, Member
    from chalicelib.campaigns.contacts.contacts import Contact

AT_MOST: Final = 6
PAGE: Final = 50
PLACED_TOGETHER: Final = 10
FEW, MANY = 1_000, 1_000_000
# Of the others so many are there as rows: they wait in the index beside those who are rung.
WAITING: Final = 100


class _Campaign:
    """A campaign that has gone through all of its list but the last page."""

    def __init__(self, name: str, members: int, numbers: int) -> None:
        table = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        self.office = Office(AttemptStore(table), ConsentStore(table), a_campaign(name))
        self.paces, self.lists = PaceStore(table), ContactStore(table)
        self.list = replace(people(), id=f"list_{name}")
        first = int(f"336{members % 97:02}000000")
        self.contacts = [
            replace(
                with_numbers(*(f"+{first + at * 10 + each}" for each in range(numbers))),
                list_id=self.list.id,
            )
            for at in range(PAGE)
        ]
        self.lists.swap((None, each) for each in self.contacts)
        self._enrolled(members - PAGE)
        self._pace = (Pace(), Limit())

    def _enrolled(self, members: int) -> None:
        """Have others be members already: as many rows as fit, and the counts of all of them."""
        store, campaign = self.office.attempts, self.office.campaign
        waiting = min(members, WAITING)
        for at in range(0, waiting, PAGE):
            run = store.run(campaign.account_id, campaign.id)
            ids = [f"other{each}" for each in range(at, min(at + PAGE, waiting))]
            late = NOON + timedelta(days=30)
            store.enrol(changing.enrolled(run, ids, f"page {at}", late))
        more = counting.adds(NOON, counting.enrolled(members - waiting))
        somebody = store.members(campaign.id, ["other0"])["other0"]
        store.put(Moving(before=somebody, after=somebody, adds=more))

    def rings(self) -> int:
        """Ring the last page, and return how many attempts that were."""
        office = self.office
        page = self.lists.page(self.list, PAGE)
        run = office.attempts.run(office.campaign.account_id, office.campaign.id)
        ids = [each.id for each in page.items]
        office.attempts.enrol(changing.enrolled(run, ids, None, office.now))
        turn = int(office.now.timestamp() // 60)
        due = office.attempts.due(office.campaign.id, office.now, PAGE, turn)
        won = office.attempts.lease(due, office.now + timedelta(minutes=3))
        members = office.attempts.members(office.campaign.id, [each.contact_id for each in won])
        known = self.lists.known("acct_1", self.list.id, list(members))
        attempts = [self._places(member, known[each]) for each, member in members.items()]
        for at in range(0, len(attempts), PLACED_TOGETHER):
            some = attempts[at : at + PLACED_TOGETHER]
            office.attempts.placed_all([_placed(each, office) for each in some])
        for each in attempts:
            office.ends(each, Outcome.NO_ANSWER, call_id=f"CA{each.id}")
        return len(attempts)

    def _places(self, member: Member, contact: Contact) -> Attempt:
        office = self.office
        office.now += timedelta(seconds=1.1)
        pace, limit = self._pace
        asks = {office.campaign.id: Ask(1)}
        taken = take(pace, limit, asks, int(office.now.timestamp() * 1000))
        self.paces.take("acct_1", pace, taken)
        self._pace = (taken.pace, limit)
        claiming = office.claiming(contact, slot=taken.slots[0].number, member=member)
        return office.attempts.claim(claiming)

    def begins(self) -> None:
        """Have a worker read the pace, as it does once."""
        self._pace = self.paces.pace("acct_1")


def _placed(attempt: Attempt, office: Office) -> Placed:
    return Placed(attempt.campaign_id, attempt.id, f"CA{attempt.id}", office.now)


def figures() -> Iterator[Figure]:
    """Ring a page of each campaign."""
    few = _cost("camp_few", FEW, 1)
    yield Figure("campaign_cost", few, "requests an attempt", at_most=AT_MOST)
    many = _cost("camp_many", MANY, 1)
    yield Figure("campaign_cost_million", many, "requests an attempt", few, at_most=1.0)
    yield Figure("campaign_cost_numbers", _cost("camp_numbers", FEW, 3), "requests an attempt")


def _cost(name: str, members: int, numbers: int) -> float:
    counter = Counter()
    with tables(CampaignRow, ContactRow):
        campaign = _Campaign(name, members, numbers)
        with counter.all() as sent:
            campaign.begins()
            attempts = campaign.rings()
            round_trips = counter.round_trips
        counts = campaign.office.attempts.counts(name)
    if (attempts, counts.begun, counts.open, counts.members) != (PAGE, PAGE, 0, members):
        raise AssertionError(f"{attempts} attempts, {counts}")
    print(f"  {name}: {len(sent) / attempts:.1f} rows an attempt", file=sys.stderr)
    return round_trips / attempts


if __name__ == "__main__":
    sys.exit(report(figures()))
