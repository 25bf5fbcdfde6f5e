"""Journeys with all that a test does not care about filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.call import CallRef
from chalicelib.calls.events import Ended, Received
from chalicelib.tracking.attribution import Behaviour
from chalicelib.tracking.attribution.evidence import Role
from chalicelib.tracking.journeys.journeys import Journey, Told
from chalicelib.tracking.journeys.rings import Rung
from chalicelib.tracking.journeys.usecases import Desk, finish, note_ring
from chalicelib.tracking.pools import usecases as pools
from chalicelib.tracking.pools.leases import Noted, millis
from chalicelib.tracking.pools.lending import Order, lend, withdraw
from tests.fakes import CallLogInMemory, JourneysInMemory, PoolsInMemory
from tests.tracking.pools.builders import SHOWN_TO_ALL, a_visit, keeping, open_pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.tracking.learning.lessons import Lesson
    from chalicelib.tracking.visits.visits import Remembered

ACCOUNT: Final = "acct_1"
NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
NUMBER: Final = "+33162010000"
CALLER: Final = "hash-of-a-caller"
LANDING: Final = {
    "channel": "paid-search",
    "source": "google",
    "medium": "cpc",
    "campaign": "soldes",
    "click": ["gclid", "abc"],
}
SOURCE: Final = {name: LANDING[name] for name in ("channel", "source", "medium", "campaign")}
SOON: Final = {"fr": "Le visiteur a vu ce numéro.", "en": "The visitor saw this number."}
STRANGER: Final = {"fr": "Quelqu'un.", "en": "Somebody."}


def a_journey(call_id: str = "CA1", **facts: Any) -> Journey:
    """Return the journey of a call that was credited to the visit `vis_a`."""
    known: dict[str, Any] = {
        "call_id": call_id,
        "account_id": ACCOUNT,
        "rang_at": NOON,
        "dialled": NUMBER,
        "caller_hash": CALLER,
        "role": Role.POOL,
        "pool_id": "pool_shop",
        "visit_id": "vis_a",
        "site_id": "site_1",
        "confidence": 0.9,
        "landing": LANDING,
        "candidates": (
            Told(visit_id="vis_a", weight=0.9, reason=SOON, lease_id="lea_a", source=SOURCE),
            Told(visit_id=None, weight=0.1, reason=STRANGER),
        ),
        "reason": SOON,
    }
    return Journey(**known | facts)


def an_unknown(call_id: str = "CA1", **facts: Any) -> Journey:
    """Return the journey of a call of which nothing is known."""
    nothing: dict[str, Any] = {
        "role": Role.UNKNOWN,
        "pool_id": None,
        "visit_id": None,
        "site_id": None,
        "confidence": 0.0,
        "landing": {},
        "candidates": (),
    }
    return a_journey(call_id, **nothing | facts)


@dataclass(frozen=True)
class _Visits:
    store: PoolsInMemory
    journeys: JourneysInMemory

    def visits(self, account_id: str, visit_ids: Iterable[str]) -> dict[str, Remembered]:
        found = self.store.remembered(account_id, visit_ids)
        return {
            visit_id: replace(each, calls=self.journeys.credited_to(visit_id))
            for visit_id, each in found.items()
        }


@dataclass
class Shop:
    """A shop with a pool, whose visitors look at pages and ring. Minutes count from noon."""

    numbers: int = 1
    pools: PoolsInMemory = field(default_factory=PoolsInMemory)
    journeys: JourneysInMemory = field(default_factory=JourneysInMemory)
    log: CallLogInMemory = field(default_factory=CallLogInMemory)
    behaviour: Behaviour = field(default_factory=Behaviour)
    lessons: dict[str, Lesson] = field(default_factory=dict)

    def __post_init__(self) -> None:
        open_pool(keeping(self.pools), self.numbers, overflow=SHOWN_TO_ALL)

    @property
    def desk(self) -> Desk:
        def showing(account_id: str, number: str) -> list[Any]:
            mine = pools.all_pools(account_id, self.pools)
            return [each for each in mine if each.overflow == number]

        return Desk(
            number=self.pools.tracking.number,
            showing=showing,
            pool=self.pools.pool,
            behaviour=lambda _: self.behaviour,
            teach=lambda _, call_id, lesson: self.lessons.__setitem__(call_id, lesson),
            leases=self.pools,
            visits=_Visits(self.pools, self.journeys),
            journeys=self.journeys,
            calls=self.log,
        )

    def visited(
        self, name: str, minutes: float, *, source: str = "google", evidence: str | None = None
    ) -> str | None:
        """Have somebody come to the site; the number that they are shown."""
        now = NOON + timedelta(minutes=minutes)
        landing = json.dumps(brought(source, name, evidence))
        step = f'{{"kind":"page","at":{millis(now)},"path":"/{name}"}}'
        visit = a_visit(name, landing=landing, noted=Noted(steps=(step,)))
        again = f"_{minutes}" if visit.id in self.pools.visits else ""
        order = Order(pool_id="pool_shop", visit=visit, lease_id=f"lea_{name}{again}")
        return lend(order, now=now, store=self.pools).number

    def comes_back(self, name: str, minutes: float, *, source: str, click: str) -> None:
        """Have a visitor come to the site again from outside, who keeps their number."""
        at = millis(NOON + timedelta(minutes=minutes))
        lease = self.pools.visits[f"vis_{name}"].lease
        assert lease is not None
        facts = {**brought(source, click, "click"), "at": at}
        clicks = {"gclid": json.dumps([click, at])}
        assert self.pools.extend(lease, at, Noted(brought=json.dumps(facts), clicks=clicks))

    def erased(self, name: str) -> None:
        """Have a visitor take their consent back."""
        withdraw(ACCOUNT, f"vis_{name}", store=self.pools)

    def rings(self, minutes: float, call_id: str = "CA1", **facts: Any) -> Journey:
        """Have the phone ring; the journey that is found."""
        found = note_ring(a_rung(minutes, call_id, **facts), self.desk)
        assert found is not None
        return found

    def ended(self, minutes: float, call_id: str = "CA1", **facts: Any) -> Journey:
        """Have a call end that rang then; its journey."""
        rung = a_rung(minutes, call_id, **facts)
        ref = CallRef(call_id=call_id, account_id=ACCOUNT, caller_hash=rung.caller_hash)
        begun = Received(
            id="received", at=rung.at, dialled=rung.dialled, caller=None, source_id=rung.source_id
        )
        over = Ended(id="ended", at=rung.at + timedelta(minutes=3), status="completed", seconds=180)
        self.log.append(ref, begun, over)
        return finish(self.log.load(ACCOUNT, call_id), self.desk)


def brought(source: str, click: str, evidence: str | None) -> dict[str, Any]:
    """Return what brought somebody who clicked an advert."""
    facts = {"channel": "paid-search", "source": source, "click": ["gclid", click]}
    return facts if evidence is None else {**facts, "evidence": evidence}


def a_rung(minutes: float = 0, call_id: str = "CA1", **facts: Any) -> Rung:
    known: dict[str, Any] = {
        "call_id": call_id,
        "account_id": ACCOUNT,
        "at": NOON + timedelta(minutes=minutes),
        "dialled": NUMBER,
        "caller_hash": CALLER,
    }
    return Rung(**known | facts)
