"""Pools, decks, slots, the log of leases and visits, in memory."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chalicelib.directory import ports
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.tracking.pools.deck import SECOND, Deck, Slot, forgotten
from chalicelib.tracking.pools.leases import (
    NOTHING,
    Kept,
    LogEntry,
    Refusal,
    Seen,
    Unsettled,
    Without,
    millis,
    moment,
)
from chalicelib.tracking.pools.lending import Forgotten
from chalicelib.tracking.pools.rows.store import entry_of, entry_without
from chalicelib.tracking.pools.steps import KINDS, gathered, shelved
from chalicelib.tracking.pools.tending import Due
from chalicelib.tracking.visits.visits import Remembered
from tests.fakes.tracking import TrackingInMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chalicelib.tracking.pools.health import Hour
    from chalicelib.tracking.pools.leases import Lease, Loan, Noted, Settlement, Visit, Wanted
    from chalicelib.tracking.pools.lending import Order
    from chalicelib.tracking.pools.pool import Pool
    from chalicelib.tracking.sources import Number

CallT = TypeVar("CallT", bound="Callable[..., Any]")


def _stands(slot: Slot | None, loan: Loan) -> bool:
    """Say whether a number is as its card says, so that it may be lent."""
    return slot is not None and slot.ends == loan.card.freed and not slot.leaving


def request(method: CallT) -> CallT:
    """Make a method one request: counted, at once, refused while the table is down."""

    @wraps(method)
    def asked(self: PoolsInMemory, *args: Any, **facts: Any) -> Any:
        with self.asking(method.__name__):
            return method(self, *args, **facts)

    return cast("CallT", asked)


@dataclass
class KeptVisit:
    """A visit as it is stored."""

    visit: Visit
    lease: Lease | None = None
    last_seen: int = 0
    latest: str | None = None
    clicks: dict[str, str] = field(default_factory=dict)
    shelves: dict[str, list[str]] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)

    @property
    def steps(self) -> tuple[str, ...]:
        return gathered(self.shelves)

    def note(self, noted: Noted, at: int) -> None:
        self.last_seen = at
        self.latest = noted.brought or self.latest
        self.clicks.update(noted.clicks)
        coming = shelved(noted.steps, at)
        for kind in KINDS:
            for name, other in zip(kind.shelves, reversed(kind.shelves), strict=True):
                there = self.shelves.setdefault(name, [])
                there[:0] = coming.get(name, [])
                if other in coming:
                    del there[kind.room : kind.room + kind.going]


class PoolsInMemory:
    """Every port of pools. `down = True` makes it as unavailable as a throttled table.

    `asked` names the requests. `before`, if it is set, is called ahead of each, outside the lock:
    it may raise, or let others go first.
    """

    def __init__(self, tracking: TrackingInMemory | None = None) -> None:
        self.down = False
        self.asked: list[str] = []
        self.before: Callable[[str], None] | None = None
        self.tracking = tracking or TrackingInMemory()
        self.visits: dict[str, KeptVisit] = {}
        self._lock = threading.RLock()
        self._pools: dict[str, Pool] = {}
        self._decks: dict[str, Deck] = {}
        self._slots: dict[str, dict[str, Slot]] = {}
        self._log: dict[tuple[str, str], list[LogEntry]] = {}
        self._due: dict[str, Due] = {}
        self._hours: dict[tuple[str, int], Hour] = {}

    @contextmanager
    def asking(self, name: str) -> Iterator[None]:
        if self.before is not None:
            self.before(name)
        with self._lock:
            self.asked.append(name)
            if self.down:
                raise Unavailable("tracking is down")
            yield

    # ---- lending

    @request
    def deal(self, pool_id: str, account_id: str, at: int) -> Deck:
        deck = self._decks.get(pool_id)
        if deck is None or deck.account_id != account_id:
            raise NotFound("no such pool")
        second, gone = at // SECOND, forgotten(at)
        lately = {each: count for each, count in deck.lately.items() if each not in gone}
        lately[second] = lately.get(second, 0) + 1
        self._decks[pool_id] = replace(deck, turns=deck.turns + 1, lately=lately)
        return self._decks[pool_id]

    @request
    def look(self, pool_id: str, account_id: str) -> tuple[Deck, tuple[Slot, ...]]:
        deck = self._decks.get(pool_id)
        if deck is None or deck.account_id != account_id:
            raise NotFound("no such pool")
        return deck, tuple(self._slots[pool_id].values())

    @request
    def relay(self, seen: Deck, deck: Deck) -> bool:
        if self._moved(seen):
            return False
        self._decks[seen.pool_id] = self._with_settings(deck)
        return True

    @request
    def take(self, loan: Loan) -> Refusal | None:
        slot = self._slot(loan.lease)
        if slot is not None and slot.lease_id == loan.lease.id and loan.guest is None:
            return None
        if not _stands(slot, loan):
            return Refusal(slot_differs=True, slot=slot)
        self._lend(loan)
        self._write(loan.visit, entry_of(loan)).lease = loan.lease
        self._begin(loan.guest, loan.at)
        return None

    @request
    def pass_over(self, order: Order, at: int, refused: int = 0) -> None:
        visit = order.visit
        without = Without(
            pool_id=order.pool_id, lease_id=order.lease_id, visit=visit, refused=refused
        )
        kept = self._write(visit, entry_without(without, at))
        kept.lease = kept.lease if order.guest is None else None
        self._begin(order.guest, at)

    @request
    def extend(
        self, lease: Lease, at: int, noted: Noted = NOTHING, guest: Visit | None = None
    ) -> bool:
        known = [lease.visit_id, *([] if guest is None else [guest.id])]
        self._check_known(lease.account_id, known)
        if not self._is_own(lease):
            return False
        self._keep(lease, at)
        self.visits[known[-1]].note(noted, at)
        return True

    @request
    def look_at(self, wanted: Wanted) -> Seen:
        decks = {each: self._decks[each] for each in wanted.pools if each in self._decks}
        mine = {each.pool_id: each for each in decks.values() if self._is_of(wanted, each)}
        sources = {each: self.visits.get(each) for each in wanted.sources}
        return Seen(
            decks=mine,
            slots={each: tuple(self._slots[each].values()) for each in mine},
            own=frozenset(each.id for each in wanted.leases if self._is_own(each)),
            kept={
                name: Kept(kept.lease, kept.last_seen)
                for name, kept in sources.items()
                if kept is not None and kept.lease is not None
            },
        )

    @request
    def settle(self, settlement: Settlement) -> Unsettled | None:
        visit, at = settlement.visit, settlement.at
        lent = {each.lease.number: self._slot(each.lease) for each in settlement.loans}
        differ = {
            loan.lease.number: lent[loan.lease.number]
            for loan in settlement.loans
            if not _stands(lent[loan.lease.number], loan)
        }
        lost = frozenset(each.id for each in settlement.keeping if not self._is_own(each))
        known = [each.visit_id for each in settlement.keeping if each.visit_id != visit.id]
        given: list[Loan | Without] = [*settlement.loans, *settlement.without]
        if settlement.known and all(each.visit.id != visit.id for each in given):
            known.append(visit.id)
        self._check_known(visit.account_id, known)
        if lost or differ:
            return Unsettled(lost=lost, differ=differ)
        self._begin(visit, at)
        for lease in settlement.keeping:
            self._keep(lease, at)
        for loan in settlement.loans:
            self._lend(loan)
            self._write(replace(loan.visit, noted=NOTHING), entry_of(loan)).lease = loan.lease
        for each in settlement.without:
            kept = self._write(replace(each.visit, noted=NOTHING), entry_without(each, at))
            kept.lease = kept.lease if each.visit.id == visit.id else None
        return None

    @request
    def kept_by(self, account_id: str, visit_id: str) -> Kept | None:
        kept = self.visits.get(visit_id)
        if kept is None or kept.lease is None or kept.visit.account_id != account_id:
            return None
        return Kept(kept.lease, kept.last_seen)

    @request
    def withdraw(self, account_id: str, visit_id: str) -> None:
        kept = self.visits.get(visit_id)
        if kept is None or kept.visit.account_id != account_id:
            return
        for lines in self._log.values():
            for at, line in enumerate(lines):
                if line in kept.log:
                    lines[at] = replace(line, visit_id="", site_id="", landing="{}")
        del self.visits[visit_id]

    @request
    def log(self, account_id: str, name: str, since: int, until: int) -> Iterator[LogEntry]:
        lines = self._log.get((account_id, name), [])
        found = [line for line in lines if since <= line.at < until]
        return iter(sorted(found, key=lambda line: (line.at, line.lease_id)))

    @request
    def lent(
        self, account_id: str, name: str, since: int, until: int, limit: int
    ) -> tuple[LogEntry, ...]:
        lines = self._log.get((account_id, name), [])
        found = [line for line in lines if since <= line.at <= until]
        newest = sorted(found, key=lambda line: (line.at, line.lease_id), reverse=True)
        return tuple(newest[:limit])

    # ---- visits

    @request
    def remembered(self, account_id: str, visit_ids: Iterable[str]) -> dict[str, Remembered]:
        """The port `Visits` of journeys, whose `visits` is the name of what is kept here."""
        kept = [self.visits[each] for each in visit_ids if each in self.visits]
        return {
            each.visit.id: Remembered(
                id=each.visit.id,
                site_id=each.visit.site_id,
                landing=each.visit.landing,
                first_seen=moment(each.log[0].at if each.log else each.last_seen),
                last_seen=moment(each.last_seen),
                latest=each.latest,
                clicks={name: tuple(json.loads(click)) for name, click in each.clicks.items()},
                steps=each.steps,
                lease=each.lease,
            )
            for each in kept
            if each.visit.account_id == account_id
        }

    # ---- the roster

    @request
    def pool(self, pool_id: str) -> Pool:
        if pool_id not in self._pools:
            raise NotFound("no such pool")
        return self._pools[pool_id]

    @request
    def pools(self, account_id: str, limit: int, after: str | None = None) -> ports.Page[Pool]:
        mine = sorted(
            each.id
            for each in self._pools.values()
            if each.account_id == account_id and each.archived_at is None
        )
        left = [each for each in mine if after is None or each > after]
        more = left[limit - 1] if len(left) > limit else None
        return ports.Page(tuple(self._pools[each] for each in left[:limit]), more)

    @request
    def create(self, pool: Pool) -> Pool:
        stored = self._store(pool)
        self._slots[pool.id] = {}
        self._decks[pool.id] = self._with_settings(
            Deck(pool_id=pool.id, account_id=pool.account_id, hold=0)
        )
        self._due[pool.id] = Due(pool.id, pool.account_id, millis(pool.created_at))
        return stored

    @request
    def save(self, pool: Pool) -> Pool:
        stored = self._store(pool)
        self._decks[pool.id] = self._with_settings(self._decks[pool.id])
        return stored

    @request
    def archive(self, pool: Pool) -> None:
        stored = self._store(pool)
        del self._decks[pool.id]
        self._due[pool.id] = replace(self._due[pool.id], untidy=stored.version)

    @request
    def join(self, pool: Pool, number: Number) -> Pool:
        self._check_number(number)
        if number.number in self._slots[pool.id]:
            raise Conflict("it is there")
        stored = self._store(pool)
        self._slots[pool.id][number.number] = Slot(number=number.number)
        self._store_number(number)
        return stored

    @request
    def mark(self, pool: Pool, number: str) -> Pool:
        stored = self._store(pool)
        self._slots[pool.id][number] = replace(self._slots[pool.id][number], leaving=True)
        self._due[pool.id] = replace(self._due[pool.id], untidy=stored.version)
        return stored

    @request
    def part(self, pool: Pool, slot: Slot, number: Number) -> Pool:
        self._check_number(number)
        known = self._slots[pool.id].get(slot.number)
        if known is None or known.ends != slot.ends:
            raise Conflict("changed meanwhile")
        stored = self._store(pool)
        del self._slots[pool.id][slot.number]
        self._store_number(number)
        return stored

    @request
    def slots(self, pool_id: str) -> tuple[Slot, ...]:
        return tuple(self._slots.get(pool_id, {}).values())

    # ---- what is looked after

    @request
    def due(self) -> Iterator[Due]:
        return iter(sorted(self._due.values(), key=lambda each: each.pool_id))

    @request
    def tidied(self, due: Due, *, gone: bool) -> None:
        if self._due[due.pool_id].untidy != due.untidy:
            return
        if gone:
            del self._due[due.pool_id]
        else:
            self._due[due.pool_id] = replace(self._due[due.pool_id], untidy=None)

    @request
    def save_hour(self, pool_id: str, hour: Hour) -> None:
        self._hours[pool_id, hour.starts] = hour

    @request
    def note_summed(self, pool_id: str, until: int) -> None:
        if pool_id in self._due:
            self._due[pool_id] = replace(self._due[pool_id], summed=until)

    @request
    def hours(self, pool_id: str, since: int, until: int) -> list[Hour]:
        found = sorted(self._hours.items())
        return [hour for (pool, at), hour in found if pool == pool_id and since <= at < until]

    def _moved(self, seen: Deck) -> bool:
        deck = self._decks.get(seen.pool_id)
        return deck is None or (deck.turns, deck.laid_at) != (seen.turns, seen.laid_at)

    def _with_settings(self, deck: Deck) -> Deck:
        pool = self._pools[deck.pool_id]
        return replace(deck, hold=pool.hold_minutes * 60_000, overflow=pool.overflow)

    def _slot(self, lease: Lease) -> Slot | None:
        return self._slots.get(lease.pool_id, {}).get(lease.number)

    def _is_own(self, lease: Lease) -> bool:
        slot = self._slot(lease)
        return slot is not None and slot.lease_id == lease.id

    def _is_of(self, wanted: Wanted, deck: Deck) -> bool:
        return deck.account_id == wanted.account_id

    def _check_known(self, account_id: str, visit_ids: list[str]) -> None:
        kept = [self.visits.get(each) for each in visit_ids]
        if any(each is None or each.visit.account_id != account_id for each in kept):
            raise Forgotten("no such visit")

    def _keep(self, lease: Lease, at: int) -> None:
        slot = cast("Slot", self._slot(lease))
        self._slots[lease.pool_id][lease.number] = replace(slot, ends=at + lease.hold)
        self.visits[lease.visit_id].last_seen = at

    def _lend(self, loan: Loan) -> None:
        lease, slot = loan.lease, cast("Slot", self._slot(loan.lease))
        self._slots[lease.pool_id][lease.number] = replace(
            slot, lease_id=lease.id, since=loan.at, ends=loan.ends, turn=loan.turn
        )

    def _write(self, visit: Visit, entry: LogEntry) -> KeptVisit:
        name = entry.number or entry.pool_id
        self._log.setdefault((entry.account_id, name), []).append(entry)
        kept = self.visits.setdefault(visit.id, KeptVisit(visit))
        kept.log.append(entry)
        kept.note(visit.noted, entry.at)
        return kept

    def _begin(self, guest: Visit | None, at: int) -> None:
        if guest is not None:
            self.visits.setdefault(guest.id, KeptVisit(guest)).note(guest.noted, at)

    def _store(self, pool: Pool) -> Pool:
        known = self._pools.get(pool.id)
        if (0 if known is None else known.version) != pool.version:
            raise Conflict("changed meanwhile")
        self._pools[pool.id] = replace(pool, version=pool.version + 1)
        return self._pools[pool.id]

    def _check_number(self, number: Number) -> None:
        if self.tracking.number(number.account_id, number.number).version != number.version:
            raise Conflict("changed meanwhile")

    def _store_number(self, number: Number) -> None:
        stored = replace(number, version=number.version + 1)
        self.tracking._numbers[number.account_id, number.number] = stored
