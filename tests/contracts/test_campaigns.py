"""What every store of campaigns promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.book.store import CampaignStore, PlanRow
from chalicelib.campaigns.campaign import Again, Columns, FlowVersion, Machines, Retries, archived
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.campaigns.rules import Purpose, Sector
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound, Stale
from tests.campaigns.builders import NOON, a_campaign
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes.campaigns import CampaignsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.ports import Campaigns


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Campaigns]:
    if request.param == "in memory":
        yield CampaignsInMemory()
        return
    with tables(CampaignRow):
        yield CampaignStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])


def test_what_was_written_down_is_read_as_it_was(store: Campaigns) -> None:
    again = Again(first_minutes=5, most=2, factor=3, next_number=True, best_hour=True)
    campaign = a_campaign(
        purpose=Purpose.CALLBACK,
        sector=Sector.PRESS,
        sells=False,
        link="Abonnement",
        contract_objects=("Abonnement", "Hors-série"),
        segment="âge >= 40",
        mode=Mode.POWER,
        flow=None,
        queue="ventes",
        call_back="+33162010002",
        ratio=1.5,
        retries=Retries(most=3, rules={Outcome.BUSY: again}),
        at_once=4,
        per_second=2,
        most_a_day=100,
        most=1000,
        begins=date(2026, 12, 1),
        ends=date(2026, 12, 24),
        hours='{"weekly":{"monday":[["15:00","17:00"]]}}',
        machines=Machines.MESSAGE,
        message=FlowVersion("flow_2", 1),
        columns=Columns(request="demande", request_at="le"),
    )

    stored = store.add(campaign)

    assert stored == replace(campaign, version=1)
    assert store.campaign("acct_1", campaign.id) == stored


def test_a_campaign_that_says_little_is_read_as_it_was_too(store: Campaigns) -> None:
    stored = store.add(a_campaign())

    assert store.campaign("acct_1", "camp_1") == stored == replace(a_campaign(), version=1)


def test_no_id_is_taken_twice(store: Campaigns) -> None:
    store.add(a_campaign())

    with pytest.raises(Conflict):
        store.add(a_campaign(name="Another"))

    assert store.campaign("acct_1", "camp_1").plan.name == "Pain du matin"


@pytest.mark.parametrize("campaign_id", ["camp_2", "x" * 3_000])
def test_what_is_not_there_or_another_accounts_is_not_found(
    store: Campaigns, campaign_id: str
) -> None:
    store.add(a_campaign())

    for owner, wanted in (("acct_1", campaign_id), ("acct_2", "camp_1")):
        with pytest.raises(NotFound):
            store.campaign(owner, wanted)


def test_of_two_who_change_it_at_once_one_does(store: Campaigns) -> None:
    seen = store.add(a_campaign())

    changed = store.save(replace(seen, plan=replace(seen.plan, name="First")))
    with pytest.raises(Stale):
        store.save(replace(seen, plan=replace(seen.plan, name="Second")))

    assert (changed.version, store.campaign("acct_1", "camp_1")) == (2, changed)


def test_campaigns_are_listed_the_newest_first_page_by_page(store: Campaigns) -> None:
    for at in range(5):
        store.add(a_campaign(f"camp_{at}", made=NOON + timedelta(minutes=at)))
    store.add(replace(a_campaign("camp_9"), account_id="acct_2"))
    store.save(archived(store.campaign("acct_1", "camp_3"), NOON))

    first = store.campaigns("acct_1", 2)
    second = store.campaigns("acct_1", 2, first.next)

    assert [each.id for each in first.items] == ["camp_4", "camp_2"]
    assert [each.id for each in second.items] == ["camp_1", "camp_0"]
    assert second.next is None
    assert [each.id for each in store.campaigns("acct_1", 2, archived=True).items] == ["camp_3"]


def test_each_costs_one_request() -> None:
    with tables(CampaignRow):
        store = CampaignStore(ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"])
        with requests_counted(PlanRow) as asked:
            stored = store.add(a_campaign())
            store.save(stored)
            store.campaign("acct_1", "camp_1")
            store.campaigns("acct_1", 10)

    assert asked == ["PutItem", "PutItem", "GetItem", "Query"]
