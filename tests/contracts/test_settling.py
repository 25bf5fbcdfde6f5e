"""What every store promises of several pools at once: in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.tracking.pools.deck import NEVER, Card, Slot
from chalicelib.tracking.pools.leases import (
    Kept,
    Lease,
    Loan,
    Noted,
    Settlement,
    Unsettled,
    Wanted,
    Without,
)
from chalicelib.tracking.pools.lending import Forgotten
from tests.contracts import test_pools
from tests.contracts.test_pools import AT, HOLD, a_loan, opened, steps_of, taken
from tests.tracking.pools.builders import ACCOUNT, POOL, a_visit, number

if TYPE_CHECKING:
    from tests.contracts.test_pools import Store

store = test_pools.store
OTHER = "pool_other"


def two_pools(store: Store, account_id: str = ACCOUNT) -> None:
    """Make a pool of two numbers, and another of two more."""
    opened(store)
    opened(store, 2, 10, id=OTHER, account_id=account_id)


def a_settlement(name: str = "a", **facts: Any) -> Settlement:
    return Settlement(visit=a_visit(name), at=AT, **facts)


def of_other(name: str = "a", at: int = 10, freed: int = NEVER) -> Loan:
    lease = Lease(
        id=f"lea_{name}_other",
        account_id=ACCOUNT,
        visit_id=f"vis_{name}",
        pool_id=OTHER,
        number=number(at),
        hold=HOLD,
    )
    return Loan(visit=a_visit(name), lease=lease, card=Card(number(at), freed), at=AT, turn=-1)


def slots_of(store: Store, pool_id: str) -> dict[str, Slot]:
    return {slot.number: slot for slot in store.look(pool_id, ACCOUNT)[1]}


def test_a_visit_is_lent_numbers_of_two_pools_at_once(store: Store) -> None:
    two_pools(store)
    visit = a_visit(noted=Noted(steps=('{"path":"/"}',)))

    loans = (a_loan(store), of_other())
    assert store.settle(Settlement(visit=visit, at=AT, loans=loans)) is None

    assert slots_of(store, OTHER)[number(10)].turn == -1
    assert {each.lease_id for each in slots_of(store, POOL).values()} == {"", "lea_a"}
    for name in (number(0), number(10)):
        (line,) = store.log(ACCOUNT, name, 0, AT + 1)
        assert (line.visit_id, line.landing) == ("vis_a", a_visit().landing)
    assert steps_of(store, "vis_a") == ('{"path":"/"}',)
    store.withdraw(ACCOUNT, "vis_a")
    assert [each.visit_id for each in store.log(ACCOUNT, number(10), 0, AT + 1)] == [""]


def test_a_visit_is_lent_nothing_if_one_of_its_numbers_is_not_as_its_card_says(
    store: Store,
) -> None:
    two_pools(store)
    loans = (a_loan(store), of_other())
    assert store.settle(a_settlement(loans=loans)) is None
    keeping = (loans[0].lease,)

    refused = store.settle(
        a_settlement("b", loans=(a_loan(store, "b", at=AT), of_other("b")), keeping=keeping)
    )

    assert refused is not None
    assert refused.lost == frozenset()
    assert {each: slot and slot.lease_id for each, slot in refused.differ.items()} == {
        number(10): loans[1].lease.id
    }
    assert sum(bool(each.lease_id) for each in slots_of(store, POOL).values()) == 1
    assert store.kept_by(ACCOUNT, "vis_b") is None


def test_numbers_of_several_pools_are_kept_together_or_not_at_all(store: Store) -> None:
    two_pools(store)
    loans = (a_loan(store), of_other())
    assert store.settle(a_settlement(loans=loans)) is None
    mine, other = (each.lease for each in loans)
    later = replace(a_settlement(), at=AT + 5, known=True)
    gone = replace(other, id="lea_none")

    assert store.settle(replace(later, keeping=(mine, other))) is None
    refused = store.settle(replace(later, at=AT + 9, keeping=(mine, gone)))

    assert refused == Unsettled(lost=frozenset({"lea_none"}))
    assert slots_of(store, POOL)[mine.number].ends == AT + 5 + HOLD
    assert slots_of(store, OTHER)[number(10)].ends == AT + 5 + HOLD


def test_nothing_is_kept_for_a_forgotten_visit_or_another_accounts(store: Store) -> None:
    two_pools(store)
    loans = (a_loan(store), of_other())
    assert store.settle(a_settlement(loans=loans)) is None
    keeping = tuple(each.lease for each in loans)
    store.withdraw(ACCOUNT, "vis_a")

    with pytest.raises(Forgotten):
        store.settle(replace(a_settlement(keeping=keeping), known=True, at=AT + 5))

    assert slots_of(store, OTHER)[number(10)].ends == AT + HOLD
    theirs = replace(a_visit("t"), account_id="acct_2")
    with pytest.raises(Forgotten):
        store.settle(Settlement(visit=theirs, at=AT + 5, known=True))


def test_a_source_is_lent_a_number_and_another_pools_overflow_is_noted(store: Store) -> None:
    two_pools(store)
    source = a_visit(f"{POOL}~s")
    loan = replace(a_loan(store), visit=source)
    loan = replace(loan, lease=replace(loan.lease, visit_id=source.id))
    none = Without(pool_id=OTHER, lease_id="lea_n", visit=a_visit("g"), refused=1)

    assert store.settle(a_settlement("g", loans=(loan,), without=(none,))) is None

    kept = store.kept_by(ACCOUNT, source.id)
    assert kept == Kept(loan.lease, AT)
    (line,) = store.log(ACCOUNT, OTHER, 0, AT + 1)
    assert (line.visit_id, line.number, line.refused) == ("vis_g", None, 1)
    seen = store.look_at(Wanted(account_id=ACCOUNT, pools={}, sources=(source.id,)))
    assert seen.kept == {source.id: kept}
    again = Settlement(visit=a_visit("g"), at=AT + 7, keeping=(loan.lease,), known=True)
    assert store.settle(again) is None
    assert store.kept_by(ACCOUNT, source.id) == Kept(loan.lease, AT + 7)
    gone = Without(pool_id=POOL, lease_id="lea_m", visit=source)
    assert store.settle(a_settlement("g", without=(gone,))) is None
    assert store.kept_by(ACCOUNT, source.id) is None


def test_pools_are_looked_at_together_and_only_the_accounts(store: Store) -> None:
    two_pools(store, "acct_2")
    lease = taken(store).lease
    pools = {POOL: [number(0), number(1)], OTHER: [number(10)], "pool_none": [number(50)]}
    lost = replace(lease, id="lea_none")

    seen = store.look_at(Wanted(account_id=ACCOUNT, pools=pools, leases=(lease, lost)))

    deck, slots = store.look(POOL, ACCOUNT)
    assert seen.decks == {POOL: deck}
    assert sorted(seen.slots[POOL], key=lambda each: each.number) == list(slots)
    assert set(seen.slots) == {POOL}
    assert seen.own == {lease.id}
