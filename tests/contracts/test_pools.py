"""What every store of pools promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.tracking.pools.deck import NEVER, Card, Slot, dealt, laid_out
from chalicelib.tracking.pools.health import HOUR, Hour
from chalicelib.tracking.pools.leases import Kept, Lease, Loan, LogEntry, Noted, millis
from chalicelib.tracking.pools.pool import joined, leaving, without
from chalicelib.tracking.pools.roster.store import RosterStore
from chalicelib.tracking.pools.steps import MOST_STEPS, NEWEST
from chalicelib.tracking.pools.store import DeckStore
from chalicelib.tracking.pools.tending import Due
from chalicelib.tracking.sources import Number, Pooled
from chalicelib.tracking.store import Tracking, TrackingRow
from chalicelib.tracking.visits.store import VisitStore
from tests.clouds import ENVIRONMENT, tables
from tests.fakes import PoolsInMemory
from tests.tracking.pools.builders import ACCOUNT, NOON, POOL, a_pool, a_visit, an_order, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.tracking.pools.pool import Pool

AT = millis(NOON)
HOLD = 20 * 60_000


class OnDynamoDB(DeckStore, RosterStore):
    """Both stores, and that of what numbers stand for."""

    def __init__(self, table_name: str) -> None:
        DeckStore.__init__(self, table_name)
        RosterStore.__init__(self, table_name)
        self.tracking = Tracking(table_name)


if TYPE_CHECKING:
    Store = OnDynamoDB | PoolsInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield PoolsInMemory()
        return
    with tables(TrackingRow):
        yield OnDynamoDB(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def opened(store: Store, numbers: int = 2, first: int = 0, **facts: Any) -> Pool:
    """Make a pool whose deck is laid out with so many numbers."""
    pool = store.create(a_pool(**facts))
    for at in range(first, first + numbers):
        known = store.tracking.number(pool.account_id, number(at))
        in_it = replace(known, pool=Pooled(pool.id, NOON))
        pool = store.join(joined(pool, number(at), NOON), in_it)
    deck, slots = store.look(pool.id, pool.account_id)
    assert store.relay(deck, laid_out(deck, slots, AT))
    return pool


def a_loan(store: Store, name: str = "a", *, at: int = AT, **facts: Any) -> Loan:
    """Deal a card, and return the loan that it could become."""
    deck = store.deal(POOL, ACCOUNT, at)
    card = dealt(deck)
    assert card is not None
    lease = Lease(
        id=f"lea_{name}",
        account_id=ACCOUNT,
        visit_id=f"vis_{name}",
        pool_id=POOL,
        number=card.number,
        hold=deck.hold,
    )
    known: dict[str, Any] = {"visit": a_visit(name), "lease": lease, "card": card, "at": at}
    return Loan(**known | {"turn": deck.turns} | facts)


def steps_of(store: Store, visit_id: str) -> tuple[str, ...]:
    """Return the steps that are kept of a visit."""
    if isinstance(store, PoolsInMemory):
        return store.visits[visit_id].steps
    return VisitStore(ENVIRONMENT["CADRAN_TRACKING_TABLE"]).visit(ACCOUNT, visit_id).steps


def taken(store: Store, name: str = "a", **facts: Any) -> Loan:
    """Lend the next number."""
    loan = a_loan(store, name, **facts)
    assert store.take(loan) is None
    return loan


def test_a_deck_deals_each_card_once_and_counts_on(store: Store) -> None:
    opened(store)

    decks = [store.deal(POOL, ACCOUNT, AT + at) for at in (0, 1, 1_000)]

    assert [dealt(deck) for deck in decks] == [Card(number(0)), Card(number(1)), None]
    assert [(deck.turns, deck.without) for deck in decks] == [(1, 0), (2, 0), (3, 1)]
    assert decks[2].lately == {AT // 1_000: 2, AT // 1_000 + 1: 1}
    assert (decks[0].hold, decks[0].overflow, decks[0].account_id) == (HOLD, None, ACCOUNT)


def test_a_deck_forgets_turns_of_long_ago(store: Store) -> None:
    opened(store)

    decks = [store.deal(POOL, ACCOUNT, AT + 1_000 * at) for at in range(100)]

    assert max(len(deck.lately) for deck in decks) <= 12
    assert [deck.turns_since(AT + 95_000) for deck in decks[-3:]] == [3, 4, 5]
    assert sum(decks[-1].lately.values()) >= 10


def test_nobody_is_dealt_another_accounts_cards_nor_sees_them(store: Store) -> None:
    opened(store)

    for pool_id, account_id in ((POOL, "acct_rival"), ("pool_none", ACCOUNT)):
        with pytest.raises(NotFound):
            store.deal(pool_id, account_id, AT)
        with pytest.raises(NotFound):
            store.look(pool_id, account_id)
    assert store.look(POOL, ACCOUNT)[0].turns == 0


def test_a_deck_is_laid_out_anew_only_as_it_was_seen(store: Store) -> None:
    opened(store)
    seen, slots = store.look(POOL, ACCOUNT)
    store.deal(POOL, ACCOUNT, AT)

    assert not store.relay(seen, laid_out(seen, slots, AT))

    now, _ = store.look(POOL, ACCOUNT)
    assert now == replace(seen, turns=1, lately={AT // 1_000: 1})
    assert store.relay(now, laid_out(now, slots, AT))
    fresh, _ = store.look(POOL, ACCOUNT)
    assert (fresh.left, fresh.laid_at, fresh.turns) == ((Card(number(1)),), 1, 1)
    assert fresh.lately == {}


def test_a_number_that_is_lent_is_in_its_slot_in_the_log_and_with_its_visit(store: Store) -> None:
    opened(store)

    loan = taken(store)

    _, (slot, other) = store.look(POOL, ACCOUNT)
    (line,) = store.log(ACCOUNT, number(0), AT, AT + 1)
    ends = AT + HOLD
    assert slot == Slot(number=number(0), lease_id="lea_a", since=AT, ends=ends, turn=1)
    assert (other.lease_id, other.ends) == ("", NEVER)
    assert line == LogEntry(
        account_id=ACCOUNT,
        pool_id=POOL,
        at=AT,
        number=number(0),
        lease_id="lea_a",
        visit_id="vis_a",
        site_id="site_1",
        landing='{"source":"google"}',
    )
    assert store.kept_by(ACCOUNT, "vis_a") == Kept(loan.lease, AT)
    assert store.kept_by("acct_rival", "vis_a") is None
    assert store.kept_by(ACCOUNT, "vis_none") is None
    assert store.slots(POOL) == (slot, other)


def test_a_number_is_not_lent_unless_it_is_as_its_card_says(store: Store) -> None:
    opened(store)
    first = taken(store)
    late = a_loan(store, "b")
    contested = replace(late, card=first.card, lease=replace(late.lease, number=number(0)))

    refusal = store.take(contested)

    assert refusal is not None
    assert refusal.slot_differs
    assert refusal.slot is not None
    assert refusal.slot.lease_id == "lea_a"
    assert list(store.log(ACCOUNT, number(0), AT, AT + HOLD))[1:] == []
    assert store.kept_by(ACCOUNT, "vis_b") is None
    held_again = replace(contested, card=Card(number(0), AT + HOLD), at=AT + HOLD)
    assert store.take(held_again) is None


def test_a_lease_whose_answer_was_lost_is_not_refused_the_second_time(store: Store) -> None:
    opened(store)
    loan = taken(store)

    assert store.take(loan) is None

    assert len(list(store.log(ACCOUNT, number(0), AT, AT + 1))) == 1


def test_a_leaving_number_and_one_that_has_left_are_lent_to_nobody(store: Store) -> None:
    pool = opened(store, 2)
    first, second = a_loan(store, "a"), a_loan(store, "b")
    pool = store.mark(leaving(pool, number(0)), number(0))
    pool = store.mark(leaving(pool, number(1)), number(1))
    _, (slot, _) = store.look(POOL, ACCOUNT)
    known = store.tracking.number(ACCOUNT, number(0))
    store.part(without(pool, number(0)), slot, replace(known, pool=None))

    gone, going = store.take(first), store.take(second)

    assert gone is not None
    assert going is not None
    assert (gone.slot_differs, gone.slot) == (True, None)
    assert going.slot is not None
    assert (going.slot_differs, going.slot.leaving) == (True, True)


def test_a_visit_without_a_number_is_in_the_log_of_its_pool(store: Store) -> None:
    opened(store)

    store.pass_over(an_order("c"), AT, refused=2)

    (line,) = store.log(ACCOUNT, POOL, AT, AT + 1)
    assert (line.number, line.visit_id, line.refused, line.at) == (None, "vis_c", 2, AT)
    assert list(store.log(ACCOUNT, POOL, AT + 1, AT + HOUR)) == []
    assert list(store.log(ACCOUNT, POOL, AT - HOUR, AT)) == []
    assert store.kept_by(ACCOUNT, "vis_c") is None


def test_a_source_that_gets_no_number_has_none_and_whoever_came_is_stored(store: Store) -> None:
    opened(store)
    source, guest = a_visit("s"), a_visit("guest", noted=Noted(steps=('{"path":"/"}',)))
    assert store.take(a_loan(store, "s", visit=source, guest=guest)) is None
    assert steps_of(store, "vis_guest") == ('{"path":"/"}',)
    kept = store.kept_by(ACCOUNT, "vis_s")
    assert kept is not None
    assert (kept.lease.number, kept.seen) == (number(0), AT)

    order = replace(an_order("s"), guest=replace(guest, id="vis_other"))
    store.pass_over(order, AT + 1)

    assert store.kept_by(ACCOUNT, "vis_s") is None
    assert steps_of(store, "vis_other") == ('{"path":"/"}',)


def test_a_number_that_a_source_has_is_kept_with_what_whoever_came_did(store: Store) -> None:
    opened(store)
    loan = a_loan(store, "s", visit=a_visit("s"), guest=a_visit("guest"))
    assert store.take(loan) is None
    step = Noted(steps=('{"path":"/prix"}',))

    assert store.extend(loan.lease, AT + 5, step, a_visit("guest"))

    assert steps_of(store, "vis_guest") == ('{"path":"/prix"}',)
    assert steps_of(store, "vis_s") == ()
    assert store.kept_by(ACCOUNT, "vis_s") == Kept(loan.lease, AT + 5)
    with pytest.raises(NotFound):
        store.extend(loan.lease, AT + 6, step, a_visit("none"))
    assert store.look(POOL, ACCOUNT)[1][0].ends == AT + 5 + HOLD


def test_a_number_is_kept_by_whoever_has_it(store: Store) -> None:
    opened(store)
    lease = taken(store).lease

    assert store.extend(lease, AT + 60_000, Noted(steps=('{"url":"/"}',)))

    _, (slot, _) = store.look(POOL, ACCOUNT)
    assert (slot.since, slot.ends) == (AT, AT + 60_000 + HOLD)
    assert store.extend(lease, AT + 3 * HOLD)


def test_a_number_is_not_kept_by_whoever_lost_it_nor_for_a_forgotten_visit(store: Store) -> None:
    opened(store)
    lease = taken(store).lease
    card = Card(number(0), AT + HOLD)
    assert (
        store.take(
            replace(
                a_loan(store, "b", at=AT + HOLD),
                card=card,
                lease=replace(lease, id="lea_b", visit_id="vis_b"),
            )
        )
        is None
    )

    assert not store.extend(lease, AT + HOLD + 1)
    for stranger in (
        replace(lease, id="lea_b", visit_id="vis_none"),
        replace(lease, id="lea_b", visit_id="vis_b", account_id="acct_rival"),
    ):
        with pytest.raises(NotFound):
            store.extend(stranger, AT + HOLD + 1)

    _, (slot, _) = store.look(POOL, ACCOUNT)
    assert (slot.lease_id, slot.ends) == ("lea_b", AT + 2 * HOLD)


def test_a_visit_that_takes_ever_more_steps_keeps_its_number_and_its_newest_steps(
    store: Store,
) -> None:
    opened(store)
    lease = taken(store).lease
    first = '{"kind":"page","channel":"email"}'
    agreed = '{"kind":"custom","name":"consent","data":{"ad_user_data":"granted"}}'
    told = [first, agreed, *(f'{{"path":"/{at}"}}' for at in range(3 * MOST_STEPS))]

    for at, step in enumerate(told):
        assert store.extend(lease, AT + at, Noted(steps=(step,)))

    kept = steps_of(store, "vis_a")
    assert store.look(POOL, ACCOUNT)[1][0].ends == AT + len(told) - 1 + HOLD
    assert kept[:2] == (first, agreed)
    assert kept[2:] == tuple(told[-len(kept) + 2 :])
    assert NEWEST <= len(kept) <= MOST_STEPS


def test_many_steps_told_at_once_are_kept_in_their_order(store: Store) -> None:
    opened(store)
    lease = taken(store).lease
    told = [f'{{"path":"/{at}"}}' for at in range(400)]

    for at in range(0, 400, 20):
        assert store.extend(lease, AT + at, Noted(steps=tuple(told[at : at + 20])))

    kept = steps_of(store, "vis_a")
    assert kept == tuple(told[-len(kept) :])
    assert NEWEST <= len(kept) <= MOST_STEPS


def test_a_forgotten_visit_leaves_a_line_that_names_nobody_and_its_number_rests(
    store: Store,
) -> None:
    opened(store)
    lease = taken(store).lease
    taken(store, "b")

    store.withdraw("acct_rival", "vis_a")
    store.withdraw("acct_1", "vis_none")
    assert store.kept_by(ACCOUNT, "vis_a") is not None
    for _ in range(2):
        store.withdraw(ACCOUNT, "vis_a")

    (line,) = store.log(ACCOUNT, number(0), AT, AT + 1)
    (other,) = store.log(ACCOUNT, number(1), AT, AT + 1)
    assert (line.visit_id, line.site_id, line.landing, line.lease_id) == ("", "", "{}", "lea_a")
    assert other.visit_id == "vis_b"
    assert store.look(POOL, ACCOUNT)[1][0].ends == AT + HOLD
    assert store.kept_by(ACCOUNT, "vis_a") is None
    with pytest.raises(NotFound):
        store.extend(lease, AT + 1)


def test_a_pool_is_found_again_as_it_was_stored(store: Store) -> None:
    stored = store.create(a_pool(overflow="+33162019999", hold_minutes=30))

    assert stored == a_pool(overflow="+33162019999", hold_minutes=30, version=1)
    assert store.pool(POOL) == stored
    assert store.look(POOL, ACCOUNT)[0].overflow == "+33162019999"
    for pool_id in ("pool_none", "", "x" * 5000):
        with pytest.raises(NotFound):
            store.pool(pool_id)


def test_a_changed_pool_lends_by_what_is_said_of_it_now(store: Store) -> None:
    pool = opened(store, overflow="+33162019999")

    store.save(replace(pool, overflow=None, hold_minutes=5, name="Autre"))

    deck, _ = store.look(POOL, ACCOUNT)
    assert (deck.hold, deck.overflow, len(deck.left)) == (5 * 60_000, None, 2)
    assert store.pool(POOL).name == "Autre"
    with pytest.raises(Conflict):
        store.save(pool)


def test_an_account_lists_its_own_pools_in_use(store: Store) -> None:
    for name in "abc":
        store.create(a_pool(id=f"pool_{name}"))
    store.create(a_pool(id="pool_rivals", account_id="acct_rival"))
    store.archive(replace(store.pool("pool_b"), archived_at=NOON))

    first = store.pools(ACCOUNT, 1)
    second = store.pools(ACCOUNT, 5, first.next)

    assert [each.id for each in first.items + second.items] == ["pool_a", "pool_c"]
    assert second.next is None
    assert store.pool("pool_b").archived_at == NOON
    with pytest.raises(NotFound):
        store.look("pool_b", ACCOUNT)


def test_a_number_joins_a_pool_together_with_what_it_stands_for(store: Store) -> None:
    pool = opened(store, 1)

    assert store.tracking.number(ACCOUNT, number(0)).pool == Pooled(POOL, NOON)
    assert [each.number for each in pool.members] == [number(0)]
    stale = Number(account_id=ACCOUNT, number=number(0), pool=Pooled("pool_2", NOON))
    other = store.create(a_pool(id="pool_2"))
    with pytest.raises(Conflict):
        store.join(joined(other, number(0), NOON), stale)
    assert store.pool("pool_2") == other
    assert store.slots("pool_2") == ()


def test_a_number_parts_only_as_it_was_seen(store: Store) -> None:
    pool = opened(store, 1)
    _, (seen,) = store.look(POOL, ACCOUNT)
    taken(store)
    known = replace(store.tracking.number(ACCOUNT, number(0)), pool=None)

    with pytest.raises(Conflict):
        store.part(without(pool, number(0)), seen, known)
    assert store.pool(POOL) == pool

    _, (slot,) = store.look(POOL, ACCOUNT)
    store.part(without(pool, number(0)), slot, known)
    assert store.pool(POOL).members == ()
    assert store.slots(POOL) == ()
    assert store.tracking.number(ACCOUNT, number(0)).pool is None


def test_pools_are_looked_after_until_they_are_gone(store: Store) -> None:
    pool = opened(store, 1)
    made = millis(pool.created_at)
    assert list(store.due()) == [Due(POOL, ACCOUNT, made)]

    pool = store.mark(leaving(pool, number(0)), number(0))
    (due,) = store.due()
    assert due.untidy == pool.version
    store.tidied(replace(due, untidy=99), gone=False)
    assert list(store.due()) == [due]
    store.tidied(due, gone=False)
    store.note_summed(POOL, AT)
    assert list(store.due()) == [Due(POOL, ACCOUNT, AT)]

    store.archive(replace(pool, archived_at=NOON))
    (due,) = store.due()
    store.tidied(due, gone=True)
    store.note_summed(POOL, AT + HOUR)
    assert list(store.due()) == []


def test_an_hour_is_kept_once(store: Store) -> None:
    hour = Hour(starts=AT, numbers=4, visits=9, overflow=1, busy=7, peak=4, reused_after=5)
    store.save_hour(POOL, replace(hour, visits=8))
    store.save_hour(POOL, hour)
    store.save_hour(POOL, replace(hour, starts=AT + HOUR))
    store.save_hour("pool_2", hour)

    assert store.hours(POOL, AT, AT + HOUR) == [hour]
    assert len(store.hours(POOL, AT - HOUR, AT + 2 * HOUR)) == 2


def test_a_day_is_less_than_the_hold_may_be(store: Store) -> None:
    pool = store.create(a_pool(hold_minutes=720))

    assert store.look(POOL, ACCOUNT)[0].hold == pool.hold // timedelta(milliseconds=1)


def test_the_newest_lines_of_the_log_are_read_first(store: Store) -> None:
    opened(store, 1)
    for minutes in range(4):
        at = AT + minutes * (HOLD + 60_000)
        deck, slots = store.look(POOL, ACCOUNT)
        store.relay(deck, laid_out(deck, slots, at))
        assert store.take(a_loan(store, f"{minutes}", at=at)) is None
    second, third = (AT + minutes * (HOLD + 60_000) for minutes in (1, 2))

    newest = store.lent(ACCOUNT, number(0), AT, third, 2)
    everything = store.lent(ACCOUNT, number(0), AT, third, 50)

    assert [each.lease_id for each in newest] == ["lea_2", "lea_1"]
    assert [each.at for each in everything] == [third, second, AT]
    assert store.lent(ACCOUNT, number(0), AT + 1, third - 1, 50)[0].at == second
    assert store.lent("acct_rival", number(0), AT, third, 50) == ()
