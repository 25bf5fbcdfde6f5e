"""Sixty-four visitors at once on a pool of sixty-four numbers, each on a thread of its own.

Counted: how many see a number that another one sees, and the DynamoDB requests that each took (a
transaction is one). The real store runs on moto, which carries out one request at a time, as
DynamoDB does for a row; threads change places at every request. Four moments: a deck that is laid
out, a page that shows numbers of three such pools, a day of visits one after the other (of which
some come back when their hold is over, and take numbers out of the deck), and a crowd that finds no
card. Then a visit that goes on for long.
*Baseline:* reading which numbers are free and trying to take one, again after each that was lost.
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.client import BaseClient

from benchmarks import cloud, shop
from benchmarks.figures import Figure, percentile, report
from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.tracking.pools.leases import Noted, Visit, millis
from chalicelib.tracking.pools.lending import Order, extend, lay_out, lend
from chalicelib.tracking.pools.together import Want, Wish, provide
from tests.tracking.pools.builders import EveryLine, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.tracking.pools.leases import Lease, Lent
    from chalicelib.tracking.pools.store import DeckStore

CROWD: Final = 64
VISITS: Final = 300
COMING_BACK: Final = 0.3  # of visits, within two hours
STEPS: Final = 300
MOST_REQUESTS: Final = 3
POOL: Final = "pool_shop"
OTHERS: Final = ("pool_hall", "pool_bar")
TENDED: Final = timedelta(minutes=5)


class Counted:
    """How many requests each thread has sent."""

    def __init__(self) -> None:
        self.sent: Counter[int] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Carry out one request at a time: moto's transactions copy whole tables."""
        kind: Any = BaseClient
        call = kind._make_api_call

        def alone(client: Any, *args: Any) -> Any:
            with self._lock:
                self.sent[threading.get_ident()] += 1
                return call(client, *args)

        kind._make_api_call = alone
        try:
            yield
        finally:
            kind._make_api_call = call


def figures() -> Iterator[Figure]:
    """Have crowds come, and count."""
    counted, later = Counted(), shop.OPENED + timedelta(hours=1)
    with counted.counting():
        with cloud.opened():
            rivals, naive = _crowd(counted, _pool(), shop.OPENED, _tries)
        with cloud.opened():
            store = _pool()
            deck, laid_out = _crowd(counted, store, shop.OPENED, _lends)
            empty, found_empty = _crowd(counted, store, later, _lends)
        with cloud.opened():
            for at, other in enumerate(OTHERS, start=1):
                _pool(other, CROWD * at)
            _, together = _crowd(counted, _pool(), shop.OPENED, _lends_of_three)
        with cloud.opened():
            day = list(_steady(counted, _pool(), shop.OPENED))
        with cloud.opened():
            going_on = list(_goes_on(counted, _pool(), shop.OPENED))
    _check(deck, empty, rivals)
    usual = [*laid_out, *day]
    yield Figure("dni_assign_collisions", _doubles(deck) + _doubles(empty), "visits", at_most=0)
    yield Figure(
        "dni_assign_requests_p50", percentile(usual, 0.5), "requests", percentile(naive, 0.5)
    )
    yield Figure("dni_assign_requests_p99", percentile(usual, 0.99), "requests")
    yield Figure("dni_assign_requests_max", max(usual), "requests", at_most=MOST_REQUESTS)
    yield Figure("dni_assign_requests_raced_p50", percentile(found_empty, 0.5), "requests")
    yield Figure(
        "dni_assign_requests_raced_max",
        max(found_empty),
        "requests",
        baseline=max(naive),
        at_most=MOST_REQUESTS,
    )
    yield Figure(
        "dni_assign_requests_of_three_pools_max",
        max(together),
        "requests",
        at_most=MOST_REQUESTS,
    )
    yield Figure("dni_keep_requests_max", max(going_on), "requests", at_most=1)


def _pool(pool_id: str = POOL, first: int = 0) -> DeckStore:
    from chalicelib.runtime import tracking_wiring, wiring
    from chalicelib.tracking.pools import usecases
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.pools.usecases import Keeping

    every: Any = EveryLine(shop.ACCOUNT)
    kept = Keeping(
        tracking_wiring.roster(), tracking_wiring.decks(), wiring.tracking(), every, lambda *_: None
    )
    pool = Pool(id=pool_id, account_id=shop.ACCOUNT, name="Boutique", created_at=shop.OPENED)
    usecases.create_pool(pool, kept)
    for at in range(first, first + CROWD):
        usecases.add_number(shop.ACCOUNT, pool_id, number(at), now=shop.OPENED, keeping=kept)
    return tracking_wiring.decks()


def _order(name: str) -> Order:
    visit = Visit(id=f"vis_{name}", account_id=shop.ACCOUNT, site_id="site_1")
    return Order(pool_id=POOL, visit=visit, lease_id=f"lea_{name}")


def _lends(store: DeckStore, name: str, now: datetime) -> str | None:
    found: Lent = lend(_order(name), now=now, store=store)
    return found.number


def _lends_of_three(store: DeckStore, name: str, now: datetime) -> str | None:
    """Lend numbers of three pools: what a page shows that prints a number of each."""
    wanting = [
        Want(
            pool_id=pool_id,
            numbers=[number(each) for each in range(CROWD * at, CROWD * (at + 1))],
            lease_id=f"lea_{name}_{at}",
        )
        for at, pool_id in enumerate((POOL, *OTHERS))
    ]
    wish = Wish(_order(name).visit, wanting=tuple(wanting))
    with suppress(Unavailable):  # it met others at two pools: its page asks again
        return provide(wish, now=now, store=store)[POOL].number
    return None


def _crowd(
    counted: Counted,
    store: DeckStore,
    now: datetime,
    come: Callable[[DeckStore, str, datetime], str | None],
) -> tuple[list[str | None], list[int]]:
    start = threading.Barrier(CROWD)

    def visit(name: int) -> tuple[str | None, int]:
        me = threading.get_ident()
        start.wait()
        before = counted.sent[me]
        number = come(store, f"{now:%d%H}x{name}", now)
        return number, counted.sent[me] - before

    with ThreadPoolExecutor(CROWD) as pool:
        found = list(pool.map(visit, range(CROWD)))
    return [number for number, _ in found], [requests for _, requests in found]


def _steady(counted: Counted, store: DeckStore, now: datetime) -> Iterator[int]:
    """Have visits come one after the other, at a load that the pool is rightly sized for.

    The schedule lays the deck out every five minutes.
    """
    dice, me, scheduled = random.Random(64), threading.get_ident(), now
    back: list[tuple[datetime, Lease]] = []
    for name in range(VISITS):
        now += timedelta(seconds=dice.expovariate(1 / 28))
        for at, lease in [each for each in back if each[0] <= now]:
            extend(lease, now=at, store=store)
            back.remove((at, lease))
        while scheduled <= now:
            lay_out(POOL, shop.ACCOUNT, now=scheduled, store=store)
            scheduled += TENDED
        before = counted.sent[me]
        new = lend(_order(f"day{name}"), now=now, store=store).lease
        yield counted.sent[me] - before
        if new is not None and dice.random() < COMING_BACK:
            back.append((now + timedelta(minutes=dice.uniform(0, 120)), new))


def _goes_on(counted: Counted, store: DeckStore, now: datetime) -> Iterator[int]:
    """Have one visit take more steps than its row keeps."""
    me = threading.get_ident()
    lease = lend(_order("long"), now=now, store=store).lease
    assert lease is not None
    for at in range(STEPS):
        step = Noted(steps=(f'{{"kind":"page","path":"/{at}"}}',))
        before = counted.sent[me]
        extend(lease, now=now + timedelta(seconds=at), store=store, noted=step)
        yield counted.sent[me] - before


def _tries(store: DeckStore, name: str, now: datetime) -> str | None:
    """Read what is free and try to have some of it, until one try holds: no deck."""
    from chalicelib.tracking.pools.deck import Card
    from chalicelib.tracking.pools.lending import _loan

    at, dice, order = millis(now), random.Random(name), _order(name)
    while True:
        deck, slots = store.look(POOL, shop.ACCOUNT)
        free = [slot for slot in slots if slot.is_free(at)]
        if not free:
            return None
        slot = dice.choice(free)
        loan = _loan(order, deck, Card(slot.number, slot.ends), at, 0)
        try:
            if store.take(loan) is None:
                return slot.number
        except Conflict:
            continue


def _doubles(numbers: list[str | None]) -> int:
    return len(numbers) - len(set(numbers))


def _check(*crowds: list[str | None]) -> None:
    """See that every number was lent: a crowd that was sent away has no collisions either."""
    for numbers in crowds:
        if None in numbers or len(numbers) != CROWD:
            raise AssertionError(f"{numbers.count(None)} of {CROWD} visitors had no number")


if __name__ == "__main__":
    sys.exit(report(figures()))
