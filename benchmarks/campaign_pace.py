"""Ten minutes of calls against a carrier's limit, by several workers who share a row.

Workers ask, wait for the instants they were given, and call; their clocks differ, they wake late,
stall for seconds, lose races for the row, and one is killed with instants in its hands. Work never
runs out. Never may a second, wherever it begins, have more calls than the limit, and 95 % of it
must be used. *Baseline:* the limit.
"""

from __future__ import annotations

import heapq
import random
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure, report
from chalicelib.campaigns.pacing.bucket import CLOCKS, Limit, may_begin
from chalicelib.campaigns.pacing.granting import Pace, ended, pause, renewed, take
from chalicelib.campaigns.pacing.sharing import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.campaigns.pacing.granting import Slot, Taken

MILLIS: Final = 600_000
MINUTE: Final = 60_000
BEGIN: Final = 1_800_000_000_000
WORKERS: Final = 4
RATES: Final = (1, 7, 30, 100)
# Two campaigns: the second has three times the priority of the first.
ASKS: Final = {"slow": Ask(1_000_000, 1), "fast": Ask(1_000_000, 3)}
LEAST_SHARE: Final = 0.95
CALL_SECONDS: Final = 30
# How late a worker wakes on the mean, and of how many times that it asks it stalls for seconds.
LATE_MILLIS: Final = 3
STALLS: Final = 0.003


@dataclass(eq=False)
class Worker:
    """What one knows of the row, and how often it has asked in vain."""

    seen: Pace = field(default_factory=Pace)
    in_vain: int = 0
    alive: bool = True
    clock: int = 0  # by how much it is ahead


@dataclass
class Run:
    """The simulation: the row, what the carrier saw, and what it took of DynamoDB."""

    limit: Limit
    dice: random.Random
    workers: int = WORKERS
    pace: Pace = field(default_factory=Pace)
    placed: list[tuple[int, str]] = field(default_factory=list)
    requests: int = 0
    most_at_once: int = 0
    up: set[int] = field(default_factory=set)
    now: int = BEGIN
    events: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    number: int = 0

    def go(self) -> Run:
        """Live through ten minutes; a worker is killed in the third, and another begins later."""
        workers = [Worker(clock=self._clock()) for _ in range(self.workers)]
        for worker in workers:
            self.at(BEGIN + self.dice.randrange(1000), partial(self._ask, worker))
        self.at(BEGIN + MILLIS // 3, lambda: self._kill(workers))
        for minute in range(BEGIN, BEGIN + MILLIS, MINUTE):
            self.at(minute, self._count_anew)
        while self.events:
            self.now, _, act = heapq.heappop(self.events)
            if self.now < BEGIN + MILLIS:
                act()
        return self

    def at(self, when: int, act: Callable[[], None]) -> None:
        """Have something happen."""
        self.number += 1
        heapq.heappush(self.events, (when, self.number, act))

    def _ask(self, worker: Worker) -> None:
        """Take instants of the row as it was last seen; it may have been changed meanwhile."""
        now = self.now + worker.clock
        at_once = self.limit.at_once
        if at_once is not None and worker.seen.bucket.flying(now) >= at_once:
            self.requests += 1  # calls end without its knowing: it reads the row
            worker.seen = self.pace
        taken = take(worker.seen, self.limit, ASKS, now, worker.in_vain)
        if not worker.alive:
            return
        if taken.slots:
            arrives = self.now + self.dice.randrange(2, 8)
            self.at(arrives, partial(self._store, worker, taken))
            return
        worker.in_vain += taken.others
        rest = int(pause(worker.in_vain) * self.dice.uniform(0.5, 1))
        self.at(max(taken.ask_at, now + rest) - worker.clock, partial(self._ask, worker))

    def _store(self, worker: Worker, taken: Taken) -> None:
        """Write the row on its condition; a refusal brings the row as it is."""
        self.requests += 1
        if not self.pace.stands_as(worker.seen):
            worker.seen = self.pace
            self._ask(worker)
            return
        leases = {
            number: until
            for number, until in self.pace.bucket.leases.items()
            if number not in taken.over
        }
        leases |= {number: taken.pace.bucket.leases[number] for number in taken.added}
        bucket = replace(taken.pace.bucket, leases=leases)
        self.pace = worker.seen = replace(taken.pace, bucket=bucket)
        worker.in_vain = 0
        self._hold(worker, taken)

    def _hold(self, worker: Worker, taken: Taken) -> None:
        """Begin each call at its instant, each on a thread of its own; then ask again."""
        free_at = self.now
        if self.dice.random() < STALLS:
            free_at += self.dice.randrange(500, 3000)
        for slot in taken.slots:
            due = max(free_at, slot.start - worker.clock)
            woken = due + int(self.dice.expovariate(1 / LATE_MILLIS))
            self.at(woken, partial(self._place, worker, slot))
        self.at(max(free_at, taken.ask_at - worker.clock), partial(self._ask, worker))

    def _place(self, worker: Worker, slot: Slot) -> None:
        if not worker.alive:
            return  # what it was granted is lost, and counts as a call until its lease is over
        if not may_begin(slot.start, self.now + worker.clock):
            self._end(slot.number)
            return
        self.placed.append((self.now, slot.campaign_id))
        self.up.add(slot.number)
        self.most_at_once = max(self.most_at_once, len(self.up))
        lasts = int(1000 * self.dice.expovariate(1 / CALL_SECONDS))
        self.at(self.now + lasts, lambda: self._end(slot.number))

    def _end(self, number: int) -> None:
        self.up.discard(number)
        if self.limit.at_once is not None:
            self.requests += 1
            self.pace = ended(self.pace, [number])

    def _count_anew(self) -> None:
        if self.limit.at_once is not None:
            self.requests += 1
            self.pace = renewed(self.pace, self.up, self.now)

    def _clock(self) -> int:
        return self.dice.randint(-CLOCKS // 2, CLOCKS // 2)

    def _kill(self, workers: list[Worker]) -> None:
        """Kill whoever does the work, with instants in its hands."""
        busy = min(workers, key=lambda worker: worker.in_vain)
        busy.alive = False
        self.at(self.now + 5000, partial(self._ask, Worker(clock=self._clock())))


def most_in_a_second(placed: list[tuple[int, str]]) -> int:
    """Return the most calls in any second, wherever it begins."""
    times, first, most = sorted(each[0] for each in placed), 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1000:
            first += 1
        most = max(most, last - first + 1)
    return most


def figures() -> Iterator[Figure]:
    """Run each limit, then one of calls at a time."""
    for rate in RATES:
        run = Run(Limit(calls=rate), random.Random(rate)).go()
        name = "campaign_pace" if rate == 1 else f"campaign_pace_{rate}"
        most, allowed = most_in_a_second(run.placed), rate * MILLIS // 1000
        yield Figure(name, len(run.placed), "calls", baseline=allowed, at_least=LEAST_SHARE)
        yield Figure(f"{name}_most", most, "calls in a second", baseline=rate, at_most=1)
        yield Figure(
            f"{name}_requests", run.requests / len(run.placed), "requests a call", at_most=3
        )
        fast = sum(campaign == "fast" for _, campaign in run.placed) / len(run.placed)
        print(f"  {rate} a second: {fast:.3f} of them the other's", file=sys.stderr)
    run = Run(Limit(calls=30, at_once=200), random.Random(0)).go()
    yield Figure("campaign_pace_at_once", run.most_at_once, "calls", baseline=200, at_most=1)
    requests = run.requests / len(run.placed)
    yield Figure("campaign_pace_at_once_requests", requests, "requests a call", at_most=3)


if __name__ == "__main__":
    sys.exit(report(figures()))
