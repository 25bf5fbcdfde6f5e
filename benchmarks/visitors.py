"""Days of a site with a pool of numbers, made up from a seed: who saw which number, and who rang.

What it knows of its visitors is not what the product assumes of them: delays are log-normal, some
come back, some hand the number on, some ring again, some withhold their own, some are wiped out.
`Site.known` is what the product's tables would hold at an instant; `Rung.truth` is kept from it.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.tracking.attribution import Dialled, Lease, Reach, Ring, Role, Visit
from chalicelib.tracking.attribution.curves import DAY, HOUR, ON_PAGE_SECONDS
from chalicelib.tracking.attribution.fitting import Exposure

if TYPE_CHECKING:
    import random

HOLD: Final = 1200.0
BEAT: Final = 60.0
OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)
OVERFLOW: Final = "+33199009999"
# What one Query of a number's leases reads.
READ: Final = 50

# What happens, as shares of who could do it. Times are medians in seconds, with the spread of
# their logarithms.
RINGS: Final = 0.035
RINGS_FROM_PAGE: Final = 0.62
RINGS_SOON: Final = 0.24
SOON: Final = (240.0, 1.1)
NOTED: Final = (1.3 * DAY, 1.2)
STAYS: Final = (150.0, 0.9)
COMES_BACK: Final = 0.2
BACK_AFTER: Final = (0.7 * DAY, 1.5)
RINGS_AGAIN: Final = 0.22
AGAIN_AFTER: Final = (0.8 * DAY, 1.4)
REDIALS: Final = 0.85  # the others look the site up again
HANDS_ON: Final = 0.04
WITHHOLDS: Final = 0.08
IS_WIPED: Final = 0.01
ON_A_PHONE: Final = 0.65  # where the page is hidden by the call
STRAYS_A_DAY: Final = 0.02


class Session(NamedTuple):
    """A time on the site, until the page was closed or hidden."""

    began: float
    until: float
    pages: tuple[float, ...]
    lease: str | None


@dataclass(slots=True)
class Person:
    """A visitor: one visit, with as many sessions as they come back for."""

    visit: str
    hash: str | None
    number: str | None = None
    lease: str = ""
    sessions: list[Session] = field(default_factory=list)
    wiped_at: float = math.inf


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """A call, and who made it: a visit, or None for those whom no visit explains."""

    at: float
    number: str
    caller: str | None
    truth: str | None


class Site:
    """A site with so many numbers, over so many visits."""

    def __init__(self, dice: random.Random, numbers: int, erlangs: float, visits: int) -> None:
        self._dice = dice
        self.numbers = [f"+331990{number:05}" for number in range(numbers)]
        self._mean_rate = erlangs / (HOLD + _mean(STAYS)) / 1.8  # of a day's peak
        self.people: list[Person] = []
        self.leases: defaultdict[str, list[tuple[float, str, str]]] = defaultdict(list)
        self.calls: list[Rung] = []
        self.overflowed = 0
        self._ends = dict.fromkeys(self.numbers, -math.inf)
        self._holder: dict[str, str] = {}
        self._free = [(-math.inf, number) for number in self.numbers]
        self._by_visit: dict[str, Person] = {}
        self._serial = count()
        self._coming: list[tuple[float, int, Person, bool]] = []
        self._live(visits)

    def _live(self, visits: int) -> None:
        now = 0.0
        for each in range(visits):
            now = self._next_arrival(now)
            while self._coming and self._coming[0][0] <= now:
                at, _, person, rings = heapq.heappop(self._coming)
                self._session(at, person, rings)
            person = Person(visit=f"vis_{each}", hash=f"caller-{each}")
            if self._dice.random() < WITHHOLDS:
                person.hash = None
            self.people.append(person)
            self._by_visit[person.visit] = person
            self._session(now, person, self._dice.random() < RINGS)
        self.until = now
        self._stray()
        self.calls = sorted(each for each in self.calls if each.at < now)

    def _next_arrival(self, now: float) -> float:
        """Draw from a day with its night and its afternoon, by thinning."""
        while True:
            now += self._dice.expovariate(self._mean_rate * 1.8)
            share = (1 + 0.8 * math.sin(2 * math.pi * (now / DAY - 0.35))) / 1.8
            if self._dice.random() < share:
                return now

    def _session(self, at: float, person: Person, rings: bool) -> None:
        if person.sessions and at < person.sessions[-1].until + BEAT:
            return
        until = at + self._drawn(STAYS)
        called = self._rings_at(at, until) if rings else None
        if called is not None and called <= until and self._dice.random() < ON_A_PHONE:
            until = called
        number = self._lend(at, until, person)
        pages = (
            at,
            *sorted(self._dice.uniform(at, until) for _ in range(self._dice.randint(0, 3))),
        )
        lease = None if number == OVERFLOW else person.lease
        person.sessions.append(Session(at, until, pages, lease))
        if self._dice.random() < IS_WIPED:
            person.wiped_at = until
        if called is not None:
            self._call(called, number, person)
        if self._dice.random() < COMES_BACK:
            self._comes(until + self._drawn(BACK_AFTER), person, self._dice.random() < RINGS)

    def _comes(self, at: float, person: Person, rings: bool) -> None:
        heapq.heappush(self._coming, (at, next(self._serial), person, rings))

    def _rings_at(self, at: float, until: float) -> float:
        drawn = self._dice.random()
        if drawn < RINGS_FROM_PAGE:
            return at + (until - at) * math.sqrt(self._dice.random())
        return until + self._drawn(SOON if drawn < RINGS_FROM_PAGE + RINGS_SOON else NOTED)

    def _call(self, at: float, number: str, person: Person) -> None:
        self.calls.append(Rung(at, number, person.hash, person.visit))
        if self._dice.random() < HANDS_ON:
            self.calls.append(
                Rung(at + self._drawn(AGAIN_AFTER), number, f"friend-{person.visit}", person.visit)
            )
        while self._dice.random() < RINGS_AGAIN:
            at += self._drawn(AGAIN_AFTER)
            if self._dice.random() >= REDIALS:
                self._comes(at, person, True)
                return
            self.calls.append(Rung(at, number, person.hash, person.visit))

    def _lend(self, at: float, until: float, person: Person) -> str:
        ends = until + HOLD
        if person.number is not None and self._holder.get(person.number) == person.lease:
            self._keep(person.number, ends)
            return person.number
        while self._free and self._ends[self._free[0][1]] != self._free[0][0]:
            heapq.heappop(self._free)
        if not self._free or self._free[0][0] > at:
            self.overflowed += 1
            return OVERFLOW
        _, number = heapq.heappop(self._free)
        person.number, person.lease = number, f"lea_{person.visit}_{len(person.sessions)}"
        self._holder[number] = person.lease
        self.leases[number].append((at, person.lease, person.visit))
        self._keep(number, ends)
        return number

    def _keep(self, number: str, ends: float) -> None:
        self._ends[number] = ends
        heapq.heappush(self._free, (ends, number))

    def _stray(self) -> None:
        for number in self.numbers:
            at = self._dice.expovariate(STRAYS_A_DAY / DAY)
            while at < self.until:
                self.calls.append(Rung(at, number, f"stray-{number}-{at:.0f}", None))
                at += self._dice.expovariate(STRAYS_A_DAY / DAY)

    def _drawn(self, times: tuple[float, float]) -> float:
        return times[0] * math.exp(self._dice.gauss(0, times[1]))

    def known(self, call: Rung) -> tuple[Ring, list[Lease], dict[str, Visit]]:
        """Return what the tables would give of a call at the instant it rings."""
        lent = self.leases[call.number]
        before = bisect_right(lent, (call.at, "~", "~"))
        read = lent[max(0, before - READ) : before]
        reach = None
        if before > READ:
            span = (call.at - read[0][0]) / DAY
            reach = Reach(
                since=_instant(read[0][0]), began=_instant(lent[0][0]), leases_a_day=READ / span
            )
        leases, visits = [], {}
        for since, lease, visit in reversed(read):
            person = self._by_visit[visit]
            wiped = person.wiped_at <= call.at
            leases.append(Lease(id=lease, since=_instant(since), visit=None if wiped else visit))
            if not wiped:
                visits[visit] = _seen(person, call.at)
        role = Role.OVERFLOW if call.number == OVERFLOW else Role.POOL
        dialled = Dialled(number=call.number, role=role, reach=reach)
        return Ring(at=_instant(call.at), dialled=dialled, caller=call.caller), leases, visits

    def exposure(self, until: float) -> Exposure:
        """Add up, from the tables, how often a call could have come by then."""
        looked, watched = 0.0, []
        for person in self.people:
            sessions = [each for each in person.sessions if each.lease and each.began < until]
            for each, following in zip_longest(sessions, sessions[1:]):
                gone = min(until, each.until + ON_PAGE_SECONDS)
                again = following and following.lease == each.lease and following.began
                looked += gone - each.began
                watched.append(max(0.0, (again or until) - gone))
        return Exposure(
            page_hours=looked / HOUR,
            number_days=len(self.numbers) * until / DAY,
            watched=[(seconds, 1.0) for seconds in watched],
        )

    def naive(self, call: Rung) -> str | None:
        """Return whose the last lease was: what most do."""
        lent = self.leases[call.number]
        before = bisect_right(lent, (call.at, "~", "~"))
        return lent[before - 1][2] if before else None


def _seen(person: Person, at: float) -> Visit:
    sessions = [each for each in person.sessions if each.began <= at]
    began, until = sessions[-1].began, sessions[-1].until
    last = began + (min(at, until) - began) // BEAT * BEAT
    pages = [page for each in sessions for page in each.pages if page <= at]
    last_seen = max(last, pages[-1])
    return Visit(
        id=person.visit, last_seen=_instant(last_seen), pages=tuple(map(_instant, pages[-20:]))
    )


def _instant(seconds: float) -> datetime:
    return OPENED + timedelta(seconds=seconds)


def _mean(times: tuple[float, float]) -> float:
    return times[0] * math.exp(times[1] ** 2 / 2)
