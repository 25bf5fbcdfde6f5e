"""Many visitors at once, on threads, in memory and on moto's DynamoDB; and tables that fail."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from chalicelib.kernel.errors import Unavailable
from chalicelib.tracking.pools import together
from chalicelib.tracking.pools.leases import Lent, Noted, millis
from chalicelib.tracking.pools.lending import extend, lend, withdraw
from chalicelib.tracking.pools.steps import MOST_STEPS
from chalicelib.tracking.store import TrackingRow
from tests.clouds import ENVIRONMENT, requests_counted, tables
from tests.contracts.test_pools import OnDynamoDB
from tests.fakes import PoolsInMemory
from tests.house.faults import Trouble, from_, trouble, watched
from tests.tracking.pools.builders import (
    ACCOUNT,
    NOON,
    POOL,
    SHOWN_TO_ALL,
    a_visit,
    an_order,
    keeping,
    leased,
    lent,
    number,
    open_pool,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CROWD = 64


@contextmanager
def one_request_at_a_time() -> Iterator[None]:
    """Have moto carry out each request at once, as DynamoDB does: its transactions copy tables.

    A shim for moto alone. Whoever waits for the lock lets others go first, so requests of all
    threads are mixed.
    """
    lock, call = threading.Lock(), BaseClient._make_api_call  # type: ignore[attr-defined]

    def alone(client: Any, *args: Any) -> Any:
        with lock:
            return call(client, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", alone)
        yield


@contextmanager
def on_dynamodb() -> Iterator[OnDynamoDB]:
    with tables(TrackingRow), one_request_at_a_time():
        yield OnDynamoDB(ENVIRONMENT["CADRAN_TRACKING_TABLE"])


def at_once(store: Any, visitors: int, minutes: float = 0) -> list[Lent]:
    """Have visitors come at the same instant, each on a thread of its own."""
    start, now = threading.Barrier(visitors), NOON + timedelta(minutes=minutes)

    def come(name: int) -> Lent:
        start.wait()
        return lend(an_order(f"{minutes}x{name}"), now=now, store=store)

    with ThreadPoolExecutor(visitors) as pool:
        return list(pool.map(come, range(visitors)))


def numbers_of(found: list[Lent]) -> list[str]:
    return sorted(each.number or "" for each in found if each.lease is not None)


def test_sixty_four_visitors_at_once_have_sixty_four_numbers_with_two_requests_each() -> None:
    with on_dynamodb() as store:
        open_pool(keeping(store), CROWD)

        with requests_counted(TrackingRow) as sent:
            found = at_once(store, CROWD)

    assert numbers_of(found) == [number(at) for at in range(CROWD)]
    assert sorted(sent) == ["TransactWriteItems"] * CROWD + ["UpdateItem"] * CROWD


@pytest.mark.parametrize("numbers", [CROWD, 40, 1])
def test_a_crowd_that_finds_no_card_is_lent_every_number_that_is_free_with_three_requests_each(
    numbers: int,
) -> None:
    store = PoolsInMemory()
    open_pool(keeping(store), numbers, overflow=SHOWN_TO_ALL)
    at_once(store, numbers)

    def gives_way(name: str) -> None:
        threading.Event().wait(0.001)

    store.before = gives_way
    store.asked.clear()
    found = at_once(store, CROWD, minutes=20)

    assert numbers_of(found) == [number(at) for at in range(numbers)]
    without = [each for each in found if each.lease is None]
    assert [each.number for each in without] == [SHOWN_TO_ALL] * (CROWD - numbers)
    assert Counter(store.asked)["look"] == CROWD
    assert len(store.asked) == 3 * CROWD


def all_at_once(store: Any, pools: dict[str, int]) -> list[dict[str, Lent] | None]:
    """Have a crowd open a page that shows numbers of several pools; None: asks again later."""
    start = threading.Barrier(CROWD)
    numbers = {pool_id: [each.number for each in store.slots(pool_id)] for pool_id in pools}
    if isinstance(store, PoolsInMemory):
        store.asked.clear()

    def come(name: int) -> dict[str, Lent] | None:
        wanting = [
            together.Want(pool_id=pool_id, numbers=numbers[pool_id], lease_id=f"lea_{name}_{at}")
            for at, pool_id in enumerate(pools)
        ]
        start.wait()
        with suppress(Unavailable):
            wish = together.Wish(a_visit(f"{name}"), wanting=tuple(wanting))
            return together.provide(wish, now=NOON, store=store)
        return None

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(come, range(CROWD)))


def open_pools(store: Any, pools: dict[str, int]) -> None:
    for at, (pool_id, numbers) in enumerate(pools.items()):
        open_pool(keeping(store), numbers, 100 * at, id=pool_id, overflow=SHOWN_TO_ALL)


@pytest.mark.parametrize("others", [{}, {"pool_hall": 64}, {"pool_hall": 64, "pool_bar": 5}])
def test_a_crowd_has_numbers_of_several_pools_each_with_three_requests_at_most(
    others: dict[str, int],
) -> None:
    store, pools = PoolsInMemory(), {POOL: CROWD, **others}
    open_pools(store, pools)

    def gives_way(name: str) -> None:
        threading.Event().wait(0.001)

    store.before = gives_way
    found = all_at_once(store, pools)

    served = [each for each in found if each is not None]
    assert len(store.asked) <= 3 * CROWD
    for pool_id, numbers in pools.items():
        lent = [each[pool_id].number for each in served if each[pool_id].lease is not None]
        assert len(lent) == len(set(lent))
        assert len(lent) == min(numbers, len(served))
    if "pool_bar" not in pools:
        assert len(served) == CROWD


def test_a_crowd_of_two_pools_on_dynamodb_takes_three_requests_each() -> None:
    pools = {POOL: CROWD, "pool_hall": CROWD}
    with on_dynamodb() as store:
        open_pools(store, pools)
        with requests_counted(TrackingRow) as sent:
            found = all_at_once(store, pools)

    read = Counter(sent)
    assert (read.pop("UpdateItem"), read.pop("TransactWriteItems")) == (CROWD, CROWD)
    assert read == {"Query": CROWD + 2}
    for pool_id in pools:
        assert len({each[pool_id].number for each in found if each is not None}) == CROWD


def requests(store: OnDynamoDB, name: str, minutes: float) -> list[str]:
    with requests_counted(TrackingRow) as sent:
        lent(store, name, minutes=minutes)
    return sent


def test_no_visit_takes_more_than_three_requests_and_a_returning_one_takes_one() -> None:
    with on_dynamodb() as store:
        open_pool(keeping(store), 1)

        dealt = requests(store, "a", 0)
        passed = requests(store, "b", 1)
        lease = leased(store, "c", minutes=20)
        with requests_counted(TrackingRow) as kept:
            for at in range(MOST_STEPS):
                noted = Noted(steps=(f'{{"path":"/{at}"}}',))
                extend(lease, now=NOON + timedelta(seconds=at), store=store, noted=noted)
        found = requests(store, "d", 60)

    assert dealt == ["UpdateItem", "TransactWriteItems"]
    assert passed == ["UpdateItem", "Query", "TransactWriteItems"]
    assert kept == ["TransactWriteItems"] * MOST_STEPS
    assert found == ["UpdateItem", "Query", "TransactWriteItems"]


@pytest.mark.parametrize("kind", Trouble)
@pytest.mark.parametrize("failing", [1, 2, 3, 4, 5, 6])
def test_a_request_that_fails_lends_no_number_twice_and_loses_none_for_long(
    kind: Trouble, failing: int
) -> None:
    with tables(TrackingRow):
        store = OnDynamoDB(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        open_pool(keeping(store), 2, overflow=SHOWN_TO_ALL)
        found: list[Lent] = []
        for round_ in (0, 60):
            with trouble(kind, from_(failing, failing + 1, "dynamodb")):
                for name in "abc":
                    with suppress(Unavailable):
                        found.append(lent(store, f"{name}{round_}", minutes=round_))
            shown = numbers_of([each for each in found if each.until and each.until > NOON])
            assert len(shown) == len(set(shown))
            found = []

        later = [lent(store, name, minutes=120) for name in "xyz"]

    assert numbers_of(later) == [number(0), number(1)]


def test_a_number_whose_lease_was_stored_and_its_answer_lost_rests_like_any_other() -> None:
    with tables(TrackingRow):
        store = OnDynamoDB(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        open_pool(keeping(store), 1, overflow=SHOWN_TO_ALL)

        with trouble(Trouble.LOST, from_(2, 2, "dynamodb")), pytest.raises(Unavailable):
            lent(store, "a")

        assert len(list(store.log(ACCOUNT, number(0), 0, millis(NOON) + 1))) == 1
        assert lent(store, "b", minutes=19).number == SHOWN_TO_ALL
        assert lent(store, "c", minutes=20).number == number(0)


@pytest.mark.parametrize("kind", [Trouble.THROTTLED, Trouble.REFUSED])
def test_forgetting_that_breaks_off_is_finished_the_next_time(kind: Trouble) -> None:
    with tables(TrackingRow):
        store = OnDynamoDB(ENVIRONMENT["CADRAN_TRACKING_TABLE"])
        open_pool(keeping(store), 2)
        lease = leased(store, "a")
        with watched() as network:
            withdraw(ACCOUNT, "vis_none", store=store)
        assert network.sent == ["dynamodb.GetItem"]

        for request in (1, 2, 3):
            with trouble(kind, from_(request, request + 1)), suppress(Unavailable):
                withdraw(ACCOUNT, "vis_a", store=store)
        withdraw(ACCOUNT, "vis_a", store=store)

        (line,) = store.log(ACCOUNT, lease.number, 0, millis(NOON) + 1)
        assert (line.visit_id, line.landing) == ("", "{}")
        assert store.kept_by(ACCOUNT, "vis_a") is None
        assert store.look(POOL, ACCOUNT)[1][0].ends > millis(NOON)
