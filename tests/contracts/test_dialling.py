"""What every store of paces and moves promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from chalicelib.campaigns.book.store import CampaignStore, PlanRow
from chalicelib.campaigns.campaign import Move, moved
from chalicelib.campaigns.dialling.moving.store import MoveStore
from chalicelib.campaigns.dialling.pace.store import PaceRow, PaceStore
from chalicelib.campaigns.pacing.bucket import LEASE, Limit
from chalicelib.campaigns.pacing.granting import Slot, take
from chalicelib.campaigns.pacing.sharing import Ask
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, Stale
from tests.campaigns.builders import NOON, a_campaign
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.fakes.campaigns import CampaignsInMemory
from tests.fakes.dialling import MovesInMemory, PacesInMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.dialling.ports import Moves, Paces
    from chalicelib.campaigns.pacing.granting import Pace
    from chalicelib.campaigns.ports import Campaigns

ACCOUNT = "acct_1"
NOW = 1_800_000_000_000


@dataclass
class Stored:
    """The ports of one storage."""

    paces: Paces
    moves: Moves
    campaigns: Campaigns

    def take(self, wanted: int, now: int, seen: Pace | None = None) -> tuple[Slot, ...]:
        """Take calls for one campaign, by what is stored or was seen."""
        pace, limit = self.paces.pace(ACCOUNT)
        seen = seen or pace
        taken = take(seen, limit, {"camp_1": Ask(wanted)}, now)
        if taken.slots:
            self.paces.take(ACCOUNT, seen, taken)
        return taken.slots


@pytest.fixture(params=["in memory", "on DynamoDB"])
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    if request.param == "in memory":
        campaigns, paces = CampaignsInMemory(), PacesInMemory()
        yield Stored(paces, MovesInMemory(campaigns, paces), campaigns)
        return
    with tables(CampaignRow):
        table = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        yield Stored(PaceStore(table), MoveStore(table, lambda _: None), CampaignStore(table))


def test_what_was_granted_is_stored_and_the_next_come_later(stored: Stored) -> None:
    first = stored.take(5, NOW)
    later = stored.take(5, NOW + 1000)

    assert [each.start for each in first] == [NOW]
    assert [each.start for each in later] == [NOW + 1030]
    assert later[0].number == 2


def test_whoever_saw_what_does_not_hold_any_more_is_granted_nothing(stored: Stored) -> None:
    seen, _ = stored.paces.pace(ACCOUNT)
    stored.take(1, NOW)

    with pytest.raises(Conflict):
        stored.take(1, NOW, seen)

    seen, _ = stored.paces.pace(ACCOUNT)
    stored.paces.limit(ACCOUNT, Limit(calls=4))
    with pytest.raises(Conflict):
        stored.take(1, NOW + 2000, seen)
    assert len(stored.take(9, NOW + 2000)) == 4


def test_calls_that_are_up_take_room_until_they_end_and_renewed_for_longer(stored: Stored) -> None:
    stored.paces.limit(ACCOUNT, Limit(calls=10, at_once=2))
    one, two = stored.take(5, NOW)

    assert stored.take(5, NOW + 2000) == ()
    stored.paces.ended(ACCOUNT, [one.number])
    stored.paces.ended(ACCOUNT, [one.number, 99])
    (three,) = stored.take(5, NOW + 2000)
    seen, _ = stored.paces.pace(ACCOUNT)
    expired = NOW + LEASE + 1
    stored.paces.renewed(ACCOUNT, seen, [two.number], expired)

    after, _ = stored.paces.pace(ACCOUNT)
    assert after.bucket.leases == {two.number: expired + LEASE, three.number: NOW + 2000 + LEASE}
    with pytest.raises(Conflict):
        stored.paces.renewed(ACCOUNT, seen, [], expired + LEASE)


def test_many_calls_are_renewed_in_steps(stored: Stored) -> None:
    stored.paces.limit(ACCOUNT, Limit(calls=1000, at_once=500))
    numbers = [each.number for each in stored.take(20, NOW)]
    seen, _ = stored.paces.pace(ACCOUNT)

    stored.paces.renewed(ACCOUNT, seen, [*numbers, *range(1000, 1250)], NOW + 1)

    after, _ = stored.paces.pace(ACCOUNT)
    assert len(after.bucket.leases) == len(numbers) + 250
    assert set(after.bucket.leases.values()) == {NOW + 1 + LEASE}


def test_nothing_that_ends_where_nothing_began_is_an_error(stored: Stored) -> None:
    stored.paces.ended(ACCOUNT, [1])

    assert stored.paces.pace(ACCOUNT)[0].bucket.leases == {}


def test_a_campaign_that_is_paused_is_granted_nothing_until_it_goes_on(stored: Stored) -> None:
    draft = stored.campaigns.add(a_campaign())
    running = stored.moves.move(moved(draft, Move.START, NOON))
    assert stored.take(1, NOW)
    seen, _ = stored.paces.pace(ACCOUNT)

    paused = stored.moves.move(moved(running, Move.PAUSE, NOON))

    with pytest.raises(Conflict):  # who does not know of it yet
        stored.take(1, NOW + 3000, seen)
    assert stored.take(1, NOW + 3000) == ()
    assert stored.campaigns.campaign(ACCOUNT, "camp_1") == paused
    stored.moves.move(moved(paused, Move.RESUME, NOON))
    assert len(stored.take(1, NOW + 4000)) == 1


def test_campaigns_are_looked_at_from_their_start_until_nothing_is_left_to_see(
    stored: Stored,
) -> None:
    one = stored.moves.move(moved(stored.campaigns.add(a_campaign()), Move.START, NOON))
    two = stored.moves.move(moved(stored.campaigns.add(a_campaign("camp_2")), Move.START, NOON))
    assert stored.moves.running() == {ACCOUNT: ("camp_1", "camp_2")}

    stopped = stored.moves.move(moved(two, Move.STOP, NOON))
    assert stored.moves.running() == {ACCOUNT: ("camp_1", "camp_2")}
    stored.moves.settled(stopped)
    paused = stored.moves.move(moved(one, Move.PAUSE, NOON))
    stored.moves.move(moved(paused, Move.RESUME, NOON))
    stored.moves.settled(paused)  # by somebody who has not seen that it goes on

    assert stored.moves.running() == {ACCOUNT: ("camp_1",)}


def test_of_two_moves_at_once_one_is_stale(stored: Stored) -> None:
    running = stored.moves.move(moved(stored.campaigns.add(a_campaign()), Move.START, NOON))

    stored.moves.move(moved(running, Move.PAUSE, NOON))
    with pytest.raises(Stale):
        stored.moves.move(moved(running, Move.STOP, NOON))

    assert stored.paces.pace(ACCOUNT)[0].halted == {"camp_1"}


def test_of_workers_who_take_at_once_one_is_granted_calls(stored: Stored) -> None:
    stored.paces.limit(ACCOUNT, Limit(calls=20))
    found, lost = list[Slot](), 0
    for at in range(0, 5_000, 400):
        seen, _ = stored.paces.pace(ACCOUNT)
        for _ in range(3):  # each of whom has seen the same
            try:
                found += stored.take(50, NOW + at, seen)
            except Conflict:
                lost += 1

    starts = [each.start for each in found]
    assert lost > 0
    assert len(starts) == len(set(starts)) == len({each.number for each in found})
    assert all(later - one >= 1000 for one, later in zip(starts, starts[20:], strict=False))


def test_a_grant_costs_two_requests_and_a_move_one() -> None:
    with tables(CampaignRow):
        table = ENVIRONMENT["CADRAN_CAMPAIGNS_TABLE"]
        moves, campaigns = MoveStore(table, lambda _: None), CampaignStore(table)
        stored = Stored(PaceStore(table), moves, campaigns)
        draft = campaigns.add(a_campaign())
        with requests_counted(PlanRow) as asked:
            moves.move(moved(draft, Move.START, NOON))
            stored.take(5, NOW)
            moves.running()

    assert asked == ["TransactWriteItems", "GetItem", "UpdateItem", "Query"]
    assert PaceRow.Meta.table == "campaigns"
